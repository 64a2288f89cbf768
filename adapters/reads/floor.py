"""The floor as the views know it: what waits, who is there, and what time has come for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple

from psycopg import sql

from adapters.reads.arrivals import Arrivals
from adapters.reads.asking import Connection, Pool, asking
from adapters.reads.conversations import INBOX, ORDER, PLACE
from adapters.reads.lists import AGENTS, QUEUES, all_agents, all_queues, one_agent
from adapters.views.tables import names, once
from commands.courtesy_ports import QueueHours
from commands.floor_ports import DueTurn, FloorNow, Held, Ripe
from commands.ports import Unavailable
from domain.agent import AgentId
from domain.conversation import ConversationId, Stage
from domain.journal import Position
from domain.presence import Availability
from domain.queue import Priority, QueueId
from domain.queueing import RETURNING, SILENT_AFTER, UNDO, OfflinePolicy, Rules
from domain.routing import QueueNow
from projections import inbox
from projections.floor import placed, waits, worker

MOST: Final = 500  # conversations looked at together
PATIENCE: Final = 5.0  # seconds for the views to come as far as what woke somebody
VIEWS: Final = ("inbox", "agents", "queues")


class FloorRows:
    """The port `Floor`. Raises Unavailable."""

    def __init__(self, pool: Pool, hours: QueueHours) -> None:
        self._pool, self._arrivals, self._hours = pool, Arrivals(pool), hours

    async def now(self, at: datetime, *since: Position) -> FloorNow:
        for position in since:
            await self._arrived(position)
        async with asking(self._pool) as connection:
            everybody = await all_agents(connection)
            workers = [row for row in everybody if row.active]
            known = {row.queue_id: row for row in await all_queues(connection)}
            if not any(row.availability is Availability.AVAILABLE for row in workers):
                return FloorNow((), {}, ())
            now = {queue_id: await self._now(queue_id, row.rules, at) for queue_id, row in known.items()}
            free = [row for row in workers if row.load.has_room]
            found = await connection.execute(
                _WAITING,
                {
                    "at": at,
                    "still": [queue_id for queue_id, queue in now.items() if not queue.hands_out],
                    "free": [row.agent_id for row in free],
                    "served": [queue_id for row in free for queue_id in row.queues],
                    "every": any(row.every_queue for row in free),
                    "placed": sorted(placed(everybody)),
                    "since": at - RETURNING,
                    "most": MOST,
                },
            )
            rows = [_Waits.of(*values) for values in await found.fetchall()]
        for queue_id in {row.queue_id for row in rows if row.queue_id is not None} - known.keys():
            now[queue_id] = await self._now(queue_id, Rules(), at)
        return FloorNow(
            [waits(row, known) for row in rows if row.queue_id is not None],
            now,
            [worker(row, frozenset(now)) for row in workers],
        )

    async def _now(self, queue_id: QueueId, rules: Rules, at: datetime) -> QueueNow:
        hours = await self._hours.of(queue_id)
        is_open = hours.is_open(at)
        return QueueNow(rules, is_open, None if is_open else hours.next_opening(at))

    async def queues(self) -> list[QueueId]:
        async with asking(self._pool) as connection:
            return [row.queue_id for row in await all_queues(connection) if row.active]

    async def due(self, at: datetime) -> list[DueTurn]:
        async with asking(self._pool) as connection:
            found = await connection.execute(
                _DUE, {"at": at, "undo": UNDO, "silent": SILENT_AFTER, "most": MOST}
            )
            return [
                DueTurn(ConversationId(conversation_id), Ripe(ripe), armed, version)
                for conversation_id, ripe, armed, version in await found.fetchall()
            ]

    async def held_by(self, agent_id: AgentId, since: Position) -> list[Held]:
        await self._arrived(since)
        async with asking(self._pool) as connection:
            found = await connection.execute(
                INBOX.select(
                    "WHERE t.stage <> 'closed' AND (t.agent_id = %(agent)s OR t.offered_to = %(agent)s)"
                    " ORDER BY t.due_at NULLS LAST"
                ),
                {"agent": agent_id},
            )
            rows = [INBOX.row(values) for values in await found.fetchall()]
            known = {row.queue_id: row for row in await all_queues(connection)}
        return [_held(row, known) for row in rows]

    async def holding(self, conversation_id: ConversationId) -> Held | None:
        async with asking(self._pool) as connection:
            row = await _one(connection, conversation_id)
            if row is None or row.stage is not Stage.IN_SERVICE or row.agent_id is None:
                return None
            owner = await one_agent(connection, row.agent_id)
            known = {queue.queue_id: queue for queue in await all_queues(connection)}
        if owner is None:
            return None
        return _held(row, known, gone=owner.gone, kept=conversation_id in owner.keeps)

    async def leaving(self, at: datetime) -> list[tuple[AgentId, datetime]]:
        async with asking(self._pool) as connection:
            found = await connection.execute(
                AGENTS.select("WHERE NOT t.gone AND t.leaves_at <= %s ORDER BY t.leaves_at"), (at,)
            )
            rows = [AGENTS.row(values) for values in await found.fetchall()]
        return [(row.agent_id, row.leaves_at) for row in rows if row.leaves_at is not None]

    async def _arrived(self, since: Position) -> None:
        if not await self._arrivals.wait_for(VIEWS, since, PATIENCE):
            raise Unavailable("the views are not there yet")


async def _one(connection: Connection, conversation_id: ConversationId) -> inbox.Row | None:
    found = await connection.execute(INBOX.select("WHERE t.conversation_id = %s"), (conversation_id,))
    values = await found.fetchone()
    return None if values is None else INBOX.row(values)


def _held(row: inbox.Row, known: Mapping[QueueId, Any], *, gone: bool = False, kept: bool = False) -> Held:
    queue = known.get(row.queue_id) if row.queue_id is not None else None
    return Held(
        row.conversation_id,
        OfflinePolicy.RETURN_WAITING if queue is None else queue.offline,
        waits=row.due_at is not None,
        offered=row.stage is Stage.WAITING,
        agent_gone=gone,
        kept=kept,
        agent_id=row.agent_id,
    )


class _Waits(NamedTuple):
    """The few columns the routing looks at, of the many a row has."""

    conversation_id: ConversationId
    queue_id: QueueId | None
    priority: Priority
    entered_at: datetime | None
    reason: str | None
    last_agent_id: AgentId | None
    offered_to: AgentId | None
    tried: Sequence[AgentId]
    restart_at: datetime | None
    relaxed: bool
    version: int

    @classmethod
    def of(cls, conversation_id: str, queue_id: str | None, priority: str, *rest: Any) -> _Waits:
        queue = None if queue_id is None else QueueId(queue_id)
        return cls(ConversationId(conversation_id), queue, Priority(priority), *rest)


_WAITS: Final = sql.SQL(
    """
    SELECT {columns} FROM {inbox} AS t {order}
    WHERE t.stage = 'waiting' AND t.offered_to IS NULL AND t.conversation_id <> ALL(%(placed)s::text[]) AND (
        (t.queue_id <> ALL(%(still)s::text[]) AND (
            %(every)s OR t.queue_id = ANY(%(served)s::text[])
            OR (t.tried <> '[]'::jsonb AND t.restart_at IS NULL)))
        OR (t.reason = 'reopened' AND t.entered_at >= %(since)s AND t.last_agent_id = ANY(%(free)s::text[])))
    ORDER BY {place} LIMIT %(most)s
    """
).format(columns=names(_Waits._fields, "t"), inbox=INBOX.identifier, order=ORDER, place=PLACE)
_WAITING: Final = once(_WAITS)
"""What somebody with room could be given now, and whose round may be over. Nobody can take the rest."""

_WORDS: Final[LiteralString] = """
SELECT t.conversation_id, d.ripe, d.armed, t.version FROM {inbox} AS t
LEFT JOIN {queues} AS q USING (queue_id)
CROSS JOIN LATERAL (VALUES
    ('offer', t.stage = 'waiting' AND t.offered_to IS NOT NULL, t.offer_expires_at, interval '0'),
    ('round', t.stage = 'waiting', t.restart_at, interval '0'),
    ('skills', t.stage = 'waiting' AND NOT t.relaxed AND q.required <> '{{}}'::jsonb,
        t.entered_at, q.relax_after * interval '1 second'),
    ('undo', t.stage = 'waiting' AND NOT t.ripe AND t.reason = 'transferred', t.entered_at, %(undo)s),
    ('last_agent', t.stage = 'waiting' AND NOT t.ripe AND t.last_agent_id IS NOT NULL
        AND t.reason NOT IN ('transferred', 'returned') AND q.prefer_last > 0,
        t.entered_at, q.prefer_last * interval '1 second'),
    ('silence', t.stage = 'in_service' AND NOT t.silent, t.quiet_since, %(silent)s)
) AS d(ripe, means, armed, after)
WHERE t.stage IN ('waiting', 'in_service') AND d.means AND d.armed + d.after <= %(at)s
ORDER BY d.armed + d.after LIMIT %(most)s
"""
_DUE: Final = once(sql.SQL(_WORDS).format(inbox=INBOX.identifier, queues=QUEUES.identifier))
