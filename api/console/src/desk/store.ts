// What this screen knows of the desk: rows by id, lists as sets of ids, threads as lines. Whatever the source
// tells is folded in here; screens read selected pieces and are drawn again only when those change.
import { useRef, useSyncExternalStore } from "react";
import type { Conversation, ConversationWithEpisodes, Line } from "../api/client";
import type { Connection, Frame, Viewer, Wallboard } from "../live/frames";
import { byPlace } from "./order";

export type Thread = {
  conversation: ConversationWithEpisodes | null;
  lines: readonly Line[];
  previous: string | null;
  loaded: boolean;
  viewers: readonly Viewer[];
};
export type List = { ids: readonly string[]; next: string | null; loaded: boolean };

/** A message of ours that the desk has not told us of yet. */
export type Sending = {
  key: string;
  conversationId: string;
  body: Record<string, unknown>;
  text: string;
  at: string;
  line: "message" | "note";
  /** The version whoever wrote it had in view. */
  seen: number;
  state: "sending" | "failed" | "asking";
  /** The rule that asks: somebody must say whether to send all the same. */
  rule: string | null;
  sentence: string | null;
  lineId: string | null;
};

export type State = {
  rows: ReadonlyMap<string, Conversation>;
  lists: ReadonlyMap<string, List>;
  threads: ReadonlyMap<string, Thread>;
  sendings: readonly Sending[];
  connection: Connection;
  /** How queues and agents stand, where somebody looks at that. */
  wall: Wallboard | null;
  /** When something was last told. */
  heardAt: number;
};

const NONE: List = { ids: [], next: null, loaded: false };
export const NO_THREAD: Thread = { conversation: null, lines: [], previous: null, loaded: false, viewers: [] };

let state: State = {
  rows: new Map(),
  lists: new Map(),
  threads: new Map(),
  sendings: [],
  connection: { is: "connecting" },
  wall: null,
  heardAt: 0,
};
const listeners = new Set<() => void>();
const arrivals = new Set<(line: Line, conversationId: string) => void>();
let scheduled = false;

function set(change: Partial<State>): void {
  state = { ...state, ...change };
  if (scheduled) return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    for (const listener of listeners) listener();
  });
}
export function now(): State {
  return state;
}
export function forget(): void {
  set({ rows: new Map(), lists: new Map(), threads: new Map(), sendings: [], connection: { is: "connecting" }, wall: null, heardAt: 0 });
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A piece of the state; drawn again when `same` says it is another. */
export function useDesk<T>(select: (state: State) => T, same: (a: T, b: T) => boolean = Object.is): T {
  const kept = useRef<{ value: T } | null>(null);
  return useSyncExternalStore(subscribe, () => {
    const value = select(state);
    if (kept.current !== null && same(kept.current.value, value)) return kept.current.value;
    kept.current = { value };
    return value;
  });
}
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a === b || (a.length === b.length && a.every((item, at) => Object.is(item, b[at])));
}

/** Lines that came while somebody was here, not those that were there before. */
export function onArrival(told: (line: Line, conversationId: string) => void): () => void {
  arrivals.add(told);
  return () => arrivals.delete(told);
}

const roommates = new Set<(roomId: string, position: string) => void>();
/** Something was said or read in a room of the team. */
export function onRoom(told: (roomId: string, position: string) => void): () => void {
  roommates.add(told);
  return () => roommates.delete(told);
}

export function connection(told: Connection): void {
  set({ connection: told, heardAt: told.is === "live" ? Date.now() : state.heardAt });
}

export function hear(frame: Frame): void {
  switch (frame.event) {
    case "list": {
      const rows = new Map(state.rows);
      for (const row of frame.data.items) keep(rows, row);
      const before = state.lists.get(frame.data.topic);
      const known = new Set(frame.data.items.map((row) => row.conversation_id));
      const more = before && frame.data.next !== null ? before.ids.filter((id) => !known.has(id) && stillIn(rows, id, frame.data.topic)) : [];
      const ids = [...known, ...more];
      announce(frame.data.items, frame.data.topic, before);
      const list = { ids, next: more.length > 0 ? (before?.next ?? null) : frame.data.next, loaded: true };
      set({ rows, lists: new Map(state.lists).set(frame.data.topic, list), heardAt: Date.now() });
      return;
    }
    case "transcript":
      transcript(frame.data);
      return;
    case "conversation": {
      const row = frame.data.conversation;
      const held = state.rows.get(row.conversation_id);
      if (held && held.version > row.version) return;
      const rows = new Map(state.rows).set(row.conversation_id, row);
      set({ rows, lists: placed(row.conversation_id, frame.data.lists), threads: rowInThread(row), heardAt: Date.now() });
      newcomer(row, held);
      return;
    }
    case "gone":
      set({ lists: placed(frame.data.conversation_id, []), heardAt: Date.now() });
      return;
    case "line": {
      const thread = state.threads.get(frame.data.conversation_id);
      if (!thread) return;
      const known = thread.lines.some((line) => line.line_id === frame.data.line.line_id);
      const lines = merged(thread.lines, [frame.data.line]);
      set({ threads: new Map(state.threads).set(frame.data.conversation_id, { ...thread, lines }), sendings: settled([frame.data.line]), heardAt: Date.now() });
      if (!known) for (const told of arrivals) told(frame.data.line, frame.data.conversation_id);
      return;
    }
    case "presence": {
      const thread = state.threads.get(frame.data.conversation_id);
      if (thread) {
        const viewers = frame.data.viewers;
        set({ threads: new Map(state.threads).set(frame.data.conversation_id, { ...thread, viewers }) });
      }
      return;
    }
    case "room":
      for (const told of roommates) told(frame.data.room_id, frame.data.position);
      return;
    case "wallboard":
      set({ wall: frame.data, heardAt: Date.now() });
      return;
    case "reset": {
      const lists = new Map(state.lists);
      const threads = new Map(state.threads);
      for (const topic of frame.data.topics) {
        lists.delete(topic);
        const thread = topic.startsWith("conversation.") ? threads.get(topic.slice(13)) : undefined;
        if (thread) threads.set(topic.slice(13), { ...thread, lines: [], loaded: false });
      }
      set({ lists, threads });
      return;
    }
    default:
      return;
  }
}

function keep(rows: Map<string, Conversation>, row: Conversation): void {
  const held = rows.get(row.conversation_id);
  if (!held || held.version <= row.version) rows.set(row.conversation_id, row);
}

function transcript(told: Extract<Frame, { event: "transcript" }>["data"]): void {
  const id = told.topic.slice("conversation.".length);
  const before = state.threads.get(id);
  const lines = before?.loaded ? merged(before.lines, told.items) : told.items;
  const previous = before?.loaded && before.lines.length > 0 ? before.previous : told.previous;
  const thread = { conversation: told.conversation, lines, previous, loaded: true, viewers: told.viewers };
  const rows = new Map(state.rows);
  if (told.conversation) keep(rows, told.conversation);
  if (before?.loaded) {
    const known = new Set(before.lines.map((line) => line.line_id));
    for (const line of told.items) if (!known.has(line.line_id)) for (const heard of arrivals) heard(line, id);
  }
  set({ threads: new Map(state.threads).set(id, thread), rows, sendings: settled(told.items), heardAt: Date.now() });
}

/** Earlier lines, asked for by whoever scrolled up. */
export function earlier(id: string, lines: readonly Line[], previous: string | null): void {
  const thread = state.threads.get(id);
  if (thread) set({ threads: new Map(state.threads).set(id, { ...thread, lines: merged(thread.lines, lines), previous }) });
}
/** A further page of a list. */
export function further(topic: string, rows: readonly Conversation[], next: string | null): void {
  const list = state.lists.get(topic) ?? NONE;
  const all = new Map(state.rows);
  for (const row of rows) keep(all, row);
  const ids = [...new Set([...list.ids, ...rows.map((row) => row.conversation_id)])];
  set({ rows: all, lists: new Map(state.lists).set(topic, { ids, next, loaded: true }) });
}

export function sending(one: Sending): void {
  set({ sendings: [...state.sendings.filter((other) => other.key !== one.key), one] });
}
export function sent(key: string): void {
  set({ sendings: state.sendings.filter((one) => one.key !== key) });
}
function settled(lines: readonly Line[]): readonly Sending[] {
  const told = new Set(lines.map((line) => line.line_id));
  const left = state.sendings.filter((one) => one.lineId === null || !told.has(one.lineId));
  return left.length === state.sendings.length ? state.sendings : left;
}

function merged(held: readonly Line[], told: readonly Line[]): readonly Line[] {
  const byId = new Map(held.map((line) => [line.line_id, line]));
  let changed = false;
  for (const line of told) {
    const before = byId.get(line.line_id);
    if (before && JSON.stringify(before) === JSON.stringify(line)) continue;
    byId.set(line.line_id, line);
    changed = true;
  }
  return changed ? [...byId.values()].sort((a, b) => a.place - b.place) : held;
}

function rowInThread(row: Conversation): ReadonlyMap<string, Thread> {
  const thread = state.threads.get(row.conversation_id);
  if (!thread?.conversation) return state.threads;
  const conversation = { ...thread.conversation, ...row };
  return new Map(state.threads).set(row.conversation_id, { ...thread, conversation });
}

/** The lists after a conversation has come to stand in exactly these. */
function placed(id: string, inThese: readonly string[]): ReadonlyMap<string, List> {
  const lists = new Map(state.lists);
  for (const [topic, list] of state.lists) {
    const belongs = inThese.includes(topic);
    const there = list.ids.includes(id);
    if (belongs && !there) lists.set(topic, { ...list, ids: [...list.ids, id] });
    else if (!belongs && there) lists.set(topic, { ...list, ids: list.ids.filter((other) => other !== id) });
  }
  return lists;
}

function stillIn(rows: ReadonlyMap<string, Conversation>, id: string, topic: string): boolean {
  const row = rows.get(id);
  if (!row) return false;
  if (topic === "waiting" || topic === "automation" || topic === "in_service" || topic === "closed") return row.stage === topic;
  if (topic.startsWith("waiting.")) return row.stage === "waiting" && row.queue_id === topic.slice(8);
  if (topic.startsWith("agent.")) return row.stage === "in_service" && row.agent_id === topic.slice(6);
  return false;
}

// ── what deserves a sound ────────────────────────────────────────────────────────────────────────

export type News = { kind: "waiting" | "customer"; row: Conversation };
const newsreaders = new Set<(news: News) => void>();
export function onNews(told: (news: News) => void): () => void {
  newsreaders.add(told);
  return () => newsreaders.delete(told);
}
function newcomer(row: Conversation, held: Conversation | undefined): void {
  if (row.stage === "waiting" && held?.stage !== "waiting") tell({ kind: "waiting", row });
  else if (row.stage === "in_service" && held && row.unread > held.unread) tell({ kind: "customer", row });
}
function announce(rows: readonly Conversation[], topic: string, before: List | undefined): void {
  if (!before?.loaded || (topic !== "waiting" && !topic.startsWith("agent."))) return;
  for (const row of rows) newcomer(row, state.rows.get(row.conversation_id));
}
function tell(news: News): void {
  for (const told of newsreaders) told(news);
}

// ── selections ───────────────────────────────────────────────────────────────────────────────────

export function listOf(topic: string): (state: State) => List {
  return (of) => of.lists.get(topic) ?? NONE;
}
/** The rows of a list in the one order, as of an instant. */
export function inOrder(of: State, topic: string, at: number): Conversation[] {
  const list = of.lists.get(topic) ?? NONE;
  const rows = list.ids.map((id) => of.rows.get(id)).filter((row): row is Conversation => row !== undefined && stillIn(of.rows, row.conversation_id, topic));
  return topic === "closed"
    ? rows.sort((a, b) => (b.closed_at ?? "").localeCompare(a.closed_at ?? ""))
    : rows.sort(byPlace(at));
}
/** What a tab that joins should be told of these topics. */
export function held(topics: readonly string[]): Frame[] {
  const frames: Frame[] = [];
  for (const topic of topics) {
    if (topic.startsWith("conversation.")) {
      const thread = state.threads.get(topic.slice(13));
      if (thread?.loaded) frames.push({ event: "transcript", data: { topic, conversation: thread.conversation, items: [...thread.lines], previous: thread.previous, viewers: [...thread.viewers] } });
    } else if (topic === "wallboard") {
      if (state.wall !== null) frames.push({ event: "wallboard", data: state.wall });
    } else {
      const list = state.lists.get(topic);
      if (list?.loaded) frames.push({ event: "list", data: { topic, items: inOrder(state, topic, Date.now()), next: list.next } });
    }
  }
  return frames;
}
