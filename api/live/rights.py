"""Whether those who look may still see what they look at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from api.live import topics
from api.live.sight import NoSight, Sight
from api.live.stream import Stream
from api.live.switchboard import Switchboard
from commands.door_ports import Identity
from commands.ports import Unavailable


class Rights:
    """`look_at` changes what a stream looks at, `void` makes it begin anew."""

    def __init__(
        self,
        streams: Switchboard,
        sight_of: Callable[[Identity], Sight | None],
        look_at: Callable[[Stream, Iterable[str]], None],
        void: Callable[[Stream, str], None],
    ) -> None:
        self._streams, self._sight_of, self._look_at, self._void = streams, sight_of, look_at, void
        self._checking: asyncio.Task[None] | None = None

    def check_in_passing(self) -> None:
        """All of them, while other things go on; nothing when that is still under way."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self.check(), name="rights")

    async def check(self, who: str | None = None) -> None:
        """Ask anew who everybody is (or one of them: an actor, or a user by id), and take away what they may
        not see any more."""
        for stream in self._streams:
            known = stream.identity
            if stream.ending is not None or who not in (None, known.actor, known.user_id):
                continue
            try:
                identity = await stream.again()
            except Unavailable:
                return  # nobody can say: nothing is read from there now, either
            if identity is None or identity.actor != stream.identity.actor:
                stream.end("signed_out")
            elif identity != stream.identity:
                self._changed(stream, identity)

    def _changed(self, stream: Stream, identity: Identity) -> None:
        """What was told is void when they see differently now."""
        sight = self._sight_of(identity) or NoSight()
        kept = sorted(topic for topic in stream.topics if topics.sees(identity, topic))
        if not kept:
            stream.end("forbidden")
            return
        differently, stream.identity, stream.sight = sight != stream.sight, identity, sight
        if len(kept) < len(stream.topics):
            self._look_at(stream, kept)
        if differently:
            self._void(stream, "rights")
