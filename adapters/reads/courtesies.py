"""What Atende has to say by itself now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import sql

from adapters.reads.asking import Pool, asking
from adapters.reads.conversations import INBOX
from adapters.reads.lists import QUEUES, TEMPLATES
from adapters.reads.sql import source
from commands.courtesy_ports import Asking, DueSend, Ended, Silent, Waiting
from domain.conversation.satisfaction import ASKED_AGAIN, NOT_SERVED
from domain.estimate import LAST
from domain.queue import Priority, QueueId
from domain.template import Template
from projections import courtesies, inbox, ratings, scheduled

COURTESIES: Final = source(courtesies.COURTESIES)
RATINGS: Final = source(ratings.RATINGS)
SCHEDULED: Final = source(scheduled.SCHEDULED)
LIMIT: Final = 500

_NAMES: Final = {
    "courtesies": COURTESIES.identifier,
    "inbox": INBOX.identifier,
    "queues": QUEUES.identifier,
    "scheduled": SCHEDULED.identifier,
    "templates": TEMPLATES.identifier,
    "template_columns": TEMPLATES.columns,
}

_SILENT: Final = sql.SQL(
    """
    SELECT c.conversation_id, c.said_at, c.nudged_at,
        CASE WHEN i.silenced THEN NULL ELSE i.window_until END, i.queue_id, i.contact_name
    FROM {courtesies} AS c JOIN {inbox} AS i USING (conversation_id)
    WHERE ((i.stage = 'in_service' AND i.awaiting = 'customer' AND i.unanswered_since IS NULL)
        OR (i.stage = 'automation' AND i.silenced))
        AND c.said_at <= %(before)s AND (c.nudged_at IS NULL OR c.nudged_at <= %(before)s)
    ORDER BY coalesce(c.nudged_at, c.said_at), c.conversation_id LIMIT %(limit)s
    """
).format(**_NAMES)

_ENDED: Final = sql.SQL(
    """
    SELECT c.conversation_id, c.episode, i.closed_at, c.outcome
    FROM {courtesies} AS c JOIN {inbox} AS i USING (conversation_id)
    WHERE i.stage = 'closed' AND i.closed_at <= %(before)s AND i.window_until >= %(at)s AND c.answered
        AND i.episode = c.episode AND (c.asked_at IS NULL OR c.asked_at <= %(asked)s)
        AND NOT string_to_array(coalesce(i.closed_reason, ''), '/') && %(not_served)s::text[]
    ORDER BY i.closed_at DESC, c.conversation_id LIMIT %(limit)s
    """
).format(**_NAMES)

_DUE: Final = sql.SQL(
    """
    SELECT s.conversation_id, s.schedule_id, s.kind, s.content, i.channel_id FROM {scheduled} AS s
    JOIN {inbox} AS i USING (conversation_id)
    WHERE s.state = 'pending' AND s.send_at <= %(at)s ORDER BY s.send_at, s.schedule_id LIMIT %(limit)s
    """
).format(**_NAMES)

_TEMPLATE: Final = TEMPLATES.select("WHERE t.channel_id = %s AND t.name = %s AND t.language = %s")

_ASKING: Final = sql.SQL(
    """
    SELECT i.conversation_id, i.channel_id, q.opening_template, q.opening_language
    FROM {inbox} AS i JOIN {courtesies} AS c USING (conversation_id) JOIN {queues} AS q USING (queue_id)
    WHERE i.stage = 'waiting' AND i.queue_id = %s AND c.opening = %s AND q.opening_template IS NOT NULL
    ORDER BY i.entered_at, i.conversation_id
    """
).format(**_NAMES)

_WAITING: Final = sql.SQL(
    """
    SELECT c.conversation_id, i.queue_id, q.name, i.priority, i.entered_at,
        greatest(i.entered_at, CASE WHEN i.last_side = 'customer' THEN i.last_at END),
        c.estimated IS NOT DISTINCT FROM i.entered_at, c.opening,
        CASE WHEN i.last_side = 'customer' THEN i.last_preview END
    FROM {courtesies} AS c JOIN {inbox} AS i USING (conversation_id) JOIN {queues} AS q USING (queue_id)
    WHERE i.stage = 'waiting' AND i.window_until >= %(at)s
    """
).format(**_NAMES)
_FRESH: Final = sql.SQL(
    "{} AND greatest(i.entered_at, CASE WHEN i.last_side = 'customer' THEN i.last_at END) >= %(at)s"
    " ORDER BY i.entered_at, c.conversation_id LIMIT %(limit)s"
).format(_WAITING)
_OVERDUE: Final = sql.SQL(
    "{} AND c.estimated = i.entered_at AND NOT c.missed"
    " AND i.entered_at + c.at_most * interval '1 minute' < %(at)s"
    " ORDER BY i.entered_at, c.conversation_id LIMIT %(limit)s"
).format(_WAITING)
_QUEUE: Final = INBOX.select("WHERE t.stage = 'waiting' AND t.queue_id = %s")
_LATEST: Final = sql.SQL(
    "SELECT extract(epoch FROM t.taken_at - t.taken_from)::float FROM {} AS t"
    " WHERE t.taken_queue = %s AND t.taken_priority = %s"
    " AND extract(hour FROM t.taken_from AT TIME ZONE %s) = %s ORDER BY t.taken_at DESC LIMIT %s"
).format(COURTESIES.identifier)


class _Rows:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def _all(self, query: sql.SQL | sql.Composed, parameters: Any) -> list[tuple[Any, ...]]:
        async with asking(self._pool) as connection:
            return await (await connection.execute(query, parameters)).fetchall()


class SilentRows(_Rows):
    """The port `Silences`. Raises Unavailable."""

    async def since(self, before: datetime) -> list[Silent]:
        found = await self._all(_SILENT, {"before": before, "limit": LIMIT})
        return [Silent(*values) for values in found]


class EndedRows(_Rows):
    """The port `Endings`. Raises Unavailable."""

    async def due(self, closed_before: datetime, at: datetime) -> list[Ended]:
        found = await self._all(
            _ENDED,
            {
                "before": closed_before,
                "at": at,
                "asked": at - ASKED_AGAIN,
                "not_served": sorted(NOT_SERVED),
                "limit": LIMIT,
            },
        )
        return [Ended(*values) for values in found]


class _Templates(_Rows):
    async def _template(self, channel_id: str, content: dict[str, Any]) -> Template | None:
        found = await self._all(_TEMPLATE, (channel_id, content.get("name"), content.get("language")))
        return TEMPLATES.row(found[0]).template if found else None


class ScheduledRows(_Templates):
    """The port `ScheduledSends`. Raises Unavailable."""

    async def due(self, at: datetime) -> list[DueSend]:
        found = await self._all(_DUE, {"at": at, "limit": LIMIT})
        return [
            DueSend(
                conversation_id,
                schedule_id,
                content,
                await self._template(channel_id, content) if kind == "template" else None,
            )
            for conversation_id, schedule_id, kind, content, channel_id in found
        ]


class CallBackRows(_Templates):
    """The port `CallBacks`. Raises Unavailable."""

    async def of(self, queue_id: QueueId, opening: datetime) -> list[Asking]:
        found = await self._all(_ASKING, (queue_id, opening))
        return [
            Asking(id_, content, await self._template(channel_id, content))
            for id_, channel_id, name, language in found
            for content in [{"name": name, "language": language}]
        ]


class WaitingRows(_Rows):
    """The port `Waits`. Raises Unavailable."""

    async def fresh(self, since: datetime) -> list[Waiting]:
        return self._waiting(await self._all(_FRESH, {"at": since, "limit": LIMIT}))

    async def overdue(self, at: datetime) -> list[Waiting]:
        return self._waiting(await self._all(_OVERDUE, {"at": at, "limit": LIMIT}))

    def _waiting(self, found: Sequence[tuple[Any, ...]]) -> list[Waiting]:
        return [
            Waiting(id_, queue_id, queue, Priority(priority), *more)
            for id_, queue_id, queue, priority, *more in found
        ]

    async def position(self, waiting: Waiting, at: datetime) -> int:
        found = await self._all(_QUEUE, (waiting.queue_id,))
        rows = sorted((INBOX.row(values) for values in found), key=lambda row: inbox.place(row, at))
        ids = [row.conversation_id for row in rows]
        return ids.index(waiting.conversation_id) + 1 if waiting.conversation_id in ids else len(ids) + 1

    async def latest(self, queue_id: QueueId, priority: Priority, hour: int, zone: str) -> list[float]:
        found = await self._all(_LATEST, (queue_id, priority.value, zone, hour, LAST))
        return [seconds for (seconds,) in found]
