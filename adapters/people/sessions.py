"""Where people are signed in, and the refresh tokens that keep them so.

A refresh token is good once. It is used up by one statement, so that of two who show it one is late; whoever
is late ends the session for both, because one of them stole it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString

from adapters.reads.asking import Connection, Pool, asking, changing
from commands.people_ports import Begun, Reused, Session
from domain.user import Ending, SessionId, UserId

IDLE: Final = timedelta(hours=1)  # without a refresh, after which a session is over
LONGEST: Final = timedelta(hours=12)  # whatever happens
REMEMBERED: Final = 1.0  # seconds a session is believed to be alive
MOST_REMEMBERED: Final = 10_000
TOKEN: Final = re.compile(r"renova_[A-Za-z0-9_-]{43}", re.ASCII)

_BEGIN: Final[LiteralString] = """
INSERT INTO session (id, user_id, label, started_at, used_at, ends_at) VALUES (%s, %s, %s, %s, %s, %s)
RETURNING id, user_id, started_at, used_at, ends_at, label
"""
_KEEP: Final[LiteralString] = "INSERT INTO refresh_token (sha256, session_id) VALUES (%s, %s)"
_USE: Final[LiteralString] = """
UPDATE refresh_token SET used_at = %s WHERE sha256 = %s AND used_at IS NULL RETURNING session_id
"""
_GO_ON: Final[LiteralString] = """
UPDATE session SET used_at = %(at)s
WHERE id = %(id)s AND ended_at IS NULL AND ends_at > %(at)s AND used_at > %(at)s - %(idle)s
RETURNING id, user_id, started_at, used_at, ends_at, label
"""
_END_FAMILY: Final[LiteralString] = """
UPDATE session SET ended_at = %s, ending = %s
WHERE ended_at IS NULL AND id = (SELECT session_id FROM refresh_token WHERE sha256 = %s)
RETURNING id, user_id, started_at, used_at, ends_at, label
"""
_WHOSE: Final[LiteralString] = """
SELECT id, user_id, started_at, used_at, ends_at, label FROM session
WHERE id = (SELECT session_id FROM refresh_token WHERE sha256 = %s)
"""
_ALIVE: Final[LiteralString] = """
SELECT id, user_id, started_at, used_at, ends_at, label FROM session
WHERE (id = %(id)s OR user_id = %(user)s)
AND ended_at IS NULL AND ends_at > %(at)s AND used_at > %(at)s - %(idle)s
ORDER BY used_at DESC, id
"""
_END: Final[LiteralString] = """
UPDATE session SET ended_at = %s, ending = %s WHERE user_id = %s AND ended_at IS NULL
AND (%s::text IS NULL OR id = %s) AND (%s::text IS NULL OR id <> %s) RETURNING id
"""


class PostgresSessions:
    """The port `Sessions`. That a session is alive is believed for a second; that it is not, never."""

    def __init__(self, pool: Pool, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pool, self._monotonic = pool, monotonic
        self._believed: OrderedDict[SessionId, float] = OrderedDict()

    async def begin(self, user_id: UserId, session_id: SessionId, label: str, at: datetime) -> Begun:
        token = _new_token()
        async with changing(self._pool) as connection:
            begun = await connection.execute(_BEGIN, (session_id, user_id, label, at, at, at + LONGEST))
            row = await begun.fetchone()
            await connection.execute(_KEEP, (_hash(token), session_id))
        return Begun(_session(row), token)

    async def refresh(self, token: str, at: datetime) -> Begun | Reused | None:
        if not TOKEN.fullmatch(token):
            return None
        following = _new_token()
        async with changing(self._pool) as connection:
            used = await (await connection.execute(_USE, (at, _hash(token)))).fetchone()
            if used is None:
                return await self._again(connection, token, at)
            alive = await connection.execute(_GO_ON, {"at": at, "id": used[0], "idle": IDLE})
            row = await alive.fetchone()
            if row is None:
                return None
            await connection.execute(_KEEP, (_hash(following), used[0]))
        return Begun(_session(row), following)

    async def _again(self, connection: Connection, token: str, at: datetime) -> Reused | None:
        """A token that was used before ends its session, if that is still alive."""
        ended = await connection.execute(_END_FAMILY, (at, Ending.REUSED.value, _hash(token)))
        row = await ended.fetchone()
        if row is None:
            return None
        self._believed.pop(SessionId(row[0]), None)
        return Reused(_session(row))

    async def of_refresh(self, token: str) -> Session | None:
        if not TOKEN.fullmatch(token):
            return None
        async with asking(self._pool) as connection:
            row = await (await connection.execute(_WHOSE, (_hash(token),))).fetchone()
        return None if row is None else _session(row)

    async def alive(self, session_id: SessionId, at: datetime) -> bool:
        until = self._believed.get(session_id)
        if until is not None and self._monotonic() < until:
            return True
        self._believed.pop(session_id, None)
        if not await self._found(at, session_id, None):
            return False
        self._believed[session_id] = self._monotonic() + REMEMBERED
        if len(self._believed) > MOST_REMEMBERED:
            self._believed.popitem(last=False)
        return True

    async def listed(self, user_id: UserId, at: datetime) -> Sequence[Session]:
        return await self._found(at, None, user_id)

    async def _found(
        self, at: datetime, session_id: SessionId | None, user_id: UserId | None
    ) -> Sequence[Session]:
        asked = {"at": at, "id": session_id, "user": user_id, "idle": IDLE}
        async with asking(self._pool) as connection:
            return [_session(row) for row in await (await connection.execute(_ALIVE, asked)).fetchall()]

    async def end(
        self,
        user_id: UserId,
        ending: Ending,
        at: datetime,
        *,
        only: SessionId | None = None,
        but: SessionId | None = None,
    ) -> Sequence[SessionId]:
        asked = (at, ending.value, user_id, only, only, but, but)
        async with asking(self._pool) as connection:
            gone = [SessionId(row[0]) for row in await (await connection.execute(_END, asked)).fetchall()]
        for session_id in gone:
            self._believed.pop(session_id, None)
        return gone


def _new_token() -> str:
    return f"renova_{secrets.token_urlsafe(32)}"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _session(row: Any) -> Session:
    id_, user_id, started_at, used_at, ends_at, label = row
    return Session(SessionId(id_), UserId(user_id), started_at, used_at, ends_at, label)
