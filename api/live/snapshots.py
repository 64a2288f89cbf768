"""What somebody sees who begins to look: read and encoded once for all who ask in the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from api import quoting
from api.desk import Desk, Which
from api.live import events, topics
from api.live.sight import Sight
from api.models import live, views
from domain.agent import AgentId
from domain.conversation import ConversationId, Stage
from domain.queue import QueueId

_Asked: TypeAlias = tuple[str, Sight]

LISTED: Final = 100
LINES: Final = 50
AT_ONCE: Final = 4  # so that many who come back together leave room for what changes


class Snapshots:
    """`viewers` tells who looks at a conversation."""

    def __init__(self, desk: Desk, viewers: Callable[[str], Sequence[live.Viewer]]) -> None:
        self._desk, self._viewers = desk, viewers
        self._few = asyncio.Semaphore(AT_ONCE)
        self._awaited: dict[_Asked, asyncio.Task[bytes | None]] = {}

    async def of(self, topic: str, sight: Sight) -> bytes | None:
        """The snapshot of a topic, read after it was asked for; None: it is not for these eyes. Raises
        Unavailable."""
        asked = topic, sight
        task = self._awaited.get(asked)
        if task is None:
            task = self._awaited[asked] = asyncio.create_task(self._read_in_turn(asked), name="snapshot")
            task.add_done_callback(_seen)
        return await asyncio.shield(task)

    async def _read_in_turn(self, asked: _Asked) -> bytes | None:
        try:
            async with self._few:
                del self._awaited[asked]  # whoever asks from now on may miss what is read here
                return await self._read(*asked)
        finally:
            if self._awaited.get(asked) is asyncio.current_task():
                del self._awaited[asked]

    async def _read(self, topic: str, sight: Sight) -> bytes | None:
        conversation_id = topics.conversation_of(topic)
        if conversation_id is not None:
            return await self._transcript(topic, conversation_id, sight)
        page = await self._desk.reads.conversations(
            which(topic), self._desk.clock.now(), limit=LISTED, after=None
        )
        items = [sight.shown(views.conversation(row)) for row in page.rows if sight.reaches(row)]
        return events.event(live.ListSnapshot(topic=topic, items=items, next=page.next))

    async def _transcript(self, topic: str, conversation_id: ConversationId, sight: Sight) -> bytes | None:
        told = await self._desk.reads.conversation(conversation_id)
        if told is not None and not sight.reaches(told.row):
            return None
        page = await self._desk.reads.transcript(conversation_id, limit=LINES, at=None)
        quotes = await quoting.of_page(self._desk.reads, conversation_id, page.rows)
        lines = [views.line(row, self._desk.meaning, quoting.quoted(row, quotes)) for row in page.rows]
        return events.event(
            live.TranscriptSnapshot(
                topic=topic,
                conversation=None
                if told is None
                else sight.shown(views.conversation_with(told.row, told.episodes)),
                items=[sight.shown(line) for line in lines],
                previous=page.previous,
                viewers=list(self._viewers(conversation_id)),
            )
        )


def _seen(task: asyncio.Task[bytes | None]) -> None:
    """Whoever waited for it may be gone: then nobody hears that it failed, and nobody needs to."""
    if not task.cancelled():
        task.exception()


def which(topic: str) -> Which:
    """The conversations of a list."""
    first, _, rest = topic.partition(".")
    match first:
        case "waiting":
            return Which(stage=Stage.WAITING, queue_id=QueueId(rest) if rest else None)
        case "automation":
            return Which(stage=Stage.AUTOMATION)
        case "in_service":
            return Which(stage=Stage.IN_SERVICE)
        case "agent":
            return Which(stage=Stage.IN_SERVICE, agent_id=AgentId(rest))
        case "closed":
            return Which(stage=Stage.CLOSED)
        case _:
            raise KeyError(first)
