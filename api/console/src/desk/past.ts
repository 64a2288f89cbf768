// The moment somebody looks back at stands in the address, to the minute: what is sent to a colleague shows the same.
const MINUTE = 60_000;

/** The last whole minute: there is nothing to look back at in this one yet. */
export function latest(): number {
  return Math.floor(Date.now() / MINUTE) * MINUTE;
}
/** `2026-03-12T14:32`, as clocks here show it. */
export function written(at: number): string {
  return new Date(at - new Date(at).getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);
}
/** What an address says; null: it speaks of the present. */
export function momentIn(search: string): number | null {
  const word = new URLSearchParams(search).get("em");
  const at = word === null ? NaN : Date.parse(word);
  return Number.isNaN(at) ? null : Math.min(at, latest());
}
export function asItWas(id: string, at: number): string {
  return `/atendimentos/${id}?em=${written(at)}`;
}
