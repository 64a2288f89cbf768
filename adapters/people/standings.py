"""What history says of a user, folded from the index: what somebody may do is never older than a second.

No view is asked: those follow the log at a distance. A user's history is short, and the index is written with
every batch that is decided.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from pydantic_core import from_json

from adapters.archive import Archive
from adapters.reads.asking import Pool, asking
from domain import user
from domain.journal import Position
from domain.user import USER, User, UserId

REMEMBERED: Final = 1.0  # seconds
PAUSE: Final = 0.02  # seconds between two looks at how far the index is
MOST_REMEMBERED: Final = 10_000
MATTER: Final = tuple(
    event for event in USER.events if event not in (user.SignedIn, user.SessionEnded, user.LinkMade)
)
"""The others are many, and change nothing of what somebody may do."""


class IndexStandings:
    """The port `Standings`. Nothing personal is opened for it."""

    def __init__(self, pool: Pool, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pool, self._monotonic = pool, monotonic
        self._archive = Archive([USER], None)
        self._types = [self._archive.name(event) for event in MATTER]
        self._known: OrderedDict[UserId, tuple[User, float]] = OrderedDict()

    async def of(self, user_id: UserId) -> User:
        known = self._known.get(user_id)
        if known is not None and self._monotonic() < known[1]:
            return known[0]
        stream = USER.id(user_id)
        async with asking(self._pool) as connection:
            found = await connection.execute(
                "SELECT type, schema, body::text, version FROM event"
                " WHERE stream = %s AND type = ANY(%s) ORDER BY version",
                (stream, self._types),
            )
            rows = await found.fetchall()
        state = USER.fold(self._read(stream, *row) for row in rows)
        self._known[user_id] = (state, self._monotonic() + REMEMBERED)
        self._known.move_to_end(user_id)
        if len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return state

    def forget(self, user_id: UserId) -> None:
        self._known.pop(user_id, None)

    async def arrived(self, position: Position, timeout: float) -> bool:
        deadline = self._monotonic() + timeout
        while True:
            async with asking(self._pool) as connection:
                found = await connection.execute(
                    "SELECT ordinal FROM mark WHERE partition = %s", (position.partition,)
                )
                mark = await found.fetchone()
            if mark is not None and mark[0] >= position.ordinal:
                return True
            if self._monotonic() >= deadline:
                return False
            await asyncio.sleep(PAUSE)

    def _read(self, stream: str, type_: str, schema: int, body: str, version: int) -> Any:
        return self._archive.read(type_, schema, from_json(body), stream, version)
