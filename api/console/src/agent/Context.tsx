// Beside the thread: who it is, which protocol, how long there is, and what there was before.
import { useEffect, useState, type ReactNode } from "react";
import { api, data, type Conversation, type ConversationWithEpisodes, type Schemas } from "../api/client";
import { useNow } from "../desk/clock";
import { tag, unlinkContract } from "../desk/acts";
import { may, naming } from "../desk/session";
import { NO_THREAD, useDesk } from "../desk/store";
import { Icon } from "../ui/Icon";
import { Avatar, IconButton, PriorityChip, Ring } from "../ui/parts";
import { toast } from "../ui/toast";
import { ago, date, moment, span } from "../words/moments";
import type { Asked } from "./Sheets";
import { customer, phone, reason, subject, why } from "../words/names";

export function copyProtocol(row: Conversation): void {
  if (row.protocol === null) {
    toast({ tone: "plain", text: "O protocolo ainda está sendo emitido." });
    return;
  }
  void navigator.clipboard?.writeText(row.protocol).then(
    () => toast({ tone: "good", text: `Protocolo ${row.protocol} copiado.`, ms: 2_500 }),
    () => toast({ tone: "plain", text: `Protocolo ${row.protocol}` }),
  );
}

export function Context({ row, onAsk, onClose }: { row: Conversation; onAsk: (asked: Asked) => void; onClose: () => void }) {
  const thread = useDesk((state) => state.threads.get(row.conversation_id) ?? NO_THREAD);
  const names = naming();
  const now = useNow(1_000);
  const name = customer(row);
  const notes = thread.lines.filter((line) => line.line === "note").slice(-3).reverse();
  return (
    <aside className="context scroll" aria-label="Sobre o atendimento" tabIndex={0}>
      <header>
        <Avatar name={name} big />
        <div>
          <h2>{name}</h2>
          {row.contact.profile_name !== null && row.contact.profile_name !== name && <p className="muted profile">No WhatsApp: {row.contact.profile_name}</p>}
          <p className="muted num">{phone(row.contact.phone) ?? "Número não informado"}</p>
        </div>
        <IconButton icon="close" label="Esconder painel" keys="I" onPress={onClose} />
      </header>

      <Contact row={row} onAsk={onAsk} />
      <Contracts row={row} onAsk={onAsk} />

      <Part title="Protocolo">
        <button type="button" className="protocol num" onClick={() => copyProtocol(row)} aria-keyshortcuts="p" title="Copiar o protocolo">
          {row.protocol ?? "em emissão…"}
          <span>
            <span className="sr">Copiar</span>
            <Icon name="copy" small /> <kbd aria-hidden="true">P</kbd>
          </span>
        </button>
      </Part>

      <Part title="Prazos">
        <div className="clocks">
          <Ring due={row.stage === "closed" ? null : row.due_at} since={row.waiting_since} size={46} />
          <dl>
            <div>
              <dt>{row.first ? "Primeira resposta" : "Próxima resposta"}</dt>
              <dd className={row.due_at && Date.parse(row.due_at) < now ? "late" : ""}>{row.due_at === null || row.stage === "closed" ? "nada pendente" : Date.parse(row.due_at) < now ? `venceu ${moment(new Date(row.due_at))}` : moment(new Date(row.due_at))}</dd>
            </div>
            <div>
              <dt>Janela do WhatsApp</dt>
              <dd>{row.window_until === null ? "fechada" : Date.parse(row.window_until) <= now ? `fechou ${moment(new Date(row.window_until))}` : `fecha ${moment(new Date(row.window_until))}`}</dd>
            </div>
            {row.wake_at && (
              <div>
                <dt>Adiado até</dt>
                <dd>{moment(new Date(row.wake_at))}</dd>
              </div>
            )}
          </dl>
        </div>
        <Why row={row} now={now} />
      </Part>

      <Part title="Atendimento">
        <dl className="facts">
          <Fact label="Prioridade">
            <button type="button" className="as-link" onClick={() => onAsk("priority")} disabled={row.stage === "closed"} title="Mudar a prioridade">
              <PriorityChip priority={row.priority} />
            </button>
          </Fact>
          <Fact label="Fila">{row.queue_id ? names.queue(row.queue_id) : "nenhuma"}</Fact>
          <Fact label="Assunto">{subject(row.subject) ?? "não informado"}</Fact>
          <Fact label="Com">{row.stage === "automation" ? "Automação" : row.agent_id ? (row.agent_id === names.me ? "você" : names.agent(row.agent_id)) : row.stage === "closed" ? "encerrado" : "ninguém ainda"}</Fact>
          {row.reason && why(row.reason) && <Fact label="Veio">{why(row.reason)}</Fact>}
          {row.opened_at && <Fact label="Aberto">{moment(new Date(row.opened_at))}</Fact>}
          {row.cancellation_at && <Fact label="Cancelamento">pedido {moment(new Date(row.cancellation_at))}</Fact>}
          {row.closed_at && row.stage === "closed" && <Fact label="Encerrado">{moment(new Date(row.closed_at))}</Fact>}
        </dl>
      </Part>

      <Tags row={row} />

      {notes.length > 0 && (
        <Part title="Notas da equipe">
          <ul className="notes">
            {notes.map((line) => (
              <li key={line.line_id}>
                <p>{line.text}</p>
                <small>
                  {line.agent_id === names.me ? "Você" : names.agent(line.agent_id)}, {ago(now - Date.parse(line.at))}
                </small>
              </li>
            ))}
          </ul>
        </Part>
      )}

      <Episodes conversation={thread.conversation} />
    </aside>
  );
}

/** What the desk wrote down of them. */
function Contact({ row, onAsk }: { row: Conversation; onAsk: (asked: Asked) => void }) {
  const { second_phone, email, document, remark } = row.contact;
  const attends = may("conversations.attend");
  if (!attends && !second_phone && !email && !document && !remark) return null;
  return (
    <Part title="Contato">
      <dl className="facts known">
        {second_phone && <Fact label="Outro telefone">{phone(second_phone)}</Fact>}
        {email && <Fact label="E-mail">{email}</Fact>}
        {document && <Fact label={document.includes("/") ? "CNPJ" : "CPF"}>{document}</Fact>}
        {remark && <Fact label="Observação">{remark}</Fact>}
      </dl>
      {attends && (
        <button type="button" className="button quiet small" aria-keyshortcuts="u" onClick={() => onAsk("contact")}>
          <Icon name="card" small /> Editar contato <kbd aria-hidden="true">U</kbd>
        </button>
      )}
    </Part>
  );
}

/** Those that an agent says are theirs. */
function Contracts({ row, onAsk }: { row: Conversation; onAsk: (asked: Asked) => void }) {
  const { contracts = [] } = row.contact;
  const attends = may("conversations.attend");
  const names = naming();
  if (!attends && contracts.length === 0) return null;
  return (
    <Part title="Contratos">
      <ul className="contracts">
        {contracts.map((one) => (
          <li key={one.contract_id}>
            <span>
              <strong className="num">{one.number}</strong>
              {one.label && <span>{one.label}</span>}
              <small>
                vinculado por {one.by === names.me ? "você" : names.agent(one.by)}, {moment(new Date(one.linked_at))}
              </small>
            </span>
            {attends && <IconButton icon="close" label={`Desvincular o contrato ${one.number}`} small onPress={() => void unlinkContract(row, one)} />}
          </li>
        ))}
      </ul>
      {attends && (
        <button type="button" className="button quiet small" aria-keyshortcuts="b" onClick={() => onAsk("contract")}>
          <Icon name="link" small /> Vincular contrato <kbd aria-hidden="true">B</kbd>
        </button>
      )}
    </Part>
  );
}

/** Codes of the house on this demand. */
function Tags({ row }: { row: Conversation }) {
  const [text, setText] = useState("");
  const code = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim().replace(/[^a-z0-9_]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40);
  return (
    <Part title="Etiquetas">
      <ul className="tags">
        {row.tags.map((one) => (
          <li key={one} className="chip">
            {one}
            {may("conversations.attend") && <IconButton icon="close" label={`Tirar a etiqueta ${one}`} small onPress={() => void tag(row, [], [one])} />}
          </li>
        ))}
        {may("conversations.attend") && (
          <li>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                if (code) void tag(row, [code], []).then((ok) => ok && setText(""));
              }}
            >
              <input aria-label="Nova etiqueta" placeholder="nova etiqueta" maxLength={40} value={text} onChange={(event) => setText(event.target.value)} />
            </form>
          </li>
        )}
      </ul>
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The rule, its version and its inputs, as the desk judged by them. */
function Why({ row, now }: { row: Conversation; now: number }) {
  const [open, setOpen] = useState(false);
  const [clocks, setClocks] = useState<readonly Schemas["Clock"][]>([]);
  const id = row.conversation_id;
  useEffect(() => {
    if (!open) return;
    let here = true;
    data(api.GET("/v1/conversations/{conversation_id}/clocks", { params: { path: { conversation_id: id } } })).then(
      (told) => here && setClocks(told.items),
      () => undefined,
    );
    return () => {
      here = false;
    };
  }, [open, id, row.version]);
  return (
    <details className="why" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="info" small /> Por que este prazo?
      </summary>
      <p>{explained(row, now)}</p>
      <ul className="why-clocks">
        {clocks.slice(-3).reverse().map((clock) => (
          <li key={clock.number}>
            <strong>{CLOCK[clock.kind]}</strong> <span className={clock.verdict === "breached" ? "late" : ""}>{clock.verdict ? VERDICT[clock.verdict] : clock.state === "paused" ? "pausado" : "correndo"}</span>
            <small>
              Meta de {clock.target_minutes} min desde {moment(new Date(clock.started_at))}
              {clock.due_at ? `, até ${moment(new Date(clock.due_at))}` : ""}. Regras versão {clock.policy_version}, calendário {clock.calendar} versão {clock.calendar_version}.
            </small>
          </li>
        ))}
      </ul>
    </details>
  );
}

const CLOCK: Record<string, string> = { first: "Primeira resposta", next: "Próxima resposta", resolution: "Resolução", automation: "Automação" };
const VERDICT: Record<string, string> = { met: "cumprido", breached: "estourado", settled: "não precisou de resposta", unanswered: "encerrado sem resposta", cancelled: "cancelado" };
const TARGET: Record<string, string> = { urgent: "5 minutos", high: "15 minutos", normal: "30 minutos", low: "1 hora" };
function explained(row: Conversation, now: number): string {
  if (row.due_at === null || row.stage === "closed") return row.awaiting === "customer" ? "A última palavra foi nossa: o próximo prazo começa quando o cliente escrever." : "Nenhum prazo de resposta está correndo agora.";
  const since = row.waiting_since ? moment(new Date(row.waiting_since)) : "a última mensagem do cliente";
  const spent = row.waiting_since ? `, ${ago(now - Date.parse(row.waiting_since))}` : "";
  const priority = { urgent: "urgente", high: "alta", normal: "normal", low: "baixa" }[row.priority];
  return `Prioridade ${priority} pede resposta em ${TARGET[row.priority]}. O prazo conta desde ${since}${spent}, e mensagens seguintes do cliente não o empurram.`;
}

function Episodes({ conversation }: { conversation: ConversationWithEpisodes | null }) {
  const before = conversation?.episodes.filter((episode) => episode.episode !== conversation.episode) ?? [];
  if (before.length === 0) return null;
  return (
    <Part title={`Atendimentos anteriores (${before.length})`}>
      <ol className="episodes">
        {before.slice(0, 6).map((episode) => (
          <li key={episode.episode}>
            <span className="num">{episode.protocol ?? "sem protocolo"}</span>
            <small>
              {date(new Date(episode.opened_at))}
              {episode.closed_at && `, durou ${span(Date.parse(episode.closed_at) - Date.parse(episode.opened_at))}`}
            </small>
            {episode.reason && <small>{reason(episode.reason)}</small>}
            {episode.outcome && <p>{episode.outcome}</p>}
          </li>
        ))}
      </ol>
    </Part>
  );
}
