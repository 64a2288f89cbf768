"""Forgetting whoever spoke."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from commands.intention import COMMANDS, Command
from domain import conversation
from domain.conversation import Conversation, ConversationId, Event
from domain.privacy import SubjectId


def forgotten_id(conversation_id: ConversationId, subject_id: SubjectId) -> UUID:
    """The id of the command that forgets somebody in a conversation: they are forgotten once."""
    return uuid5(COMMANDS, f"forget/{conversation_id}/{subject_id}")


@dataclass(frozen=True, kw_only=True)
class ForgetSubject(Command):
    """`subject_id`: whose words the conversation holds; `article` of the law, `protocol` of the request."""

    conversation_id: ConversationId
    subject_id: SubjectId
    article: str
    protocol: str | None = None


def forget_subject(command: ForgetSubject, state: Conversation, at: datetime) -> list[Event]:
    return conversation.forget(
        state, command.subject_id, article=command.article, protocol=command.protocol, at=at
    )
