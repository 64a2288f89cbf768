"""Tags, and who is not attended any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.conversation import Conversation, ConversationId, Event


@dataclass(frozen=True, kw_only=True)
class TagConversation(Command):
    """Put tags on what is demanded, and take others off."""

    conversation_id: ConversationId
    by: AgentId
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def tag_conversation(command: TagConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.tag(state, add=command.add, remove=command.remove, by=command.by, at=at)


@dataclass(frozen=True, kw_only=True)
class BlockContact(Command):
    """Attend whoever writes here no more; `spam`: they never wanted anything of us."""

    conversation_id: ConversationId
    by: AgentId
    reason: str
    spam: bool = False
    seen_version: int | None = None
    for_another: bool = False


def block_contact(command: BlockContact, state: Conversation, at: datetime) -> list[Event]:
    return conversation.block(
        state,
        command.by,
        reason=command.reason,
        spam=command.spam,
        at=at,
        seen_version=command.seen_version,
        for_another=command.for_another,
    )


@dataclass(frozen=True, kw_only=True)
class UnblockContact(Command):
    conversation_id: ConversationId
    by: AgentId


def unblock_contact(command: UnblockContact, state: Conversation, at: datetime) -> list[Event]:
    return conversation.unblock(state, command.by, at=at)
