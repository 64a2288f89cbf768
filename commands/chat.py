"""What is wanted of the rooms where colleagues talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import chat
from domain.agent import AgentId
from domain.chat import Room, RoomId
from domain.conversation import ConversationId
from domain.queue import QueueId


@dataclass(frozen=True, kw_only=True)
class OpenRoom(Command):
    """The room of a queue, or else of two."""

    room_id: RoomId
    by: AgentId
    queue_id: QueueId | None = None
    other: AgentId | None = None


def open_room(command: OpenRoom, state: Room, at: datetime) -> list[chat.Event]:
    if command.queue_id is not None:
        return chat.open_of_queue(state, command.queue_id)
    return chat.open_of_two(state, command.by, command.other or command.by)


@dataclass(frozen=True, kw_only=True)
class SayInRoom(Command):
    room_id: RoomId
    author: AgentId
    text: str
    mentions: tuple[AgentId, ...] = ()
    card: ConversationId | None = None


def say_in_room(command: SayInRoom, state: Room, at: datetime) -> list[chat.Event]:
    return chat.say(
        state,
        command.author,
        message_id=str(command.id),
        text=command.text,
        mentions=command.mentions,
        card=command.card,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class ReadRoom(Command):
    room_id: RoomId
    member: AgentId
    through: int


def read_room(command: ReadRoom, state: Room, at: datetime) -> list[chat.Event]:
    return chat.read(state, command.member, command.through)
