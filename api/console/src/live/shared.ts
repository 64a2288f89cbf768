// One connection per browser. Whichever tab holds the lock has it and tells the others; when it closes, the
// next tab takes over. Without locks (an address that is not secure) every tab has its own.
import type { Connection, Frame, Listener, Source } from "./frames";
import { Polling } from "./poll";
import { Stream } from "./stream";

type Word =
  | { is: "want"; from: string; topics: readonly string[] }
  | { is: "left"; from: string }
  | { is: "nudge" }
  | { is: "leading" }
  | { is: "frame"; frame: Frame }
  | { is: "connection"; connection: Connection }
  | { is: "again"; to: string; frames: Frame[]; connection: Connection };

const STALE = 45_000;

/** `who` keeps people apart who sign in one after the other in the same browser. `held` tells what this tab
 * knows of a topic, for a tab that joins. */
export class Shared implements Source {
  readonly #id = Math.random().toString(36).slice(2);
  readonly #channel: BroadcastChannel | null;
  readonly #who: string;
  readonly #held: (topics: readonly string[]) => Frame[];
  #listener: Listener | null = null;
  #topics: readonly string[] = [];
  #others = new Map<string, { topics: readonly string[]; at: number }>();
  #source: Source | null = null;
  #connection: Connection = { is: "connecting" };
  #letGo: (() => void) | null = null;
  #stopped = false;
  #beat: number | undefined;

  constructor(who: string, held: (topics: readonly string[]) => Frame[]) {
    this.#who = who;
    this.#held = held;
    this.#channel = "locks" in navigator && "BroadcastChannel" in window ? new BroadcastChannel(`atende ${who}`) : null;
  }

  start(listener: Listener): void {
    this.#listener = listener;
    if (this.#channel === null) {
      this.#lead();
      return;
    }
    this.#channel.onmessage = (message: MessageEvent<Word>) => this.#heard(message.data);
    window.addEventListener("pagehide", this.#leave);
    this.#beat = window.setInterval(() => this.#tellWants(), STALE / 3);
    this.#tellWants();
    void navigator.locks.request(`atende live ${this.#who}`, () => {
      if (this.#stopped) return;
      this.#lead();
      this.#say({ is: "leading" });
      return new Promise<void>((done) => {
        this.#letGo = done;
      });
    });
  }

  want(topics: readonly string[]): void {
    this.#topics = topics;
    if (this.#source) this.#wantAll();
    else this.#tellWants();
  }
  nudge(): void {
    if (this.#source) this.#source.nudge();
    else this.#say({ is: "nudge" });
  }
  stop(): void {
    this.#stopped = true;
    window.clearInterval(this.#beat);
    window.removeEventListener("pagehide", this.#leave);
    this.#leave();
    this.#source?.stop();
    this.#letGo?.();
    this.#channel?.close();
  }

  #leave = (): void => this.#say({ is: "left", from: this.#id });

  #say(word: Word): void {
    try {
      this.#channel?.postMessage(word);
    } catch {
      // the channel is closed: so is this tab
    }
  }
  #tellWants(): void {
    if (this.#source) this.#forgetStale();
    else this.#say({ is: "want", from: this.#id, topics: this.#topics });
  }
  #forgetStale(): void {
    const before = this.#others.size;
    for (const [id, other] of this.#others) if (Date.now() - other.at > STALE * 2) this.#others.delete(id);
    if (this.#others.size !== before) this.#wantAll();
  }

  #lead(): void {
    const polling = (): Source => {
      const source = new Polling();
      source.start(relay);
      return source;
    };
    const relay: Listener = {
      frame: (frame) => {
        this.#listener?.frame(frame);
        this.#say({ is: "frame", frame });
      },
      connection: (connection) => {
        this.#told(connection);
        this.#say({ is: "connection", connection });
      },
    };
    const stream = new Stream(() => {
      this.#source = polling();
      this.#wantAll();
    });
    this.#source = stream;
    stream.want(this.#topics);
    stream.start(relay);
  }

  #wantAll(): void {
    const all = new Set(this.#topics);
    for (const other of this.#others.values()) for (const topic of other.topics) all.add(topic);
    this.#source?.want([...all].slice(0, 40));
  }

  #told(connection: Connection): void {
    this.#connection = connection;
    this.#listener?.connection(connection);
  }

  #heard(word: Word): void {
    if (this.#source) {
      if (word.is === "want") {
        const before = this.#others.get(word.from)?.topics.join();
        this.#others.set(word.from, { topics: word.topics, at: Date.now() });
        if (before === word.topics.join()) return;
        this.#wantAll();
        this.#say({ is: "again", to: word.from, frames: this.#held(word.topics), connection: this.#connection });
      } else if (word.is === "left") {
        this.#others.delete(word.from);
        this.#wantAll();
      } else if (word.is === "nudge") this.#source.nudge();
      return;
    }
    if (word.is === "frame") this.#listener?.frame(word.frame);
    else if (word.is === "connection") this.#told(word.connection);
    else if (word.is === "leading") this.#tellWants();
    else if (word.is === "again" && word.to === this.#id) {
      for (const frame of word.frames) this.#listener?.frame(frame);
      this.#told(word.connection);
    }
  }
}
