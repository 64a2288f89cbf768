"""What a supervisor wants of a conversation that is not theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.conversation import Conversation, ConversationId, Event, MessageId


@dataclass(frozen=True, kw_only=True)
class ListenTo(Command):
    """They open it to read along."""

    conversation_id: ConversationId
    by: AgentId
    seen_version: int | None = None


def listen_to(command: ListenTo, state: Conversation, at: datetime) -> list[Event]:
    return conversation.listen(state, command.by, at=at)


@dataclass(frozen=True, kw_only=True)
class Whisper(Command):
    """A note to who attends. Its id is the command's."""

    conversation_id: ConversationId
    by: AgentId
    text: str
    seen_version: int | None = None


def whisper(command: Whisper, state: Conversation, at: datetime) -> list[Event]:
    return conversation.whisper(state, MessageId(str(command.id)), command.by, command.text, at=at)


@dataclass(frozen=True, kw_only=True)
class TakeOver(Command):
    """From who attends, with a reason."""

    conversation_id: ConversationId
    by: AgentId
    reason: str
    seen_version: int | None = None


def take_over(command: TakeOver, state: Conversation, at: datetime) -> list[Event]:
    return conversation.take_over(
        state, command.by, reason=command.reason, at=at, seen_version=command.seen_version
    )
