"""The one order of conversations: lists, routing and reports all use it.

It is static between events, so that pages stay stable: nothing in it reads the clock. Each part of a `Place`
is a column of the same name, and `ORDER BY` these columns, in this order and all ascending, with the id of
the conversation behind them, is the order:

| column | holds |
| --- | --- |
| `tier` | 0 past the manager step · 1 breached, or urgent · 2 the rest · 3 no human clock runs |
| `rank` | in tier 1 the priority, else 0 |
| `due` | when a human answer is due; in tier 3 the last activity: a message, call or transfer |
| `priority` | the priority again, for those due at the same instant |
| `oldest` | since when the oldest unanswered message waits; the end of time without one |
| `opened` | when the episode was opened |

A customer who writes again moves none of them while a clock runs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple

from domain.queue import Priority

RANK: Final = {priority: priority.rank for priority in Priority}

PAST_MANAGER: Final = 0
HURRIED: Final = 1
RUNNING: Final = 2
RESTING: Final = 3

NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Place(NamedTuple):
    tier: int
    rank: int
    due: datetime
    priority: int
    oldest: datetime
    opened: datetime


def place(
    priority: Priority,
    due_at: datetime | None,
    *,
    oldest_at: datetime | None,
    opened_at: datetime,
    active_at: datetime,
    breached: bool = False,
    past_manager: bool = False,
) -> Place:
    """Where a conversation stands. `due_at`: of the running human response clock, None when none runs;
    `breached` and `past_manager` speak of that clock alone, as events recorded them."""
    rank = RANK[priority]
    if due_at is None:
        return Place(RESTING, 0, active_at, rank, oldest_at or NEVER, opened_at)
    oldest = oldest_at or NEVER
    if past_manager:
        return Place(PAST_MANAGER, 0, due_at, rank, oldest, opened_at)
    if breached or priority is Priority.URGENT:
        return Place(HURRIED, rank, due_at, rank, oldest, opened_at)
    return Place(RUNNING, 0, due_at, rank, oldest, opened_at)
