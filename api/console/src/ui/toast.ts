// Short news at the edge of the screen, some of which can be taken back.
import { useSyncExternalStore } from "react";

export type Toast = {
  id: number;
  tone: "good" | "bad" | "conflict" | "plain";
  text: string;
  action?: { label: string; run: () => void };
  ms?: number;
};
let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();
function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}
export function toast(told: Omit<Toast, "id">): void {
  last += 1;
  const id = last;
  set([...toasts.filter((other) => other.text !== told.text).slice(-2), { ...told, id }]);
  window.setTimeout(() => dismiss(id), told.ms ?? (told.tone === "bad" || told.tone === "conflict" ? 9_000 : 5_000));
}
export function dismiss(id: number): void {
  if (toasts.some((one) => one.id === id)) set(toasts.filter((one) => one.id !== id));
}
/** Take back the last thing that can be. */
export function undoLast(): boolean {
  const found = [...toasts].reverse().find((one) => one.action);
  if (!found) return false;
  dismiss(found.id);
  found.action?.run();
  return true;
}
export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
