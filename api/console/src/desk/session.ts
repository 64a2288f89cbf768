// Who is signed in, and what everybody here is called.
import { useSyncExternalStore } from "react";
import { api, carried, carry, data, onSignedOut, Problem, renewWith, type Agent, type Channel, type Me, type Queue, type Schemas } from "../api/client";
import type { Source } from "../live/frames";
import { Shared } from "../live/shared";
import { toast } from "../ui/toast";
import type { Naming } from "../words/names";
import { ROLES } from "../words/roles";
import { connection, forget, hear, held } from "./store";

export type House = { queues: readonly Queue[]; agents: readonly Agent[]; channels: readonly Channel[] };
/** `owing`: signed in, and let through no door before an authenticator app is enrolled. */
/** `moved`: what they may do is not what it was when this page was opened. */
export type Session = { state: "starting" | "out" | "in" | "owing"; me: Me | null; house: House; notice: string | null; moved: boolean };

const EMPTY: House = { queues: [], agents: [], channels: [] };
const KEPT = "atende.token";
/** That somebody signed in with a password here, so that it is worth asking for their cookie's worth. */
const SIGNED = "atende.signed";

let session: Session = { state: "starting", me: null, house: EMPTY, notice: null, moved: false };
const listeners = new Set<() => void>();
let source: Source | null = null;
const wanted = new Map<string, readonly string[]>();

function set(change: Partial<Session>): void {
  session = { ...session, ...change };
  for (const listener of listeners) listener();
}
export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}
export function current(): Session {
  return session;
}
export function may(permission: string): boolean {
  return session.me?.permissions.includes(permission) ?? false;
}
export function myAgent(): string | null {
  return session.me?.agent_id ?? null;
}

/** A token handed over in the address, behind the `#` that no server sees; else the one of this tab; else
 * whatever the cookie is good for. */
export async function begin(): Promise<void> {
  onSignedOut(() => leave("Seu acesso mudou ou a sua sessão terminou. Entre de novo."));
  const handed = window.location.hash.match(/^#entrar=(atende_[\w-]+)$/)?.[1];
  if (handed) {
    history.replaceState(null, "", window.location.pathname);
    forgetTab();
  }
  const token = handed ?? sessionStorage.getItem(KEPT);
  try {
    if (token) await enter(token);
    else if (localStorage.getItem(SIGNED) !== null && (await refreshed()) !== null) await come();
    else set({ state: "out" });
  } catch (error) {
    set({ state: "out", notice: error instanceof Problem && error.status !== 401 ? error.sentence : null });
  }
}

/** With a token of `atende token`; it stays in this tab. */
export async function enter(token: string): Promise<void> {
  carry(token);
  renewWith(null);
  try {
    await come();
    sessionStorage.setItem(KEPT, token);
  } catch (error) {
    carry(null);
    throw error;
  }
}

/** With a password, and a code where one is enrolled. */
export async function signIn(login: string, password: string, code: { code?: string; recovery_code?: string } = {}): Promise<void> {
  const told = await data(api.POST("/v1/sign-in", { body: { login, password, ...code } }));
  localStorage.setItem(SIGNED, "1");
  carry(told.access_token);
  renewWith(refreshed);
  await come();
}

/** Ten minutes more. One tab at a time: a cookie that comes twice ends the session. */
async function refreshed(): Promise<string | null> {
  const ask = async (): Promise<string | null> => {
    const answer = await fetch("/v1/session/refresh", { method: "POST", headers: { "X-Atende": "1" } });
    if (!answer.ok) {
      if (answer.status < 500) localStorage.removeItem(SIGNED);
      return null;
    }
    const told = (await answer.json()) as Schemas["SignedIn"];
    carry(told.access_token);
    renewWith(refreshed);
    void lookAgain();
    return told.access_token;
  };
  return "locks" in navigator ? navigator.locks.request("atende session", ask) : ask();
}

/** Whoever is carried now, comes in. */
async function come(): Promise<void> {
  const me = await data(api.GET("/v1/me"));
  if (me.owes_second_factor) {
    set({ state: "owing", me, notice: null });
    return;
  }
  set({ state: "in", me, notice: null });
  listenAs(me);
  await learn();
}
export const enrolled = come;

function listenAs(me: Me): void {
  source?.stop();
  const own = (source = new Shared(me.actor, held));
  own.want(allWanted());
  own.start({
    frame: hear,
    connection: (told) => {
      connection(told);
      if (told.is === "signed_out" && source === own) void lookAgain(true);
    },
  });
}

let looking: Promise<void> | null = null;
/** Who they are now, whenever their token is another or their stream has `ended`: what they may see no more leaves the
 * screen, and what is left goes on. */
function lookAgain(ended = false): Promise<void> {
  looking ??= (async (): Promise<void> => {
    const before = session.me;
    if (before === null || session.state === "out") return;
    if (ended) await new Promise((done) => window.setTimeout(done, 200)); // a stream that ends at once is not asked for at once
    const me = await data(api.GET("/v1/me"));
    const moved = rights(me) !== rights(before);
    if (session.me === null || (!moved && !ended)) return;
    if (moved) {
      forget();
      set({ state: me.owes_second_factor ? "owing" : "in", me, moved: true, house: EMPTY });
      toast({ tone: "plain", text: before.role === me.role ? "O que você pode ver aqui mudou." : `Seu perfil agora é ${ROLES[me.role] ?? me.role}.`, ms: 15_000 });
      await new Promise((done) => window.setTimeout(done)); // screens that are gone want nothing more
    }
    if (!me.owes_second_factor) {
      listenAs(me);
      await learn();
    }
  })()
    .catch(() => undefined) // signed out is told by itself, and what is away is asked again by whoever needs it
    .finally(() => {
      looking = null;
    });
  return looking;
}
/** All that decides what the screen shows. */
export function rights(me: Me): string {
  return JSON.stringify([me.actor, me.role, me.permissions, me.agent_id, me.queues, me.owes_second_factor]);
}

/** Read again what queues, agents and channels there are. */
export async function learn(): Promise<void> {
  if (!may("desk.read")) return;
  const [queues, agents, channels] = await Promise.all([
    data(api.GET("/v1/queues")),
    data(api.GET("/v1/agents")),
    data(api.GET("/v1/channels")),
  ]);
  set({ house: { queues: queues.items, agents: agents.items, channels: channels.items } });
}

export function leave(notice: string | null = null): void {
  if (notice === null && localStorage.getItem(SIGNED) !== null) {
    localStorage.removeItem(SIGNED);
    void api.DELETE("/v1/session", { headers: { Authorization: `Bearer ${carried() ?? ""}` } }).catch(() => undefined);
  }
  renewWith(null);
  source?.stop();
  source = null;
  carry(null);
  sessionStorage.removeItem(KEPT);
  if (notice === null) forgetTab();
  forget();
  set({ state: "out", me: null, house: EMPTY, notice, moved: false });
}
function forgetTab(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("atende.")) sessionStorage.removeItem(key);
}

/** What a part of the screen looks at; the source hears of all of it together. */
export function lookAt(part: string, topics: readonly string[]): void {
  if (wanted.get(part)?.join() === topics.join()) return;
  wanted.set(part, topics);
  source?.want(allWanted());
}
function allWanted(): string[] {
  return [...new Set([...wanted.values()].flat())];
}
export function nudge(): void {
  source?.nudge();
}

export function naming(): Naming {
  const { house } = session;
  return {
    agent: (id) => (id === "aparelho" ? "Aparelho" : (house.agents.find((agent) => agent.agent_id === id)?.name ?? "Alguém da equipe")),
    queue: (id) => house.queues.find((queue) => queue.queue_id === id)?.name ?? "de atendimento",
    me: myAgent(),
  };
}
export function firstName(): string {
  return session.me?.name.split(" ")[0] ?? "";
}
