"""Who and what takes part in a rehearsal, as it is at one instant of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from domain.agent import AgentId
from domain.agent.load import Load, ceiling_of
from domain.conversation import Awaiting, ConversationId, Place, Stage, order
from domain.presence import Availability
from domain.queue import TARGETS, Priority, QueueId
from domain.queueing import Rules
from domain.routing.rehearsal.hours import ALWAYS, Hours
from domain.routing.words import QueueNow, Waiting, Worker

MANAGER_STEP: Final = timedelta(minutes=60)
"""Of open time since a wait began: the manager is told, but never before its own breach."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that came of it. `details` hold numbers, words, instants, and records of ours."""

    at: datetime
    kind: str
    conversation: ConversationId | None = None
    agent: AgentId | None = None
    queue: QueueId | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Line:
    """A queue."""

    queue_id: QueueId
    rules: Rules = field(default_factory=Rules)
    hours: Hours = ALWAYS
    targets: Mapping[Priority, timedelta] = field(
        default_factory=lambda: {priority: timedelta(minutes=n) for priority, n in TARGETS.items()}
    )
    weights: Mapping[Priority, float] = field(default_factory=dict)

    def now(self, at: datetime) -> QueueNow:
        return QueueNow(self.rules, self.hours.is_open(at), self.hours.next_opening(at))

    def due(self, since: datetime, priority: Priority) -> datetime | None:
        return self.hours.after(since, self.targets[priority])

    def weight(self, priority: Priority) -> float:
        return self.weights.get(priority, 1)


@dataclass(slots=True)
class Case:
    """A conversation."""

    conversation_id: ConversationId
    queue_id: QueueId
    priority: Priority
    opened_at: datetime
    active_at: datetime
    stage: Stage = Stage.WAITING
    agent_id: AgentId | None = None
    last_agent: AgentId | None = None
    closed_at: datetime | None = None
    # the wait for a human
    entry: int = 0  # how often it entered WAITING
    entered_at: datetime | None = None
    since: datetime | None = None  # start of the running clock
    due_at: datetime | None = None  # None with a `since`: in no open time that is known
    unanswered: datetime | None = None
    breached: bool = False
    past_manager: bool = False
    returning_to: AgentId | None = None
    gave_back: AgentId | None = None
    not_before: datetime | None = None
    relaxed: bool = False
    # its offers
    offered_to: AgentId | None = None
    offers: int = 0
    expires_at: datetime | None = None
    tried: frozenset[AgentId] = frozenset()
    restart_at: datetime | None = None
    # in service
    awaiting: Awaiting = Awaiting.AGENT
    turns: int = 0  # how often it became somebody else's turn
    silent: bool = False
    wake_at: datetime | None = None  # third party
    shelved: bool = False  # kept until the next shift

    @property
    def running(self) -> bool:
        """Whether a customer waits for a human answer."""
        return self.since is not None

    def place(self) -> tuple[Place, ConversationId]:
        """Where it stands in the one order."""
        due_at = self.due_at if self.due_at is not None or not self.running else order.NEVER
        return (
            order.place(
                self.priority,
                due_at,
                oldest_at=self.unanswered,
                opened_at=self.opened_at,
                active_at=self.active_at,
                breached=self.breached,
                past_manager=self.past_manager,
            ),
            self.conversation_id,
        )

    def waits(self, weight: float) -> Waiting:
        assert self.entered_at is not None
        return Waiting(
            self.conversation_id,
            self.queue_id,
            self.priority,
            self.entered_at,
            weight,
            self.returning_to,
            self.gave_back,
            self.not_before,
            self.offered_to,
            self.tried,
            self.restart_at,
            self.relaxed,
        )


@dataclass(slots=True)
class Person:
    """An agent."""

    agent_id: AgentId
    queues: frozenset[QueueId]
    capacity: int
    ceiling: int | None = None  # twice the capacity
    skills: Mapping[str, int] = field(default_factory=dict)
    availability: Availability = Availability.AVAILABLE
    may_choose: bool = False
    accepts_after: timedelta | None = None
    declines_after: timedelta | None = None
    pause_reason: str | None = None
    paused_at: datetime | None = None
    lost_at: datetime | None = None
    beats: int = 0  # how often the connection changed
    gone: bool = False  # the offline policies were applied, and hold until they are back
    deactivated: bool = False
    expired: int = 0  # offers in a row
    last_offered_at: datetime | None = None
    turn: int = 0
    idle_since: datetime | None = None
    cases: dict[ConversationId, Case] = field(default_factory=dict)  # in service
    offers: dict[ConversationId, Case] = field(default_factory=dict)

    @property
    def load(self) -> Load:
        silent = sum(case.silent for case in self.cases.values())
        return Load(
            self.capacity,
            ceiling_of(self.capacity, self.ceiling),
            len(self.cases) - silent,
            silent,
            len(self.offers),
        )

    def worker(self, lines: Mapping[QueueId, Line]) -> Worker:
        counted = [*(case for case in self.cases.values() if not case.silent), *self.offers.values()]
        return Worker(
            self.agent_id,
            self.load,
            self.queues,
            self.skills,
            self.availability,
            self.lost_at,
            sum(lines[case.queue_id].weight(case.priority) for case in counted),
            self.last_offered_at,
            self.turn,
            self.idle_since,
        )
