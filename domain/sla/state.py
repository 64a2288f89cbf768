"""What the clocks of a conversation remember: where it stands, and the clocks of its period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.grammar import changed
from domain.queue import Priority, QueueId
from domain.sla.clock import Clock
from domain.sla.facts import Phase, Turn
from domain.sla.policy import Kind

ANSWERS: Final = 50
"""How many of our answers are remembered, to know whether a later one reached the customer."""
STOPS: Final = 8
"""How many stops can still be voided."""
WAITS: Final = 50
NOWHERE: Final = QueueId("")
OWNERS: Final = 100


@dataclass(frozen=True, slots=True)
class Wait:
    """A customer message nobody has answered."""

    message_id: str
    since: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    message_id: str
    asked_at: datetime
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A clock that an answer stopped, and what it would be again if the answer fails."""

    message_id: str
    clock: int
    answered: bool  # whether there had been an answer in the period
    unanswered: tuple[Wait, ...]  # what it answered


@dataclass(frozen=True, slots=True)
class Held:
    """Who had it from an instant on: `automation`, `queue:<id>`, `agent:<id>`."""

    since: datetime
    owner: str


@dataclass(frozen=True)
class Clocks:
    phase: Phase = Phase.CLOSED
    episode: int = 0
    period: int = 0
    home: QueueId = NOWHERE  # the default queue of the channel
    queue_id: QueueId | None = None
    priority: Priority = Priority.NORMAL
    turn: Turn = Turn.AGENT
    wake_at: datetime | None = None
    opened_at: datetime | None = None
    active_at: datetime | None = None  # last message, call or transfer
    answered: bool = False  # a human answered in this period
    unanswered: tuple[Wait, ...] = ()
    answers: tuple[Answer, ...] = ()  # of this period
    stops: tuple[Stop, ...] = ()
    voided: str | None = None  # the answer whose failure set the running clock going again
    owners: tuple[Held, ...] = ()  # of this period
    clocks: tuple[Clock, ...] = ()  # of this period: those that run, and the last that ended
    count: int = 0  # clocks so far

    @property
    def owner(self) -> str:
        return self.owners[-1].owner if self.owners else ""

    @property
    def response(self) -> Clock | None:
        """The running clock that waits for a human; never more than one."""
        return next((c for c in self.clocks if c.runs and c.kind.human), None)

    def running(self, kind: Kind) -> Clock | None:
        return next((c for c in self.clocks if c.runs and c.kind is kind), None)

    def clock(self, number: int) -> Clock | None:
        return next((c for c in self.clocks if c.number == number), None)

    @property
    def oldest(self) -> datetime | None:
        """Since when the oldest unanswered message waits."""
        return min((wait.since for wait in self.unanswered), default=None)

    def tidied(self) -> Clocks:
        """Without the clocks that ended before and will not run again."""
        kept = {stop.clock for stop in self.stops}
        clocks = tuple(clock for clock in self.clocks if clock.runs or clock.number in kept)
        return self if len(clocks) == len(self.clocks) else changed(self, clocks=clocks)

    def next_timer(self) -> datetime | None:
        """When something is due, if nothing else happens."""
        times = [when for clock in self.clocks if (when := clock.next_timer())]
        if self.wake_at is not None:
            times.append(self.wake_at)
        return min(times, default=None)
