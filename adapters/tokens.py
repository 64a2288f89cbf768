"""Bearer tokens: made here, shown once, kept as their hash alone."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, LiteralString, NamedTuple
from uuid import UUID, uuid4

import psycopg

from adapters.reads.asking import Pool, asking
from commands.door_ports import Identity, Role
from commands.door_ports import Issued as Issued
from commands.door_ports import ListedToken as Listed
from domain.agent import AgentId
from domain.queue import QueueId

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
);
ALTER TABLE token ADD COLUMN IF NOT EXISTS queues text[]; -- null: of every queue
ALTER TABLE token ADD COLUMN IF NOT EXISTS scopes text[]; -- null: all that the role may
"""
_INSERT: Final[LiteralString] = (
    "INSERT INTO token (id, sha256, actor, name, role, agent_id, queues, scopes, expires_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_LISTED: Final[LiteralString] = (
    "SELECT id, actor, name, role, agent_id, queues, scopes, created_at, expires_at, revoked_at"
    " FROM token ORDER BY created_at DESC, id"
)
_REVOKE: Final[LiteralString] = "UPDATE token SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL"


def create(
    dsn: str,
    name: str,
    role: Role,
    *,
    agent_id: AgentId | None = None,
    queues: frozenset[QueueId] | None = None,
    scopes: frozenset[str] | None = None,
    expires_at: datetime | None = None,
) -> Issued:
    """A token for an agent (whoever has an `agent_id` acts as that agent), or for a program; limited to
    `scopes`, if any are named."""
    issued = _new(name, role, agent_id, queues, scopes)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_INSERT, _row(issued, expires_at))
    return issued


def revoke(dsn: str, id_: UUID) -> bool:
    """Whether there was such a token, and it was still good."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        return connection.execute(_REVOKE, (id_,)).rowcount == 1


def listed(dsn: str) -> list[Listed]:
    """All tokens ever made, newest first, without the tokens."""
    with psycopg.connect(dsn, autocommit=True, options="-c timezone=UTC") as connection:
        return [_listed(row) for row in connection.execute(_LISTED).fetchall()]


def _new(
    name: str,
    role: Role,
    agent_id: AgentId | None,
    queues: frozenset[QueueId] | None,
    scopes: frozenset[str] | None,
) -> Issued:
    id_, token = uuid4(), f"atende_{secrets.token_urlsafe(32)}"
    actor = f"token:{id_}" if agent_id is None else f"agent:{agent_id}"
    return Issued(id_, token, Identity(actor, name, role, agent_id, queues, scopes))


def _row(issued: Issued, expires_at: datetime | None) -> tuple[Any, ...]:
    who = issued.identity
    queues = None if who.queues is None else sorted(who.queues)
    scopes = None if who.scopes is None else sorted(who.scopes)
    digest = _hash(issued.token)
    return (issued.id, digest, who.actor, who.name, who.role, who.agent_id, queues, scopes, expires_at)


def _listed(row: tuple[Any, ...]) -> Listed:
    return Listed(row[0], _identity(*row[1:7]), *row[7:])


def _identity(
    actor: str,
    name: str,
    role: str,
    agent_id: str | None,
    queues: list[str] | None,
    scopes: list[str] | None,
) -> Identity:
    return Identity(
        actor,
        name,
        Role(role),
        None if agent_id is None else AgentId(agent_id),
        None if queues is None else frozenset(QueueId(one) for one in queues),
        None if scopes is None else frozenset(scopes),
    )


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
                "SELECT actor, name, role, agent_id, queues, scopes,"
                " extract(epoch FROM expires_at - now())::float8"
                " FROM token WHERE sha256 = %s AND revoked_at IS NULL"
                " AND (expires_at IS NULL OR expires_at > now())",
                (digest,),
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        *told, left = row
        identity = _identity(*told)
        believed = REMEMBERED if left is None else min(REMEMBERED, left)
        self._remembered[digest] = _Remembered(identity, self._monotonic() + believed)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return identity

    async def make(
        self,
        name: str,
        role: Role,
        *,
        agent_id: AgentId | None = None,
        queues: frozenset[QueueId] | None = None,
        scopes: frozenset[str] | None = None,
        expires_at: datetime | None = None,
    ) -> Issued:
        issued = _new(name, role, agent_id, queues, scopes)
        async with asking(self._pool) as connection:
            await connection.execute(_INSERT, _row(issued, expires_at))
        return issued

    async def listed(self) -> list[Listed]:
        async with asking(self._pool) as connection:
            return [_listed(row) for row in await (await connection.execute(_LISTED)).fetchall()]

    async def revoke(self, token_id: UUID) -> bool:
        """In this process it is worth nothing at once."""
        async with asking(self._pool) as connection:
            revoked = await connection.execute(_REVOKE, (token_id,))
        self._remembered.clear()
        return revoked.rowcount == 1
