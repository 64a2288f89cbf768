// How somebody likes their screen; kept in this browser, no customer's words in it.
import { useSyncExternalStore } from "react";
import type { View } from "./sieve";

export type Theme = "auto" | "light" | "dark" | "contrast";
export type AfterClosing = "stay" | "list" | "next";
/** Of the skin of emojis, from light to dark; 0: none in particular. */
export type Tone = 0 | 1 | 2 | 3 | 4 | 5;
export type Preferences = { views: readonly View[]; theme: Theme; sounds: boolean; notify: boolean; dense: boolean; context: boolean; toured: boolean; after: AfterClosing; emojis: readonly string[]; tone: Tone };

const KEPT = "atende.preferences";
const DEFAULT: Preferences = { views: [], theme: "auto", sounds: true, notify: false, dense: false, context: true, toured: false, after: "stay", emojis: [], tone: 0 };
let preferences: Preferences = { ...DEFAULT, ...read() };
const listeners = new Set<() => void>();

function read(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "{}") as Partial<Preferences>;
  } catch {
    return {};
  }
}
export function prefer(change: Partial<Preferences>): void {
  preferences = { ...preferences, ...change };
  localStorage.setItem(KEPT, JSON.stringify(preferences));
  show();
  for (const listener of listeners) listener();
}
export function preferred(): Preferences {
  return preferences;
}
export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => preferences,
  );
}
const dark = window.matchMedia("(prefers-color-scheme: dark)");
/** Put the theme where the tokens look for it. */
export function show(): void {
  const { theme, dense } = preferences;
  document.documentElement.dataset["theme"] = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  document.documentElement.dataset["density"] = dense ? "dense" : "roomy";
}
dark.addEventListener("change", show);
