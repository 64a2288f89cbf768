"""What is to leave later, and what became of it? One row per message that was written for later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from domain import conversation
from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.privacy import ContentData, Open
from projections.answer import Key, Projection, replace


class State(StrEnum):
    PENDING = "pending"
    SENT = "sent"  # requested as a message: the transcript tells what became of that
    CANCELLED = "cancelled"
    DROPPED = "dropped"  # a rule said no when its time came


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("conversation_id", "schedule_id")

    conversation_id: ConversationId
    schedule_id: Open
    agent_id: AgentId
    kind: Open
    content: ContentData
    send_at: datetime
    scheduled_at: datetime
    state: State = State.PENDING
    rule: Open | None = None  # that said no
    ended_at: datetime | None = None


def key(recorded: Recorded) -> Key | None:
    return recorded.root, recorded.event.schedule_id


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    if isinstance(event, conversation.SendScheduled):
        return Row(
            ConversationId(recorded.root),
            event.schedule_id,
            event.agent_id,
            event.kind,
            event.content,
            event.send_at,
            event.scheduled_at,
        )
    if row is None:
        return None
    match event:
        case conversation.ScheduleCancelled(cancelled_at=at):
            return replace(row, state=State.CANCELLED, ended_at=at)
        case conversation.ScheduleSent(sent_at=at):
            return replace(row, state=State.SENT, ended_at=at)
        case conversation.ScheduleDropped(rule=rule, dropped_at=at):
            return replace(row, state=State.DROPPED, rule=rule, ended_at=at)
        case _:
            return row


SCHEDULED = Projection(
    "scheduled",
    1,
    Row,
    key,
    evolve,
    (
        conversation.SendScheduled,
        conversation.ScheduleCancelled,
        conversation.ScheduleSent,
        conversation.ScheduleDropped,
    ),
)
