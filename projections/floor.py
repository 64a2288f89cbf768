"""What does the routing look at? Rows of other answers, in its words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, Protocol

from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.queue import Priority, QueueId
from domain.queueing import UNDO
from domain.routing import Waiting, Worker
from projections import agents, queues

GIVEN_BACK: Final = frozenset({"returned", "transferred"})
"""Why it waits when whoever had it does not want it."""


class Waits(Protocol):
    """What the routing looks at of a conversation's row."""

    @property
    def conversation_id(self) -> ConversationId: ...
    @property
    def queue_id(self) -> QueueId | None: ...
    @property
    def priority(self) -> Priority: ...
    @property
    def entered_at(self) -> datetime | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def last_agent_id(self) -> AgentId | None: ...
    @property
    def offered_to(self) -> AgentId | None: ...
    @property
    def tried(self) -> Collection[AgentId]: ...
    @property
    def restart_at(self) -> datetime | None: ...
    @property
    def relaxed(self) -> bool: ...
    @property
    def version(self) -> int: ...


def waits(row: Waits, known: Mapping[QueueId, queues.Row]) -> Waiting:
    """A row that waits, as the routing looks at it."""
    assert row.queue_id is not None
    assert row.entered_at is not None
    given_back = row.reason in GIVEN_BACK
    queue = known.get(row.queue_id)
    return Waiting(
        row.conversation_id,
        row.queue_id,
        row.priority,
        row.entered_at,
        1.0 if queue is None else queue.weight(row.priority),
        returning_to=None if given_back else row.last_agent_id,
        gave_back=row.last_agent_id if given_back else None,
        not_before=row.entered_at + UNDO if row.reason == "transferred" else None,
        offered_to=row.offered_to,
        tried=frozenset(row.tried),
        restart_at=row.restart_at,
        relaxed=row.relaxed,
        reopened=row.reason == "reopened",
        version=row.version,
    )


def placed(rows: Iterable[agents.Row]) -> frozenset[ConversationId]:
    """What somebody has a place for already: about to be handed over, though it still waits."""
    return frozenset().union(*(row.reserved for row in rows))


def worker(row: agents.Row, every_queue: frozenset[QueueId]) -> Worker:
    """An agent's row, as the routing looks at it."""
    return Worker(
        row.agent_id,
        row.load,
        every_queue if row.every_queue else frozenset(row.queues),
        row.skills,
        row.availability,
        row.lost_at,
        row.weight,
        row.last_offered_at,
        0,
        row.idle_since,
    )
