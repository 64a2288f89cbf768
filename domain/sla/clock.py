"""One clock: since when it runs, what it was paused for, and when what follows from it is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.grammar import changed
from domain.privacy import Open
from domain.queue import Priority, QueueId
from domain.sla.calendar import Calendar
from domain.sla.facts import Cause, Turn
from domain.sla.policy import Book, Kind, Level


class Ending(StrEnum):
    ANSWERED = "answered"
    RESOLVED = "resolved"  # closed, and that was the aim
    HANDED_OVER = "handed_over"  # automation left it to people
    SETTLED = "settled"  # it needed no answer
    UNANSWERED = "unanswered"  # closed without one
    CANCELLED = "cancelled"  # an earlier clock runs again in its place


class Verdict(StrEnum):
    MET = "met"
    BREACHED = "breached"
    SETTLED = "settled"  # neither met nor answered
    UNANSWERED = "unanswered"  # no verdict
    CANCELLED = "cancelled"  # no verdict


_VERDICTS = {
    Ending.ANSWERED: Verdict.MET,
    Ending.RESOLVED: Verdict.MET,
    Ending.HANDED_OVER: Verdict.MET,
    Ending.SETTLED: Verdict.SETTLED,
    Ending.UNANSWERED: Verdict.UNANSWERED,
    Ending.CANCELLED: Verdict.CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Pause:
    since: datetime
    why: Turn
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """Recorded `at`; the target had been used up at `due_at`, under these terms."""

    at: datetime
    due_at: datetime
    cause: Cause
    owner: Open
    target: int
    queue_id: QueueId
    priority: Priority
    policy_version: int
    calendar_id: Open
    calendar_version: int


@dataclass(frozen=True, slots=True)
class Step:
    """Somebody higher is told at `at` (None: never, as things stand), unless it is done."""

    minutes: int
    level: Level
    at: datetime | None = None
    postponed: bool = False
    done_at: datetime | None = None


@dataclass(frozen=True)
class Clock:
    """Its terms are those it is judged by now, or was when it ended; a breach keeps its own."""

    number: int  # within its conversation
    kind: Kind
    episode: int
    period: int
    started_at: datetime
    queue_id: QueueId
    priority: Priority
    target: int = 0  # minutes
    policy_version: int = 0
    calendar_id: Open = ""
    calendar_version: int = 0
    due_at: datetime | None = None  # None while it is paused, or if we never open
    warnings: tuple[tuple[int, datetime], ...] = ()  # still to come: percent, when
    sent: int = 0  # the highest percentage that was told
    steps: tuple[Step, ...] = ()
    pauses: tuple[Pause, ...] = ()
    earlier: int = 0  # in what is told of changes: how many pauses before these are as they were
    breach: Breach | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    stopped_by: Open | None = None  # the message that did

    @property
    def runs(self) -> bool:
        """Whether it has not ended; it may be paused."""
        return self.ending is None

    @property
    def paused(self) -> bool:
        return self.runs and bool(self.pauses) and self.pauses[-1].until is None

    @property
    def verdict(self) -> Verdict | None:
        """None as long as nothing is decided."""
        if self.breach is not None:
            return Verdict.BREACHED
        return None if self.ending is None else _VERDICTS[self.ending]

    @property
    def past_manager(self) -> bool:
        return any(step.level is Level.MANAGER and step.done_at is not None for step in self.steps)

    def late(self, at: datetime) -> bool:
        """Whether its target was used up before, and nobody has said so."""
        return self.runs and self.breach is None and self.due_at is not None and self.due_at < at

    def next_timer(self) -> datetime | None:
        """When it has something to say, if nothing else happens."""
        if not self.runs:
            return None
        times = [when for _, when in self.warnings]
        if self.breach is None and self.due_at is not None:
            times.append(self.due_at)
        times += [step.at for step in self.steps if step.done_at is None and step.at is not None]
        return min(times, default=None)

    def spans(self) -> Iterator[tuple[datetime, datetime | None]]:
        """When it counted, in order; the last without an end if it still does."""
        since = self.started_at
        for pause in self.pauses:
            yield since, pause.since
            if pause.until is None:
                return
            since = pause.until
        yield since, self.ended_at

    def used(self, calendar: Calendar, at: datetime) -> timedelta:
        """The open time it counted until `at`."""
        total = timedelta(0)
        for since, until in self.spans():
            total += calendar.elapsed(since, at if until is None else min(until, at))
        return total


def used_up(
    calendar: Calendar, spans: Sequence[tuple[datetime, datetime | None]], amounts: Sequence[timedelta]
) -> list[datetime | None]:
    """When each amount of open time, rising, has been counted within the spans; None if it is not."""
    found: list[datetime | None] = []
    used = timedelta(0)
    for since, until in spans:
        room = None if until is None else used + calendar.elapsed(since, until)
        while len(found) < len(amounts) and (room is None or amounts[len(found)] <= room):
            found.append(calendar.due(since, amounts[len(found)] - used))
        if room is not None:
            used = room
    return [*found, *[None] * (len(amounts) - len(found))]


def reckoned(clock: Clock, book: Book, at: datetime) -> Clock:
    """The clock under the terms in force for its queue and priority, from its start. Warnings that are passed
    by now are not sent any more."""
    terms = book.terms(clock.kind, clock.priority, clock.queue_id)
    percents = [p for p in book.policy.warnings if p > clock.sent] if clock.breach is None else []
    amounts = [*(terms.span * p / 100 for p in percents), terms.span]
    *warned, due_at = used_up(terms.calendar, list(clock.spans()), amounts)
    return changed(
        clock,
        target=terms.target,
        policy_version=terms.policy_version,
        calendar_id=terms.calendar_id,
        calendar_version=terms.calendar_version,
        due_at=due_at,
        warnings=tuple((p, when) for p, when in zip(percents, warned, strict=True) if when and when >= at),
        steps=_steps(clock, terms.calendar, due_at, book),
    )


def _steps(clock: Clock, calendar: Calendar, due_at: datetime | None, book: Book) -> tuple[Step, ...]:
    """The chain of a response clock: in open time since its start, never before its own breach."""
    if not clock.kind.human:
        return ()
    known = {step.level: step for step in clock.steps}
    steps = []
    for minutes, level in book.policy.steps:
        step = known.get(level, Step(minutes, level))
        put_off = book.policy.postponed if step.postponed else 0
        when = calendar.due(clock.started_at, timedelta(seconds=(minutes + put_off) * book.policy.minute))
        if clock.breach is None:
            when = None if when is None or due_at is None else max(when, due_at)
        steps.append(Step(minutes, level, when, step.postponed, step.done_at))
    return tuple(steps)
