"""What somebody sees who begins to look: read and encoded once for all who ask in the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from api.desk import Desk, Which
from api.live import events, topics
from api.models import live, views
from domain.agent import AgentId
from domain.conversation import ConversationId, Stage
from domain.queue import QueueId

LISTED: Final = 100
LINES: Final = 50
AT_ONCE: Final = 4  # so that many who come back together leave room for what changes


class Snapshots:
    """`viewers` tells who looks at a conversation."""

    def __init__(self, desk: Desk, viewers: Callable[[str], Sequence[live.Viewer]]) -> None:
        self._desk, self._viewers = desk, viewers
        self._few = asyncio.Semaphore(AT_ONCE)
        self._awaited: dict[str, asyncio.Task[bytes]] = {}

    async def of(self, topic: str) -> bytes:
        """The snapshot of a topic, read after it was asked for. Raises Unavailable."""
        task = self._awaited.get(topic)
        if task is None:
            task = self._awaited[topic] = asyncio.create_task(self._read_in_turn(topic), name="snapshot")
            task.add_done_callback(_seen)
        return await asyncio.shield(task)

    async def _read_in_turn(self, topic: str) -> bytes:
        try:
            async with self._few:
                del self._awaited[topic]  # whoever asks from now on may miss what is read here
                return await self._read(topic)
        finally:
            if self._awaited.get(topic) is asyncio.current_task():
                del self._awaited[topic]

    async def _read(self, topic: str) -> bytes:
        conversation_id = topics.conversation_of(topic)
        if conversation_id is not None:
            return await self._transcript(topic, conversation_id)
        page = await self._desk.reads.conversations(
            which(topic), self._desk.clock.now(), limit=LISTED, after=None
        )
        items = [views.conversation(row) for row in page.rows]
        return events.event(live.ListSnapshot(topic=topic, items=items, next=page.next))

    async def _transcript(self, topic: str, conversation_id: ConversationId) -> bytes:
        told = await self._desk.reads.conversation(conversation_id)
        page = await self._desk.reads.transcript(conversation_id, limit=LINES, at=None)
        return events.event(
            live.TranscriptSnapshot(
                topic=topic,
                conversation=None if told is None else views.conversation_with(told.row, told.episodes),
                items=[views.line(row, self._desk.meaning) for row in page.rows],
                previous=page.previous,
                viewers=list(self._viewers(conversation_id)),
            )
        )


def _seen(task: asyncio.Task[bytes]) -> None:
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
