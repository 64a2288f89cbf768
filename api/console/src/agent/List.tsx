// Who waits, in the one order; only what is in view is drawn.
import { useVirtualizer } from "@tanstack/react-virtual";
import { lazy, memo, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { api, data, type Conversation } from "../api/client";
import { useNow } from "../desk/clock";
import { usePreferences } from "../desk/preferences";
import { myAgent, naming, useSession } from "../desk/session";
import { ALL, same, through } from "../desk/sieve";
import { further, inOrder, listOf, useDesk } from "../desk/store";
import { keepTab } from "../desk/tabs";
import { useCommands } from "../shell/commands";
import { Icon } from "../ui/Icon";
import { Bones, Empty, IconButton, Ring } from "../ui/parts";
import { short, span } from "../words/moments";
import { customer, kind, PRIORITY, subject } from "../words/names";
import { queryOf } from "../live/poll";

const Sift = lazy(() => import("./Sift"));
const OTHER = "other";

export type Tab = "waiting" | "mine" | "automation" | "closed";

export function topicOf(tab: Tab): string {
  return tab === "mine" ? `agent.${myAgent() ?? "ninguem"}` : tab;
}

const EMPTY: Record<Tab, readonly [string, string]> = {
  waiting: ["Ninguém esperando", "Quando alguém entrar na fila, aparece aqui na ordem do prazo."],
  mine: ["Nada com você agora", "Aperte N para pegar a próxima da espera."],
  automation: ["A automação está quieta", "Conversas que a automação atende aparecem aqui."],
  closed: ["Nada encerrado ainda", "Os atendimentos encerrados ficam aqui. Dá para reabrir em até 24 horas."],
};

export function List({ tab, chosen, onBegin }: { tab: Tab; chosen: string | null; onBegin: (() => void) | null }) {
  const topic = topicOf(tab);
  const rowsHeld = useDesk((state) => state.rows);
  const lists = useDesk((state) => state.lists);
  const { loaded, next } = useDesk(listOf(topic));
  const [sieve, setSieve] = useState(ALL);
  const [sifting, setSifting] = useState(false);
  const { house } = useSession();
  const minute = useNow(5_000);
  const { dense, views } = usePreferences();
  const [, go] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const asking = useRef(false);

  const rows = useMemo(() => {
    return through(sieve, inOrder({ rows: rowsHeld, lists } as never, topic, minute), minute);
  }, [rowsHeld, lists, topic, minute, sieve]);
  const queues = useMemo(() => house.queues.filter((one) => one.active), [house.queues]);

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (dense ? 58 : 70),
    overscan: 8,
    getItemKey: (at) => rows[at]?.conversation_id ?? at,
  });
  useEffect(() => virtual.measure(), [dense, virtual]);

  const items = virtual.getVirtualItems();
  const end = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (next === null || asking.current || end < rows.length - 20) return;
    asking.current = true;
    void more(topic, next).finally(() => {
      asking.current = false;
    });
  }, [end, rows.length, next, topic]);

  const step = (by: number): void => {
    const at = rows.findIndex((row) => row.conversation_id === chosen);
    const to = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by));
    const row = rows[to];
    if (!row) return;
    virtual.scrollToIndex(to);
    go(`/atendimentos/${row.conversation_id}`);
  };
  useCommands("list", [
    { id: "next-row", label: "Conversa de baixo na lista", group: "Lista", icon: "down", keys: "j", run: () => step(1) },
    { id: "sift", label: "Filtrar a lista", group: "Lista", icon: "queue", keys: "f", words: "filtro visao fila prioridade atraso", run: () => setSifting(true) },
    { id: "previous-row", label: "Conversa de cima na lista", group: "Lista", icon: "down", keys: "k", run: () => step(-1) },
  ]);

  const view = views.find((one) => same(one, sieve));
  const byQueue = same(sieve, { ...ALL, queue: sieve.queue });
  const here = same(sieve, ALL) ? "" : view ? `view ${view.name}` : byQueue ? `queue ${sieve.queue}` : OTHER;
  const choose = (value: string): void => {
    const kept = views.find((one) => value === `view ${one.name}`);
    if (kept) setSieve({ queue: kept.queue, priority: kept.priority, late: kept.late });
    else if (value !== OTHER) setSieve({ ...ALL, queue: value.replace(/^queue /, "") });
  };

  return (
    <>
      <div className="list-filter">
        <Icon name="queue" small />
        <label>
          <span className="sr">Mostrar</span>
          <select value={here} onChange={(event) => choose(event.target.value)}>
            <option value="">Todas as filas</option>
            {queues.map((one) => (
              <option key={one.queue_id} value={`queue ${one.queue_id}`}>
                {one.name}
              </option>
            ))}
            {views.map((one) => (
              <option key={one.name} value={`view ${one.name}`}>
                {one.name}
              </option>
            ))}
            {here === OTHER && <option value={OTHER}>Filtro</option>}
          </select>
        </label>
        <span className="num muted">{rows.length === 1 ? "1 conversa" : `${rows.length}${next ? "+" : ""} conversas`}</span>
        <span className="spring" />
        <button type="button" className="button quiet small" aria-pressed={!same(sieve, ALL)} onClick={() => setSifting(true)}>
          Filtrar
        </button>
        {onBegin && <IconButton icon="plus" small label="Nova conversa por telefone" keys="L" onPress={onBegin} />}
      </div>
      {sifting && (
        <Suspense fallback={null}>
          <Sift sieve={sieve} onSieve={setSieve} onDone={() => setSifting(false)} />
        </Suspense>
      )}
      <div className="rows scroll" ref={scroller} tabIndex={rows.length === 0 ? -1 : 0} aria-label="Conversas" role="region">
        {!loaded ? (
          <div className="loading">
            <Bones lines={12} />
          </div>
        ) : rows.length === 0 && !same(sieve, ALL) ? (
          <Empty icon="queue" title="Nada com este filtro">
            <button type="button" className="button" onClick={() => setSieve(ALL)}>
              Ver todas
            </button>
          </Empty>
        ) : rows.length === 0 ? (
          <Empty icon={tab === "automation" ? "bot" : "inbox"} title={EMPTY[tab][0]}>
            <p>{EMPTY[tab][1]}</p>
          </Empty>
        ) : (
          <ul style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index];
              if (!row) return null;
              return (
                <li key={item.key} style={{ transform: `translateY(${item.start}px)` }} aria-setsize={next ? -1 : rows.length} aria-posinset={item.index + 1}>
                  <Row row={row} tab={tab} chosen={row.conversation_id === chosen} />
                </li>
              );
            })}
          </ul>
        )}
      </div>
    </>
  );
}

async function more(topic: string, cursor: string): Promise<void> {
  const dot = topic.indexOf(".");
  const query = queryOf(dot < 0 ? topic : topic.slice(0, dot), dot < 0 ? "" : topic.slice(dot + 1));
  if (query === null) return;
  try {
    const page = await data(api.GET("/v1/conversations", { params: { query: { ...query, cursor, limit: 200 } } }));
    further(topic, page.items, page.next);
  } catch {
    // the list stays as long as it is; scrolling asks again
  }
}

const SIDE: Record<string, string> = { agent: "Equipe: ", automation: "Automação: ", device: "Aparelho: " };

const Row = memo(function Row({ row, tab, chosen }: { row: Conversation; tab: Tab; chosen: boolean }) {
  const names = naming();
  const name = customer(row);
  const last = row.last_preview ?? (row.last_kind ? kind(row.last_kind) : (subject(row.subject) ?? "Sem mensagens"));
  const at = row.last_at ?? row.activity_at ?? row.opened_at;
  const mine = row.agent_id === names.me;
  return (
    <Link href={`/atendimentos/${row.conversation_id}`} className={`row${chosen ? " chosen" : ""}${row.unread > 0 && tab !== "closed" ? " unread" : ""}`} aria-current={chosen ? "true" : undefined} data-conversation={row.conversation_id} onClick={() => keepTab(row.conversation_id)}>
      <Ring due={row.stage === "closed" ? null : row.due_at} since={row.waiting_since} />
      <span className="row-text">
        <span className="row-head">
          <strong className="clip">{name}</strong>
          <time className="num">{at ? short(new Date(at)) : ""}</time>
        </span>
        <span className="row-last">
          <span className="clip">
            {row.last_side && row.last_side !== "customer" ? SIDE[row.last_side] : ""}
            {last}
          </span>
          {row.unread > 0 && row.stage !== "closed" && (
            <span className="badge" aria-label={row.unread === 1 ? "1 não lida" : `${row.unread} não lidas`}>
              {row.unread > 99 ? "99+" : row.unread}
            </span>
          )}
        </span>
        <span className="row-facts">
          {(row.priority === "urgent" || row.priority === "high") && <span className={`chip ${row.priority}`}>{PRIORITY[row.priority]}</span>}
          {row.cancellation_at && <span className="chip high">Cancelamento</span>}
          {row.awaiting === "third_party" && (
            <span className="chip">
              <Icon name="snooze" small /> Adiado
            </span>
          )}
          <span className="clip">{[row.queue_id ? names.queue(row.queue_id) : null, row.agent_id && !mine ? names.agent(row.agent_id) : null, subject(row.subject)].filter(Boolean).slice(0, 2).join(" · ")}</span>
          <WindowLeft until={row.window_until} />
        </span>
      </span>
    </Link>
  );
});

/** Said only when it is getting short, or is over. */
function WindowLeft({ until }: { until: string | null }) {
  const now = useNow(10_000);
  if (until === null) return null;
  const left = Date.parse(until) - now;
  if (left > 3 * 3_600_000) return null;
  return <span className={`chip window ${left <= 0 ? "urgent" : "high"}`}>{left <= 0 ? "Janela fechada" : `Janela ${span(left)}`}</span>;
}
