// One conversation as it is attended: who it is, what was said, what can be done, and where answers are written.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { navigate } from "wouter/use-browser-location";
import type { Conversation, Line } from "../api/client";
import { acknowledge, claim, newDemand, reopen, settle, unblock, wake } from "../desk/acts";
import { attach } from "../desk/attachments";
import { asItWas, latest } from "../desk/past";
import { prefer, usePreferences } from "../desk/preferences";
import { talks } from "../desk/rooms";
import { may, naming } from "../desk/session";
import { present, seen } from "../desk/seen";
import { NO_THREAD, now, useDesk, type Sending } from "../desk/store";
import { closeTab, takeToWrite } from "../desk/tabs";
import { MenuTrigger, Menu, MenuItem } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Button } from "react-aria-components/Button";
import { useCommands, type Command } from "../shell/commands";
import { Oversight } from "../supervisor/Oversight";
import { Icon } from "../ui/Icon";
import { Bones, Empty, IconButton, Kbd, PriorityChip, useWide } from "../ui/parts";
import { customer } from "../words/names";
import { Composer } from "./Composer";
import { Context, copyProtocol } from "./Context";
import type { Asked } from "./Sheets";
import { Thread } from "./Thread";
import { Unowned } from "./Unowned";

const sheets = (): Promise<typeof import("./Sheets")> => import("./Sheets");
const Sheets = lazy(() => sheets().then(({ Sheets }) => ({ default: Sheets })));

export function Attendance({ id, onNext, onBack }: { id: string; onNext: () => Promise<void>; onBack: (() => void) | null }) {
  const row = useDesk((state) => state.rows.get(id) ?? null);
  const { loaded, conversation, viewers, lines } = useDesk((state) => state.threads.get(id) ?? NO_THREAD);
  const { context, after } = usePreferences();
  const roomy = useWide(1180);
  const [aside, setAside] = useState(false);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [reply, setReply] = useState<Line | null>(null);
  const [restored, setRestored] = useState<{ text: string; at: number } | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const wanted = useRef(false);
  const names = naming();
  const shown = roomy ? context : aside;
  const mine = row !== null && row.stage === "in_service" && row.agent_id === names.me;
  const attends = may("conversations.attend");
  const another = may("conversations.move_for_another");
  useSeen(row, mine, lines.length);
  useEffect(() => void window.setTimeout(() => void sheets().catch(() => undefined), 1_500), []); // before anybody asks for them
  usePresent(id, attends);

  const take = useCallback(async (): Promise<void> => {
    const held = now().rows.get(id);
    if (held === undefined) return;
    wanted.current = true; // the stream may tell that it is mine before the answer does
    if (!(await claim(held))) wanted.current = false;
  }, [id]);
  // it becomes mine a moment after I took it: then I write
  useEffect(() => {
    if (!mine || !(takeToWrite(id) || wanted.current)) return;
    wanted.current = false;
    field.current?.focus();
  }, [mine, id]);
  const onEdit = useCallback((one: Sending) => {
    setRestored({ text: one.text, at: Date.now() });
    window.setTimeout(() => field.current?.focus(), 0);
  }, []);
  const onReply = useCallback((line: Line | null) => {
    setReply(line);
    if (line) window.setTimeout(() => field.current?.focus(), 0);
  }, []);
  const aside_ = useCallback(() => (roomy ? prefer({ context: !context }) : setAside((is) => !is)), [roomy, context]);

  const moves = mine || (another && row?.stage === "in_service");
  const commands = useMemo((): Command[] => {
    if (!row) return [];
    const found: (Command | false)[] = [
      attends && row.stage !== "closed" && !mine && { id: "claim", label: row.stage === "in_service" ? "Assumir no lugar de quem atende" : "Assumir", group: "Conversa", icon: "hand", keys: "a", words: "claim pegar", run: () => void take() },
      moves && { id: "close", label: "Encerrar", group: "Conversa", icon: "check", keys: "e", words: "resolver fechar", run: () => setAsked("close") },
      mine && { id: "close-next", label: "Encerrar e pegar a próxima", group: "Conversa", icon: "check", keys: "shift+e", run: () => setAsked("close-next") },
      moves && { id: "transfer", label: "Transferir", group: "Conversa", icon: "move", keys: "t", run: () => setAsked("transfer") },
      moves && { id: "release", label: "Devolver à fila", group: "Conversa", icon: "back", keys: "d", run: () => setAsked("release") },
      mine && { id: "snooze", label: "Adiar", group: "Conversa", icon: "snooze", keys: "s", run: () => setAsked("snooze") },
      mine && row.awaiting === "third_party" && { id: "wake", label: "Retomar agora", group: "Conversa", icon: "clock", run: () => void wake(row) },
      attends && row.stage !== "closed" && { id: "priority", label: "Mudar a prioridade", group: "Conversa", icon: "flag", keys: "y", run: () => setAsked("priority") },
      mine && { id: "new-demand", label: "Virou outra demanda (novo protocolo)", group: "Conversa", icon: "plus", run: () => void newDemand(row) },
      attends && row.stage === "closed" && { id: "reopen", label: "Reabrir", group: "Conversa", icon: "undo", keys: "a", run: () => void reopen(id) },
      attends && row.stage !== "automation" && { id: "block", label: row.blocked ? "Voltar a atender este contato" : "Bloquear este contato", group: "Conversa", icon: "close", words: "spam bloquear", run: () => (row.blocked ? void unblock(row) : setAsked("block")) },
      mine && row.unanswered_since !== null && { id: "settle", label: "Não precisa de resposta", group: "Conversa", icon: "check", keys: "x", run: () => void settle(row) },
      another && row.breached && row.stage !== "closed" && { id: "acknowledge", label: "Estou cuidando deste atraso", group: "Conversa", icon: "eye", keys: "c", run: () => void acknowledge(row) },
      talks() && { id: "share", label: "Mostrar à equipe", group: "Conversa", icon: "people", keys: "h", words: "compartilhar colega sala", run: () => setAsked("share") },
      may("conversations.look_back") && { id: "past", label: "Ver como estava antes", group: "Conversa", icon: "clock", keys: "shift+g", words: "passado historico momento", run: () => navigate(asItWas(id, latest())) },
      attends && { id: "contact", label: "Editar contato", group: "Conversa", icon: "card", keys: "u", words: "cliente nome email telefone cpf observação", run: () => setAsked("contact") },
      attends && { id: "contract", label: "Vincular contrato", group: "Conversa", icon: "link", keys: "b", words: "cliente número plano endereço", run: () => setAsked("contract") },
      { id: "protocol", label: "Copiar o protocolo", group: "Conversa", icon: "copy", keys: "p", run: () => copyProtocol(row) },
      { id: "context", label: shown ? "Esconder o painel do cliente" : "Mostrar o painel do cliente", group: "Conversa", icon: "panel", keys: "i", run: aside_ },
    ];
    return found.filter((one): one is Command => one !== false);
  }, [row, attends, mine, moves, take, id, shown, aside_]);
  useCommands("conversation", commands);

  const done = (ok: boolean): void => {
    const was = asked;
    setAsked(null);
    if (!ok) return;
    if (was === "close-next" || (was === "close" && after === "next")) {
      closeTab(id);
      void onNext();
    } else if (was === "close" || was === "transfer" || was === "release") closeTab(id);
    else if (was !== "contact" && was !== "contract") window.setTimeout(() => field.current?.focus(), 0);
  };

  if (!row) {
    return loaded && conversation === null ? (
      <Empty icon="search" title="Esta conversa não foi encontrada" />
    ) : (
      <div className="loading">
        <Bones lines={9} />
      </div>
    );
  }
  const others = viewers.filter((viewer) => viewer.agent_id !== names.me);
  const typing = others.find((viewer) => viewer.state === "typing");
  const actions = commands.filter((command) => ["wake", "priority", "new-demand", "release", "settle", "acknowledge", "contact", "contract", "share", "past", "block"].includes(command.id));
  const button = (command: string): Command | undefined => commands.find((one) => one.id === command);
  return (
    <div className={`attendance${shown ? " with-context" : ""}`}>
      <div
        className="attend-main"
        onDragOver={(event) => {
          if (mine && event.dataTransfer.types.includes("Files")) event.preventDefault();
        }}
        onDrop={(event) => {
          if (!mine || event.dataTransfer.files.length === 0) return;
          event.preventDefault();
          attach(id, event.dataTransfer.files);
          field.current?.focus();
        }}
      >
        <header className="attend-head">
          {onBack && <IconButton icon="left" label="Voltar à lista" onPress={onBack} />}
          <div className="attend-who">
            <h1 className="clip">{customer(row)}</h1>
            <p className="clip num">
              {row.stage !== "closed" && (row.priority === "urgent" || row.priority === "high") && <PriorityChip priority={row.priority} />}
              <span>{where(row, names.queue(row.queue_id), row.agent_id === names.me ? "você" : names.agent(row.agent_id))}</span>
              {others.length > 0 && (
                <span className="viewers">
                  <Icon name={typing ? "note" : "eye"} small />
                  {typing ? `${names.agent(typing.agent_id)} está digitando` : `${others.map((viewer) => names.agent(viewer.agent_id)).join(", ")} também está vendo`}
                </span>
              )}
            </p>
          </div>
          {button("transfer") && <IconButton icon="move" label="Transferir" keys="T" onPress={() => setAsked("transfer")} />}
          {button("snooze") && <IconButton icon="snooze" label="Adiar" keys="S" onPress={() => setAsked("snooze")} />}
          {actions.length > 0 && (
            <MenuTrigger>
              <Button className="icon-button" aria-label="Mais ações">
                <Icon name="more" />
              </Button>
              <Popover className="popover" placement="bottom end">
                <Menu className="menu" aria-label="Mais ações" onAction={(key) => commands.find((command) => command.id === key)?.run()}>
                  {actions.map((command) => (
                    <MenuItem key={command.id} id={command.id} textValue={command.label} className="menu-item">
                      <Icon name={command.icon ?? "zap"} /> {command.label} {command.keys && <span className="end">{command.keys.toUpperCase()}</span>}
                    </MenuItem>
                  ))}
                </Menu>
              </Popover>
            </MenuTrigger>
          )}
          <IconButton icon="panel" label={shown ? "Esconder painel do cliente" : "Mostrar painel do cliente"} keys="I" pressed={shown} onPress={aside_} />
          {button("close") && (
            <button type="button" className={mine ? "button main" : "button"} onClick={() => setAsked("close")}>
              Encerrar <Kbd>E</Kbd>
            </button>
          )}
        </header>
        <Oversight row={row} />
        <Thread row={row} onReply={onReply} onEdit={onEdit} />
        {mine ? (
          <Composer row={row} field={field} onTemplate={() => setAsked("template")} reply={reply} onReply={onReply} restored={restored} />
        ) : (
          <Unowned row={row} onTake={take} onReopen={() => void reopen(id)} owner={names.agent(row.agent_id)} attends={attends} />
        )}
      </div>
      {shown && <Context row={row} onAsk={setAsked} onClose={aside_} />}
      {asked !== null && (
        <Suspense fallback={null}>
          <Sheets asked={asked} row={row} onDone={done} />
        </Suspense>
      )}
    </div>
  );
}

function where(row: Conversation, queue: string, agent: string): string {
  switch (row.stage) {
    case "automation":
      return "Com a automação";
    case "waiting":
      return `Esperando na fila ${queue}`;
    case "closed":
      return "Encerrado";
    case "in_service":
      return row.awaiting === "third_party" ? `Adiado, com ${agent}` : row.awaiting === "customer" ? `Com ${agent}, aguardando o cliente` : `Com ${agent}`;
  }
}

/** Colleagues who open the same conversation see who else has it in view. */
function usePresent(id: string, attends: boolean): void {
  useEffect(() => {
    if (!attends) return;
    const tell = (): void => {
      if (document.visibilityState === "visible") present(id, "viewing");
    };
    tell();
    const timer = window.setInterval(tell, 20_000);
    return () => {
      window.clearInterval(timer);
      present(id, "left");
    };
  }, [id, attends]);
}

/** The customer's ticks turn blue when the owner has the thread in view. */
function useSeen(row: Conversation | null, mine: boolean, lines: number): void {
  const id = row?.conversation_id;
  const unread = row?.unread ?? 0;
  useEffect(() => {
    if (!id || !mine || unread === 0 || document.visibilityState !== "visible") return;
    seen(id);
  }, [id, mine, unread, lines]);
}
