"""One per process of the doors: hears once what changed, reads it once, encodes it once, and tells everybody
who looks at it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

import structlog

from api.desk import Desk
from api.live import events, rooms, topics
from api.live.boards import Boards
from api.live.changes import Changes
from api.live.marks import LastSeen
from api.live.rights import Rights
from api.live.sight import NoSight, Sight, sight_of
from api.live.snapshots import Snapshots
from api.live.stream import Again, Stream
from api.live.switchboard import Switchboard
from api.live.troubles import Troubles
from api.live.viewers import State, Viewers
from api.live_ports import Standing
from api.models import live
from commands.door_ports import Identity
from commands.live_ports import Whisper
from commands.ports import Unavailable
from domain.user import UserId
from projections import chat_rooms

LISTEN: Final = 0.5  # seconds a look at the wire takes when nothing is said
TOGETHER: Final = 0.04  # seconds between two rounds: what happens in between is told in one
LOOK: Final = 1.0  # seconds between two looks at how far the views are
RETRY: Final = 1.0  # seconds until what is away is tried again
STANDING: Final = 5.0  # seconds without progress, with more to fold, after which views stand still
RESETS: Final = 10.0  # seconds between two times that all begin anew: views may be folding for minutes
RIGHTS: Final = 5.0  # seconds between two looks at who everybody is
EACH: Final = 20  # streams of one actor; the oldest goes

log = structlog.get_logger(__name__)


class Hub:
    """`run` as a task for as long as streams are open. Belongs to one event loop.

    `ending` is asked whether this process is about to end: then everybody is told to come back elsewhere.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        sight_of: Callable[[Identity], Sight | None] = sight_of,
        ended: Callable[[str], None] = lambda _reason: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ending: Callable[[], bool] = lambda: False
        self.streams = Switchboard()
        self.rights = Rights(self.streams, sight_of, self._look_at, self._void)
        self._sight_of, self._rows = sight_of, desk.live_rows
        self._wire, self._ended, self._people = desk.wire, ended, desk.people
        self._viewers = Viewers(monotonic)
        self._monotonic = monotonic
        self._snapshots = Snapshots(desk, self._viewers.of)
        self._boards = Boards(desk, self.streams)
        self._changes = Changes(desk.live_rows, self.streams, desk.meaning, self._lose)
        self._place: tuple[str, str] | None = None
        self._troubles = Troubles(self.streams, at_first=() if desk.wire is not None else ("redis",))
        self._looked = self._checked = self._beat = self._moved = monotonic()
        self._owed: str | None = None  # why all must begin anew, but did so just now
        self._reset = monotonic() - RESETS
        self._folded: Mapping[str, object] = {}
        self._running = False

    # ── for the doors ────────────────────────────────────────────────────────────────────────────

    def open(self, identity: Identity, again: Again, wanted: Iterable[str], last: LastSeen | None) -> Stream:
        """A new stream of somebody who may look at these; `last` is what the browser had been told before."""
        sight = self._sight_of(identity) or NoSight()
        listed = tuple(wanted)
        held = [
            topic
            for topic in listed
            if last is not None and last.knows(topic) and topic != topics.WALLBOARD  # told whole, or not
        ]
        stream = Stream(identity, sight, again, listed, held)
        stream.owe(events.hello(stream.id, listed))
        if (late := self._troubles.told()) is not None:
            stream.owe(late)
        if not self._running or self.ending():
            stream.end("stopping")
        return stream

    async def in_sight(self, identity: Identity, wanted: Iterable[str]) -> bool:
        """Whether somebody sees every conversation among these topics as it stands. Raises Unavailable."""
        sight = self._sight_of(identity) or NoSight()
        ids = [c for topic in wanted if (c := topics.conversation_of(topic)) is not None]
        return (
            sight.whole or all(sight.reaches(row) for row, _ in await self._rows.conversations(ids))
            if ids
            else True
        )

    async def follow(self, stream: Stream, last: LastSeen | None) -> AsyncGenerator[bytes, None]:
        """What the stream tells, in chunks, until it ends. It is open from the first one on."""
        mine = [one for one in self.streams if one.identity.actor == stream.identity.actor]
        for one in mine[: max(0, len(mine) + 1 - EACH)]:
            one.end("too_many")
        self.streams.add(stream)
        try:
            if self._wire is not None and stream.ending is None:
                with suppress(Unavailable):  # topics can be changed here alone, until it is back
                    await self._wire.hold({stream.id: stream.identity.actor})
            while True:
                if chunk := stream.take():
                    yield chunk
                if stream.ending is not None:
                    self._ended(stream.ending)
                    if chunk := stream.take():
                        yield chunk
                    return
                if stream.catching_up or stream.wanted:
                    await self._give(stream, last)
                else:
                    await stream.something()
        finally:
            await self.close(stream)

    async def close(self, stream: Stream) -> None:
        self.streams.remove(stream)
        if self._wire is not None and "redis" not in self._troubles:
            with suppress(Unavailable):  # it dies by itself
                await self._wire.let_go(stream.id)

    async def look_at(self, stream_id: str, identity: Identity, wanted: Iterable[str]) -> bool:
        """Change the topics of a stream, wherever it is open. False: there is none of theirs of that id.
        Raises Unavailable."""
        listed = list(wanted)
        stream = self.streams.get(stream_id)
        if stream is not None:
            if stream.identity.actor != identity.actor or stream.ending is not None:
                return False
            self._look_at(stream, listed)
            return True
        if self._wire is None:
            return False
        if await self._wire.whose(stream_id) != identity.actor:
            return False
        await self._wire.whisper(Whisper("topics", {"stream": stream_id, "topics": listed}))
        return True

    async def rights_changed(self, who: str) -> None:
        """Look at once, in every process, what somebody (an actor, or a user by id) may still see. Without
        Redis that takes some seconds elsewhere."""
        if self._wire is not None:
            with suppress(Unavailable):
                await self._wire.whisper(Whisper("rights", {"actor": who}))
        await self._look_again(who)

    async def _look_again(self, who: str) -> None:
        self._people.standings.forget(UserId(who))
        await self.rights.check(who)

    async def present(self, conversation_id: str, agent_id: str, state: State) -> None:
        """Say everywhere that somebody looks at a conversation, or types; here alone while Redis is away."""
        await self._say(
            Whisper("presence", {"conversation": conversation_id, "agent": agent_id, "state": state})
        )

    async def room_moved(self, row: chat_rooms.Row, position: str) -> None:
        """Something was said or read there; told like presence, and as soon forgotten."""
        await self._say(rooms.whispered(row, position))

    async def _say(self, whisper: Whisper) -> None:
        if self._wire is not None:
            with suppress(Unavailable):
                await self._wire.whisper(whisper)
                return
        self._hear(whisper)

    # ── the loop ─────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Until cancelled, or until the process is about to end."""
        self._running = True
        try:
            await self._tell()
            while not self.ending():
                await self._round()
        except Exception:
            self._end_all("broken")
            raise
        finally:
            self._running = False
            self._end_all("stopping")

    async def _round(self) -> None:
        """Hear, read, tell; whatever is away is waited for, and everybody is told so."""
        began = self._monotonic()
        changed = False
        try:
            if self._wire is None:
                raise Unavailable
            if self._place is None:
                self._place = await self._wire.place()
            heard = await self._wire.listen(self._place, LISTEN)
            self._place = heard.place
            if "redis" in self._troubles:
                self._changes.missed = True  # what was said meanwhile may be gone: look once more
                self._troubles.note("redis", away=False)
            for whisper in heard.whispers:
                self._hear(whisper)
                if whisper.kind == "rights":
                    await self._look_again(whisper.told["actor"])
            self._changes.hear(heard.moves)
            changed = bool(heard.moves)
        except Unavailable:
            self._troubles.note("redis", away=True)
            self._changes.missed = True
            await asyncio.sleep(RETRY)
        await self._tell()
        await self._look_after()
        if changed and (left := began + TOGETHER - self._monotonic()) > 0:
            await asyncio.sleep(left)

    async def _tell(self) -> None:
        """Whatever changed, to everybody who looks at it; then, that everything so far was told."""
        try:
            reset = await self._changes.tell()
        except Unavailable:
            self._troubles.note("database", away=True)
            await asyncio.sleep(0 if "redis" in self._troubles else RETRY)
            return
        self._troubles.note("database", away=False)
        self._owed = reset or self._owed
        now = self._monotonic()
        if self._owed is not None and now - self._reset >= RESETS:
            self._begin_anew(self._owed)
            self._owed, self._reset = None, now

    async def _look_after(self) -> None:
        """What is done now and then."""
        now = self._monotonic()
        for presence in self._viewers.changed():
            self._to(topics.of_conversation(presence.conversation_id), events.event(presence))
        if now - self._looked >= LOOK:
            self._looked = now
            await self._look()
        if now - self._beat >= events.HEARTBEAT:
            self._beat = now
            for stream in self.streams:
                stream.push(events.BEAT)
            await self._hold()
        if now - self._checked >= RIGHTS:
            self._checked = now
            self.rights.check_in_passing()

    async def _look(self) -> None:
        """Whether the views are further than what was told, or stand still."""
        try:
            standing = await self._changes.look()
            await self._boards.tell()
        except Unavailable:
            self._troubles.note("database", away=True)
            return
        self._troubles.note("views", away=self._owed is not None or self._stand_still(standing))
        for stream in self.streams:
            stream.remind()

    def _stand_still(self, standing: Standing) -> bool:
        now = self._monotonic()
        if standing.behind == 0 or standing.marks != self._folded:
            self._moved = now
        self._folded = standing.marks
        return now - self._moved > STANDING

    async def _hold(self) -> None:
        if self._wire is None or not len(self.streams):
            return
        try:
            await self._wire.hold({stream.id: stream.identity.actor for stream in self.streams})
        except Unavailable:
            self._troubles.note("redis", away=True)

    # ── telling ──────────────────────────────────────────────────────────────────────────────────

    async def _give(self, stream: Stream, last: LastSeen | None) -> None:
        """What a stream is owed: first what changed since it was told the last time, then snapshots."""
        if self._changes.head is None:  # what is read now would not be what changes go on from
            await asyncio.sleep(TOGETHER)
            return
        try:
            if stream.catching_up and last is not None:
                reason = await self._changes.since(stream, last)
                stream.catching_up = False
                if reason is not None:
                    self._void(stream, reason)
            elif stream.wanted:
                topic = stream.wanted[0]
                if topic == topics.WALLBOARD:
                    chunk = await self._boards.give(stream)
                else:
                    chunk = await self._snapshots.of(topic, stream.sight)
                if chunk is None:
                    self._lose(stream, topic)
                else:
                    stream.snapshot(topic, chunk)
        except Unavailable:
            self._troubles.note("database", away=True)
            await asyncio.sleep(RETRY)
        stream.mark(self._changes.head)
        stream.remind()

    def _void(self, stream: Stream, reason: str) -> None:
        told = sorted(stream.topics - set(stream.wanted))
        stream.forget(told)
        stream.push(events.event(live.Reset.model_validate({"topics": told, "reason": reason})))

    def _begin_anew(self, reason: str) -> None:
        for stream in self.streams:
            self._void(stream, reason)

    def _look_at(self, stream: Stream, wanted: Iterable[str]) -> None:
        listed = [topic for topic in wanted if topics.sees(stream.identity, topic)]
        self.streams.look_at(stream, listed)
        stream.push(events.event(live.Topics(topics=listed)))
        if self._changes.head is not None:
            stream.mark(self._changes.head)

    def _lose(self, stream: Stream, topic: str) -> None:
        self._look_at(stream, [one for one in sorted(stream.topics) if one != topic])

    def _hear(self, whisper: Whisper) -> None:
        told = whisper.told
        match whisper.kind:
            case "presence":
                self._viewers.heard(told["conversation"], told["agent"], told["state"])
            case "topics":
                stream = self.streams.get(told["stream"])
                if stream is not None and stream.ending is None:
                    self._look_at(stream, told["topics"])
            case rooms.KIND:
                rooms.tell(told, self.streams)
            case "rights":
                pass  # asked about in the round
            case _:
                log.warning("whisper_not_understood", kind=whisper.kind[:40])

    def _to(self, topic: str, chunk: bytes) -> None:
        for stream in self.streams.at([topic]):
            stream.push(chunk)

    def _end_all(self, reason: live.Reason) -> None:
        for stream in self.streams:
            stream.end(reason)
