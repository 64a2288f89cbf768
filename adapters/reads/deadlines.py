"""Which timers are due, what clocks say, and by which rules they are judged."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from psycopg import sql

from adapters.reads.asking import Connection, Pool, asking
from adapters.reads.lists import all_queues
from adapters.reads.sql import source
from commands.ports import Deadline
from domain.conversation import ConversationId
from domain.sla.policy import Book, Policy, QueueService
from domain.sla.written import read_calendar, read_policy
from projections import deadlines, rules

DEADLINES: Final = source(deadlines.DEADLINES)
RULES: Final = source(rules.RULES)
MOST: Final = 1000

_DUE: Final = sql.SQL(
    "SELECT conversation_id, armed FROM {} WHERE due_at <= %s ORDER BY due_at LIMIT %s"
).format(DEADLINES.identifier)
_OPEN: Final = sql.SQL(
    "SELECT conversation_id FROM {} WHERE open AND conversation_id > %s ORDER BY conversation_id LIMIT %s"
).format(DEADLINES.identifier)


class DeadlineRows:
    """The port `Deadlines`, read from its projection. Raises Unavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def due(self, at: datetime) -> list[Deadline]:
        async with asking(self._pool) as connection:
            found = await (await connection.execute(_DUE, (at, MOST))).fetchall()
        return [Deadline(ConversationId(conversation_id), armed) for conversation_id, armed in found]

    async def open_after(self, conversation_id: ConversationId, limit: int) -> list[ConversationId]:
        async with asking(self._pool) as connection:
            found = await (await connection.execute(_OPEN, (conversation_id, limit))).fetchall()
        return [ConversationId(each) for (each,) in found]


async def clocks_of(connection: Connection, conversation_id: ConversationId) -> deadlines.Row | None:
    found = await connection.execute(DEADLINES.select("WHERE t.conversation_id = %s"), (conversation_id,))
    values = await found.fetchone()
    return None if values is None else DEADLINES.row(values)


async def rules_in_force(connection: Connection) -> list[rules.Row]:
    found = await connection.execute(RULES.select("ORDER BY t.kind, t.name"))
    return [RULES.row(values) for values in await found.fetchall()]


async def book(pool: Pool) -> Book | None:
    """The rules in force; None when nobody has given any. ValueError when the policy names a calendar that
    is not there (yet)."""
    async with asking(pool) as connection:
        rows = await rules_in_force(connection)
        queues = await all_queues(connection)
    services = {row.queue_id: row.service for row in queues if row.service != QueueService()}
    if not rows and not services:
        return None
    calendars = {row.name: (row.version, read_calendar(row.rules)) for row in rows if row.kind == "calendar"}
    policy, version = Policy(), 1
    for row in rows:
        if row.kind == "policy":
            policy, version = read_policy(row.rules), row.version
    return Book(policy, version, calendars, services=services)
