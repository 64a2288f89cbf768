// Which conversations are open, up to eight, and which of them is in view.
import { useSyncExternalStore } from "react";
import { navigate } from "wouter/use-browser-location";

export const MOST = 8;
const KEPT = "atende.tabs";

let tabs: readonly string[] = read();
const listeners = new Set<() => void>();

function read(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}
function set(next: readonly string[]): void {
  tabs = next;
  sessionStorage.setItem(KEPT, JSON.stringify(next));
  for (const listener of listeners) listener();
}
export function useTabs(): readonly string[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => tabs,
  );
}
export function openTabs(): readonly string[] {
  return tabs;
}
export function inView(): string | null {
  return window.location.pathname.match(/^\/atendimentos\/([0-9a-f-]{36})$/)?.[1] ?? null;
}
/** Bring a conversation into view; the tab that was opened first makes room. */
export function openTab(id: string): void {
  keepTab(id);
  if (inView() !== id || window.location.search !== "") navigate(`/atendimentos/${id}`);
}
let toWrite: string | null = null;
/** … and write in it as soon as it is mine. */
export function openToWrite(id: string): void {
  toWrite = id;
  openTab(id);
}
/** Whether it was opened to be written in; told once. */
export function takeToWrite(id: string): boolean {
  if (toWrite !== id) return false;
  toWrite = null;
  return true;
}
export function keepTab(id: string): void {
  if (!tabs.includes(id)) set([...tabs, id].slice(-MOST));
}
export function closeTab(id: string): void {
  const at = tabs.indexOf(id);
  set(tabs.filter((other) => other !== id));
  if (inView() !== id) return;
  const next = tabs[Math.min(at, tabs.length - 1)];
  navigate(next ? `/atendimentos/${next}` : "/");
}
export function stepTab(by: 1 | -1): void {
  const at = tabs.indexOf(inView() ?? "");
  const next = tabs[(at + by + tabs.length) % tabs.length];
  if (next) openTab(next);
}
export function clearTabs(): void {
  set([]);
}
