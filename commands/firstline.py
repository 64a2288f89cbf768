"""Automation answers what the customer wrote. The command carries everything the answer depends on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from commands.intention import Command
from domain.conversation import ConversationId, MessageId
from domain.conversation.automation import Look, answer
from domain.conversation.events import Event
from domain.conversation.state import Conversation
from domain.firstline import Due, FirstLineSettings, Understanding, first_name
from domain.queue import QueueId


@dataclass(frozen=True, kw_only=True)
class AnswerBurst(Command):
    """`through` is the customer's newest message that was looked at; a newer one makes this stale."""

    conversation_id: ConversationId
    due: Due
    episode: int
    through: MessageId | None
    understanding: Understanding
    settings: FirstLineSettings
    name: str | None = None  # as WhatsApp knows the customer
    queue_id: QueueId | None = None  # the channel's default queue, with its name
    queue: str | None = None
    notices: tuple[str, ...] = ()  # what everybody should know now


def answer_burst(command: AnswerBurst, state: Conversation, at: datetime) -> list[Event]:
    look = Look(
        due=command.due,
        episode=command.episode,
        through=command.through,
        understanding=command.understanding,
        settings=command.settings,
        message_id=MessageId(str(uuid5(command.id, "message"))),
        name=first_name(command.name),
        queue_id=command.queue_id,
        queue=command.queue,
        notices=command.notices,
    )
    return answer(state, look, at)
