"""The list in the one order, and one conversation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from psycopg import sql

from adapters.reads.asking import Connection, Pool, asking
from adapters.reads.pages import Page, cursor, instant, micros, read_cursor
from adapters.reads.sql import source
from commands.ports import Snooze
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId, Stage
from domain.queue import Priority, QueueId
from projections import episodes, inbox, transcript

INBOX: Final = source(inbox.INBOX)
EPISODES: Final = source(episodes.EPISODES)
TRANSCRIPT: Final = source(transcript.TRANSCRIPT)
MOST: Final = 500  # wake-ups told at once
MOST_HOLDERS: Final = 100
OPEN: Final = frozenset(Stage) - {Stage.CLOSED}

_PRIORITY: Final = sql.SQL("array_position({}, t.priority)").format([p.value for p in Priority])
ORDER: Final = sql.SQL(
    """
    CROSS JOIN LATERAL (SELECT
        CASE WHEN t.stage = 'closed' THEN 4
             WHEN t.due_at IS NULL THEN 3
             WHEN coalesce(
                 t.manager_at, greatest(t.due_at, coalesce(t.waiting_since, t.due_at) + {manager})
             ) <= %(at)s THEN 0
             WHEN t.breached OR t.due_at <= %(at)s OR t.priority = {urgent} THEN 1
             ELSE 2 END AS tier,
        {priority} AS priority,
        CASE WHEN t.stage = 'closed' THEN -date_part('epoch', t.closed_at)
             ELSE date_part('epoch', coalesce(t.due_at, t.activity_at, t.opened_at))
             END AS due,
        date_part('epoch', coalesce(t.unanswered_since, t.due_at, t.activity_at, t.opened_at)) AS oldest,
        date_part('epoch', t.opened_at) AS opened
    ) AS o
    CROSS JOIN LATERAL (SELECT CASE WHEN o.tier = 1 THEN o.priority ELSE 0 END AS rank) AS r
    """
).format(manager=inbox.MANAGER, urgent=Priority.URGENT.value, priority=_PRIORITY)
"""The order of `projections.inbox.place`, in the words of the database; a law holds the two together.
What is closed comes behind, the last closed first. Seconds since 1970 as a double tell microseconds apart."""
PLACE: Final = sql.SQL("o.tier, r.rank, o.due, o.priority, o.oldest, o.opened, t.conversation_id")


Within: TypeAlias = tuple[Collection[QueueId], AgentId | None]
"""In these queues, or this agent's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which conversations. `stages` None: the open ones, or all when a protocol number is given."""

    stages: Collection[Stage] | None = None
    queue_id: QueueId | None = None
    agent_id: AgentId | None = None  # who has it; of what is closed, who had it last
    channel_id: ChannelId | None = None
    priorities: Collection[Priority] | None = None
    protocol: str | None = None  # digits
    tag: str | None = None
    within: Within | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation with all its episodes, the latest first."""

    row: inbox.Row
    episodes: tuple[episodes.Row, ...]


async def conversations(
    connection: Connection,
    wanted: Wanted,
    at: datetime,
    *,
    limit: int = 50,
    after: str | None = None,
) -> Page[inbox.Row]:
    """One page in the one order as of `at`; the pages that follow keep the first one's instant, so that none
    of them jumps because time passes. Raises BadCursor."""
    parameters: dict[str, Any] = {"limit": limit + 1, "at": at}
    where = _where(wanted, parameters)
    if after is not None:
        as_of, *place = read_cursor(after, int, int, int, float, int, float, float, str)
        parameters |= {"at": instant(as_of)}
        parameters |= {f"p{n}": part for n, part in enumerate(place)}
        where.append(sql.SQL("({}) > (%(p0)s, %(p1)s, %(p2)s, %(p3)s, %(p4)s, %(p5)s, %(p6)s)").format(PLACE))
    found = await connection.execute(
        sql.SQL(
            "SELECT {columns}, {place} FROM {table} AS t {order} WHERE {where}"
            " ORDER BY {place} LIMIT %(limit)s"
        ).format(
            columns=INBOX.columns,
            place=PLACE,
            table=INBOX.identifier,
            order=ORDER,
            where=sql.SQL(" AND ").join(where),
        ),
        parameters,
    )
    rows = await found.fetchall()
    more = len(rows) > limit
    kept = rows[:limit]
    following = cursor(micros(parameters["at"]), *kept[-1][INBOX.width :]) if more else None
    return Page(tuple(INBOX.row(values[: INBOX.width]) for values in kept), following)


async def conversation(connection: Connection, conversation_id: ConversationId) -> Told | None:
    """One conversation, None when there is none (yet)."""
    found = await connection.execute(
        INBOX.select("WHERE t.conversation_id = %s AND t.episode > 0"), (conversation_id,)
    )
    values = await found.fetchone()
    if values is None:
        return None
    listed = await connection.execute(
        EPISODES.select("WHERE t.conversation_id = %s ORDER BY t.episode DESC"), (conversation_id,)
    )
    return Told(INBOX.row(values), tuple(EPISODES.row(v) for v in await listed.fetchall()))


async def holders(connection: Connection, key: str) -> list[inbox.Row]:
    """The conversations with a line that holds this file."""
    found = await connection.execute(
        sql.SQL(
            "{rows} WHERE t.conversation_id IN"
            " (SELECT conversation_id FROM {transcript} WHERE file_key = %s) LIMIT %s"
        ).format(rows=INBOX.select(""), transcript=TRANSCRIPT.identifier),
        (key, MOST_HOLDERS),
    )
    return [INBOX.row(values) for values in await found.fetchall()]


async def active(connection: Connection) -> dict[tuple[Stage, Priority], int]:
    """How many conversations are open, by stage and priority."""
    found = await connection.execute(
        sql.SQL("SELECT stage, priority, count(*) FROM {} WHERE stage <> 'closed' GROUP BY 1, 2").format(
            INBOX.identifier
        )
    )
    return {(Stage(stage), Priority(priority)): n for stage, priority, n in await found.fetchall()}


class SnoozedRows:
    """The port `Snoozes`, read from the inbox. Raises Unavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def due(self, at: datetime) -> list[Snooze]:
        async with asking(self._pool) as connection:
            found = await connection.execute(
                INBOX.select("WHERE t.wake_at <= %s ORDER BY t.wake_at LIMIT %s"), (at, MOST)
            )
            rows = [INBOX.row(values) for values in await found.fetchall()]
        return [Snooze(row.conversation_id, row.wake_at) for row in rows if row.wake_at is not None]


def _where(wanted: Wanted, parameters: dict[str, Any]) -> list[sql.Composable]:
    where: list[sql.Composable] = [sql.SQL("t.episode > 0")]
    stages = wanted.stages
    if stages is None and wanted.protocol is None:
        stages = OPEN
    if stages is not None:
        if Stage.CLOSED not in stages:
            where.append(sql.SQL("t.stage <> 'closed'"))  # as the partial index says it
        parameters["stages"] = [stage.value for stage in stages]
        where.append(sql.SQL("t.stage = ANY(%(stages)s)"))
    for name, value in (("queue_id", wanted.queue_id), ("channel_id", wanted.channel_id)):
        if value is not None:
            parameters[name] = value
            where.append(sql.SQL("t.{} = {}").format(sql.Identifier(name), sql.Placeholder(name)))
    if wanted.agent_id is not None:
        parameters["agent_id"] = wanted.agent_id
        where.append(
            sql.SQL("CASE WHEN t.stage = 'closed' THEN t.last_agent_id ELSE t.agent_id END = %(agent_id)s")
        )
    if wanted.within is not None:
        where.append(reached(wanted.within, parameters))
    if wanted.priorities is not None:
        parameters["priorities"] = [priority.value for priority in wanted.priorities]
        where.append(sql.SQL("t.priority = ANY(%(priorities)s)"))
    if wanted.tag is not None:
        parameters["tag"] = wanted.tag
        where.append(sql.SQL("t.tags ? %(tag)s"))
    if wanted.protocol is not None:
        parameters["protocol"] = wanted.protocol
        where.append(
            sql.SQL(
                "t.conversation_id IN (SELECT conversation_id FROM {} WHERE protocol = %(protocol)s)"
            ).format(EPISODES.identifier)
        )
    return where


def reached(within: Within, parameters: dict[str, Any]) -> sql.Composable:
    """What stands in these queues, or is this agent's."""
    queues, parameters["whose"] = within
    parameters["queues"] = list(queues)
    return sql.SQL(
        "(t.queue_id = ANY(%(queues)s) OR"
        " CASE WHEN t.stage = 'closed' THEN t.last_agent_id ELSE t.agent_id END = %(whose)s)"
    )
