// The one door to the API: typed by its own document, every no as a sentence, every wish with a key.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Conversation = Schemas["Conversation"];
export type ConversationWithEpisodes = Schemas["ConversationWithEpisodes"];
export type Line = Schemas["TranscriptLine"];
export type Queue = Schemas["Queue"];
export type Agent = Schemas["Agent"];
export type Channel = Schemas["Channel"];
export type Me = Schemas["Me"];
export type Priority = Schemas["Priority"];
export type Stage = Conversation["stage"];

type ProblemBody = Partial<Schemas["Problem"]>;

/** A no of the API, or of the way to it. `sentence` is for people. */
export class Problem extends Error {
  readonly rule: string;
  readonly status: number;
  readonly winner: string | null;
  readonly fields: Record<string, unknown>;
  readonly faults: string[];
  /** What is wrong with each field of what was sent. */
  readonly byField: Readonly<Record<string, string>>;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? "Algo não saiu como esperado. Tente de novo em instantes.");
    this.rule = body.rule ?? "Unexpected";
    this.status = status;
    this.winner = body.winner?.name ?? null;
    this.fields = body.fields ?? {};
    this.faults = (body.errors ?? []).map((fault) => fault.message ?? "").filter(Boolean);
    this.byField = Object.fromEntries((body.errors ?? []).map((fault) => [(fault.field ?? "").replace(/^body\./, ""), fault.message ?? ""]));
  }

  get sentence(): string {
    return this.faults.length > 0 && this.rule === "Invalid" ? this.faults.join(" ") : this.message;
  }
}

export const OFFLINE = "Sem conexão com o servidor. Assim que ela voltar, a gente tenta de novo.";

let bearer: string | null = null;
let renew: (() => Promise<string | null>) | null = null;
const gone = new Set<() => void>();

export function carry(token: string | null): void {
  bearer = token;
}
export function carried(): string | null {
  return bearer;
}
/** How a token that ran out is replaced; null when it cannot be. */
export function renewWith(how: (() => Promise<string | null>) | null): void {
  renew = how;
}
export function onSignedOut(told: () => void): () => void {
  gone.add(told);
  return () => gone.delete(told);
}
export function tellSignedOut(): void {
  for (const told of gone) told();
}

let renewing: Promise<string | null> | null = null;
async function renewed(): Promise<string | null> {
  if (renew === null) return null;
  renewing ??= renew().finally(() => {
    renewing = null;
  });
  return renewing;
}

/** `fetch` with whoever is signed in; asks once for a new token when the old one ran out. */
export async function knock(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const again = request.clone();
  if (bearer) request.headers.set("Authorization", `Bearer ${bearer}`);
  const answer = await fetch(request);
  if (answer.status !== 401) return answer;
  const token = await renewed();
  if (token === null) {
    if (bearer !== null) tellSignedOut();
    return answer;
  }
  again.headers.set("Authorization", `Bearer ${token}`);
  return fetch(again);
}

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    const body = await response.json().catch(() => ({}));
    throw new Problem(response.status, body as ProblemBody);
  },
  onError({ error }) {
    if (error instanceof Problem) return error;
    return new Problem(0, { rule: "Offline", detail: OFFLINE });
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: (request) => knock(request) });
api.use(problems);

export function aKey(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The headers of a wish: its key, and the version that was seen. */
export function wish(seen?: number, key: string = aKey()): Record<string, string> {
  return seen === undefined ? { "Idempotency-Key": key } : { "Idempotency-Key": key, "If-Match": `"${seen}"` };
}

/** What an answer promises; openapi-fetch cannot know that a no has been thrown. */
export async function data<T>(answer: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data: told } = await answer;
  return told as T;
}

export function sentenceOf(error: unknown): string {
  return error instanceof Problem ? error.sentence : "Algo não saiu como esperado. Tente de novo em instantes.";
}
