"""The pollster: asks how it was, once what was closed can no longer be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from commands.conversation import AskSatisfaction
from commands.courtesy_ports import Endings
from commands.intention import Command, watch_id
from commands.roles import Watch
from domain.conversation import CONVERSATION
from domain.conversation.satisfaction import UNDO
from domain.journal import Cause

NAME: Final = "pollster"
EVERY: Final = 2.0  # seconds


class Survey(Protocol):
    @property
    def endings(self) -> Endings: ...


async def look(at: datetime, ports: Survey) -> list[Command]:
    """One wish per closing and minute: whoever decides may be a little behind this clock, and asks once."""
    return [
        AskSatisfaction(
            id=watch_id(
                NAME,
                f"{ended.conversation_id}/{ended.episode}",
                f"{ended.closed_at.isoformat()}/{at:%Y-%m-%dT%H:%M}",
            ),
            cause=Cause(
                f"process:{NAME}", str(ended.conversation_id), CONVERSATION.id(ended.conversation_id)
            ),
            conversation_id=ended.conversation_id,
            episode=ended.episode,
            closed_at=ended.closed_at,
            outcome=ended.outcome,
        )
        for ended in await ports.endings.due(at - UNDO, at)
    ]


def pollster() -> Watch:
    return Watch(NAME, EVERY, look)
