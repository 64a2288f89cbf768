// Which part of a list somebody wants to see, and the ones they keep under a name, in this browser.
import type { Conversation, Priority } from "../api/client";

export type Sieve = { queue: string; priority: Priority | ""; late: boolean };
export type View = Sieve & { name: string };
export const ALL: Sieve = { queue: "", priority: "", late: false };

export function through(sieve: Sieve, rows: readonly Conversation[], at: number): readonly Conversation[] {
  if (same(sieve, ALL)) return rows;
  return rows.filter(
    (row) =>
      (sieve.queue === "" || row.queue_id === sieve.queue) &&
      (sieve.priority === "" || row.priority === sieve.priority) &&
      (!sieve.late || (row.due_at !== null && Date.parse(row.due_at) <= at)),
  );
}
export function same(one: Sieve, other: Sieve): boolean {
  return one.queue === other.queue && one.priority === other.priority && one.late === other.late;
}
