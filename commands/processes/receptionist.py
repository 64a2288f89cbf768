"""The receptionist: reads what is due in the first line and wants it answered."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Final, Protocol

from commands.firstline import AnswerBurst
from commands.intention import Command, watch_id
from commands.ports import DueBurst, FirstLine
from commands.roles import Watch
from domain.conversation import CONVERSATION
from domain.firstline import FirstLineSettings, understand
from domain.journal import Cause

NAME: Final = "receptionist"
EVERY: Final = 0.25  # seconds


class Reception(Protocol):
    @property
    def first_line(self) -> FirstLine: ...

    @property
    def first_line_settings(self) -> FirstLineSettings: ...


async def look(at: datetime, ports: Reception) -> list[Command]:
    wanted: list[Command] = []
    for due in await ports.first_line.due(at):
        wanted.append(answer(due, ports.first_line_settings))
        await asyncio.sleep(0)  # reading takes its time, and others share this loop
    return wanted


def answer(due: DueBurst, settings: FirstLineSettings) -> AnswerBurst:
    """The wish for one due conversation: the same id as long as nothing changed there."""
    understanding = understand(due.messages, [keyword.words for keyword in settings.keywords])
    return AnswerBurst(
        id=watch_id(NAME, f"{due.conversation_id}/{due.due}", due.armed),
        cause=Cause(
            f"process:{NAME}",
            due.correlation,
            f"{CONVERSATION.id(due.conversation_id)}@{due.armed}",
        ),
        conversation_id=due.conversation_id,
        due=due.due,
        episode=due.episode,
        through=due.through,
        understanding=understanding,
        settings=settings,
        name=due.name,
        queue_id=due.queue_id,
        queue=due.queue,
        notices=due.notices,
    )


def receptionist() -> Watch:
    return Watch(NAME, EVERY, look)
