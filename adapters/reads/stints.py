"""Where conversations were, asked by queue and moment, or one conversation's way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import sql

from adapters.reads.asking import Connection
from adapters.reads.pages import Page, cursor, instant, micros, read_cursor
from adapters.reads.sql import source
from domain.conversation import ConversationId
from domain.queue import QueueId
from projections import stints
from projections.stints import Depth, Tally

STINTS: Final = source(stints.STINTS)

_STOOD: Final = "t.queue_id = %(queue)s AND t.state NOT IN ('automation', 'closed')"
"""In the words of the index beside it."""
_LASTED: Final = "tstzrange(t.since, t.until) @> %(moment)s::timestamptz"
_WAITS: Final = "t.state IN ('waiting', 'offered')"

_PAGE: Final = STINTS.select(
    f"WHERE {_STOOD} AND {_LASTED} AND (%(after)s::text IS NULL"
    f" OR (NOT {_WAITS}, t.since, t.conversation_id) > (%(served)s, %(since)s::timestamptz, %(after)s))"
    f" ORDER BY NOT {_WAITS}, t.since, t.conversation_id LIMIT %(limit)s"
)
_PARTS: Final = {
    "table": STINTS.identifier,
    "stood": sql.SQL(_STOOD),
    "lasted": sql.SQL(_LASTED),
    "waits": sql.SQL(_WAITS),
}
_TALLY: Final = sql.SQL(
    "SELECT count(*) FILTER (WHERE {waits}), count(*) FILTER (WHERE NOT {waits}),"
    " count(*) FILTER (WHERE t.late_at <= %(moment)s) FROM {table} AS t WHERE {stood} AND {lasted}"
).format(**_PARTS)
_DEPTHS: Final = sql.SQL(
    """
    WITH stood AS (
        SELECT {waits} AS waits,
            greatest(0, ceil(extract(epoch FROM t.since - %(start)s) / %(step)s))::int AS first,
            ceil(extract(epoch FROM t.until - %(start)s) / %(step)s)::int AS beyond
        FROM {table} AS t
        WHERE {stood} AND tstzrange(t.since, t.until) && tstzrange(%(start)s, %(until)s, '[]')
    )
    SELECT n, coalesce(sum(by) FILTER (WHERE waits), 0)::int,
        coalesce(sum(by) FILTER (WHERE NOT waits), 0)::int
    FROM (
        SELECT first AS n, waits, 1 AS by FROM stood
        UNION ALL SELECT beyond, waits, -1 FROM stood WHERE beyond IS NOT NULL
    ) AS steps GROUP BY n ORDER BY n
    """
).format(**_PARTS)
"""By how many more or fewer there are from the n-th look on."""
_OF_ONE: Final = STINTS.select(
    "WHERE t.conversation_id = %(id)s AND t.began > %(after)s ORDER BY t.began LIMIT %(limit)s"
)


async def stood(
    connection: Connection, queue_id: QueueId, moment: datetime, *, limit: int, after: str | None
) -> Page[stints.Row]:
    """What waited first, then what was attended, the longest first. Raises BadCursor."""
    served, since, behind = (0, 0, None) if after is None else read_cursor(after, int, int, str)
    found = await connection.execute(
        _PAGE,
        {
            "queue": queue_id,
            "moment": moment,
            "served": bool(served),
            "since": instant(since),
            "after": behind,
            "limit": limit + 1,
        },
    )
    rows = [STINTS.row(values) for values in await found.fetchall()]
    if len(rows) <= limit:
        return Page(tuple(rows))
    last = rows[limit - 1]
    place = cursor(int(last.state in stints.SERVED), micros(last.since), last.conversation_id)
    return Page(tuple(rows[:limit]), place)


async def tally(connection: Connection, queue_id: QueueId, moment: datetime) -> Tally:
    found = await connection.execute(_TALLY, {"queue": queue_id, "moment": moment})
    return Tally(*(await found.fetchone() or (0, 0, 0)))


async def depths(
    connection: Connection, queue_id: QueueId, start: datetime, until: datetime, step: timedelta
) -> list[Depth]:
    """How many there were at `start`, and wherever a look each `step` up to `until` finds others."""
    asked: dict[str, Any] = {"queue": queue_id, "start": start, "until": until, "step": step.total_seconds()}
    waiting = served = 0
    told = [Depth(start, 0, 0)]
    for n, more_wait, more_served in await (await connection.execute(_DEPTHS, asked)).fetchall():
        waiting, served = waiting + more_wait, served + more_served
        at = start + n * step
        if at <= until and (told[-1].waiting, told[-1].in_service) != (waiting, served):
            told[len(told) - (n == 0) :] = [Depth(at, waiting, served)]
    return told


async def of_conversation(
    connection: Connection, conversation_id: ConversationId, *, limit: int, after: str | None
) -> Page[stints.Row]:
    """In order. Raises BadCursor."""
    (began,) = (0,) if after is None else read_cursor(after, int)
    found = await connection.execute(_OF_ONE, {"id": conversation_id, "after": began, "limit": limit + 1})
    rows = [STINTS.row(values) for values in await found.fetchall()]
    more = cursor(rows[limit - 1].began) if len(rows) > limit else None
    return Page(tuple(rows[:limit]), more)
