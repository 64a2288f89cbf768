// The agent's desk: the list, the thread, what belongs to it; one pane at a time on a phone.
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { useLocation, useParams, useSearch } from "wouter";
import { pull } from "../desk/acts";
import { lookAt, may } from "../desk/session";
import { momentIn } from "../desk/past";
import { inOrder, listOf, now, useDesk } from "../desk/store";
import { closeTab, keepTab, openToWrite, openTab, stepTab, useTabs } from "../desk/tabs";
import { useCommands, type Command } from "../shell/commands";
import { Bones, Empty, useWide } from "../ui/parts";
import { Attendance } from "./Attendance";
import { List, topicOf, type Tab } from "./List";
import { Offers } from "./Offers";
import { OpenTabs } from "./OpenTabs";
import "./list.css";
import "./thread.css";
import "./files.css";
import "./writing.css";
import "./beside.css";
import "./narrow.css";

const Begin = lazy(() => import("./Begin"));
const Past = lazy(() => import("../supervisor/Past"));

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
  const [beginning, setBeginning] = useState(false);
  const tabs = useTabs();
  const past = momentIn(useSearch());
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
      if (id) openToWrite(id);
      return;
    }
    const first = inOrder(now(), "waiting", Date.now())[0];
    if (first) openTab(first.conversation_id);
  }, []);

  useCommands("desk", [
    { id: "pull", label: "Pegar a próxima da espera", group: "Conversa", icon: "zap", keys: "n", words: "next proxima pull", run: () => void next() },
    ...(may("conversations.attend") ? [{ id: "begin", label: "Nova conversa por telefone", group: "Conversa", icon: "send", keys: "l", words: "iniciar comecar ligar numero", run: () => setBeginning(true) } satisfies Command] : []),
    ...TABS.map((one, at): Command => ({ id: `tab-${one.tab}`, label: `Ver ${LONG[one.tab]}`, group: "Lista", icon: "inbox", keys: String(at + 1), run: () => setTab(one.tab) })),
    { id: "next-tab", label: "Próxima conversa aberta", group: "Abas", keys: "]", run: () => stepTab(1) },
    { id: "previous-tab", label: "Conversa aberta anterior", group: "Abas", keys: "[", run: () => stepTab(-1) },
    { id: "close-tab", label: "Fechar a aba", group: "Abas", icon: "close", keys: "w", run: () => id && closeTab(id) },
  ]);

  return (
    <div className={`desk${id ? " has-thread" : ""}`}>
      {!id && <h1 className="sr">Atendimento</h1>}
      <Offers />
      {beginning && (
        <Suspense fallback={null}>
          <Begin onDone={() => setBeginning(false)} />
        </Suspense>
      )}
      {(wide || !id) && (
        <section className="pane-list" aria-label="Listas de atendimento">
          <Tabs tab={tab} onTab={setTab} />
          <List tab={tab} chosen={id ?? null} onBegin={may("conversations.attend") ? () => setBeginning(true) : null} />
        </section>
      )}
      {(wide || id) && (
        <section className="pane-thread" aria-label="Atendimento aberto">
          {tabs.length > 0 && wide && <OpenTabs tabs={tabs} here={id ?? null} />}
          {id && past !== null && may("conversations.look_back") ? (
            <Suspense fallback={<Bones lines={9} />}>
              <Past key={id} id={id} at={past} onBack={wide ? null : () => go("/")} />
            </Suspense>
          ) : id ? (
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
  const late = useDesk((state) => {
    if (tab !== "waiting") return false;
    const now = new Date().toISOString();
    return ids.some((id) => (state.rows.get(id)?.due_at ?? "9") < now);
  });
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
