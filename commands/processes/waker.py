"""The waker: what waits on a third party goes back to its agent when its time has come."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from commands.conversation import WakeConversation
from commands.intention import Command, watch_id
from commands.ports import Snoozes
from commands.roles import Watch
from domain.conversation import CONVERSATION
from domain.journal import Cause

NAME: Final = "waker"
EVERY: Final = 5.0  # seconds


class Bedside(Protocol):
    @property
    def snoozes(self) -> Snoozes: ...


async def look(at: datetime, ports: Bedside) -> list[Command]:
    """One wish per wake-up that came; armed anew it is another wish."""
    return [
        WakeConversation(
            id=watch_id(NAME, snooze.conversation_id, snooze.wake_at.isoformat()),
            cause=Cause(
                f"process:{NAME}", str(snooze.conversation_id), CONVERSATION.id(snooze.conversation_id)
            ),
            conversation_id=snooze.conversation_id,
            due_at=snooze.wake_at,
        )
        for snooze in await ports.snoozes.due(at)
    ]


def waker() -> Watch:
    return Watch(NAME, EVERY, look)
