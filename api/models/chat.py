"""Rooms of colleagues, as the doors hear of them and tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.models.asks import Ask, Id
from api.models.views import Conversation, View
from api.permissions import Mask
from domain.chat import Kind


def _not_blank(words: str) -> str:
    if not words.strip():
        raise ValueError("blank")
    return words


class OpenRoom(Ask):
    """With one colleague, or of a queue."""

    agent_id: Id | None = None
    queue_id: Id | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.agent_id is None) == (self.queue_id is None):
            raise ValueError("exactly one of agent_id and queue_id")
        return self


class Say(Ask):
    text: Annotated[str, StringConstraints(max_length=4_000), AfterValidator(_not_blank)]
    mentions: list[Id] = Field([], max_length=50)
    conversation_id: Annotated[
        str | None,
        StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"),
    ] = Field(None, description="Shown as a card, to whoever may see it")


class ReadThrough(Ask):
    through: Annotated[int, Field(ge=1, le=2**31 - 1)]


class Room(View):
    room_id: str
    kind: Kind
    queue_id: str | None
    members: list[str]
    said: int
    unread: int
    mentioned: bool = Field(description="Something that you have not read names you")
    last_at: datetime | None
    last_author: str | None
    last_preview: Annotated[str | None, Mask.CONTENT]


class Rooms(View):
    items: list[Room]


class Message(View):
    n: int
    message_id: str
    author: str
    text: Annotated[str, Mask.CONTENT]
    mentions: list[str]
    card: Conversation | None = Field(description="As you may see it now")
    card_hidden: bool = Field(description="There is one, and you may not see it")
    at: datetime


class Messages(View):
    items: list[Message] = Field(description="In the order in which they were said")
    before: int | None = Field(description="Leads to what was said before; null at the beginning")
