"""What is decided on a conversation, told to its clocks: they add their verdicts, and how they stand.

Everything here is pure: the rules come in as a book, which a command carried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.conversation import clock_events as told
from domain.conversation.events import (
    AnswerArrived,
    AnswerVoided,
    Assigned,
    Author,
    AutomationSilenced,
    Closed,
    EnteredWaiting,
    Event,
    MessageId,
    MessageReceived,
    Opened,
    Opener,
    PriorityChanged,
    ReceiptHeard,
    Reopened,
    SendAccepted,
    Snoozed,
    Stage,
    Woke,
)
from domain.conversation.memory import evolve
from domain.conversation.refusals import NothingToAcknowledge, NotOpen, UnknownMessage
from domain.conversation.state import GENERAL, SILENT_KINDS, Conversation
from domain.conversation.undoing_events import Undone
from domain.conversation.weighing import waits_since
from domain.grammar import changed
from domain.queue import QueueId
from domain.sla import facts, verdicts
from domain.sla.clocks import apply, fire
from domain.sla.facts import Cause, Fact, Phase, Turn
from domain.sla.policy import Book
from domain.sla.state import Clocks, difference

PROMPT: Final = timedelta(seconds=10)
"""A warning that comes later than this is none any more."""
_MOMENT: Final = timedelta(microseconds=1)

_TIMED: Final = frozenset(
    {
        Assigned,
        AutomationSilenced,
        Closed,
        EnteredWaiting,
        MessageReceived,
        Opened,
        PriorityChanged,
        ReceiptHeard,
        Reopened,
        SendAccepted,
        Snoozed,
        Undone,
        Woke,
        told.NoAnswerNeeded,
    }
)
"""What the clocks are told of."""
_WEIGHED: Final = frozenset({ReceiptHeard, SendAccepted, told.NoAnswerNeeded})
"""What comes of these depends on what the conversation is afterwards."""
_DATED: Final = (
    AnswerArrived,
    AnswerVoided,
    Assigned,
    EnteredWaiting,
    MessageReceived,
    PriorityChanged,
    SendAccepted,
)
"""What says until when a human answer is due."""


def timed(
    state: Conversation, events: Sequence[Event], book: Book, at: datetime, home: QueueId | None = None
) -> list[Event]:
    """The same events, with due times from the calendar and what the clocks say of them. `home`: the default
    queue of the channel, if these open an episode."""
    if not any(type(event) in _TIMED for event in events):
        return list(events)
    clocks, decided = _current(state.clocks, book, at)
    happened: list[list[Fact]] = []
    after = state
    for n, event in enumerate(events):
        before = after
        if type(event) in _WEIGHED or n + 1 < len(events):
            after = evolve(before, event)
        happened.append(_facts(before, after, event, events[n + 1 :], book, at, home))
    said = [verdict for each in happened for verdict in each]
    if not said:
        return list(events)
    dated: list[Event] = []
    clocks = clocks.tidied()
    for event, each in zip(events, happened, strict=True):
        if each:
            clocks, verdicts_ = _apply(clocks, book, each)
            dated.append(_dated(event, clocks))
            dated += verdicts_
        else:
            dated.append(_dated(event, clocks))
    return [*decided, *dated, *_set(state, clocks)]


def fire_timer(state: Conversation, armed: int, book: Book, at: datetime) -> list[Event]:
    """What is due by now; nothing if the clocks were set anew since the timer was armed."""
    if armed != state.clocks_version or not state.is_open:
        return []
    clocks, said = _current(state.clocks, book, at)
    clocks, fired = fire(clocks, book, at, PROMPT)
    return [*said, *_events(fired), *_set(state, clocks)]


def acknowledge(state: Conversation, by: str, book: Book, at: datetime) -> list[Event]:
    """Somebody acts on a breached wait: the next step comes a little later, once."""
    if not state.is_open:
        raise NotOpen
    clocks, said = _current(state.clocks, book, at)
    clocks, answered = apply(clocks, book, facts.Acknowledged(at, by))
    if not answered:
        raise NothingToAcknowledge
    return [*said, *_events(answered), *_set(state, clocks)]


def need_no_answer(state: Conversation, message_id: MessageId | None, by: str, at: datetime) -> list[Event]:
    """A message of the customer, and all before it, needs no answer."""
    if not state.is_open:
        raise NotOpen
    if message_id is not None and message_id not in state.heard:
        raise UnknownMessage
    ref = None if message_id is None else told.MessageRef(message_id)
    return [told.NoAnswerNeeded(ref, by, at)] if state.waiting_since is not None else []


def revise(state: Conversation, book: Book, at: datetime) -> list[Event]:
    """Open clocks are judged again by the rules that are in force; nothing if they are already."""
    if not state.is_open:
        return []
    clocks, said = _current(state.clocks, book, at)
    return [*said, *_set(state, clocks)]


# ── the clocks ───────────────────────────────────────────────────────────────────────────────────


def _current(clocks: Clocks, book: Book, at: datetime) -> tuple[Clocks, list[Event]]:
    """The clocks under the book in force: what was reckoned by earlier versions is reckoned again first. A
    door that has not heard of the latest rules yet takes nothing back."""
    for clock in clocks.clocks:
        if not clock.runs:
            continue
        terms = book.terms(clock.kind, clock.priority, clock.queue_id)
        same = clock.calendar_id == terms.calendar_id
        if clock.policy_version < terms.policy_version:
            cause = Cause.POLICY
        elif clock.policy_version == terms.policy_version and (
            not same or clock.calendar_version < terms.calendar_version
        ):
            cause = Cause.CALENDAR
        else:
            continue
        clocks, said = apply(clocks, book, facts.Revised(at, cause))
        return clocks, _events(said)
    return clocks, []


def _apply(clocks: Clocks, book: Book, happened: Iterable[Fact]) -> tuple[Clocks, list[Event]]:
    ended = tuple(clock for clock in clocks.clocks if not clock.runs)
    clocks, said = apply(clocks, book, *happened)
    numbers = {clock.number for clock in clocks.clocks}
    kept = tuple(clock for clock in ended if clock.number not in numbers)
    if kept:
        clocks = changed(clocks, clocks=tuple(sorted((*kept, *clocks.clocks), key=lambda c: c.number)))
    return clocks, _events(said)


def _set(state: Conversation, clocks: Clocks) -> list[Event]:
    """How they stand now, if anything about it is new."""
    clocks = changed(clocks, active_at=None)
    if clocks.tidied() == state.clocks.tidied():
        return []
    return [told.ClocksSet(difference(state.clocks, clocks), clocks.next_timer())]


def _events(said: Iterable[verdicts.Said]) -> list[Event]:
    """The verdicts that are facts of their own; how the clocks run is in how they are set."""
    events: list[Event] = []
    for what in said:
        match what:
            case verdicts.Warned():
                events.append(told.Warned(what.clock, what.kind, what.percent, what.due_at, what.at))
            case verdicts.Breached():
                events.append(told.Breached(what.clock, what.kind, what.breach, what.told))
            case verdicts.Escalated():
                events.append(
                    told.Escalated(
                        what.clock,
                        what.level,
                        what.minutes,
                        what.reached,
                        what.recipients,
                        what.queue_id,
                        what.waiting_since,
                        what.at,
                    )
                )
            case verdicts.EscalationAcknowledged():
                events.append(
                    told.EscalationAcknowledged(what.clock, what.by, what.postponed, what.until, what.at)
                )
            case verdicts.StopVoided():
                ref = told.MessageRef(what.message_id)
                events.append(told.StopVoided(what.clock, what.kind, ref, what.due_at, what.at))
            case _:
                pass
    return events


def _dated(event: Event, clocks: Clocks) -> Event:
    """The event with the due time of the running response clock, where it has one."""
    response = clocks.response
    if not isinstance(event, _DATED) or event.due_at is None or response is None or response.due_at is None:
        return event
    return event if event.due_at == response.due_at else replace(event, due_at=response.due_at)


# ── what happened, for clocks ────────────────────────────────────────────────────────────────────


def _facts(
    before: Conversation,
    after: Conversation,
    event: Event,
    following: Sequence[Event],
    book: Book,
    at: datetime,
    home: QueueId | None,
) -> list[Fact]:
    match event:
        case Opened(opened_at=opened_at):
            ours = event.opened_by is Opener.AGENT or event.opened_by is Opener.DEVICE
            owner = _owner(event.stage, event.agent_id, following)
            return [facts.Opened(opened_at, Phase(event.stage), home or GENERAL, owner, ours)]
        case Reopened(reopened_at=reopened_at, agent_id=agent_id):
            asked = any(isinstance(later, Assigned) for later in following)
            owner = _owner(event.stage, agent_id, following)
            ours = agent_id is not None and not asked
            return [facts.Reopened(reopened_at, Phase(event.stage), owner, ours)]
        case MessageReceived():
            return _heard(before, event, book)
        case EnteredWaiting(entered_at=entered_at):
            since = event.waiting_since or entered_at
            again = before.entered_at == entered_at and before.stage is Stage.WAITING
            return [facts.Entered(at if again else entered_at, event.queue_id, event.priority, since)]
        case Assigned(assigned_at=assigned_at, agent_id=agent_id):
            return [facts.Taken(assigned_at, f"agent:{agent_id}")]
        case PriorityChanged(changed_at=changed_at, priority=priority):
            return [facts.Prioritised(changed_at, priority)]
        case Snoozed(snoozed_at=snoozed_at):
            return [facts.SetAside(snoozed_at, Turn.THIRD_PARTY)]
        case Woke(woke_at=woke_at):
            return [facts.Woke(woke_at)]
        case AutomationSilenced():
            return [facts.Spoke(at)]
        case SendAccepted():
            return _accepted(before, after, event)
        case ReceiptHeard(message_id=message_id):
            send, was = after.sends.get(message_id), before.sends.get(message_id)
            if send is None or was is None or not send.human or send.failed is was.failed:
                return []
            return [facts.Failed(at, message_id) if send.failed else facts.Arrived(at, message_id)]
        case told.NoAnswerNeeded(marked_at=marked_at):
            return [facts.Settled(marked_at, _just_before(before, len(after.unanswered), marked_at))]
        case Closed(closed_at=closed_at):
            return [facts.Closed(closed_at)]
        case Undone(undone_at=undone_at):
            return [] if before.undo is None else [facts.Restored(undone_at, _as_before(before))]
        case _:
            return []


def _as_before(state: Conversation) -> Clocks:
    """The clocks as they were, with the breaches that were told since."""
    assert state.undo is not None
    told_since = {clock.number: clock.breach for clock in state.clocks.clocks if clock.breach is not None}
    clocks = state.undo.clocks
    return changed(
        clocks,
        clocks=tuple(
            changed(clock, breach=clock.breach or told_since.get(clock.number)) for clock in clocks.clocks
        ),
    )


def _owner(stage: Stage, agent_id: str | None, following: Iterable[Event]) -> str:
    if stage is Stage.IN_SERVICE:
        return f"agent:{agent_id}"
    entered = next((event for event in following if isinstance(event, EnteredWaiting)), None)
    return "automation" if entered is None else f"queue:{entered.queue_id}"


def _heard(state: Conversation, event: MessageReceived, book: Book) -> list[Fact]:
    at = event.received_at
    if event.echo:
        stops = book.policy.echo_stops and state.stage in (Stage.WAITING, Stage.IN_SERVICE)
        return [facts.Answered(at, event.message_id, at)] if stops else []
    if event.kind in SILENT_KINDS or (state.stage is Stage.CLOSED and event.thanks):
        return []
    since = waits_since(event.sent_at, at, late=event.late)
    return [facts.Heard(at, event.message_id, since, event.thanks)]


def _accepted(before: Conversation, after: Conversation, event: SendAccepted) -> list[Fact]:
    send = after.sends.get(event.message_id)
    if send is None or (send.episode, send.period) != (after.episode, after.period):
        return []
    if send.author is Author.AUTOMATION:
        return [facts.Spoke(event.accepted_at)] if before.stage is Stage.AUTOMATION else []
    if not send.human:
        return []
    left = sum(wait.version > send.version for wait in before.unanswered)
    return [
        facts.Answered(event.accepted_at, event.message_id, _just_before(before, left, event.accepted_at))
    ]


def _just_before(state: Conversation, left: int, at: datetime) -> datetime:
    """An instant between the messages that are meant and the last `left` that are not."""
    waits = state.clocks.unanswered
    return at if not left or left > len(waits) else waits[-left].heard_at - _MOMENT
