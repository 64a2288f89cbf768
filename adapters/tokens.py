"""Bearer tokens: made here, shown once, kept as their hash alone."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString, NamedTuple
from uuid import UUID, uuid4

import psycopg

from adapters.log.schema import MIGRATION_LOCK
from adapters.reads.asking import Pool, asking
from commands.door_ports import Identity, Role
from domain.agent import AgentId

TOKEN: Final = re.compile(r"atende_[A-Za-z0-9_-]{43}", re.ASCII)
REMEMBERED: Final = 30.0  # seconds an answer is believed: a revoked token may live that long
MOST_REMEMBERED: Final = 1_000

TABLE: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS token (
    id         uuid        PRIMARY KEY,
    sha256     bytea       NOT NULL UNIQUE,
    actor      text        NOT NULL,
    name       text        NOT NULL,
    role       text        NOT NULL,
    agent_id   text,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz
)
"""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token. `token` is told now and never again."""

    id: UUID
    token: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Listed:
    id: UUID
    identity: Identity
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def ensure(dsn: str) -> None:
    """Make the table where it is missing."""
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))  # roles start together
        connection.execute("SET client_min_messages = warning")
        connection.execute(TABLE)


def create(
    dsn: str, name: str, role: Role, *, agent_id: AgentId | None = None, expires_at: datetime | None = None
) -> Issued:
    """A token for an agent (whoever has an `agent_id` acts as that agent), or for a program."""
    id_, token = uuid4(), f"atende_{secrets.token_urlsafe(32)}"
    actor = f"token:{id_}" if agent_id is None else f"agent:{agent_id}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO token (id, sha256, actor, name, role, agent_id, expires_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (id_, _hash(token), actor, name, role, agent_id, expires_at),
        )
    return Issued(id_, token, Identity(actor, name, role, agent_id))


def revoke(dsn: str, id_: UUID) -> bool:
    """Whether there was such a token, and it was still good."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        revoked = connection.execute(
            "UPDATE token SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL", (id_,)
        )
        return revoked.rowcount == 1


def listed(dsn: str) -> list[Listed]:
    """All tokens ever made, newest first, without the tokens."""
    with psycopg.connect(dsn, autocommit=True, options="-c timezone=UTC") as connection:
        rows = connection.execute(
            "SELECT id, actor, name, role, agent_id, created_at, expires_at, revoked_at"
            " FROM token ORDER BY created_at DESC, id"
        ).fetchall()
    return [
        Listed(id_, Identity(actor, name, Role(role), agent_id), created_at, expires_at, revoked_at)
        for id_, actor, name, role, agent_id, created_at, expires_at, revoked_at in rows
    ]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class _Remembered(NamedTuple):
    identity: Identity
    until: float


class PostgresTokens:
    """`Tokens` in a table. Compared by hash: how long it takes tells nothing about a token.

    Answers are believed for 30 seconds, so that a request costs no query; a "no" is never remembered.
    """

    def __init__(self, pool: Pool, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._pool, self._monotonic = pool, monotonic
        self._remembered: OrderedDict[bytes, _Remembered] = OrderedDict()

    async def lookup(self, token: str) -> Identity | None:
        if not TOKEN.fullmatch(token):
            return None
        digest = _hash(token)
        known = self._remembered.get(digest)
        if known is not None and self._monotonic() < known.until:
            return known.identity
        self._remembered.pop(digest, None)
        async with asking(self._pool) as connection:
            cursor = await connection.execute(
                "SELECT actor, name, role, agent_id, extract(epoch FROM expires_at - now())::float8"
                " FROM token WHERE sha256 = %s AND revoked_at IS NULL"
                " AND (expires_at IS NULL OR expires_at > now())",
                (digest,),
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        actor, name, role, agent_id, left = row
        identity = Identity(actor, name, Role(role), agent_id)
        believed = REMEMBERED if left is None else min(REMEMBERED, left)
        self._remembered[digest] = _Remembered(identity, self._monotonic() + believed)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return identity
