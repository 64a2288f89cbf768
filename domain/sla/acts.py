"""What can be done to a clock: started, paused, stopped, voided, reckoned anew, and what it then says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from domain.grammar import changed
from domain.sla.clock import Breach, Clock, Ending, Pause, Step, reckoned
from domain.sla.facts import Cause, Phase, Turn
from domain.sla.policy import Book, Kind, Level
from domain.sla.state import ANSWERS, STOPS, Answer, Clocks, Held, Stop
from domain.sla.verdicts import (
    Breached,
    Ended,
    Escalated,
    EscalationAcknowledged,
    Paused,
    Reckoned,
    Resumed,
    Said,
    Started,
    StopVoided,
    Warned,
)


@dataclass
class Acts:
    """One turn of the fold: the clocks as they become, and what they say meanwhile."""

    state: Clocks
    book: Book
    at: datetime
    said: list[Said] = field(default_factory=list)

    def set(self, **changes: Any) -> None:
        self.state = changed(self.state, **changes)

    def hold(self, owner: str, most: int) -> None:
        """From now on it is theirs."""
        if self.state.owner != owner:
            self.set(owners=(*self.state.owners, Held(self.at, owner))[-most:])

    def _clock(self, number: int) -> Clock:
        clock = self.state.clock(number)
        assert clock is not None
        return clock

    def _put(self, clock: Clock) -> None:
        self.set(clocks=tuple(clock if c.number == clock.number else c for c in self.state.clocks))

    # ── running ──────────────────────────────────────────────────────────────────────────────────

    def start(self, kind: Kind, since: datetime) -> None:
        """A clock that started before now may be late already: then it is late now."""
        state = self.state
        number = state.count + 1
        automated = kind is Kind.AUTOMATION
        clock = Clock(
            number,
            kind,
            state.episode,
            state.period,
            since,
            state.home if automated or state.queue_id is None else state.queue_id,
            state.priority,
        )
        clock = reckoned(clock, self.book, self.at)
        self.set(clocks=(*state.clocks, clock), count=number)
        self.said.append(Started(self.at, number, kind, since, clock.due_at))
        self._overdue(number, Cause.TRANSIT)

    def pause(self, number: int, why: Turn) -> None:
        clock = self._clock(number)
        if clock.paused:
            return
        pauses = (*clock.pauses, Pause(self.at, why))
        self._put(reckoned(changed(clock, pauses=pauses), self.book, self.at))
        self.said.append(Paused(self.at, number, clock.kind, why))

    def resume(self, number: int) -> None:
        clock = self._clock(number)
        if not clock.paused:
            return
        pauses = (*clock.pauses[:-1], replace(clock.pauses[-1], until=self.at))
        clock = reckoned(changed(clock, pauses=pauses), self.book, self.at)
        self._put(clock)
        self.said.append(Resumed(self.at, number, clock.kind, clock.due_at))

    def end(self, number: int, ending: Ending, message_id: str | None = None) -> None:
        clock = self._clock(number)
        pauses = clock.pauses
        if clock.paused:
            pauses = (*pauses[:-1], replace(pauses[-1], until=self.at))
        ended = changed(
            clock,
            pauses=pauses,
            ended_at=self.at,
            ending=ending,
            stopped_by=message_id,
            warnings=(),
            steps=tuple(step if step.done_at else replace(step, at=None) for step in clock.steps),
        )
        self._put(ended)
        self.said.append(Ended(self.at, number, clock.kind, ending, message_id))

    def reckon_all(self, cause: Cause) -> None:
        for clock in self.state.clocks:
            if clock.runs:
                self._reckon(clock.number, cause)

    def _reckon(self, number: int, cause: Cause) -> None:
        """The terms of today's queue and priority, from the same start. What was late before is late by what
        it was late by."""
        self.breach_if_late(number)
        before, state = self._clock(number), self.state
        automated = before.kind is Kind.AUTOMATION
        clock = changed(
            before,
            queue_id=before.queue_id if automated or state.queue_id is None else state.queue_id,
            priority=before.priority if automated else state.priority,
        )
        clock = reckoned(clock, self.book, self.at)
        if clock != before:
            self._put(clock)
            self.said.append(Reckoned(self.at, number, clock.kind, cause, clock.due_at))
        self._overdue(number, cause)

    # ── being late ───────────────────────────────────────────────────────────────────────────────

    def _overdue(self, number: int, cause: Cause) -> None:
        """What passed before now by a change happens now."""
        if self._clock(number).late(self.at):
            self._breach(number, cause)
        self.step(number, self.at, passed=True)

    def breach_if_late(self, number: int) -> None:
        """The action itself says so, when no timer has."""
        if self._clock(number).late(self.at):
            self._breach(number, Cause.LATE)

    def breach_if_due(self, number: int) -> None:
        clock = self._clock(number)
        if clock.breach is None and clock.due_at is not None and clock.due_at <= self.at:
            self._breach(number, Cause.DUE)

    def _breach(self, number: int, cause: Cause) -> None:
        clock, state = self._clock(number), self.state
        assert clock.due_at is not None
        breach = Breach(
            self.at,
            clock.due_at,
            cause,
            state.owner,
            clock.target,
            clock.queue_id,
            clock.priority,
            clock.policy_version,
            clock.calendar_id,
            clock.calendar_version,
        )
        self._put(reckoned(changed(clock, breach=breach, warnings=()), self.book, self.at))
        told: tuple[str, ...] = ()
        if clock.kind is not Kind.AUTOMATION:
            agent = (state.owner,) if state.phase is Phase.IN_SERVICE else ()
            told = (*agent, *self.book.recipients(clock.queue_id, Level.SUPERVISOR))
        self.said.append(Breached(self.at, number, clock.kind, breach, told))

    def warn(self, number: int, prompt: timedelta) -> None:
        clock = self._clock(number)
        passed = [(percent, when) for percent, when in clock.warnings if when <= self.at]
        sent = clock.sent
        for percent, when in passed:
            if self.at - when <= prompt and clock.due_at is not None:
                self.said.append(Warned(self.at, number, clock.kind, percent, clock.due_at))
                sent = percent
        if passed:
            self._put(changed(clock, sent=sent, warnings=clock.warnings[len(passed) :]))

    # ── the chain ────────────────────────────────────────────────────────────────────────────────

    def step(self, number: int, until: datetime, *, passed: bool = False) -> None:
        """The steps of a breached clock that are due; `passed`: only those from before that instant."""
        for n in range(len(self._clock(number).steps)):
            clock = self._clock(number)
            step = clock.steps[n]
            if clock.breach is None or not clock.runs or step.done_at is not None or step.at is None:
                continue
            if step.at < until or (step.at == until and not passed):
                self._escalate(clock, n)

    def _escalate(self, clock: Clock, n: int) -> None:
        """A level with nobody reachable passes on at once and uses up the next."""
        steps, empty = list(clock.steps), list[Level]()
        reached, recipients = None, tuple[str, ...]()
        for m in range(n, len(steps)):
            if steps[m].done_at is not None:
                continue
            steps[m] = replace(steps[m], done_at=self.at)
            recipients = self.book.recipients(clock.queue_id, steps[m].level)
            if recipients:
                reached = steps[m].level
                break
            empty.append(steps[m].level)
        self._put(changed(clock, steps=tuple(steps)))
        first = clock.steps[n]
        self.said.append(
            Escalated(
                self.at,
                clock.number,
                first.minutes,
                first.level,
                reached,
                recipients,
                tuple(empty),
                clock.queue_id,
                clock.started_at,
            )
        )

    def acknowledge(self, by: str) -> None:
        """From the breach on. The next step waits a little longer, once."""
        clock = self.state.response
        if clock is None or clock.breach is None:
            return
        waiting = [step for step in clock.steps if step.done_at is None]
        step: Step | None = waiting[0] if waiting else None
        if step is None or step.postponed:
            self.said.append(EscalationAcknowledged(self.at, clock.number, by, None, None))
            return
        steps = tuple(replace(s, postponed=True) if s is step else s for s in clock.steps)
        clock = reckoned(changed(clock, steps=steps), self.book, self.at)
        self._put(clock)
        until = next(s.at for s in clock.steps if s.level is step.level)
        self.said.append(EscalationAcknowledged(self.at, clock.number, by, step.level, until))

    # ── answers ──────────────────────────────────────────────────────────────────────────────────

    def answered(self, answer: Answer) -> None:
        """It stops the clock, unless all it could have answered came after it was asked for."""
        state = self.state
        if any(known.message_id == answer.message_id for known in state.answers):
            return
        self.set(answers=(*state.answers, answer)[-ANSWERS:])
        self._stop(answer)
        self._forget_answers()

    def _forget_answers(self) -> None:
        """Those before the first stop that can be voided tell nothing any more."""
        order = [answer.message_id for answer in self.state.answers]
        wanted = [stop.message_id for stop in self.state.stops] + [self.state.voided]
        first = min((order.index(each) for each in wanted if each in order), default=len(order) - 1)
        if first > 0:
            self.set(answers=self.state.answers[first:])

    def _stop(self, answer: Answer) -> None:
        state = self.state
        left = tuple(wait for wait in state.unanswered if wait.heard_at > answer.asked_at)
        done = tuple(wait for wait in state.unanswered if wait.heard_at <= answer.asked_at)
        clock = state.response
        if clock is not None and clock.kind is Kind.NEXT and left and not done:
            self.set(answered=True)
            return
        if clock is not None:
            self.breach_if_late(clock.number)
            self.end(clock.number, Ending.ANSWERED, answer.message_id)
            stop = Stop(answer.message_id, clock.number, state.answered, done)
            self.set(stops=(*state.stops, stop)[-STOPS:], voided=None)
        self.set(answered=True, unanswered=left)
        if left and self.state.response is None:
            self.start(Kind.NEXT, min(wait.since for wait in left))

    def failed(self, message_id: str) -> bool:
        """Whether that voids a stop: the earliest from which on no answer reached the customer."""
        state = self.state
        answers = tuple(replace(a, failed=True) if a.message_id == message_id else a for a in state.answers)
        self.set(answers=answers)
        if state.phase is Phase.CLOSED or answers == state.answers:
            return False
        order = [answer.message_id for answer in answers]
        for n, stop in enumerate(state.stops):
            if stop.message_id in order and all(a.failed for a in answers[order.index(stop.message_id) :]):
                self._void(n)
                return True
        return False

    def _void(self, n: int) -> None:
        """The clock runs again from its start, alone."""
        state = self.state
        stop = state.stops[n]
        if later := state.response:
            self.end(later.number, Ending.CANCELLED)
        waits = [wait for s in state.stops[n:] for wait in s.unanswered]
        self.set(
            stops=state.stops[:n],
            voided=stop.message_id,
            answered=stop.answered,
            unanswered=(*waits, *state.unanswered),
        )
        clock = self._clock(stop.clock)
        clock = changed(
            clock,
            ended_at=None,
            ending=None,
            stopped_by=None,
            queue_id=state.queue_id or clock.queue_id,
            priority=state.priority,
        )
        clock = reckoned(clock, self.book, self.at)
        self._put(clock)
        self.said.append(StopVoided(self.at, clock.number, clock.kind, stop.message_id, clock.due_at))
        self._overdue(clock.number, Cause.VOID)

    def arrived(self, message_id: str) -> bool:
        """Whether an answer that was given up stops the clock again that its failure had set going."""
        state = self.state
        order = [answer.message_id for answer in state.answers]
        if message_id not in order or not state.answers[order.index(message_id)].failed:
            return False
        answer = replace(state.answers[order.index(message_id)], failed=False)
        self.set(answers=tuple(answer if a.message_id == message_id else a for a in state.answers))
        if state.phase is Phase.CLOSED or state.voided not in order:
            return False
        if order.index(message_id) < order.index(state.voided or ""):
            return False
        self._stop(answer)
        return True
