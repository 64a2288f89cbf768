// What asks something before it is done: closing, handing on, giving back, setting aside, another priority.
import { lazy, Suspense, useState, type FormEvent, type ReactNode } from "react";
import type { Conversation, Priority } from "../api/client";
import { block, close, prioritise, release, snooze, transfer } from "../desk/acts";
import { may, useSession } from "../desk/session";
import { fits } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Avatar, Bones, Sheet } from "../ui/parts";
import { moment } from "../words/moments";
import { PRIORITY, reasonsOf, RELEASES } from "../words/names";

const EditContact = lazy(() => import("./Contact").then(({ EditContact }) => ({ default: EditContact })));
const LinkContract = lazy(() => import("./Contact").then(({ LinkContract }) => ({ default: LinkContract })));
const Share = lazy(() => import("../team/Share"));
const TemplatePicker = lazy(() => import("./TemplatePicker"));

export type Asked = "close" | "close-next" | "transfer" | "release" | "snooze" | "priority" | "template" | "block" | "share" | "contact" | "contract";

export function Sheets({ asked, row, onDone }: { asked: Asked | null; row: Conversation; onDone: (done: boolean) => void }) {
  if (asked === null) return null;
  const cancel = (): void => onDone(false);
  const props = { row, onDone };
  switch (asked) {
    case "close":
    case "close-next":
      return (
        <Sheet title={asked === "close" ? "Encerrar atendimento" : "Encerrar e pegar a próxima"} open onClose={cancel}>
          <Closing {...props} next={asked === "close-next"} />
        </Sheet>
      );
    case "transfer":
      return (
        <Sheet title="Transferir" open onClose={cancel}>
          <Transferring {...props} />
        </Sheet>
      );
    case "release":
      return (
        <Sheet title="Devolver à fila" open onClose={cancel}>
          <Releasing {...props} />
        </Sheet>
      );
    case "snooze":
      return (
        <Sheet title="Adiar" open onClose={cancel}>
          <Snoozing {...props} />
        </Sheet>
      );
    case "priority":
      return (
        <Sheet title="Mudar a prioridade" open onClose={cancel}>
          <Prioritising {...props} />
        </Sheet>
      );
    case "block":
      return (
        <Sheet title="Bloquear contato" open onClose={cancel}>
          <Blocking {...props} />
        </Sheet>
      );
    case "contact":
      return (
        <Sheet title="Editar contato" open onClose={cancel}>
          <Suspense fallback={<Bones lines={6} />}>
            <EditContact {...props} />
          </Suspense>
        </Sheet>
      );
    case "contract":
      return (
        <Sheet title="Vincular contrato" open onClose={cancel}>
          <Suspense fallback={<Bones lines={4} />}>
            <LinkContract {...props} />
          </Suspense>
        </Sheet>
      );
    case "share":
      return (
        <Sheet title="Mostrar à equipe" open onClose={cancel}>
          <Suspense fallback={<Bones lines={5} />}>
            <Share {...props} />
          </Suspense>
        </Sheet>
      );
    case "template":
      return (
        <Sheet title="Modelo aprovado" open onClose={cancel}>
          <Suspense fallback={<Bones lines={5} />}>
            <TemplatePicker {...props} />
          </Suspense>
        </Sheet>
      );
  }
}

export type Props = { row: Conversation; onDone: (done: boolean) => void };

export function Ask({ children, label, ready, run, onDone }: { children: ReactNode; label: string; ready: boolean; run: () => Promise<boolean>; onDone: (done: boolean) => void }) {
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    const done = await run();
    setBusy(false);
    if (done) onDone(true); // else it stays open, beside the reason why not
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <div className="body">{children}</div>
      <footer>
        <button type="submit" className="button main" disabled={!ready || busy}>
          {label} <kbd aria-hidden="true">Enter</kbd>
        </button>
      </footer>
    </form>
  );
}

export function Choice({ name, value, chosen, onChoose, children, focus = false }: { name: string; value: string; chosen: string; onChoose: (value: string) => void; children: ReactNode; focus?: boolean }) {
  return (
    <label className="choice">
      <input type="radio" name={name} value={value} checked={chosen === value} autoFocus={focus} onChange={() => onChoose(value)} />
      {children}
    </label>
  );
}

const GROUP_OF: Record<string, string> = { technical: "technical", media: "technical", billing: "billing", sales: "sales", cancel: "cancel", cancel_contract: "cancel", question: "question" };

function Closing({ row, onDone, next }: Props & { next: boolean }) {
  const { house } = useSession();
  const groups = reasonsOf(house.queues.find((queue) => queue.queue_id === row.queue_id)?.reasons ?? []);
  const start = GROUP_OF[row.subject ?? ""] ?? "technical";
  const [group, setGroup] = useState(groups.some((one) => one.group === start) ? start : (groups[0]?.group ?? ""));
  const [reason, setReason] = useState("");
  const [outcome, setOutcome] = useState("");
  const of = groups.find((one) => one.group === group) ?? groups[0];
  return (
    <Ask label={next ? "Encerrar e pegar a próxima" : "Encerrar"} ready={reason !== "" && outcome.trim() !== ""} run={() => close(row, reason, outcome.trim())} onDone={onDone}>
      {groups.length > 1 && (
        <label className="field">
          <span>Área</span>
          <select className="input" value={group} onChange={(event) => (setGroup(event.target.value), setReason(""))}>
            {groups.map((one) => (
              <option key={one.group} value={one.group}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
      )}
      <fieldset className="choices two" aria-label="Motivo">
        {of?.of.map(([code, label], at) => (
          <Choice key={code} name="reason" value={code} chosen={reason} onChoose={setReason} focus={at === 0}>
            {label}
          </Choice>
        ))}
      </fieldset>
      <label className="field">
        <span>Resultado, em uma linha</span>
        <input className="input" value={outcome} maxLength={500} placeholder="Sinal normalizado após reiniciar o modem" onChange={(event) => setOutcome(event.target.value)} />
        <small>O que o cliente escrever nas próximas 24 horas continua neste mesmo protocolo.</small>
      </label>
    </Ask>
  );
}

function Transferring({ row, onDone }: Props) {
  const { house, me } = useSession();
  const [typed, setTyped] = useState("");
  const [to, setTo] = useState("");
  const [reason, setReason] = useState("");
  const queues = house.queues.filter((queue) => queue.active && queue.queue_id !== row.queue_id && fits(typed, queue.name) > 0);
  const agents = house.agents.filter((agent) => agent.active && agent.agent_id !== row.agent_id && agent.agent_id !== me?.agent_id && fits(typed, agent.name) > 0);
  const [kind, id] = [to.slice(0, 1), to.slice(2)];
  const name = kind === "q" ? (house.queues.find((queue) => queue.queue_id === id)?.name ?? "") : (house.agents.find((agent) => agent.agent_id === id)?.name ?? "");
  return (
    <Ask label={name ? `Transferir para ${name}` : "Transferir"} ready={to !== "" && reason.trim() !== ""} run={() => transfer(row, kind === "q" ? { to_queue: id } : { to_agent: id }, name, reason)} onDone={onDone}>
      <input className="input" autoFocus aria-label="Procurar fila ou pessoa" placeholder="Procurar fila ou pessoa" value={typed} onChange={(event) => setTyped(event.target.value)} />
      <fieldset className="choices scroll transfer-to" aria-label="Para quem">
        {queues.length > 0 && <p className="menu-head">Filas</p>}
        {queues.map((queue) => (
          <Choice key={queue.queue_id} name="to" value={`q:${queue.queue_id}`} chosen={to} onChoose={setTo}>
            <Icon name="queue" /> {queue.name}
          </Choice>
        ))}
        {agents.length > 0 && <p className="menu-head">Pessoas</p>}
        {agents.map((agent) => (
          <Choice key={agent.agent_id} name="to" value={`a:${agent.agent_id}`} chosen={to} onChoose={setTo}>
            <Avatar name={agent.name} /> {agent.name}
          </Choice>
        ))}
        {queues.length + agents.length === 0 && <p className="muted">Ninguém com esse nome.</p>}
      </fieldset>
      <label className="field">
        <span>O que quem recebe precisa saber</span>
        <input className="input" value={reason} maxLength={500} placeholder="Cliente quer a 2ª via de maio" onChange={(event) => setReason(event.target.value)} />
      </label>
    </Ask>
  );
}

function Releasing({ row, onDone }: Props) {
  const [reason, setReason] = useState("returned");
  const [note, setNote] = useState("");
  return (
    <Ask label="Devolver" ready run={() => release(row, reason, note.trim() || null)} onDone={onDone}>
      <fieldset className="choices" aria-label="Motivo">
        {RELEASES.map(([code, label], at) => (
          <Choice key={code} name="why" value={code} chosen={reason} onChoose={setReason} focus={at === 0}>
            {label}
          </Choice>
        ))}
      </fieldset>
      <label className="field">
        <span>Recado para quem pegar (opcional)</span>
        <input className="input" value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
        <small>O prazo que está correndo continua de onde está.</small>
      </label>
    </Ask>
  );
}

function times(): { label: string; at: Date }[] {
  const now = new Date();
  const later = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
  const on = (days: number, hour: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
  const found = [
    { label: "Em 30 minutos", at: later(30) },
    { label: "Em 2 horas", at: later(120) },
    { label: "No fim da tarde", at: on(0, 17) },
    { label: "Amanhã cedo", at: on(1, 8) },
    { label: "Amanhã à tarde", at: on(1, 13) },
    { label: "Em 3 dias", at: on(3, 8) },
  ];
  return found.filter((one) => one.at.getTime() > now.getTime() + 60_000);
}

function Snoozing({ row, onDone }: Props) {
  const [options] = useState(times);
  const [at, setAt] = useState("0");
  const [reason, setReason] = useState("");
  const until = options[Number(at)]?.at;
  return (
    <Ask label="Adiar" ready={until !== undefined && reason.trim() !== ""} run={async () => until !== undefined && snooze(row, until, reason.trim())} onDone={onDone}>
      <fieldset className="choices two" aria-label="Até quando">
        {options.map((option, index) => (
          <Choice key={option.label} name="until" value={String(index)} chosen={at} onChoose={setAt} focus={index === 0}>
            <span>
              {option.label}
              <small className="muted choice-small">{moment(option.at)}</small>
            </span>
          </Choice>
        ))}
      </fieldset>
      <label className="field">
        <span>O que você espera</span>
        <input className="input" value={reason} maxLength={500} placeholder="Visita técnica agendada" onChange={(event) => setReason(event.target.value)} />
        <small>Se o cliente escrever antes, a conversa volta na hora.</small>
      </label>
    </Ask>
  );
}

function Prioritising({ row, onDone }: Props) {
  const [priority, setPriority] = useState<string>(row.priority);
  const [reason, setReason] = useState("");
  return (
    <Ask label="Mudar" ready={priority !== row.priority && reason.trim() !== ""} run={() => prioritise(row, priority as Priority, reason.trim())} onDone={onDone}>
      <fieldset className="choices two" aria-label="Prioridade">
        {(["urgent", "high", "normal", "low"] as const)
          .filter((one) => one !== "urgent" || may("conversations.raise_to_urgent") || row.priority === "urgent")
          .map((one, at) => (
            <Choice key={one} name="priority" value={one} chosen={priority} onChoose={setPriority} focus={at === 0}>
              {PRIORITY[one]}
            </Choice>
          ))}
      </fieldset>
      <label className="field">
        <span>Motivo</span>
        <input className="input" value={reason} maxLength={500} placeholder="Cliente acamado depende da internet" onChange={(event) => setReason(event.target.value)} />
        <small>O novo prazo conta desde o mesmo começo.</small>
      </label>
    </Ask>
  );
}

function Blocking({ row, onDone }: Props) {
  const [spam, setSpam] = useState("spam");
  const [reason, setReason] = useState("");
  return (
    <Ask label="Bloquear" ready={reason.trim() !== ""} run={() => block(row, reason.trim(), spam === "spam")} onDone={onDone}>
      <p className="muted">O que este contato escrever continua guardado, mas não abre mais atendimento. O que está aberto é encerrado.</p>
      <fieldset className="choices two" aria-label="Por quê">
        <Choice name="spam" value="spam" chosen={spam} onChoose={setSpam} focus>
          Propaganda
        </Choice>
        <Choice name="spam" value="other" chosen={spam} onChoose={setSpam}>
          Outro motivo
        </Choice>
      </fieldset>
      <label className="field">
        <span>O que aconteceu</span>
        <input className="input" value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </label>
    </Ask>
  );
}
