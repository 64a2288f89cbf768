// What the wall says, in words and in order.
import type { Wallboard } from "../live/frames";
import { span } from "../words/moments";

type QueueOnWall = Wallboard["queues"][number];
type AgentOnWall = Wallboard["agents"][number];

export type Totals = { waiting: number; breached: number; serving: number; available: number; paused: number; oldest: number | null };

export function totals(wall: Wallboard): Totals {
  const sum = (of: (one: QueueOnWall) => number): number => wall.queues.reduce((so, one) => so + of(one), 0);
  const starts = wall.queues.flatMap((one) => (one.oldest_at ? [Date.parse(one.oldest_at)] : []));
  return {
    waiting: sum((one) => one.waiting),
    breached: sum((one) => one.breached),
    serving: sum((one) => one.in_service),
    available: wall.agents.filter((one) => one.availability === "available" && one.connected).length,
    paused: wall.agents.filter((one) => one.availability === "paused").length,
    oldest: starts.length === 0 ? null : Math.min(...starts),
  };
}

/** The worst first. */
export function queuesOf(wall: Wallboard): QueueOnWall[] {
  return [...wall.queues].sort((a, b) => b.breached - a.breached || b.waiting - a.waiting || a.name.localeCompare(b.name));
}

const RANK: Record<string, number> = { available: 0, paused: 1, offline: 2 };

/** Who is late, then who is there, then who has most. */
export function agentsOf(wall: Wallboard): AgentOnWall[] {
  return [...wall.agents].sort((a, b) => b.breached - a.breached || (RANK[a.availability] ?? 3) - (RANK[b.availability] ?? 3) || b.in_service - a.in_service || a.name.localeCompare(b.name));
}

/** How long until all that waits has been taken up; a dash where nobody can say. */
export function forecast(one: QueueOnWall): string {
  if (one.waiting === 0 || one.forecast === null) return "–";
  return `≈ ${span(Math.max(60, one.forecast) * 1_000)}`;
}

export function sinceWord(one: AgentOnWall, now: number): string {
  return one.since === null || one.availability === "offline" ? "" : `há ${span(now - Date.parse(one.since))}`;
}
