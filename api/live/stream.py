"""One open stream: what waits to be told to one browser, and how much of that is too much."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Final
from uuid import uuid4

from api.live import events, marks
from api.live.sight import Sight
from api.models.live import Reason
from commands.door_ports import Identity

MOST: Final = 2_000  # events that may wait for one reader
MOST_BYTES: Final = 1024 * 1024

Again = Callable[[], Awaitable[Identity | None]]
"""Who it is that reads, asked anew; None when they may not be here any more. Raises Unavailable."""


class Stream:
    """`topics` are told as they change; `wanted` are those whose snapshot is still owed. Belongs to one loop.

    What waits is shared with the other streams that wait for it: it costs a reference.
    """

    def __init__(
        self, identity: Identity, sight: Sight, again: Again, topics: Iterable[str], held: Iterable[str]
    ) -> None:
        self.id = uuid4().hex
        self.identity, self.sight, self.again = identity, sight, again
        self.topics = frozenset(topics)
        self._told = self.topics & frozenset(held)
        self.wanted = [topic for topic in topics if topic not in self._told]
        self.ending: Reason | None = None
        self.catching_up = bool(self._told)
        self._waits: deque[bytes] = deque()
        self._size = 0
        self._mark: bytes | None = None
        self._tail = marks.tail(self._told).encode() + b"\n\n"
        self._bell = asyncio.Event()

    def push(self, chunk: bytes) -> None:
        """It is told in its turn, unless too much waits already: then the stream ends, and says why."""
        if self.ending is not None:
            return
        if len(self._waits) >= MOST or self._size + len(chunk) > MOST_BYTES:
            self.end("slow")
            return
        self._waits.append(chunk)
        self._size += len(chunk)
        self._bell.set()

    def owe(self, chunk: bytes) -> None:
        """It is told in its turn, however much waits: what was asked for is bounded where it is read."""
        if self.ending is None:
            self._waits.append(chunk)
            self._bell.set()

    def mark(self, head: bytes) -> None:
        """All that happened up to here was pushed. Said with what waits, or when `remind` is; not while
        snapshots are owed, or who comes back with it would never get them."""
        if not self.wanted and not self.catching_up and self.ending is None:
            self._mark = head

    def remind(self) -> None:
        """Say the mark, also when nothing else is to be said."""
        if self._mark is not None:
            self._bell.set()

    def look_at(self, topics: Iterable[str]) -> None:
        """Tell these from here on, each new one with its snapshot first."""
        listed = tuple(topics)
        self.topics = frozenset(listed)
        self._told &= self.topics
        self.wanted = [topic for topic in listed if topic not in self._told]
        self._mark = None
        self._remember()
        self._bell.set()

    def forget(self, topics: Iterable[str]) -> None:
        """What was told of these is void: their snapshots are owed again."""
        again = self.topics & frozenset(topics)
        self._told -= again
        self.wanted += [topic for topic in sorted(again) if topic not in self.wanted]
        self._mark = None
        self._remember()
        self._bell.set()

    def snapshot(self, topic: str, chunk: bytes) -> None:
        """It is owed no more."""
        if topic in self.wanted:
            self.wanted.remove(topic)
            self._told |= {topic}
            self._remember()
            self.owe(chunk)

    def end(self, reason: Reason) -> None:
        """Nothing more is told but why; what waits is, unless there is too much of it."""
        if self.ending is None:
            self.ending = reason
            self._mark = None
            if reason == "slow":
                self._waits.clear()
            self._waits.append(events.bye(reason))
            self._bell.set()

    def take(self) -> bytes:
        """All that waits, in order, the mark last."""
        self._bell.clear()
        if self._mark is not None:
            self._waits += (self._mark, self._tail)
            self._mark = None
        taken = b"".join(self._waits)
        self._waits.clear()
        self._size = 0
        return taken

    async def something(self) -> None:
        """Return when something waits, or is owed."""
        await self._bell.wait()

    def _remember(self) -> None:
        self._tail = marks.tail(self._told).encode() + b"\n\n"
