"""The dispatcher: sends what was written for later, when its time has come."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from commands.conversation import SendWhatIsDue
from commands.courtesy_ports import ScheduledSends
from commands.intention import Command, watch_id
from commands.roles import Watch
from domain.conversation import CONVERSATION
from domain.journal import Cause

NAME: Final = "dispatcher"
EVERY: Final = 1.0  # seconds


class Tray(Protocol):
    @property
    def scheduled_sends(self) -> ScheduledSends: ...


async def look(at: datetime, ports: Tray) -> list[Command]:
    """One wish per message and minute: whoever decides may be a little behind this clock. The domain looks at
    window, consent and template again, and sends once."""
    return [
        SendWhatIsDue(
            id=watch_id(NAME, due.schedule_id, f"{at:%Y-%m-%dT%H:%M}"),
            cause=Cause(f"process:{NAME}", str(due.conversation_id), CONVERSATION.id(due.conversation_id)),
            conversation_id=due.conversation_id,
            schedule_id=due.schedule_id,
            content=due.content,
            template=due.template,
        )
        for due in await ports.scheduled_sends.due(at)
    ]


def dispatcher() -> Watch:
    return Watch(NAME, EVERY, look)
