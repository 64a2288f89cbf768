"""The fold: what happened goes in one fact at a time, and the clocks say what that means.

`apply` is for facts, `fire` for the time itself. Both are pure and total: a fact that does not apply changes
nothing and says nothing. What arrives at an instant is applied before its timers are fired; until then a
limit that is reached is not passed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, assert_never

from domain.grammar import changed
from domain.sla.acts import Acts
from domain.sla.clock import Ending
from domain.sla.facts import (
    Acknowledged,
    Answered,
    Arrived,
    Called,
    Cause,
    Closed,
    Entered,
    Fact,
    Failed,
    Heard,
    Opened,
    Phase,
    Prioritised,
    Reopened,
    Restored,
    Revised,
    SetAside,
    Settled,
    Spoke,
    Taken,
    Turn,
    Woke,
)
from domain.sla.policy import Book, Kind
from domain.sla.state import OWNERS, WAITS, Answer, Clocks, Held, Wait
from domain.sla.verdicts import Said

PROMPT: Final = timedelta(0)
NEVER: Final = datetime.min.replace(tzinfo=UTC)


def apply(clocks: Clocks, book: Book, *happened: Fact) -> tuple[Clocks, list[Said]]:
    """The clocks after what happened in one breath, and what they said about it. Clocks that ended in it are
    still among them, those that had ended before and cannot run again are not."""
    acts = Acts(clocks.tidied(), book, clocks.active_at or NEVER)
    for fact in happened:
        acts.at = fact.at
        _apply(acts, fact)
    return acts.state, acts.said


def fire(clocks: Clocks, book: Book, at: datetime, prompt: timedelta = PROMPT) -> tuple[Clocks, list[Said]]:
    """What is due by now: breaches and steps are recorded now, however late. Warnings that are later than
    `prompt` are dropped."""
    acts = Acts(clocks.tidied(), book, at)
    if clocks.wake_at is not None and clocks.wake_at <= at:
        _to_agent(acts)
    for number in [clock.number for clock in acts.state.clocks if clock.runs]:
        acts.warn(number, prompt)
        acts.breach_if_due(number)
        acts.step(number, at)
    return acts.state, acts.said


def _apply(acts: Acts, fact: Fact) -> None:
    state = acts.state
    match fact:
        case Opened():
            acts.state = Clocks(
                phase=fact.phase,
                episode=state.episode + 1,
                period=1,
                home=fact.home,
                turn=Turn.CUSTOMER if fact.ours else Turn.AGENT,
                opened_at=fact.at,
                active_at=fact.at,
                owners=(Held(fact.at, fact.owner),),
                clocks=tuple(clock for clock in state.clocks if not clock.runs),
                count=state.count,
            )
            _begin(acts, ours=fact.ours)
        case Reopened():
            acts.state = Clocks(
                phase=fact.phase,
                episode=state.episode,
                period=state.period + 1,
                home=state.home,
                queue_id=state.queue_id,
                priority=state.priority,
                turn=Turn.CUSTOMER if fact.ours else Turn.AGENT,
                opened_at=state.opened_at,
                active_at=fact.at,
                owners=(Held(fact.at, fact.owner),),
                clocks=tuple(clock for clock in state.clocks if not clock.runs),
                count=state.count,
            )
            _begin(acts, ours=fact.ours)
        case Entered():
            _entered(acts, fact)
        case Taken(owner=owner):
            _taken(acts, owner)
        case Heard():
            _heard(acts, fact)
        case Called(at=at):
            acts.set(active_at=at)
        case Spoke(at=at):
            acts.set(active_at=at)
            if state.phase is Phase.AUTOMATION and (clock := state.running(Kind.AUTOMATION)):
                acts.breach_if_late(clock.number)
                acts.pause(clock.number, Turn.CUSTOMER)
        case Answered():
            acts.set(active_at=fact.at)
            if state.phase is not Phase.CLOSED:
                acts.answered(Answer(fact.message_id, fact.asked_at))
                _their_turn(acts)
        case Failed(message_id=message_id):
            if acts.failed(message_id) and acts.state.turn is Turn.CUSTOMER:
                _to_agent(acts)
        case Arrived(message_id=message_id):
            if acts.arrived(message_id):
                _their_turn(acts)
        case Settled(through=through):
            _settled(acts, through)
        case Prioritised(priority=priority):
            if state.phase is not Phase.CLOSED and priority is not state.priority:
                acts.set(priority=priority)
                acts.reckon_all(Cause.PRIORITY)
        case SetAside(turn=turn, until=until):
            if state.phase is Phase.IN_SERVICE and turn is not Turn.AGENT:
                _set_aside(acts, turn, until)
        case Woke():
            if state.phase is Phase.IN_SERVICE:
                _to_agent(acts)
        case Closed():
            _closed(acts)
        case Acknowledged(by=by):
            acts.acknowledge(by)
        case Revised(cause=cause):
            if state.phase is not Phase.CLOSED:
                acts.reckon_all(cause)
        case Restored(clocks=clocks):
            _restored(acts, clocks)
        case _:
            assert_never(fact)


# ── beginning and moving ─────────────────────────────────────────────────────────────────────────


def _begin(acts: Acts, *, ours: bool) -> None:
    """Automation is timed from its first instant; an agent who was asked owes a first answer."""
    phase = acts.state.phase
    if phase is Phase.AUTOMATION:
        acts.start(Kind.AUTOMATION, acts.at)
    elif phase is Phase.IN_SERVICE:
        _resolving(acts)
        if not ours:
            acts.start(Kind.FIRST, acts.at)


def _resolving(acts: Acts) -> None:
    """The resolution clock runs from the first WAITING or IN_SERVICE on, except in somebody else's turn."""
    if acts.state.running(Kind.RESOLUTION) is None:
        acts.start(Kind.RESOLUTION, acts.at)
    clock = acts.state.running(Kind.RESOLUTION)
    assert clock is not None
    if acts.state.turn is Turn.AGENT:
        acts.resume(clock.number)
    else:
        acts.pause(clock.number, acts.state.turn)


def _entered(acts: Acts, fact: Entered) -> None:
    state = acts.state
    if state.phase is Phase.CLOSED:
        return
    _leave_automation(acts)
    cause = Cause.QUEUE if fact.queue_id != state.queue_id else Cause.PRIORITY
    moved = (fact.queue_id, fact.priority) != (state.queue_id, state.priority)
    acts.set(
        phase=Phase.WAITING,
        queue_id=fact.queue_id,
        priority=fact.priority,
        turn=Turn.AGENT,
        wake_at=None,
        active_at=fact.at if state.phase is Phase.IN_SERVICE else state.active_at,
    )
    acts.hold(f"queue:{fact.queue_id}", OWNERS)
    _resolving(acts)
    if moved:
        acts.reckon_all(cause)
    if acts.state.response is None:
        if acts.state.answered:
            acts.start(Kind.NEXT, acts.state.oldest or fact.since or fact.at)
        else:
            acts.start(Kind.FIRST, fact.at)


def _restored(acts: Acts, before: Clocks) -> None:
    """What began since ends without a verdict; what ended since runs again, from its own start."""
    known = {clock.number for clock in before.clocks}
    for clock in acts.state.clocks:
        if clock.runs and clock.number not in known:
            acts.end(clock.number, Ending.SETTLED)
    since = (clock for clock in acts.state.clocks if clock.number not in known)
    acts.state = changed(before, clocks=(*before.clocks, *since), count=acts.state.count, active_at=acts.at)


def _taken(acts: Acts, owner: str) -> None:
    state = acts.state
    if state.phase is Phase.CLOSED:
        return
    _leave_automation(acts)
    handed_on = state.phase is Phase.IN_SERVICE
    acts.set(phase=Phase.IN_SERVICE, turn=state.turn if handed_on else Turn.AGENT)
    if handed_on:
        acts.set(active_at=acts.at)
    acts.hold(owner, OWNERS)
    _resolving(acts)
    if state.phase is Phase.AUTOMATION and not state.answered:
        acts.start(Kind.FIRST, acts.at)


def _leave_automation(acts: Acts) -> None:
    if clock := acts.state.running(Kind.AUTOMATION):
        acts.breach_if_late(clock.number)
        acts.end(clock.number, Ending.HANDED_OVER)


# ── hearing and answering ────────────────────────────────────────────────────────────────────────


def _heard(acts: Acts, fact: Heard) -> None:
    acts.set(active_at=fact.at)
    state = acts.state
    if state.phase is Phase.AUTOMATION:
        clock = state.running(Kind.AUTOMATION)
        if clock is not None and not fact.thanks:
            acts.resume(clock.number)
        return
    if state.phase is Phase.CLOSED:
        return
    if state.turn is not Turn.AGENT:
        _to_agent(acts)
    if fact.thanks:
        return
    wait = Wait(fact.message_id, fact.since, fact.at)
    acts.set(unanswered=(*state.unanswered, wait)[:WAITS])
    entered = acts.state.running(Kind.RESOLUTION) is not None  # else the entry itself is still to be told
    if acts.state.response is None and entered:
        owed = state.phase is Phase.WAITING and not state.answered
        acts.start(Kind.FIRST if owed else Kind.NEXT, fact.since)


def _their_turn(acts: Acts) -> None:
    """All is answered: waiting on the customer."""
    state = acts.state
    if state.phase is Phase.IN_SERVICE and state.turn is Turn.AGENT and not state.unanswered:
        _set_aside(acts, Turn.CUSTOMER, None)


def _settled(acts: Acts, through: datetime) -> None:
    """What needs no answer ends the wait, unless more came after it."""
    state = acts.state
    left = tuple(wait for wait in state.unanswered if wait.heard_at > through)
    if left and len(left) == len(state.unanswered):
        return
    acts.set(unanswered=left)
    clock = state.response
    if clock is None:
        return
    acts.breach_if_late(clock.number)
    acts.end(clock.number, Ending.SETTLED)
    if left:
        acts.start(clock.kind, min(wait.since for wait in left))


# ── setting aside and closing ────────────────────────────────────────────────────────────────────


def _set_aside(acts: Acts, turn: Turn, until: datetime | None) -> None:
    if clock := acts.state.running(Kind.RESOLUTION):
        acts.resume(clock.number)
        acts.pause(clock.number, turn)
    acts.set(turn=turn, wake_at=until)


def _to_agent(acts: Acts) -> None:
    acts.set(turn=Turn.AGENT, wake_at=None)
    if clock := acts.state.running(Kind.RESOLUTION):
        acts.resume(clock.number)


def _closed(acts: Acts) -> None:
    for clock in acts.state.clocks:
        if clock.runs:
            acts.breach_if_late(clock.number)
            acts.end(clock.number, Ending.UNANSWERED if clock.kind.human else Ending.RESOLVED)
    acts.set(phase=Phase.CLOSED, turn=Turn.AGENT, wake_at=None, active_at=acts.at, unanswered=(), stops=())
