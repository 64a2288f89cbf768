"""Where was a conversation, and with whom, at any moment? One row per stint: a time in which its queue, its
state, its agent and its priority stayed what they were.

Nobody's words are in here, so nothing has to be forgotten, and all stints are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple

from domain import conversation
from domain.agent import AgentId
from domain.conversation import ConversationId, Stage
from domain.journal import Recorded
from domain.queue import Priority, QueueId
from projections.answer import Key, Projection, replace


class State(StrEnum):
    """Its stage, and what is told apart within one."""

    AUTOMATION = "automation"
    WAITING = "waiting"
    OFFERED = "offered"  # it waits, and somebody is being asked
    IN_SERVICE = "in_service"
    SNOOZED = "snoozed"  # in service, and a third party has it
    CLOSED = "closed"


WAITS: Final = frozenset({State.WAITING, State.OFFERED})
SERVED: Final = frozenset({State.IN_SERVICE, State.SNOOZED})
STANDS: Final = WAITS | SERVED
"""What a queue has: it waits there, or is attended from there."""


@dataclass(frozen=True, slots=True)
class Row:
    """From `since` on and before `until` (None: it lasts). `began` and `ended` are the versions of the events
    that did it; 0: nothing ended it. A stint that lasts no time leaves no row. `late_at`: since when a
    customer had waited too long for a person, in this period; the answer does not undo that."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id", "ended")

    conversation_id: ConversationId
    ended: int
    began: int
    state: State
    queue_id: QueueId | None
    agent_id: AgentId | None  # who attends it, or is being asked
    priority: Priority
    since: datetime
    until: datetime | None = None
    late_at: datetime | None = None


class Tally(NamedTuple):
    """How many a queue had at a moment. `breached`: of both, those that had waited too long by then."""

    waiting: int
    in_service: int
    breached: int


class Depth(NamedTuple):
    """How many a queue had from a moment on."""

    at: datetime
    waiting: int
    in_service: int


class _Place(NamedTuple):
    state: State
    queue_id: QueueId | None
    agent_id: AgentId | None
    priority: Priority


_STATES: Final = {
    Stage.AUTOMATION: State.AUTOMATION,
    Stage.WAITING: State.WAITING,
    Stage.IN_SERVICE: State.IN_SERVICE,
    Stage.CLOSED: State.CLOSED,
}


def key(recorded: Recorded) -> Key:
    """The stint that lasts: an event ends no other."""
    return recorded.root, 0


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    if isinstance(event, conversation.Opened):
        place = _Place(_STATES[event.stage], None, event.agent_id, Priority.NORMAL)
        at = recorded.at if row is None else max(row.since, recorded.at)
        return Row(ConversationId(recorded.root), 0, recorded.version, *place, at)
    if row is None:
        return None
    if isinstance(event, conversation.Breached):
        late = event.kind.human and row.late_at is None
        return replace(row, late_at=max(row.since, recorded.at)) if late else row
    place = _Place(row.state, row.queue_id, row.agent_id, row.priority)
    moved = _moved(place, event)
    over = isinstance(event, conversation.Reopened)
    if moved == place and not over:
        return row
    return Row(
        row.conversation_id,
        0,
        recorded.version,
        *moved,
        max(row.since, recorded.at),
        late_at=None if over else row.late_at,
    )


def leaves(before: Row, after: Row) -> Row | None:
    if after.since == before.since:
        return None
    return replace(before, ended=after.began, until=after.since)


def _moved(was: _Place, event: object) -> _Place:
    match event:
        case conversation.EnteredWaiting(queue_id=queue_id, priority=priority):
            return _Place(State.WAITING, queue_id, None, priority)
        case conversation.Offered(agent_id=agent_id):
            return was._replace(state=State.OFFERED, agent_id=agent_id)
        case conversation.OfferDeclined() | conversation.OfferExpired() | conversation.OfferWithdrawn():
            offered = was.state is State.OFFERED
            return was._replace(state=State.WAITING, agent_id=None) if offered else was
        case conversation.Assigned(agent_id=agent_id, due_at=due_at):
            rests = was.state is State.SNOOZED and due_at is None
            return was._replace(state=was.state if rests else State.IN_SERVICE, agent_id=agent_id)
        case conversation.PriorityChanged(priority=priority):
            return was._replace(priority=priority)
        case conversation.Snoozed():
            return was._replace(state=State.SNOOZED)
        case conversation.Woke():
            return was._replace(state=State.IN_SERVICE)
        case conversation.Closed():
            return was._replace(state=State.CLOSED, agent_id=None)
        case conversation.Reopened(stage=stage, agent_id=agent_id):
            return was._replace(state=_STATES[stage], agent_id=agent_id)
        case conversation.Undone(agent_id=agent_id, queue_id=queue_id, wake_at=wake_at):
            held = State.IN_SERVICE if wake_at is None else State.SNOOZED
            return _Place(State.WAITING if agent_id is None else held, queue_id, agent_id, was.priority)
        case _:
            return was


def lasted(row: Row, moment: datetime) -> bool:
    """Whether the moment lies in the stint."""
    return row.since <= moment and (row.until is None or moment < row.until)


def tally(rows: Iterable[Row], moment: datetime) -> Tally:
    """Of stints of one queue that lasted at that moment."""
    stood = [row for row in rows if row.state in STANDS]
    return Tally(
        sum(row.state in WAITS for row in stood),
        sum(row.state in SERVED for row in stood),
        sum(row.late_at is not None and row.late_at <= moment for row in stood),
    )


STINTS = Projection(
    "stints",
    1,
    Row,
    key,
    evolve,
    (
        conversation.Assigned,
        conversation.Breached,
        conversation.Closed,
        conversation.EnteredWaiting,
        conversation.OfferDeclined,
        conversation.OfferExpired,
        conversation.OfferWithdrawn,
        conversation.Offered,
        conversation.Opened,
        conversation.PriorityChanged,
        conversation.Reopened,
        conversation.Snoozed,
        conversation.Undone,
        conversation.Woke,
    ),
    leaves,
)
