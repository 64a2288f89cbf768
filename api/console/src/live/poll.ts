// Where no live stream is to be had: ask every two seconds, and say so.
import { api, data, Problem } from "../api/client";
import type { Listener, Source } from "./frames";

export const EVERY = 2_000;
const PAGE = 200;

export class Polling implements Source {
  #listener: Listener | null = null;
  #topics: readonly string[] = [];
  #timer: number | undefined;
  #busy = false;
  #again = false;
  #stopped = false;
  #offlineSince: number | null = null;

  start(listener: Listener): void {
    this.#listener = listener;
    void this.#look();
  }
  want(topics: readonly string[]): void {
    this.#topics = topics;
    this.nudge();
  }
  nudge(): void {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#look(), 60);
  }
  stop(): void {
    this.#stopped = true;
    window.clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#stopped || this.#busy) return;
    this.#busy = true;
    this.#again = false;
    try {
      await Promise.all(this.#topics.map((topic) => this.#one(topic)));
      this.#offlineSince = null;
      this.#listener?.connection(this.#topics.length === 0 ? { is: "idle" } : { is: "live", every: EVERY });
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#busy = false;
    }
    if (!this.#stopped) this.#timer = window.setTimeout(() => void this.#look(), this.#again ? 60 : EVERY);
  }

  async #one(topic: string): Promise<void> {
    const [kind, rest] = split(topic);
    if (kind === "conversation") {
      const path = { conversation_id: rest };
      const [conversation, said] = await Promise.all([
        data(api.GET("/v1/conversations/{conversation_id}", { params: { path } })),
        data(api.GET("/v1/conversations/{conversation_id}/transcript", { params: { path, query: { limit: 60 } } })),
      ]);
      if (!this.#topics.includes(topic)) return;
      this.#listener?.frame({
        event: "transcript",
        data: { topic, conversation, items: said.items, previous: said.previous, viewers: [] },
      });
      return;
    }
    if (kind === "wallboard") {
      this.#listener?.frame({ event: "wallboard", data: await data(api.GET("/v1/wallboard")) });
      return;
    }
    const query = queryOf(kind, rest);
    if (query === null) return;
    const page = await data(api.GET("/v1/conversations", { params: { query: { ...query, limit: PAGE } } }));
    this.#listener?.frame({ event: "list", data: { topic, items: page.items, next: page.next } });
  }

  #failed(error: unknown): void {
    if (error instanceof Problem && error.status === 401) {
      this.stop();
      this.#listener?.connection({ is: "signed_out", detail: error.sentence });
      return;
    }
    if (error instanceof Problem && error.status === 503) {
      this.#listener?.connection({ is: "behind", detail: error.sentence });
      return;
    }
    if (error instanceof Problem && error.status > 0) return; // one read said no; the others go on
    this.#offlineSince ??= Date.now();
    this.#listener?.connection({
      is: "offline",
      since: this.#offlineSince,
      detail: "Sem conexão. O que está na tela pode estar desatualizado.",
    });
  }
}

function split(topic: string): [string, string] {
  const dot = topic.indexOf(".");
  return dot < 0 ? [topic, ""] : [topic.slice(0, dot), topic.slice(dot + 1)];
}

/** The read that answers a topic. */
export function queryOf(
  kind: string,
  rest: string,
): { stage?: "waiting" | "automation" | "in_service" | "closed"; queue?: string; agent?: string } | null {
  switch (kind) {
    case "waiting":
      return rest ? { stage: "waiting", queue: rest } : { stage: "waiting" };
    case "automation":
    case "in_service":
    case "closed":
      return { stage: kind };
    case "mine":
      return { agent: "me" };
    case "agent":
      return { agent: rest };
    default:
      return null;
  }
}
