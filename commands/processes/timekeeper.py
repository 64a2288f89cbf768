"""The timekeeper: fires what is due, and has clocks judged again when the rules have changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from hashlib import sha256
from typing import Final, Protocol

from commands.conversation import FireTimer, ReviseClocks
from commands.intention import Command, watch_id
from commands.ports import Deadlines
from commands.roles import Watch
from domain.conversation import CONVERSATION, ConversationId
from domain.journal import Cause

NAME: Final = "timekeeper"
REVISER: Final = "reviser"
EVERY: Final = 0.2  # seconds
PAGE: Final = 500


class Shelf(Protocol):
    @property
    def deadlines(self) -> Deadlines: ...

    @property
    def book(self) -> str:
        """The rules in force, as they travel with commands."""
        ...


async def look(at: datetime, ports: Shelf) -> list[Command]:
    """One wish per timer that is due; clocks that were set anew are another wish."""
    return [
        FireTimer(
            id=watch_id(NAME, deadline.conversation_id, deadline.armed),
            cause=Cause(
                f"process:{NAME}",
                str(deadline.conversation_id),
                f"{CONVERSATION.id(deadline.conversation_id)}@{deadline.armed}",
            ),
            conversation_id=deadline.conversation_id,
            armed=deadline.armed,
        )
        for deadline in await ports.deadlines.due(at)
    ]


def revising() -> Callable[[datetime, Shelf], Awaitable[list[Command]]]:
    """Goes once round all open conversations, some at each look, whenever the rules are others. Begun again
    it wants the same things."""
    done, after = "", ConversationId("")

    async def look(at: datetime, ports: Shelf) -> list[Command]:
        nonlocal done, after
        book = sha256(ports.book.encode()).hexdigest() if ports.book else ""
        if book == done:
            return []
        found = await ports.deadlines.open_after(after, PAGE)
        after = found[-1] if found else ConversationId("")
        if len(found) < PAGE:
            done, after = book, ConversationId("")
        return [
            ReviseClocks(
                id=watch_id(REVISER, conversation_id, book),
                cause=Cause(f"process:{REVISER}", str(conversation_id), CONVERSATION.id(conversation_id)),
                conversation_id=conversation_id,
            )
            for conversation_id in found
        ]

    return look


def timekeeper() -> Watch:
    return Watch(NAME, EVERY, look)


def reviser() -> Watch:
    return Watch(REVISER, 1.0, revising())
