"""Waiting and service: who has it, whose turn it is, and until when a human answer is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.agent import AgentId
from domain.conversation.events import (
    Assigned,
    EnteredWaiting,
    Event,
    FellSilent,
    MessageId,
    NoteAdded,
    PriorityChanged,
    Released,
    Snoozed,
    Stage,
    Transferred,
    Woke,
)
from domain.conversation.offering import accept_offer, stirred, withdrawn
from domain.conversation.refusals import (
    AlreadyAttended,
    BadWakeUp,
    Changed,
    HumanOwns,
    NeedsGround,
    NeedsQueue,
    NeedsReason,
    NeedsReceiver,
    NotInService,
    NotOpen,
    NotOwner,
    UnknownEpisode,
)
from domain.conversation.state import Awaiting, Conversation
from domain.queue import Priority, QueueId, due

LONGEST_SNOOZE: Final = timedelta(days=5)


def waiting(
    state: Conversation,
    queue_id: QueueId,
    priority: Priority,
    reason: str,
    subject: str | None,
    at: datetime,
) -> EnteredWaiting:
    """The entry into a queue. A running clock runs on (an unanswered message always has one); else the first
    answer of the period is owed from now, or the next one."""
    since, first = state.waiting_since, state.first
    if since is not None and since != at:
        return EnteredWaiting(queue_id, priority, reason, subject, at, due(since, priority), first, since)
    return EnteredWaiting(queue_id, priority, reason, subject, at, due(at, priority), first)


def enter_waiting(
    state: Conversation,
    *,
    queue_id: QueueId,
    priority: Priority,
    reason: str,
    subject: str | None,
    at: datetime,
) -> list[Event]:
    """Automation hands over to people: into a queue, with a reason. Nothing if it waits there already."""
    match state.stage:
        case Stage.CLOSED:
            raise NotOpen
        case Stage.IN_SERVICE:
            raise HumanOwns(by=state.agent_id)
        case Stage.WAITING if (state.queue_id, state.priority) == (queue_id, priority):
            return []
        case _:
            entered = waiting(state, queue_id, priority, reason, subject, at)
            return [*withdrawn(state, "moved", at), entered]


def claim(
    state: Conversation,
    agent_id: AgentId,
    *,
    at: datetime,
    seen_version: int | None,
    how: str = "claimed",
    full: bool = False,
    reason: str | None = None,
    passed_over: int = 0,
) -> list[Event]:
    """An agent takes what waits. `full`: they have no room for it, and say why. An offer to somebody else is
    withdrawn; one to themselves is accepted."""
    if state.offered_to == agent_id:
        return accept_offer(state, agent_id, reason=reason, at=at)
    events = _give(state, agent_id, how, at=at, seen_version=seen_version)
    if not events:
        return []
    if full and not reason:
        raise NeedsGround
    taken = given(state, agent_id, how, at)
    by_hand = replace(taken, reason=reason, over_capacity=full, passed_over=passed_over)
    return [*withdrawn(state, "claimed", at), by_hand]


def assign(state: Conversation, agent_id: AgentId, *, at: datetime, seen_version: int | None) -> list[Event]:
    """Somebody, or the routing, gives what waits to an agent."""
    events = _give(state, agent_id, "assigned", at=at, seen_version=seen_version)
    return [*withdrawn(state, "assigned", at), *events] if events else []


def _give(
    state: Conversation, agent_id: AgentId, how: str, *, at: datetime, seen_version: int | None
) -> list[Event]:
    if not state.is_open:
        if state.moved_since(seen_version):
            raise Changed(by=state.moved_by)
        raise NotOpen
    if state.agent_id == agent_id:
        return []
    if state.attended:
        raise AlreadyAttended(by=state.agent_id)
    if state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    return [given(state, agent_id, how, at)]


def given(state: Conversation, agent_id: AgentId, how: str, at: datetime) -> Assigned:
    """An agent gets it. Straight out of automation, where nobody waited, the first-response clock starts."""
    starts = state.stage is Stage.AUTOMATION and state.waiting_since is None
    return Assigned(agent_id, how, at, due(at, state.priority) if starts else None)


def transfer(
    state: Conversation,
    by: AgentId,
    *,
    to_agent: AgentId | None = None,
    to_queue: QueueId | None = None,
    reason: str | None,
    at: datetime,
    seen_version: int | None,
    for_another: bool = False,
) -> list[Event]:
    """Hand it on, to an agent or to a queue. A satisfied first response stays satisfied, a running clock
    runs on. `for_another`: somebody who may move what others attend, and says why."""
    if (to_agent is None) == (to_queue is None):
        raise NeedsReceiver
    if to_agent is not None and state.agent_id == to_agent and state.is_open:
        return []
    _mine_to_move(state, by, seen_version, for_another)
    if state.attended and state.agent_id != by and not (reason or "").strip():
        raise NeedsReason
    moved = Transferred(
        state.agent_id, to_agent, to_queue, reason, at, by=None if by == state.agent_id else by
    )
    before = withdrawn(state, "transferred", at)
    if to_agent is not None:
        return [*before, moved, given(state, to_agent, "transferred", at)]
    assert to_queue is not None
    return [*before, moved, waiting(state, to_queue, state.priority, "transferred", state.subject, at)]


def release(
    state: Conversation,
    by: AgentId,
    *,
    reason: str,
    note: str | None,
    queue_id: QueueId | None = None,
    at: datetime,
    seen_version: int | None,
    for_another: bool = False,
) -> list[Event]:
    """Give it back to its queue (or to `queue_id`); the wait that was running keeps its due time."""
    _mine_to_move(state, by, seen_version, for_another)
    if state.stage is not Stage.IN_SERVICE or state.agent_id is None:
        raise NotInService
    queue_id = queue_id or state.queue_id
    if queue_id is None:
        raise NeedsQueue
    return [
        Released(state.agent_id, reason, note, at, by=None if by == state.agent_id else by),
        waiting(state, queue_id, state.priority, "returned", state.subject, at),
    ]


def _mine_to_move(state: Conversation, by: AgentId, seen_version: int | None, for_another: bool) -> None:
    """Conflicts are judged on stage and owner alone, never on what else was written meanwhile."""
    if state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    if not state.is_open:
        raise NotOpen
    if state.attended and state.agent_id != by and not for_another:
        raise NotOwner(owner=state.agent_id)


def change_priority(
    state: Conversation, priority: Priority, *, by: str, reason: str | None, at: datetime
) -> list[Event]:
    """The new target counts from the same start; too late already is late now."""
    if not state.is_open:
        raise NotOpen
    if state.priority is priority:
        return []
    due_at = None if state.waiting_since is None else due(state.waiting_since, priority)
    return [PriorityChanged(priority, reason, by, at, due_at)]


def snooze(
    state: Conversation, by: AgentId, *, reason: str | None, until: datetime, at: datetime
) -> list[Event]:
    """Wait on a third party until the wake-up, or until the customer writes."""
    if state.stage is not Stage.IN_SERVICE:
        raise NotInService
    if state.agent_id != by:
        raise NotOwner(owner=state.agent_id)
    if not at < until <= at + LONGEST_SNOOZE:
        raise BadWakeUp
    if state.awaiting is Awaiting.THIRD_PARTY and state.wake_at == until:
        return []
    silent: list[Event] = [] if state.silent else [FellSilent(by, at)]
    return [Snoozed(reason, until, at), *silent]


def wake(state: Conversation, *, due_at: datetime | None, at: datetime) -> list[Event]:
    """The wake-up came (`due_at`: the one it was armed for), or the agent ends the wait (None). Nothing when
    it no longer applies."""
    if state.awaiting is not Awaiting.THIRD_PARTY or state.wake_at is None:
        return []
    if due_at is not None and (due_at != state.wake_at or at < due_at):
        return []
    return [Woke(at), *stirred(state, at)]


def add_note(
    state: Conversation, note_id: MessageId, agent_id: AgentId, text: str, *, at: datetime
) -> list[Event]:
    """Words among colleagues; whoever may read may write them, and they touch no clock."""
    if state.episode == 0:
        raise UnknownEpisode
    return [NoteAdded(note_id, agent_id, text, at)]
