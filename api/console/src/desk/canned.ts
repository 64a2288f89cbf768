// The answers the desk keeps ready: read when somebody looks for one, and filled when one is inserted.
import { useEffect, useSyncExternalStore } from "react";
import { api, data, type Conversation, type Schemas } from "../api/client";
import { firstName, naming } from "./session";

export type Canned = Schemas["Canned"];

const FRESH = 60_000;
let kept: readonly Canned[] = [];
let readAt = 0;
const listeners = new Set<() => void>();

/** Read them again; with a position, as they are after it. */
export async function learnCanned(after?: string): Promise<void> {
  readAt = Date.now();
  kept = (await data(api.GET("/v1/canned-answers", { params: { query: after ? { after } : {} } }))).items;
  for (const listener of listeners) listener();
}
export function useCanned(): readonly Canned[] {
  useEffect(() => {
    if (Date.now() - readAt > FRESH) void learnCanned().catch(() => (readAt -= FRESH - 10_000));
  });
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => kept,
  );
}
/** {nome} without a name takes its comma along. */
export function filled(canned: Pick<Canned, "text">, row: Pick<Conversation, "protocol" | "queue_id"> & { contact: Pick<Conversation["contact"], "name"> }): string {
  const name = row.contact.name?.split(" ")[0] ?? "";
  const text = name === "" ? canned.text.replace(/,? ?\{nome\}/g, "") : canned.text.replaceAll("{nome}", name);
  return text
    .replaceAll("{agente}", firstName())
    .replaceAll("{protocolo}", row.protocol ?? "deste atendimento")
    .replaceAll("{fila}", naming().queue(row.queue_id));
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those for this conversation that fit what was typed after the slash; those of its queue first. */
export function fitting(all: readonly Canned[], typed: string, row: Conversation): Canned[] {
  const word = fold(typed.trim());
  const score = (canned: Canned): number => {
    const own = canned.queues.length > 0 ? 4 : 1;
    if (canned.queues.length > 0 && !canned.queues.includes(row.queue_id ?? "")) return 0;
    if (word === "") return own;
    if (fold(canned.canned_id).startsWith(word)) return 20 + own;
    if (fold(canned.title).includes(word)) return 10 + own;
    return fold(canned.text).includes(word) ? 2 + own : 0;
  };
  return all
    .map((canned) => ({ canned, score: score(canned) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((one) => one.canned)
    .slice(0, 7);
}
