"""What might Atende have to say by itself? One row per conversation, beside its row in the inbox.

It holds what the inbox does not: when the last thing was said that moves the turn, what was asked and told,
how it was closed, and how long the last wait lasted that ended with an agent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from domain import conversation
from domain.conversation import Author, ConversationId
from domain.conversation.courtesy import ASIDES, NUDGE
from domain.journal import Recorded
from domain.privacy import Clear, Content
from domain.queue import Priority, QueueId
from projections.answer import Projection, by_root, replace

UNDER_WAY: Final = 50
"""How many messages are remembered whose acceptance was not told yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """`under_way` holds, by message of ours, `human` or `automation`; asides are not in it."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    episode: int = 0
    said_at: datetime | None = None
    nudged_at: datetime | None = None
    answered: bool = False  # a human did, in this episode
    outcome: Content | None = None  # of the last closing
    asked_at: datetime | None = None  # how it was, the last time
    estimated: datetime | None = None  # the wait (its entry) they were told an estimate of
    at_most: int = 0  # minutes
    missed: bool = False
    opening: datetime | None = None  # of the closed period they were told of
    wait_queue: QueueId | None = None  # the wait under way
    wait_priority: Priority | None = None
    wait_from: datetime | None = None
    taken_queue: QueueId | None = None  # the last one that an agent ended
    taken_priority: Priority | None = None
    taken_from: datetime | None = None
    taken_at: datetime | None = None
    under_way: Annotated[dict[str, str] | None, Clear()] = None


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    known = Row(ConversationId(recorded.root)) if row is None else row
    changed = _evolve(known, recorded.event)
    return row if changed is known else changed


def _evolve(row: Row, event: object) -> Row:
    match event:
        case conversation.Opened(episode=episode, opened_at=at):
            return _no_wait(
                replace(row, episode=episode, said_at=at, nudged_at=None, answered=False, outcome=None)
            )
        case conversation.Reopened(reopened_at=at):
            return _no_wait(replace(row, said_at=at, nudged_at=None))
        case conversation.MessageReceived(kind=kind, received_at=at):
            return row if kind in conversation.SILENT_KINDS else replace(row, said_at=at, nudged_at=None)
        case conversation.CallHeard(heard_at=at):
            return replace(row, said_at=at, nudged_at=None)
        case conversation.SendRequested(purpose=purpose, requested_at=at):
            return replace(row, nudged_at=at) if purpose == NUDGE else _requested(row, event)
        case conversation.SendAccepted(message_id=message_id, accepted_at=at):
            who = (row.under_way or {}).get(message_id)
            if who is None:
                return row
            left = {m: w for m, w in (row.under_way or {}).items() if m != message_id} or None
            human = row.answered or who == Author.AGENT
            return replace(row, said_at=at, nudged_at=None, answered=human, under_way=left)
        case conversation.EnteredWaiting(queue_id=queue_id, priority=priority, entered_at=at):
            return replace(row, wait_queue=queue_id, wait_priority=priority, wait_from=at)
        case conversation.PriorityChanged(priority=priority) if row.wait_from is not None:
            return replace(row, wait_priority=priority)
        case conversation.Assigned(assigned_at=at):
            if row.wait_from is None:
                return row
            return _no_wait(
                replace(
                    row,
                    taken_queue=row.wait_queue,
                    taken_priority=row.wait_priority,
                    taken_from=row.wait_from,
                    taken_at=at,
                )
            )
        case conversation.Undone(agent_id=agent_id, queue_id=queue_id, entered_at=entered_at):
            back = _no_wait(replace(row, outcome=None))
            if agent_id is not None:
                return back
            return replace(back, wait_queue=queue_id, wait_priority=row.wait_priority, wait_from=entered_at)
        case conversation.Closed(outcome=outcome):
            return _no_wait(replace(row, outcome=outcome, nudged_at=None))
        case conversation.SatisfactionAsked(asked_at=at):
            return replace(row, asked_at=at)
        case conversation.EstimateTold(entered_at=entered_at, to_minutes=to_minutes):
            return replace(row, estimated=entered_at, at_most=to_minutes, missed=False)
        case conversation.EstimateMissed():
            return replace(row, missed=True)
        case conversation.HoursTold(opening=opening):
            return replace(row, opening=opening)
        case _:
            return row


def _requested(row: Row, event: conversation.SendRequested) -> Row:
    if event.purpose in ASIDES or event.kind == "reaction":
        return row
    after: dict[str, Any] = {**(row.under_way or {}), event.message_id: event.author.value}
    if len(after) > UNDER_WAY:
        del after[next(iter(after))]
    return replace(row, under_way=after)


def _no_wait(row: Row) -> Row:
    return replace(row, wait_queue=None, wait_priority=None, wait_from=None)


COURTESIES = Projection(
    "courtesies",
    1,
    Row,
    by_root,
    evolve,
    (
        conversation.Assigned,
        conversation.CallHeard,
        conversation.Closed,
        conversation.EnteredWaiting,
        conversation.EstimateMissed,
        conversation.EstimateTold,
        conversation.HoursTold,
        conversation.MessageReceived,
        conversation.Opened,
        conversation.PriorityChanged,
        conversation.Reopened,
        conversation.SatisfactionAsked,
        conversation.SendAccepted,
        conversation.SendRequested,
        conversation.Undone,
    ),
)
