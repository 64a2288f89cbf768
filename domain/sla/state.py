"""What the clocks of a conversation remember: where it stands, and the clocks of its period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.grammar import changed
from domain.privacy import Open
from domain.queue import Priority, QueueId
from domain.sla.clock import Clock
from domain.sla.facts import Phase, Turn
from domain.sla.policy import Kind

ANSWERS: Final = 50
"""How many of our answers are remembered, to know whether a later one reached the customer."""
STOPS: Final = 4
"""How many stops can still be voided."""
WAITS: Final = 20
NOWHERE: Final = QueueId("")
OWNERS: Final = 30


@dataclass(frozen=True, slots=True)
class Wait:
    """A customer message nobody has answered."""

    message_id: Open
    since: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    message_id: Open
    asked_at: datetime
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """A clock that an answer stopped, and what it would be again if the answer fails."""

    message_id: Open
    clock: int
    answered: bool  # whether there had been an answer in the period
    unanswered: tuple[Wait, ...]  # what it answered


@dataclass(frozen=True, slots=True)
class Held:
    """Who had it from an instant on: `automation`, `queue:<id>`, `agent:<id>`."""

    since: datetime
    owner: Open


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
    voided: Open | None = None  # the answer whose failure set the running clock going again
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
        if all(clock.runs for clock in self.clocks):
            return self
        kept = {stop.clock for stop in self.stops}
        clocks = tuple(clock for clock in self.clocks if clock.runs or clock.number in kept)
        return self if len(clocks) == len(self.clocks) else changed(self, clocks=clocks)

    def next_timer(self) -> datetime | None:
        """When something is due, if nothing else happens."""
        times = [when for clock in self.clocks if (when := clock.next_timer())]
        if self.wake_at is not None:
            times.append(self.wake_at)
        return min(times, default=None)


def difference(before: Clocks, after: Clocks) -> Clocks:
    """What of `after` cannot be known from `before`: only clocks that are others, and of their pauses only
    those that are; `earlier` says how many are as they were."""
    known = {clock.number: clock for clock in before.clocks}
    news = []
    for clock in after.clocks:
        was = known.get(clock.number)
        if was == clock:
            continue
        same = 0
        if was is not None:
            for one, other in zip(was.pauses, clock.pauses, strict=False):
                if one != other:
                    break
                same += 1
        news.append(changed(clock, pauses=clock.pauses[same:], earlier=same))
    return changed(after, clocks=tuple(news))


def merged(before: Clocks, news: Clocks) -> Clocks:
    """`after`, from `before` and their difference."""
    known = {clock.number: clock for clock in before.clocks}
    kept = {stop.clock for stop in news.stops}
    told = {clock.number: clock for clock in news.clocks}
    clocks = []
    for number in sorted({*known, *told}):
        clock = told.get(number)
        if clock is None:
            if known[number].runs or number in kept:
                clocks.append(known[number])
        else:
            earlier = known[number].pauses[: clock.earlier] if number in known else ()
            clocks.append(changed(clock, pauses=(*earlier, *clock.pauses), earlier=0))
    return changed(news, clocks=tuple(clocks))
