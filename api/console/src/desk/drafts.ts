// What I began to write: at once in this tab, after a pause at the desk, so that another machine goes on with it.
import { api, data, wish } from "../api/client";

export type Draft = { text: string; note: boolean };
const EMPTY: Draft = { text: "", note: false };
const PAUSE = 1_500;

/** Kept as long as the tab: a customer's affairs stay nowhere on this machine. */
const drafts = new Map<string, Draft>();
const waiting = new Map<string, number>();
/** What the desk has of each, as far as this tab knows. */
const saved = new Map<string, string>();

export function draftOf(id: string): Draft {
  return drafts.get(id) ?? EMPTY;
}
export function keepDraft(id: string, draft: Draft): void {
  if (draft.text === "") drafts.delete(id);
  else drafts.set(id, draft);
  window.clearTimeout(waiting.get(id));
  if (written(draft) === (saved.get(id) ?? "")) waiting.delete(id);
  else waiting.set(id, window.setTimeout(() => void save(id), PAUSE));
}
/** Do not wait for the pause: the conversation is left, or the page. */
export function saveNow(id: string): void {
  if (!waiting.has(id)) return;
  window.clearTimeout(waiting.get(id));
  void save(id);
}
/** What was begun elsewhere, when nothing is here. */
export async function begun(id: string): Promise<Draft | null> {
  if (drafts.has(id)) return null;
  const params = { path: { conversation_id: id } };
  const told = await data(api.GET("/v1/conversations/{conversation_id}/draft", { params })).catch(() => null);
  if (!told?.text || drafts.has(id)) return null;
  const draft = { text: told.text, note: told.note ?? false };
  saved.set(id, written(draft));
  return draft;
}

async function save(id: string): Promise<void> {
  waiting.delete(id);
  const draft = draftOf(id);
  const before = saved.get(id);
  saved.set(id, written(draft));
  try {
    await data(api.PUT("/v1/conversations/{conversation_id}/draft", { params: { path: { conversation_id: id } }, headers: wish(), body: draft, keepalive: true }));
  } catch {
    if (before === undefined) saved.delete(id); // the next pause tries again
    else saved.set(id, before);
  }
}
function written(draft: Draft): string {
  return draft.text.trim() === "" ? "" : `${draft.note ? "note" : "text"}:${draft.text}`;
}
