// The live stream: one request that does not end, read piece by piece and taken up again where it broke off.
import { api, knock, Problem, wish } from "../api/client";
import type { Frame, Listener, Source } from "./frames";

/** Said when the desk has no such stream, so that somebody falls back. */
export class NoStream extends Error {}

type Said = { event: string; id: string | null; data: string };

export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<Said | null> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true }).replaceAll("\r\n", "\n");
      for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        yield parsed(block);
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

function parsed(block: string): Said | null {
  const said: Said = { event: "message", id: null, data: "" };
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue; // a comment: a heartbeat
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "event") said.event = value;
    else if (field === "id") said.id = value;
    else if (field === "data") said.data += said.data ? `\n${value}` : value;
  }
  return said.data ? said : null;
}

export class Stream implements Source {
  #listener: Listener | null = null;
  #topics: readonly string[] = [];
  #open: string[] = [];
  #streamId: string | null = null;
  #lastId: string | null = null;
  #abort: AbortController | null = null;
  #stopped = false;
  #silence: number | undefined;
  #offlineSince: number | null = null;
  #heartbeat = 15;
  #tries = 0;
  #wanted: (() => void) | null = null;
  readonly onNone: () => void;

  constructor(onNone: () => void) {
    this.onNone = onNone;
  }

  start(listener: Listener): void {
    this.#listener = listener;
    window.addEventListener("online", this.#hurry);
    void this.#run();
  }
  want(topics: readonly string[]): void {
    this.#topics = topics;
    this.#wanted?.();
    void this.#look();
  }
  nudge(): void {}
  stop(): void {
    this.#stopped = true;
    window.removeEventListener("online", this.#hurry);
    window.clearTimeout(this.#silence);
    this.#abort?.abort();
  }

  #hurry = (): void => {
    this.#tries = 0;
    this.#abort?.abort();
  };

  async #run(): Promise<void> {
    while (!this.#stopped) {
      if (this.#topics.length === 0) {
        this.#listener?.connection({ is: "idle" });
        await new Promise<void>((done) => {
          this.#wanted = done;
        });
        this.#wanted = null;
        continue;
      }
      let again = true;
      try {
        again = await this.#once();
      } catch (error) {
        if (error instanceof NoStream) {
          this.stop();
          this.onNone();
          return;
        }
        if (error instanceof Problem && error.status === 401) {
          this.#listener?.connection({ is: "signed_out", detail: error.sentence });
          return;
        }
      }
      this.#streamId = null;
      window.clearTimeout(this.#silence);
      if (this.#stopped || !again) return;
      this.#offlineSince ??= Date.now();
      this.#tries += 1;
      if (this.#tries > 1) {
        this.#listener?.connection({
          is: "offline",
          since: this.#offlineSince,
          detail: "Sem conexão. O que está na tela pode estar desatualizado.",
        });
      }
      const pause = Math.min(10_000, 400 * 2 ** Math.min(this.#tries, 5)) * (0.6 + Math.random() * 0.4);
      await new Promise((done) => window.setTimeout(done, pause));
    }
  }

  /** One connection, until it ends. Answers whether to come back. */
  async #once(): Promise<boolean> {
    this.#abort = new AbortController();
    const asked = [...this.#topics];
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (this.#lastId) headers["Last-Event-ID"] = this.#lastId;
    const query = new URLSearchParams({ topics: asked.join(",") });
    const answer = await knock(`${window.location.origin}/v1/live?${query}`, { headers, signal: this.#abort.signal });
    if (answer.status === 404 || answer.status === 405) throw new NoStream();
    if (!answer.ok || answer.body === null) {
      throw new Problem(answer.status, await answer.json().catch(() => ({})));
    }
    this.#listen();
    for await (const said of events(answer.body)) {
      this.#listen();
      if (said === null) continue;
      if (said.id !== null) this.#lastId = said.id;
      const told: unknown = JSON.parse(said.data);
      if (said.event === "hello") this.#greeted(told as { stream_id: string; topics: string[]; heartbeat: number }, asked);
      else if (said.event === "bye") return this.#parted(told as { reason: string; detail: string; again: boolean });
      else if (said.event === "degraded") this.#listener?.connection({ is: "behind", detail: (told as { detail: string }).detail });
      else if (said.event === "recovered") this.#listener?.connection({ is: "live", every: null });
      else if (said.event !== "mark" && said.event !== "topics") this.#listener?.frame({ event: said.event, data: told } as Frame);
    }
    return true;
  }

  #greeted(hello: { stream_id: string; topics: string[]; heartbeat: number }, asked: string[]): void {
    this.#streamId = hello.stream_id;
    this.#heartbeat = hello.heartbeat;
    this.#open = asked;
    this.#tries = 0;
    this.#offlineSince = null;
    this.#listener?.connection({ is: "live", every: null });
    void this.#look();
  }

  #parted(bye: { reason: string; detail: string; again: boolean }): boolean {
    if (!bye.again) this.#listener?.connection({ is: "signed_out", detail: bye.detail });
    else if (bye.reason === "slow") this.#listener?.connection({ is: "behind", detail: bye.detail });
    return bye.again;
  }

  /** Hearing nothing for twice as long as it beats means that it is broken. */
  #listen(): void {
    window.clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.#abort?.abort(), this.#heartbeat * 2_000);
  }

  async #look(): Promise<void> {
    const topics = [...this.#topics];
    if (this.#streamId === null || same(topics, this.#open) || topics.length === 0) return;
    this.#open = topics;
    try {
      const path = { stream_id: this.#streamId };
      await api.PUT("/v1/live/{stream_id}/topics", { params: { path }, headers: wish(), body: { topics } });
    } catch (error) {
      if (error instanceof Problem && error.status === 404) this.#abort?.abort(); // it ended: come back with all topics
    }
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((topic) => b.includes(topic));
}
