// The agent's desk: the list, the thread, what belongs to it; one pane at a time on a phone.
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation, useParams } from "wouter";
import type { Conversation, Line } from "../api/client";
import { acknowledge, claim, newDemand, note, pull, reopen, settle, unblock, wake } from "../desk/acts";
import { useNow } from "../desk/clock";
import { prefer, usePreferences } from "../desk/preferences";
import { lookAt, may, naming } from "../desk/session";
import { present, seen } from "../desk/seen";
import { inOrder, listOf, NO_THREAD, now, useDesk, type Sending } from "../desk/store";
import { closeTab, keepTab, openTab, stepTab, useTabs } from "../desk/tabs";
import { MenuTrigger, Menu, MenuItem } from "react-aria-components/Menu";
import { Popover } from "react-aria-components/Popover";
import { Button } from "react-aria-components/Button";
import { useCommands, type Command } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Bones, Empty, IconButton, Kbd, PriorityChip, Ring, useWide } from "../ui/parts";
import { customer } from "../words/names";
import { Composer } from "./Composer";
import { Context, copyProtocol } from "./Context";
import { List, topicOf, type Tab } from "./List";
import { Offers } from "./Offers";
import { Sheets, type Asked } from "./Sheets";
import { Thread } from "./Thread";
import { Oversight } from "../supervisor/Oversight";
import "./agent.css";

const TABS: readonly { tab: Tab; label: string }[] = [
  { tab: "waiting", label: "Espera" },
  { tab: "mine", label: "Meus" },
  { tab: "automation", label: "Automação" },
  { tab: "closed", label: "Encerrados" },
];
const LONG: Record<Tab, string> = { waiting: "Espera", mine: "Meus atendimentos", automation: "Automação", closed: "Encerrados" };

export default function Desk() {
  const { id } = useParams<{ id?: string }>();
  const [tab, setTab] = useState<Tab>(() => (sessionStorage.getItem("atende.tab") as Tab | null) ?? "waiting");
  const tabs = useTabs();
  const wide = useWide(860);
  const [, go] = useLocation();

  useEffect(() => sessionStorage.setItem("atende.tab", tab), [tab]);
  useEffect(() => {
    lookAt("lists", ["waiting", topicOf("mine"), "automation", ...(tab === "closed" ? ["closed"] : [])].filter((topic) => !topic.endsWith(".ninguem")));
  }, [tab]);
  useEffect(() => {
    lookAt("threads", id ? [`conversation.${id}`] : []);
    if (id) keepTab(id);
  }, [id]);

  const next = useCallback(async (): Promise<void> => {
    if (may("conversations.attend")) {
      const id = await pull();
      if (id) openTab(id);
      return;
    }
    const first = inOrder(now(), "waiting", Date.now())[0];
    if (first) openTab(first.conversation_id);
  }, []);

  useCommands("desk", [
    { id: "pull", label: "Pegar a próxima da espera", group: "Conversa", icon: "zap", keys: "n", words: "next proxima pull", run: () => void next() },
    ...TABS.map((one, at): Command => ({ id: `tab-${one.tab}`, label: `Ver ${LONG[one.tab]}`, group: "Lista", icon: "inbox", keys: String(at + 1), run: () => setTab(one.tab) })),
    { id: "next-tab", label: "Próxima conversa aberta", group: "Abas", keys: "]", run: () => stepTab(1) },
    { id: "previous-tab", label: "Conversa aberta anterior", group: "Abas", keys: "[", run: () => stepTab(-1) },
    { id: "close-tab", label: "Fechar a aba", group: "Abas", icon: "close", keys: "w", run: () => id && closeTab(id) },
  ]);

  return (
    <div className={`desk${id ? " has-thread" : ""}`}>
      {!id && <h1 className="sr">Atendimento</h1>}
      <Offers />
      {(wide || !id) && (
        <section className="pane-list" aria-label="Listas de atendimento">
          <Tabs tab={tab} onTab={setTab} />
          <List tab={tab} chosen={id ?? null} />
        </section>
      )}
      {(wide || id) && (
        <section className="pane-thread" aria-label="Atendimento aberto">
          {tabs.length > 0 && wide && <OpenTabs tabs={tabs} here={id ?? null} />}
          {id ? (
            <Attendance key={id} id={id} onNext={next} onBack={wide ? null : () => go("/")} />
          ) : (
            <Empty icon="inbox" title="Escolha uma conversa">
              <p>
                Aperte <kbd>N</kbd> para pegar a próxima, <kbd>J</kbd> e <kbd>K</kbd> para andar pela lista, <kbd>?</kbd> para ver todas as teclas.
              </p>
              {may("conversations.attend") && (
                <button type="button" className="button main" onClick={() => void next()}>
                  Pegar a próxima
                </button>
              )}
            </Empty>
          )}
        </section>
      )}
    </div>
  );
}

function Tabs({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  return (
    <div className="list-tabs" role="tablist" aria-label="Listas">
      {TABS.map((one) => (
        <TabButton key={one.tab} {...one} here={tab === one.tab} onTab={onTab} />
      ))}
    </div>
  );
}
function TabButton({ tab, label, here, onTab }: { tab: Tab; label: string; here: boolean; onTab: (tab: Tab) => void }) {
  const { ids, next, loaded } = useDesk(listOf(topicOf(tab)));
  const late = useDesk((state) => (tab === "waiting" ? ids.some((id) => (state.rows.get(id)?.due_at ?? "9") < new Date().toISOString()) : false));
  const unread = useDesk((state) => (tab === "mine" ? ids.filter((id) => (state.rows.get(id)?.unread ?? 0) > 0).length : 0));
  return (
    <button type="button" role="tab" aria-selected={here} tabIndex={here ? 0 : -1} className={`list-tab${here ? " here" : ""}`} onClick={() => onTab(tab)} onKeyDown={(event) => {
      const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (by === 0) return;
      const to = TABS[(TABS.findIndex((one) => one.tab === tab) + by + TABS.length) % TABS.length];
      if (to) onTab(to.tab);
      const other = by > 0 ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling;
      if (other instanceof HTMLElement) other.focus();
    }}>
      <span>{label}</span>
      {tab !== "closed" && loaded && ids.length > 0 && (
        <span className={`count num${late || unread > 0 ? " hot" : ""}`}>
          {ids.length}
          {next ? "+" : ""}
        </span>
      )}
    </button>
  );
}

function OpenTabs({ tabs, here }: { tabs: readonly string[]; here: string | null }) {
  return (
    <div className="open-tabs" role="group" aria-label="Conversas abertas">
      {tabs.map((id) => (
        <OpenTab key={id} id={id} here={id === here} />
      ))}
    </div>
  );
}
function OpenTab({ id, here }: { id: string; here: boolean }) {
  const row = useDesk((state) => state.rows.get(id) ?? null);
  const name = row ? customer(row) : "Conversa";
  return (
    <div className={`open-tab${here ? " here" : ""}`}>
      <button type="button" aria-current={here ? "true" : undefined} onClick={() => openTab(id)}>
        {row && row.stage !== "closed" && row.due_at && <Ring due={row.due_at} since={row.waiting_since} size={22} />}
        <span className="clip">{name}</span>
        {row && row.unread > 0 && !here && row.stage !== "closed" && <span className="dot" role="img" aria-label="Mensagens novas" />}
      </button>
      <IconButton icon="close" label={`Fechar aba de ${name}`} small onPress={() => closeTab(id)} />
    </div>
  );
}

function Attendance({ id, onNext, onBack }: { id: string; onNext: () => Promise<void>; onBack: (() => void) | null }) {
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
  usePresent(id, attends);

  const take = useCallback(async (): Promise<void> => {
    const held = now().rows.get(id);
    if (held === undefined) return;
    wanted.current = true; // the stream may tell that it is mine before the answer does
    if (!(await claim(held))) wanted.current = false;
  }, [id]);
  // it becomes mine a moment after I took it: then I write
  useEffect(() => {
    if (!mine || !wanted.current) return;
    wanted.current = false;
    field.current?.focus();
  }, [mine]);
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
    else window.setTimeout(() => field.current?.focus(), 0);
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
  const actions = commands.filter((command) => ["wake", "priority", "new-demand", "release", "settle", "acknowledge", "block"].includes(command.id));
  const button = (command: string): Command | undefined => commands.find((one) => one.id === command);
  return (
    <div className={`attendance${shown ? " with-context" : ""}`}>
      <div className="attend-main">
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
          <Offer row={row} onTake={take} onReopen={() => void reopen(id)} owner={names.agent(row.agent_id)} attends={attends} />
        )}
      </div>
      {shown && <Context row={row} onPriority={() => setAsked("priority")} onClose={aside_} />}
      <Sheets asked={asked} row={row} onDone={done} />
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

/** In the composer's place while somebody else, or nobody, has it. */
function Offer({ row, onTake, onReopen, owner, attends }: { row: Conversation; onTake: () => Promise<void>; onReopen: () => void; owner: string; attends: boolean }) {
  const [busy, setBusy] = useState(false);
  const [noting, setNoting] = useState<string | null>(null);
  const at = useNow(10_000);
  if (!attends) return null;
  if (noting !== null) {
    return (
      <form
        className="composer noting"
        onSubmit={(event) => {
          event.preventDefault();
          if (noting.trim()) note(row, noting.trim());
          setNoting(null);
        }}
      >
        <textarea rows={2} autoFocus aria-label="Nota interna" placeholder="Nota que só a equipe vê" value={noting} onChange={(event) => setNoting(event.target.value)} />
        <div className="composer-foot">
          <span className="spring" />
          <button type="button" className="button quiet" onClick={() => setNoting(null)}>
            Cancelar
          </button>
          <button type="submit" className="button main" disabled={noting.trim() === ""}>
            Guardar nota
          </button>
        </div>
      </form>
    );
  }
  const closed = row.stage === "closed";
  const late = closed && row.closed_at !== null && at - Date.parse(row.closed_at) > 86_400_000;
  const words = closed ? (late ? "Encerrado há mais de 24 horas." : "Encerrado. Dá para reabrir com o mesmo protocolo.") : row.stage === "in_service" ? `${owner} está com esta conversa.` : row.stage === "automation" ? "A automação está atendendo." : "Ninguém assumiu ainda.";
  return (
    <div className="offer">
      <span>{words}</span>
      <button type="button" className="button quiet" onClick={() => setNoting("")}>
        <Icon name="note" /> Nota
      </button>
      {closed
        ? !late && (
            <button type="button" className="button" onClick={onReopen}>
              Reabrir <Kbd>A</Kbd>
            </button>
          )
        : (
            <button
              type="button"
              className={row.stage === "in_service" ? "button" : "button main"}
              disabled={busy}
              onClick={() => {
                setBusy(true);
                void onTake().finally(() => setBusy(false));
              }}
            >
              Assumir <Kbd>A</Kbd>
            </button>
          )}
    </div>
  );
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

