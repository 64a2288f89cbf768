// A conversation as it was: what had been said, in which queue and with whom. Nothing leaves from here.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { sentenceOf, type Line } from "../api/client";
import { Lines } from "../agent/Lines";
import { asItWas, latest } from "../desk/past";
import { naming, useSession } from "../desk/session";
import { useDesk } from "../desk/store";
import { useCommands } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Bones, Empty, IconButton, PriorityChip } from "../ui/parts";
import { toast } from "../ui/toast";
import { customer } from "../words/names";
import { Banner } from "./Banner";
import { useListening } from "./oversight";
import { linesAt, linesBefore, stintAt, stintsOf, stood, useAnswer, type Stint } from "./past";
import { dayOf, MINUTE, TimeBar, timeCommands } from "./TimeBar";
import "./past.css";

const READ_ONLY = { may: false, reply: () => undefined, react: () => undefined };

export default function Past({ id, at: asked, onBack }: { id: string; at: number; onBack: (() => void) | null }) {
  const [, go] = useLocation();
  const row = useDesk((state) => state.rows.get(id) ?? null);
  const { house } = useSession();
  const names = useMemo(naming, [house]);
  const [at, setAt] = useState(asked);
  useListening(row);
  const [opened] = useState(latest);
  const way = useAnswer(`${id} ${Math.max(opened, at)}`, (signal) => stintsOf(id, signal));
  const then = useAnswer(`${id} ${at}`, (signal) => linesAt(id, at, signal));
  const [before, setBefore] = useState<{ of: string; lines: readonly Line[]; previous: string | null } | null>(null);
  const earlier = before !== null && before.of === then.of ? before : null;
  const lines = useMemo(() => [...(earlier?.lines ?? []), ...(then.answer?.items ?? [])], [earlier, then.answer]);
  const previous = earlier === null ? (then.answer?.previous ?? null) : earlier.previous;
  const stint = stintAt(way.answer ?? [], at);
  const place = way.answer === null ? "" : stint === null ? "O atendimento ainda não tinha começado" : stood(stint.state, stint.queue_id, stint.agent_id);
  const view = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (view.current) view.current.scrollTop = view.current.scrollHeight;
  }, [then.of]);

  const leave = useCallback(() => go(`/atendimentos/${id}`), [go, id]);
  useCommands("past", timeCommands(at, setAt, leave));
  useEffect(() => {
    const timer = window.setTimeout(() => go(asItWas(id, at), { replace: true }), 300);
    return () => window.clearTimeout(timer);
  }, [id, at, go]);
  const more = async (): Promise<void> => {
    if (previous === null || then.of === null) return;
    try {
      const page = await linesBefore(id, previous);
      setBefore({ of: then.of, lines: [...page.items, ...(earlier?.lines ?? [])], previous: page.previous });
    } catch (error) {
      toast({ tone: "bad", text: sentenceOf(error) });
    }
  };
  const { from, to } = dayOf(at);
  return (
    <div className="attendance">
      <div className="attend-main past">
        <header className="attend-head">
          {onBack && <IconButton icon="left" label="Voltar à lista" onPress={onBack} />}
          <div className="attend-who">
            <h1 className="clip">{row === null ? "Cliente" : customer(row)}</h1>
            <p className="clip">
              {stint !== null && (stint.priority === "urgent" || stint.priority === "high") && <PriorityChip priority={stint.priority} />}
              <span className="past-place">{place}</span>
            </p>
          </div>
        </header>
        <Banner at={at} onLeave={leave} />
        <TimeBar at={at} onAt={setAt} says={place}>
          {(way.answer ?? []).map((one) => (
            <Band key={one.since} stint={one} from={from} to={Math.min(to, latest())} />
          ))}
        </TimeBar>
        {then.no !== null ? (
          <Empty icon="alert" title={then.no} />
        ) : (
          <div className="thread-box">
            <div className="thread scroll" ref={view} tabIndex={0} role="log" aria-live="off" aria-label="Conversa como estava" aria-busy={then.of !== `${id} ${at}`}>
              <div className="thread-lines">
                {then.answer === null && <Bones lines={8} />}
                {previous !== null && (
                  <button type="button" className="button small past-earlier" onClick={() => void more()}>
                    Mostrar o que veio antes
                  </button>
                )}
                {then.answer !== null && lines.length === 0 && <p className="turn">Nada tinha sido dito ainda.</p>}
                <Lines lines={lines} names={names} acts={READ_ONLY} />
              </div>
            </div>
          </div>
        )}
        <p className="past-foot">
          <Icon name="eye" small /> Daqui nada é enviado. O que foi editado ou apagado depois aparece como está hoje.
        </p>
      </div>
    </div>
  );
}

/** A stint within the day, as a stripe of its state. */
function Band({ stint, from, to }: { stint: Stint; from: number; to: number }) {
  const begins = Math.max(from, Date.parse(stint.since));
  const ends = Math.min(to, stint.until === null ? to : Date.parse(stint.until));
  if (ends <= begins) return null;
  const low = { automation: 34, waiting: 12, offered: 12, in_service: 22, snoozed: 30, closed: 44 }[stint.state];
  return <rect className="band" data-state={stint.state} x={(begins - from) / MINUTE} y={low} width={(ends - begins) / MINUTE} height={48 - low} />;
}
