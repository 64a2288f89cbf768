// One room: what was said, who is called, conversations as cards, and a line to write in.
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { Link } from "wouter";
import { readThrough, said, say, type Room as RoomOf, type Said } from "../desk/rooms";
import { myAgent, naming, useSession } from "../desk/session";
import { onRoom } from "../desk/store";
import { fits } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Avatar, Bones, Empty, IconButton, PriorityChip } from "../ui/parts";
import { clock, day, sameDay } from "../words/moments";
import { customer } from "../words/names";

const STAGE: Record<string, string> = { automation: "Na automação", waiting: "Na espera", in_service: "Em atendimento", closed: "Encerrado" };

export function Room({ room, onBack }: { room: RoomOf; onBack: (() => void) | null }) {
  const { house } = useSession();
  const [lines, setLines] = useState<readonly Said[] | null>(null);
  const [before, setBefore] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const me = myAgent() ?? "";
  const other = room.members.find((member) => member !== me);
  const name = room.queue_id === null ? naming().agent(other ?? null) : naming().queue(room.queue_id);

  const learn = useCallback(
    async (after?: string): Promise<void> => {
      const page = await said(room.room_id, after ? { after } : {}).catch(() => null);
      if (page === null) return;
      setLines((held) => merged(held ?? [], page.items));
      setBefore((held) => held ?? page.before);
    },
    [room.room_id],
  );
  useEffect(() => void learn(), [learn, room.said]);
  useEffect(() => onRoom((moved, position) => void (moved === room.room_id && learn(position))), [learn, room.room_id]);
  const last = lines?.at(-1)?.n ?? 0;
  useLayoutEffect(() => {
    box.current?.scrollTo(0, box.current.scrollHeight);
  }, [last]);
  useEffect(() => {
    const read = (): void => {
      if (last > 0 && room.unread > 0 && document.visibilityState === "visible") void readThrough(room, last);
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [last, room]);
  const earlier = async (): Promise<void> => {
    if (before === null) return;
    const page = await said(room.room_id, { before }).catch(() => null);
    if (page === null) return;
    setLines((held) => merged(held ?? [], page.items));
    setBefore(page.before);
  };

  const colleagues = house.agents.filter((agent) => agent.active && agent.agent_id !== me && (room.queue_id !== null || room.members.includes(agent.agent_id)));
  return (
    <>
      <header className="attend-head">
        {onBack && <IconButton icon="left" label="Voltar às salas" onPress={onBack} />}
        <div className="attend-who">
          <h1 className="clip">{name}</h1>
          <p className="clip">{room.queue_id === null ? "Só vocês dois leem" : "Todos desta fila leem"}</p>
        </div>
      </header>
      <div className="room-lines scroll" ref={box} tabIndex={0} role="log" aria-label="O que foi dito">
        {lines === null ? (
          <Bones lines={8} />
        ) : lines.length === 0 ? (
          <Empty icon="note" title="Nada por aqui ainda">
            <p>O que vocês escrevem aqui fica entre a equipe; nenhum cliente lê.</p>
          </Empty>
        ) : (
          <>
            {before !== null && (
              <button type="button" className="button small quiet" onClick={() => void earlier()}>
                Mensagens anteriores
              </button>
            )}
            {lines.map((line, at) => (
              <Line key={line.n} line={line} previous={lines[at - 1]} />
            ))}
          </>
        )}
      </div>
      <Write room={room} colleagues={colleagues} name={name} />
    </>
  );
}

function merged(held: readonly Said[], told: readonly Said[]): readonly Said[] {
  const byN = new Map(held.map((line) => [line.n, line]));
  for (const line of told) byN.set(line.n, line);
  return [...byN.values()].sort((a, b) => a.n - b.n);
}

function Line({ line, previous }: { line: Said; previous: Said | undefined }) {
  const at = new Date(line.at);
  const mine = line.author === myAgent();
  const follows = previous !== undefined && previous.author === line.author && at.getTime() - Date.parse(previous.at) < 300_000;
  return (
    <>
      {(previous === undefined || !sameDay(new Date(previous.at), at)) && <p className="room-day">{day(at)}</p>}
      <div className={`room-line${mine ? " mine" : ""}${line.mentions.includes(myAgent() ?? "") ? " calls" : ""}`}>
        {!follows && (
          <p className="room-author">
            <strong>{mine ? "Você" : naming().agent(line.author)}</strong> <time className="num">{clock(at)}</time>
          </p>
        )}
        <p className="text">{called(line)}</p>
        {line.card && (
          <Link href={`/atendimentos/${line.card.conversation_id}`} className="room-card">
            <Avatar name={customer(line.card)} />
            <span>
              <strong className="clip">{customer(line.card)}</strong>
              <small className="muted clip">{[STAGE[line.card.stage], naming().queue(line.card.queue_id), line.card.protocol].filter(Boolean).join(" · ")}</small>
            </span>
            <PriorityChip priority={line.card.priority} />
          </Link>
        )}
        {line.card_hidden && <p className="room-card muted">Uma conversa que está fora das suas filas</p>}
      </div>
    </>
  );
}

/** Names of whoever is called stand out. */
function called(line: Said): ReactNode {
  const names = line.mentions.map((id) => `@${naming().agent(id)}`).sort((a, b) => b.length - a.length);
  if (names.length === 0) return line.text;
  const parts = line.text.split(new RegExp(`(${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`));
  return parts.map((part, at) => (names.includes(part) ? <mark key={at}>{part}</mark> : part));
}

type Colleague = { agent_id: string; name: string };

function Write({ room, colleagues, name }: { room: RoomOf; colleagues: readonly Colleague[]; name: string }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const typed = /(?:^|\s)@([\p{L}\d ]{0,30})$/u.exec(text)?.[1];
  const options = typed === undefined || colleagues.some((one) => typed.startsWith(`${one.name} `)) ? [] : colleagues.filter((one) => fits(typed, one.name) > 20 || typed === "").slice(0, 6);
  const call = (one: Colleague): void => {
    setText(`${text.slice(0, text.length - (typed?.length ?? 0))}${one.name} `);
    setAt(0);
    field.current?.focus();
  };
  const send = async (): Promise<void> => {
    const words = text.trim();
    if (words === "" || busy) return;
    setBusy(true);
    const mentions = colleagues.filter((one) => words.includes(`@${one.name}`)).map((one) => one.agent_id);
    if (await say(room.room_id, words, mentions)) setText("");
    setBusy(false);
    field.current?.focus();
  };
  return (
    <div className="composer">
      {options.length > 0 && (
        <div className="canned" role="listbox" id="called" aria-label="Chamar alguém">
          {options.map((one, index) => (
            <div key={one.agent_id} id={`called-${index}`} role="option" aria-selected={index === at} data-focused={index === at || undefined} className="menu-item" onPointerDown={(event) => event.preventDefault()} onClick={() => call(one)} onPointerMove={() => setAt(index)}>
              <Avatar name={one.name} /> {one.name}
            </div>
          ))}
        </div>
      )}
      <textarea
        ref={field}
        rows={1}
        value={text}
        maxLength={4000}
        aria-label="Mensagem para a equipe"
        placeholder={`Escreva para ${name}, ou @ para chamar alguém`}
        aria-controls={options.length > 0 ? "called" : undefined}
        aria-activedescendant={options.length > 0 ? `called-${at}` : undefined}
        onChange={(event) => (setText(event.target.value), setAt(0))}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          const option = options[at];
          if (option && (event.key === "Enter" || event.key === "Tab")) call(option);
          else if (option && event.key === "ArrowDown") setAt((at + 1) % options.length);
          else if (option && event.key === "ArrowUp") setAt((at - 1 + options.length) % options.length);
          else if (event.key === "Enter" && !event.shiftKey) void send();
          else if (event.key === "Escape") event.currentTarget.blur();
          else return;
          event.preventDefault();
        }}
      />
      <div className="composer-foot">
        <span className="muted room-hint">Só a equipe lê</span>
        <span className="spring" />
        <button type="button" className="button main" disabled={text.trim() === "" || busy} onClick={() => void send()}>
          Enviar <Icon name="send" small />
        </button>
      </div>
    </div>
  );
}
