"""Colleagues among themselves: a room for two, or for everybody of a queue. What they say is nobody's demand
and is kept under a class of its own.

Who may enter a queue's room is a matter of the doors; the room of two knows its two.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeAlias, assert_never
from uuid import UUID, uuid5

from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.grammar import Refused, Stream
from domain.privacy import Chat, Open
from domain.queue import QueueId

RoomId = NewType("RoomId", str)

_ROOMS = UUID("9d4f8f1c-5a0e-5b7e-8a6d-3f2b1c0d9e8f")


class Kind(StrEnum):
    DIRECT = "direct"
    QUEUE = "queue"


def room_of_two(one: AgentId, other: AgentId) -> RoomId:
    """The same whoever asks."""
    return RoomId(str(uuid5(_ROOMS, "/".join(("direct", *sorted((one, other)))))))


def room_of_queue(queue_id: QueueId) -> RoomId:
    return RoomId(str(uuid5(_ROOMS, f"queue/{queue_id}")))


# Events


@dataclass(frozen=True, slots=True)
class Opened:
    kind: Kind
    members: tuple[AgentId, ...]  # of a room of two
    queue_id: QueueId | None


@dataclass(frozen=True, slots=True)
class Said:
    n: int  # 1, 2, 3 … within the room
    message_id: Open
    author: AgentId
    text: Chat
    mentions: tuple[AgentId, ...]
    card: ConversationId | None  # a conversation that is shown beside the words
    at: datetime


@dataclass(frozen=True, slots=True)
class Read:
    member: AgentId
    through: int


Event: TypeAlias = Opened | Said | Read

# State


@dataclass(frozen=True, slots=True)
class Room:
    kind: Kind | None = None
    members: tuple[AgentId, ...] = ()
    said: int = 0
    read: dict[AgentId, int] = field(default_factory=dict)


# Refusals


class UnknownRoom(Refused):
    """Nobody has opened this room."""


class NotInRoom(Refused):
    """A room of two is for the two."""


class NobodyElse(Refused):
    """Nobody talks with themselves."""


# Decisions


def open_of_two(state: Room, one: AgentId, other: AgentId) -> list[Event]:
    if one == other:
        raise NobodyElse
    return [] if state.kind else [Opened(Kind.DIRECT, (one, other) if one < other else (other, one), None)]


def open_of_queue(state: Room, queue_id: QueueId) -> list[Event]:
    return [] if state.kind else [Opened(Kind.QUEUE, (), queue_id)]


def say(
    state: Room,
    author: AgentId,
    *,
    message_id: str,
    text: str,
    mentions: tuple[AgentId, ...],
    card: ConversationId | None,
    at: datetime,
) -> list[Event]:
    """Mentions of whoever cannot read it here are dropped."""
    _require_in(state, author)
    heard = tuple(m for m in dict.fromkeys(mentions) if state.kind is Kind.QUEUE or m in state.members)
    return [Said(state.said + 1, message_id, author, text, heard, card, at)]


def read(state: Room, member: AgentId, through: int) -> list[Event]:
    """Reading never goes back, nor further than what was said."""
    _require_in(state, member)
    upto = min(through, state.said)
    return [Read(member, upto)] if upto > state.read.get(member, 0) else []


def _require_in(state: Room, member: AgentId) -> None:
    if state.kind is None:
        raise UnknownRoom
    if state.kind is Kind.DIRECT and member not in state.members:
        raise NotInRoom


# Memory


def evolve(state: Room, event: Event) -> Room:
    match event:
        case Opened(kind=kind, members=members):
            return replace(state, kind=kind, members=members)
        case Said(n=n, author=author):
            return replace(state, said=n, read={**state.read, author: n})
        case Read(member=member, through=through):
            return replace(state, read={**state.read, member: through})
    assert_never(event)


CHAT: Stream[Room, Event] = Stream("chat", (Opened, Said, Read), Room(), evolve)
