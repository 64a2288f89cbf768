"""The wall, told as it changes: read once a second for all who look at it, and only while somebody does."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace

from api.desk import Desk
from api.live import events, topics
from api.live.stream import Stream
from api.live.switchboard import Switchboard
from api.permissions import Permission, grant
from api.wallboard import shown
from commands.door_ports import Identity
from projections.wallboard import Wallboard


class Boards:
    def __init__(self, desk: Desk, streams: Switchboard) -> None:
        self._desk, self._streams = desk, streams
        self._told: Wallboard | None = None  # as everybody was told who looks at it

    async def give(self, stream: Stream) -> bytes | None:
        """What somebody sees who begins to look; None: it is not for these eyes. Raises Unavailable."""
        return _seen(await self._read(), stream.identity)

    async def tell(self) -> None:
        """What changed, to everybody who looks. Raises Unavailable."""
        looking = self._streams.at([topics.WALLBOARD])
        if not looking:
            self._told = None
            return
        board = await self._read()
        if self._told is not None and replace(board, at=self._told.at) == self._told:
            return
        self._told = board
        chunks: dict[Hashable, bytes | None] = {}
        for stream in looking:
            seen = stream.identity.queues, grant(stream.identity, Permission.READ_WALLBOARD)
            if seen not in chunks:
                chunks[seen] = _seen(board, stream.identity)
            if (chunk := chunks[seen]) is not None and topics.WALLBOARD not in stream.wanted:
                stream.push(chunk)

    async def _read(self) -> Wallboard:
        return await self._desk.reads.wallboard(self._desk.clock.now())


def _seen(board: Wallboard, identity: Identity) -> bytes | None:
    held = grant(identity, Permission.READ_WALLBOARD)
    return None if held is None else events.event(shown(board, identity, held))
