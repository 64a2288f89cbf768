// Everything that can be done now, by whoever offers it: the palette lists it, keys run it, `?` shows the keys.
import { useEffect, useSyncExternalStore } from "react";
import type { IconName } from "../ui/Icon";

export type Command = {
  id: string;
  label: string;
  group: string;
  icon?: IconName;
  /** One key, or `shift+e`, `mod+k`. */
  keys?: string;
  /** Other words people may look for. */
  words?: string;
  /** Runs while somebody writes, too. */
  always?: boolean;
  /** Goes before others with the same key. */
  first?: boolean;
  /** Its keys are heard where they belong, and only shown here. */
  there?: boolean;
  run: () => void;
};

const offered = new Map<string, readonly Command[]>();
const listeners = new Set<() => void>();
let all: readonly Command[] = [];

function told(): void {
  all = [...offered.values()].flat();
  for (const listener of listeners) listener();
}

/** Offer these for as long as the part is on the screen. */
export function useCommands(part: string, commands: readonly Command[]): void {
  useEffect(() => {
    offered.set(part, commands);
    told();
    return () => {
      offered.delete(part);
      told();
    };
  });
}
export function useAllCommands(): readonly Command[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}

/** Where somebody types. */
export const WRITES = "input, textarea, select, [contenteditable=true]";

/** `Ctrl+K`, as it is shown. */
export function shown(keys: string): string {
  const mac = navigator.platform.startsWith("Mac");
  return keys
    .split("+")
    .map((key) => ({ mod: mac ? "⌘" : "Ctrl", shift: "Shift", alt: "Alt", enter: "Enter", escape: "Esc", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", pageup: "Page Up", pagedown: "Page Down" })[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join(" ");
}

function pressed(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  const parts = [event.ctrlKey || event.metaKey ? "mod" : "", event.altKey ? "alt" : ""];
  // what is typed with shift already says so, except letters
  if (event.shiftKey && (/^[a-z]$/.test(key) || key.length > 1)) parts.push("shift");
  return [...parts, key].filter(Boolean).join("+");
}

export function listen(): () => void {
  const down = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || event.repeat) return;
    const keys = pressed(event);
    const target = event.target instanceof Element ? event.target : null;
    const writing = target?.matches(WRITES) ?? false;
    const modal = document.querySelector("[role=dialog], [role=menu], [role=listbox][data-rac]") !== null;
    const fitting = all.filter((one) => one.keys === keys && !one.there);
    const command = fitting.find((one) => one.first) ?? fitting[0];
    if (!command || (modal && !command.always) || (writing && !command.always)) return;
    event.preventDefault();
    command.run();
  };
  window.addEventListener("keydown", down);
  return () => window.removeEventListener("keydown", down);
}

/** Small letters without accents. */
export const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** How well what was typed fits: letters in order, better at the beginnings of words. 0: not at all. */
export function fits(typed: string, text: string): number {
  const [word, whole] = [fold(typed), fold(text)];
  if (word === "") return 1;
  const at = whole.indexOf(word);
  if (at === 0) return 100;
  if (at > 0) return whole[at - 1] === " " ? 80 : 50;
  let from = 0;
  let score = 20;
  for (const letter of word) {
    const found = whole.indexOf(letter, from);
    if (found < 0) return 0;
    score -= Math.min(3, found - from);
    from = found + 1;
  }
  return Math.max(score, 1);
}
