"""Reading what one has just written: waiting until a view has come as far."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from typing import Final

from adapters.reads.asking import Pool, asking
from domain.journal import Position
from projections.catalogue import PROJECTIONS

PAUSE: Final = 0.005  # seconds between two looks


class Arrivals:
    """Looks at the bookmarks for everybody who waits, one look at a time, and only while somebody does."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._folded: dict[tuple[str, int, int], int] = {}  # by name, version, partition
        self._looking: asyncio.Task[None] | None = None

    async def wait_for(self, views: Collection[str], position: Position, timeout: float) -> bool:
        wanted = [(name, PROJECTIONS[name].version, position.partition) for name in views]
        deadline = time.monotonic() + timeout
        while any(self._folded.get(view, 0) < position.ordinal for view in wanted):
            if time.monotonic() >= deadline:
                return False
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look(), name="arrivals")
            await asyncio.shield(self._looking)
        return True

    async def _look(self) -> None:
        async with asking(self._pool) as connection:
            found = await connection.execute("SELECT name, version, partition, ordinal FROM view_bookmark")
            self._folded = {
                (name, version, partition): ordinal
                for name, version, partition, ordinal in await found.fetchall()
            }
        await asyncio.sleep(PAUSE)
