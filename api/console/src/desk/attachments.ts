// Files on their way into a message: brought to the desk at once, sent when the message is.
import { useSyncExternalStore } from "react";
import { knock, OFFLINE, Problem, sentenceOf, type Schemas } from "../api/client";
import type { Writing } from "./acts";

export type Attached = { n: number; file: File; url: string; voice: boolean; state: "going" | "ready" | "failed"; no: string | null; told: Schemas["BroughtFile"] | null };

const MB = 1024 * 1024;
const LIMITS: Record<string, number> = { image: 5 * MB, audio: 16 * MB, video: 16 * MB };
const NONE: readonly Attached[] = [];

let all: ReadonlyMap<string, readonly Attached[]> = new Map();
let last = 0;
const listeners = new Set<() => void>();

function set(id: string, files: readonly Attached[]): void {
  all = new Map(all).set(id, files);
  for (const listener of listeners) listener();
}
export function useAttached(id: string): readonly Attached[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all.get(id) ?? NONE,
  );
}

export function attach(id: string, files: Iterable<File>, voice = false): void {
  for (const file of files) {
    const one: Attached = { n: (last += 1), file, url: URL.createObjectURL(file), voice, state: "going", no: tooLarge(file), told: null };
    set(id, [...(all.get(id) ?? NONE), one.no === null ? one : { ...one, state: "failed" }]);
    if (one.no === null) void bring(id, one);
  }
}
export function detach(id: string, n: number): void {
  const files = all.get(id) ?? NONE;
  for (const one of files) if (one.n === n) URL.revokeObjectURL(one.url);
  set(id, files.filter((one) => one.n !== n));
}
/** What is ready, as messages; the words go with the first that takes any. The rest of the words is answered. */
export function messagesOf(id: string, words: string): { messages: { body: Writing; shown: string }[]; rest: string } {
  let rest = words;
  const messages = [];
  for (const { n, file, voice, told } of all.get(id) ?? NONE) {
    if (told === null) continue;
    const caption = told.kind !== "audio" && rest !== "" && rest.length <= 1024 ? { caption: rest } : {};
    if ("caption" in caption) rest = "";
    const more = told.kind === "document" ? { filename: file.name.slice(0, 240) } : told.kind === "audio" && voice ? { voice } : {};
    messages.push({ body: { kind: told.kind, key: told.key, ...caption, ...more } as Writing, shown: caption.caption ?? file.name });
    detach(id, n);
  }
  return { messages, rest };
}

async function bring(id: string, one: Attached): Promise<void> {
  const change = (told: Partial<Attached>): void => set(id, (all.get(id) ?? NONE).map((other) => (other.n === one.n ? { ...other, ...told } : other)));
  try {
    const answer = await knock(`${window.location.origin}/v1/conversations/${id}/files`, { method: "POST", body: one.file, headers: { "Content-Type": one.file.type || "application/octet-stream" } }).catch(() => {
      throw new Problem(0, { detail: OFFLINE });
    });
    if (!answer.ok) throw new Problem(answer.status, await answer.json().catch(() => ({})));
    change({ state: "ready", told: (await answer.json()) as Schemas["BroughtFile"] });
  } catch (error) {
    change({ state: "failed", no: sentenceOf(error) });
  }
}

/** Told before it is sent all the way. */
function tooLarge(file: File): string | null {
  const most = LIMITS[file.type.split("/")[0] ?? ""] ?? 100 * MB;
  return file.size <= most ? null : `Este arquivo tem ${Math.ceil(file.size / MB)} MB, e o WhatsApp aceita até ${most / MB} MB deste tipo.`;
}
