"""Who has it. `seen_version` is the version of the conversation that the person had before their eyes; None
asks for no comparison."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.conversation import Conversation, ConversationId, Event, MessageId
from domain.queue import Priority, QueueId


@dataclass(frozen=True, kw_only=True)
class HandOver(Command):
    """Automation, or a rule of its clock, hands the conversation to a queue."""

    conversation_id: ConversationId
    queue_id: QueueId
    priority: Priority
    reason: str
    subject: str | None = None


def hand_over(command: HandOver, state: Conversation, at: datetime) -> list[Event]:
    return conversation.enter_waiting(
        state,
        queue_id=command.queue_id,
        priority=command.priority,
        reason=command.reason,
        subject=command.subject,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class ClaimConversation(Command):
    """An agent takes what waits. `how`: `claimed`, or `pulled` (the next in order); `full`: there was no room
    for it, `reason` says why; `passed_over`: how many came before it in the order."""

    conversation_id: ConversationId
    agent_id: AgentId
    seen_version: int | None = None
    how: str = "claimed"
    full: bool = False
    reason: str | None = None
    passed_over: int = 0


def claim_conversation(command: ClaimConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.claim(
        state,
        command.agent_id,
        at=at,
        seen_version=command.seen_version,
        how=command.how,
        full=command.full,
        reason=command.reason,
        passed_over=command.passed_over,
    )


@dataclass(frozen=True, kw_only=True)
class AssignConversation(Command):
    """Somebody, or the routing, gives what waits to an agent."""

    conversation_id: ConversationId
    agent_id: AgentId
    seen_version: int | None = None


def assign_conversation(command: AssignConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.assign(state, command.agent_id, at=at, seen_version=command.seen_version)


@dataclass(frozen=True, kw_only=True)
class TransferConversation(Command):
    """To an agent or to a queue, exactly one of them. `for_another`: they may move what others attend."""

    conversation_id: ConversationId
    by: AgentId
    to_agent: AgentId | None = None
    to_queue: QueueId | None = None
    reason: str | None = None
    seen_version: int | None = None
    for_another: bool = False


def transfer_conversation(command: TransferConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.transfer(
        state,
        command.by,
        to_agent=command.to_agent,
        to_queue=command.to_queue,
        reason=command.reason,
        at=at,
        seen_version=command.seen_version,
        for_another=command.for_another,
    )


@dataclass(frozen=True, kw_only=True)
class UndoMove(Command):
    """A closing or a transfer is taken back by whoever did it."""

    conversation_id: ConversationId
    by: AgentId
    seen_version: int | None = None


def undo_move(command: UndoMove, state: Conversation, at: datetime) -> list[Event]:
    return conversation.undo(state, command.by, at=at)


@dataclass(frozen=True, kw_only=True)
class ReleaseConversation(Command):
    """Back to its queue, or to the one named."""

    conversation_id: ConversationId
    by: AgentId
    reason: str
    note: str | None = None
    queue_id: QueueId | None = None
    seen_version: int | None = None
    for_another: bool = False


def release_conversation(command: ReleaseConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.release(
        state,
        command.by,
        reason=command.reason,
        note=command.note,
        queue_id=command.queue_id,
        at=at,
        seen_version=command.seen_version,
        for_another=command.for_another,
    )


@dataclass(frozen=True, kw_only=True)
class ChangePriority(Command):
    conversation_id: ConversationId
    by: AgentId
    priority: Priority
    reason: str | None = None
    seen_version: int | None = None


def change_priority(command: ChangePriority, state: Conversation, at: datetime) -> list[Event]:
    return conversation.change_priority(state, command.priority, by=command.by, reason=command.reason, at=at)


@dataclass(frozen=True, kw_only=True)
class SnoozeConversation(Command):
    """Waits on a third party until `until`, or until the customer writes."""

    conversation_id: ConversationId
    by: AgentId
    until: datetime
    reason: str | None = None
    seen_version: int | None = None


def snooze_conversation(command: SnoozeConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.snooze(state, command.by, reason=command.reason, until=command.until, at=at)


@dataclass(frozen=True, kw_only=True)
class WakeConversation(Command):
    """`due_at`: the wake-up that came, as it was armed; None: the agent goes on by themselves."""

    conversation_id: ConversationId
    due_at: datetime | None = None


def wake_conversation(command: WakeConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.wake(state, due_at=command.due_at, at=at)


@dataclass(frozen=True, kw_only=True)
class AddNote(Command):
    """Words among colleagues. The note's id is the command's."""

    conversation_id: ConversationId
    agent_id: AgentId
    text: str
    seen_version: int | None = None


def add_note(command: AddNote, state: Conversation, at: datetime) -> list[Event]:
    return conversation.add_note(state, MessageId(str(command.id)), command.agent_id, command.text, at=at)
