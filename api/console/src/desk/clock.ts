// One clock for all that shows time; it ticks once a second, and rests while nobody looks.
import { useSyncExternalStore } from "react";

let at = Date.now();
const listeners = new Set<() => void>();
let timer: number | undefined;

function tick(): void {
  at = Date.now();
  for (const listener of listeners) listener();
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    if (!document.hidden) tick();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tick();
});

/** The time, no finer than `step` milliseconds. */
export function useNow(step: number = 1_000): number {
  return useSyncExternalStore(subscribe, () => at - (at % step));
}
