// The one order, as the API's lists have it: past the manager's step; breached and all urgent; the rest by due
// time; whoever has no clock running. Rows that arrive one by one are put where the API would put them.
import type { Conversation, Priority } from "../api/client";

const RANK: Record<Priority, number> = { urgent: 0, high: 1, normal: 2, low: 3 };
const MANAGER = 60 * 60_000;
const EVER = 0;
const NEVER = Number.MAX_SAFE_INTEGER;

const time = (word: string | null): number | null => (word === null ? null : Date.parse(word));

type Place = readonly [number, number, number, number, number, number, string];

export function place(row: Conversation, at: number): Place {
  const due = time(row.due_at);
  const rank = RANK[row.priority];
  const opened = time(row.opened_at) ?? EVER;
  const oldest = time(row.unanswered_since) ?? NEVER;
  if (due === null) return [3, 0, time(row.activity_at) ?? opened, rank, oldest, opened, row.conversation_id];
  const manager = time(row.manager_at) ?? Math.max(due, (time(row.waiting_since) ?? due) + MANAGER);
  if (manager <= at) return [0, 0, due, rank, oldest, opened, row.conversation_id];
  if (row.breached || due <= at || row.priority === "urgent") return [1, rank, due, rank, oldest, opened, row.conversation_id];
  return [2, 0, due, rank, oldest, opened, row.conversation_id];
}

export function byPlace(at: number): (a: Conversation, b: Conversation) => number {
  const places = new Map<Conversation, Place>();
  const of = (row: Conversation): Place => {
    const known = places.get(row);
    if (known) return known;
    const found = place(row, at);
    places.set(row, found);
    return found;
  };
  return (a, b) => {
    const [one, other] = [of(a), of(b)];
    for (let step = 0; step < 6; step += 1) {
      const difference = (one[step] as number) - (other[step] as number);
      if (difference !== 0) return difference;
    }
    return one[6] < other[6] ? -1 : 1;
  };
}
