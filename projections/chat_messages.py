"""What did colleagues say to each other?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain import chat
from domain.agent import AgentId
from domain.chat import RoomId
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.privacy import Chat, Open
from projections.answer import Key, Projection


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("room_id", "n")

    room_id: RoomId
    n: int
    message_id: Open
    author: AgentId
    text: Chat
    mentions: tuple[AgentId, ...]
    card: ConversationId | None
    at: datetime


def key(recorded: Recorded) -> Key:
    return (recorded.root, recorded.event.n)


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    said = recorded.event
    return Row(
        RoomId(recorded.root),
        said.n,
        said.message_id,
        said.author,
        said.text,
        said.mentions,
        said.card,
        said.at,
    )


CHAT_MESSAGES = Projection("chat_messages", 1, Row, key, evolve, (chat.Said,))
