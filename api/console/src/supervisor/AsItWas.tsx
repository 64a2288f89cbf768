// A queue as it was: the day as a profile, a moment of it, and what stood in the queue then.
import { useCallback, useEffect, useState } from "react";
import { Link, useLocation, useParams, useSearch } from "wouter";
import { asItWas, latest, momentIn, written } from "../desk/past";
import { naming, useSession } from "../desk/session";
import { useCommands } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Bones, Empty, PriorityChip } from "../ui/parts";
import { toast } from "../ui/toast";
import { sentenceOf } from "../api/client";
import { clock, span } from "../words/moments";
import { Banner } from "./Banner";
import { queueAt, stood, useAnswer, when, type QueueAt } from "./past";
import { dayOf, MINUTE, TimeBar, timeCommands } from "./TimeBar";
import "./past.css";

type Depth = QueueAt["changes"][number];

export default function AsItWas() {
  const { queue: named } = useParams<{ queue?: string }>();
  const [, go] = useLocation();
  const search = useSearch();
  const { me, house } = useSession();
  const mine = house.queues.filter((one) => (one.active || one.queue_id === named) && (me?.queues?.includes(one.queue_id) ?? true));
  const queue = named ?? mine[0]?.queue_id ?? null;
  const [at, setAt] = useState(() => momentIn(search) ?? latest());
  const { from, to } = dayOf(at);

  const seen = Math.min(latest(), to - MINUTE);
  const day = useAnswer(queue === null ? null : `${queue} ${from} ${Math.floor(seen / (5 * MINUTE))}`, (signal) => queueAt(queue ?? "", seen, true, null, signal));
  const then = useAnswer(queue === null ? null : `${queue} ${at}`, (signal) => queueAt(queue ?? "", at, false, null, signal));
  const [more, setMore] = useState<{ of: QueueAt; items: QueueAt["items"]; next: string | null } | null>(null);
  const told = then.of?.startsWith(`${queue} `) ? then.answer : null;
  const changes = day.of?.startsWith(`${queue} ${from} `) ? (day.answer?.changes ?? []) : [];
  const further = more !== null && more.of === told ? more : null;
  const items = told === null ? [] : [...told.items, ...(further?.items ?? [])];
  const next = further === null ? (told?.next ?? null) : further.next;

  const leave = useCallback(() => go("/painel"), [go]);
  useCommands("as-it-was", timeCommands(at, setAt, leave));
  useEffect(() => {
    if (queue === null) return;
    const timer = window.setTimeout(() => go(`/painel/como-estava/${queue}?em=${written(at)}`, { replace: true }), 300);
    return () => window.clearTimeout(timer);
  }, [queue, at, go]);

  const says = told === null ? "" : `${told.waiting} esperando, ${told.in_service} em atendimento`;
  const nextPage = async (): Promise<void> => {
    if (told === null || next === null || queue === null) return;
    try {
      const page = await queueAt(queue, Date.parse(told.moment), false, next);
      setMore({ of: told, items: [...(further?.items ?? []), ...page.items], next: page.next });
    } catch (error) {
      toast({ tone: "bad", text: sentenceOf(error) });
    }
  };
  return (
    <div className="screen past scroll" tabIndex={0} role="region" aria-label="Como estava">
      <header className="screen-head">
        <h1>Como estava</h1>
      </header>
      <Banner at={at} onLeave={leave} />
      {queue === null ? (
        <Empty icon="queue" title="Você não tem filas" />
      ) : (
        <>
          <TimeBar
            at={at}
            onAt={setAt}
            says={says}
            before={
              <label className="field">
                <span>Fila</span>
                <select className="input" value={queue} onChange={(event) => go(`/painel/como-estava/${event.target.value}?em=${written(at)}`, { replace: true })}>
                  {mine.map((one) => (
                    <option key={one.queue_id} value={one.queue_id}>
                      {one.name}
                    </option>
                  ))}
                </select>
              </label>
            }
          >
            <Profile changes={changes} from={from} to={Math.min(to, latest())} />
          </TimeBar>
          <p className="past-legend" aria-hidden="true">
            <i className="waiting" /> Esperando <i className="serving" /> Em atendimento
          </p>
          {then.no !== null && then.of === `${queue} ${at}` ? (
            <Empty icon="alert" title={then.no} />
          ) : told === null ? (
            <Bones lines={6} />
          ) : (
            <section aria-busy={then.of !== `${queue} ${at}`} aria-label={`Fila ${when(Date.parse(told.moment))}`}>
              <dl className="past-figures">
                <Figure label="Esperando" value={told.waiting} />
                <Figure label="Em atendimento" value={told.in_service} />
                <Figure label="Já com atraso" value={told.breached} late={told.breached > 0} />
              </dl>
              {items.length === 0 ? (
                <Empty icon="check" title="A fila estava vazia" />
              ) : (
                <ul className="past-list">
                  {items.map((one) => (
                    <li key={one.conversation_id}>
                      <Link href={asItWas(one.conversation_id, at)}>
                        <span className="clip">
                          <strong>{one.name ?? "Cliente"}</strong>
                          <small>
                            {stood(one.state, null, one.agent_id)} há {span(Math.max(0, Date.parse(told.moment) - Date.parse(one.since)))}
                          </small>
                        </span>
                        {one.late && <span className="chip urgent">Com atraso</span>}
                        {(one.priority === "urgent" || one.priority === "high") && <PriorityChip priority={one.priority} />}
                        <Icon name="clock" small />
                      </Link>
                    </li>
                  ))}
                </ul>
              )}
              {next !== null && (
                <button type="button" className="button" onClick={() => void nextPage()}>
                  Mostrar mais
                </button>
              )}
            </section>
          )}
          <Numbers changes={changes} queue={naming().queue(queue)} />
        </>
      )}
    </div>
  );
}

/** Both as steps over the day; the higher of them fills the height. */
function Profile({ changes, from, to }: { changes: readonly Depth[]; from: number; to: number }) {
  const most = Math.max(1, ...changes.map((one) => Math.max(one.waiting, one.in_service)));
  const x = (at: number): number => (at - from) / MINUTE;
  const path = (of: (one: Depth) => number): string =>
    `M0 48${changes.map((one) => `H${x(Math.max(from, Date.parse(one.at)))}V${48 - (44 * of(one)) / most}`).join("")}H${x(to)}V48Z`;
  if (changes.length === 0) return null;
  return (
    <>
      <path className="serving" d={path((one) => one.in_service)} />
      <path className="waiting" d={path((one) => one.waiting)} />
    </>
  );
}

/** The profile, for whoever wants it in numbers. */
function Numbers({ changes, queue }: { changes: readonly Depth[]; queue: string }) {
  if (changes.length === 0) return null;
  return (
    <details className="past-numbers">
      <summary>O dia em números</summary>
      <table>
        <caption className="sr">Quantas esperavam e quantas estavam em atendimento na fila {queue}, a cada mudança</caption>
        <thead>
          <tr>
            <th scope="col">A partir de</th>
            <th scope="col">Esperando</th>
            <th scope="col">Em atendimento</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((one) => (
            <tr key={one.at}>
              <th scope="row" className="num">
                {clock(new Date(one.at))}
              </th>
              <td className="num">{one.waiting}</td>
              <td className="num">{one.in_service}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Figure({ label, value, late = false }: { label: string; value: number; late?: boolean }) {
  return (
    <div className={late ? "late" : ""}>
      <dt>{label}</dt>
      <dd className="num">{value}</dd>
    </div>
  );
}
