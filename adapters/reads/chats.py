"""Rooms of colleagues, and what was said in them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from adapters.reads.asking import Connection
from adapters.reads.sql import source
from domain.agent import AgentId
from domain.chat import RoomId
from domain.queue import QueueId
from projections import chat_messages, chat_rooms

ROOMS: Final = source(chat_rooms.CHAT_ROOMS)
MESSAGES: Final = source(chat_messages.CHAT_MESSAGES)
MOST: Final = 500  # rooms of one list

_MINE: Final = ROOMS.select(
    "WHERE t.members ? %(me)s OR (t.queue_id IS NOT NULL AND (%(every)s OR t.queue_id = ANY(%(queues)s)))"
    " ORDER BY coalesce(t.last_at, t.opened_at) DESC, t.room_id LIMIT %(most)s"
)
_ONE: Final = ROOMS.select("WHERE t.room_id = %s")
_LAST: Final = MESSAGES.select(
    "WHERE t.room_id = %(room)s AND (%(before)s::int IS NULL OR t.n < %(before)s)"
    " ORDER BY t.n DESC LIMIT %(limit)s"
)


async def rooms(
    connection: Connection, agent_id: AgentId, queues: Collection[QueueId] | None
) -> list[chat_rooms.Row]:
    """The rooms of an agent with others and those of queues (None: of every one), the last said first."""
    asked = {"me": agent_id, "every": queues is None, "queues": list(queues or ()), "most": MOST}
    found = await connection.execute(_MINE, asked)
    return [ROOMS.row(values) for values in await found.fetchall()]


async def room(connection: Connection, room_id: RoomId) -> chat_rooms.Row | None:
    values = await (await connection.execute(_ONE, (room_id,))).fetchone()
    return None if values is None else ROOMS.row(values)


async def said(
    connection: Connection, room_id: RoomId, *, limit: int, before: int | None
) -> list[chat_messages.Row]:
    """The last of what was said (before a number), in order."""
    asked = {"room": room_id, "before": before, "limit": limit}
    found = await connection.execute(_LAST, asked)
    return [MESSAGES.row(values) for values in reversed(await found.fetchall())]
