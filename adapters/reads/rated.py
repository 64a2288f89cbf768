"""What customers answered when they were asked how it was, and what is to leave later, for the doors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from adapters.reads.asking import Connection
from adapters.reads.courtesies import RATINGS, SCHEDULED
from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.queue import QueueId
from projections import ratings as rating_rows
from projections import scheduled as scheduled_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsWanted:
    """None asks for any. `within`: of these queues, or this agent's."""

    queue_id: QueueId | None = None
    agent_id: AgentId | None = None
    alerted: bool | None = None
    within: tuple[Collection[QueueId], AgentId | None] | None = None
    limit: int = 100


_RATED: Final = RATINGS.select(
    "WHERE t.rated_at IS NOT NULL"
    " AND (%(queue_id)s::text IS NULL OR t.queue_id = %(queue_id)s)"
    " AND (%(agent_id)s::text IS NULL OR t.agent_id = %(agent_id)s)"
    " AND (%(alerted)s::bool IS NULL OR (t.alerted_at IS NOT NULL) = %(alerted)s)"
    " AND (NOT %(bounded)s OR t.queue_id = ANY(%(queues)s::text[]) OR t.agent_id = %(whose)s)"
    " ORDER BY t.rated_at DESC, t.conversation_id LIMIT %(limit)s"
)
_SCHEDULED: Final = SCHEDULED.select("WHERE t.conversation_id = %s ORDER BY t.send_at, t.schedule_id")


async def ratings(connection: Connection, wanted: RatingsWanted) -> list[rating_rows.Row]:
    """The newest first."""
    queues, whose = wanted.within or ((), None)
    found = await connection.execute(
        _RATED,
        {
            "queue_id": wanted.queue_id,
            "agent_id": wanted.agent_id,
            "alerted": wanted.alerted,
            "bounded": wanted.within is not None,
            "queues": list(queues),
            "whose": whose,
            "limit": wanted.limit,
        },
    )
    return [RATINGS.row(values) for values in await found.fetchall()]


async def scheduled_of(connection: Connection, conversation_id: ConversationId) -> list[scheduled_rows.Row]:
    """By the time they were written for; ended ones too."""
    found = await connection.execute(_SCHEDULED, (conversation_id,))
    return [SCHEDULED.row(values) for values in await found.fetchall()]
