"""Live streams before the house in memory: a wire that can be cut, and readers who remember."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from api.live import Hub, Stream
from api.live.marks import last_seen
from api.live.topics import resolved
from commands.door_ports import Identity
from commands.live_ports import Heard, Marks, Move, Whisper
from commands.ports import Unavailable
from domain.conversation import ConversationId
from domain.journal import Position, Recorded
from projections import inbox, transcript
from projections.answer import Key, Projection, fold
from tests.api.house import TOKENS, House

VIEWS = (inbox.INBOX, transcript.TRANSCRIPT)
PATIENCE = 60.0


@dataclass
class MemoryWire:
    """`Wire` within one process; `away` is a Redis that does not answer."""

    moves: list[Move] = field(default_factory=list)
    whispers: list[Whisper] = field(default_factory=list)
    open: dict[str, str] = field(default_factory=dict)
    away: bool = False

    def _answer(self) -> None:
        if self.away:
            raise Unavailable

    async def place(self) -> tuple[str, str]:
        self._answer()
        return str(len(self.moves)), str(len(self.whispers))

    async def listen(self, place: tuple[str, str], patience: float) -> Heard:
        m, w = map(int, place)
        deadline = time.monotonic() + patience
        while len(self.moves) <= m and len(self.whispers) <= w and time.monotonic() < deadline:
            self._answer()
            await asyncio.sleep(0.002)
        self._answer()
        heard = self.moves[m:], self.whispers[w:]
        return Heard(*heard, (str(m + len(heard[0])), str(w + len(heard[1]))))

    async def whisper(self, whisper: Whisper) -> None:
        self._answer()
        self.whispers.append(whisper)

    async def hold(self, streams: Mapping[str, str]) -> None:
        self._answer()
        self.open.update(streams)

    async def let_go(self, stream_id: str) -> None:
        self._answer()
        self.open.pop(stream_id, None)

    async def whose(self, stream_id: str) -> str | None:
        self._answer()
        return self.open.get(stream_id)


@dataclass(frozen=True)
class MemoryStanding:
    marks: Mapping[str, Marks]
    generation: str
    behind: int


class MemoryRows:
    """`Rows`, folded anew for every question from what has arrived."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.generation = "1.1.1.1"
        self.behind = 0
        self.questions = 0

    def _placed(self, projection: Projection[Any]) -> dict[Key, tuple[Any, Position]]:
        if self._house.reads.away:
            raise Unavailable
        self.questions += 1
        return placed(projection, self._house.reads._arrived())

    async def standing(self) -> MemoryStanding:
        if self._house.reads.away:
            raise Unavailable
        ordinal = len(self._house.reads._arrived())
        return MemoryStanding({view.name: {3: ordinal} for view in VIEWS}, self.generation, self.behind)

    async def conversations(self, ids: Sequence[ConversationId]) -> list[tuple[inbox.Row, Position]]:
        found = self._placed(inbox.INBOX)
        return [found[(one,)] for one in ids if (one,) in found and found[(one,)][0].episode]

    async def conversations_since(self, marks: Marks, limit: int) -> list[tuple[inbox.Row, Position]] | None:
        found = [(row, at) for row, at in self._placed(inbox.INBOX).values() if row.episode]
        since = [(row, at) for row, at in found if at.ordinal > marks.get(at.partition, 0)]
        return None if len(since) > limit else since

    async def lines(self, keys: Sequence[tuple[str, str]]) -> list[tuple[transcript.Row, Position]]:
        found = self._placed(transcript.TRANSCRIPT)
        return [found[key] for key in keys if key in found]

    async def lines_since(
        self, marks: Marks, conversations: Sequence[ConversationId], limit: int
    ) -> list[tuple[transcript.Row, Position]] | None:
        found = self._placed(transcript.TRANSCRIPT).values()
        since = [
            (row, at)
            for row, at in found
            if row.conversation_id in conversations and at.ordinal > marks.get(at.partition, 0)
        ]
        return None if len(since) > limit else since


def placed(projection: Projection[Any], history: Sequence[Recorded]) -> dict[Key, tuple[Any, Position]]:
    """The rows, with the position that changed each last."""
    found: dict[Key, tuple[Any, Position]] = {}
    for recorded in history:
        if type(recorded.event) not in projection.wakes or (key := projection.key(recorded)) is None:
            continue
        before = found.get(key, (None, None))[0]
        after = projection.evolve(before, recorded)
        if after is not before and after is not None:
            found[key] = after, recorded.position
    return found


class LiveHouse(House):
    """A house whose views tell a wire what they have committed, when `commit` says that they have."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0  # seconds, besides those that pass
        self.wire = MemoryWire()
        self.rows = MemoryRows(self)
        self.hub = self.another_hub()
        self._told = len(self.inbox.history)

    def another_hub(self, **more: Any) -> Hub:
        """Another process of the doors, before the same views."""
        desk = replace(self.desk, live_rows=self.rows, wire=self.wire)
        return Hub(desk, monotonic=lambda: time.monotonic() + self.passed, **more)

    def commit(self, *, told: bool = True) -> None:
        """The views have what was decided; `told` False: and the process that folds them was killed before it
        could say so."""
        history, was = self.inbox.history, self._told
        for view in VIEWS if told else ():
            before, after = (fold(view, history[:n]) for n in (was, len(history)))
            changed = [key for key, row in after.items() if before.get(key) is not row != before.get(key)]
            lists = inbox.lists if view is inbox.INBOX else lambda _: ()
            rows = tuple((key, lists(before.get(key))) for key in changed)
            self.wire.moves.append(Move(view.name, {3: was}, {3: len(history)}, rows))
        self._told = len(history)


@dataclass
class Reader:
    """A browser: the events it heard, and the last id."""

    stream: Stream
    events: list[tuple[str, Any]] = field(default_factory=list)
    last_id: str | None = None
    raw: bytes = b""
    over: bool = False

    def of(self, name: str) -> list[Any]:
        return [told for event, told in self.events if event == name]

    @property
    def names(self) -> list[str]:
        return [event for event, _ in self.events]

    def hear(self, chunk: bytes) -> None:
        self.raw += chunk
        *whole, self.raw = self.raw.split(b"\n\n")
        for block in whole:
            fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if not line.startswith(b":"))
            if b"id" in fields:
                self.last_id = fields[b"id"].decode()
            if b"event" in fields:
                self.events.append((fields[b"event"].decode(), json.loads(fields[b"data"])))

    async def heard(self, name: str, times: int = 1) -> Any:
        """The event of that name, heard so often; the last one's data."""
        deadline = time.monotonic() + PATIENCE
        while len(self.of(name)) < times:
            assert time.monotonic() < deadline, f"no {name}: {self.names}"
            await asyncio.sleep(0.005)
        return self.of(name)[times - 1]

    async def up_to_date(self) -> None:
        """A mark after all that was heard before."""
        before = len(self.of("mark"))
        await self.heard("mark", before + 1)


@asynccontextmanager
async def running(hub: Hub) -> AsyncIterator[Hub]:
    task = asyncio.create_task(hub.run())
    await asyncio.sleep(0)
    try:
        yield hub
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def reading(
    hub: Hub,
    *topics: str,
    who: str = "ana",
    last: str | None = None,
    again: Callable[[], Awaitable[Identity | None]] | None = None,
) -> AsyncIterator[Reader]:
    identity = TOKENS[who]

    async def the_same() -> Identity | None:
        return identity

    seen = last_seen(last)
    stream = hub.open(identity, again or the_same, resolved(topics or ("waiting",), identity), seen)
    reader = Reader(stream)

    async def read() -> None:
        async for chunk in hub.follow(stream, seen):
            reader.hear(chunk)
        reader.over = True

    task = asyncio.create_task(read())
    try:
        yield reader
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
