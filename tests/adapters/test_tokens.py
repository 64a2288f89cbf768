"""Tokens: told once, kept as a hash, good until they expire or are revoked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
import pytest
from psycopg_pool import AsyncConnectionPool

from adapters import tokens
from adapters.reads.asking import Pool
from adapters.tables import ensure
from adapters.tokens import PostgresTokens
from commands.door_ports import Identity, Role, Tokens
from commands.ports import Unavailable
from domain.agent import AgentId
from domain.queue import QueueId

T = TypeVar("T")


@pytest.fixture
def dsn(database: str) -> str:
    ensure(database, tokens.TABLE)
    ensure(database, tokens.TABLE)  # again is fine
    return database


class Watch:
    """A clock that stands still until it is told to move."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def asked(dsn: str, question: Callable[[PostgresTokens], Awaitable[T]], watch: Watch | None = None) -> T:
    async def ask() -> T:
        pool: Pool = AsyncConnectionPool(dsn, min_size=1, max_size=2, open=False)
        async with pool:
            return await question(PostgresTokens(pool, monotonic=watch or Watch()))

    return asyncio.run(ask())


def test_a_token_says_who_bears_it(dsn: str) -> None:
    ana = tokens.create(dsn, "Ana", Role.AGENT, agent_id=AgentId("ana"))
    erp = tokens.create(dsn, "ERP", Role.SERVICE)
    assert ana.identity == Identity("agent:ana", "Ana", Role.AGENT, AgentId("ana"))
    assert erp.identity == Identity(f"token:{erp.id}", "ERP", Role.SERVICE, None)

    async def both(port: Tokens) -> list[Identity | None]:
        return [await port.lookup(ana.token), await port.lookup(erp.token)]

    assert asked(dsn, both) == [ana.identity, erp.identity]


def test_a_token_cannot_be_guessed_and_is_not_kept(dsn: str) -> None:
    issued = [tokens.create(dsn, "Ana", Role.AGENT).token for _ in range(3)]
    assert len(set(issued)) == 3
    assert all(re.fullmatch(r"atende_[A-Za-z0-9_-]{43}", token) for token in issued)
    with psycopg.connect(dsn) as connection:
        kept = connection.execute("SELECT token::text FROM token").fetchall()
    assert not any(token.removeprefix("atende_") in str(kept) for token in issued)


@pytest.mark.parametrize(
    "change", [str.upper, lambda t: t[:-1], lambda t: t + "A", lambda t: t[7:], lambda _: ""]
)
def test_what_is_nearly_a_token_is_nobodys(dsn: str, change: Callable[[str], str]) -> None:
    issued = tokens.create(dsn, "Ana", Role.AGENT)
    assert asked(dsn, lambda port: port.lookup(change(issued.token))) is None


def test_an_expired_token_is_nobodys(dsn: str) -> None:
    now = datetime.now(UTC)
    over = tokens.create(dsn, "Ana", Role.AGENT, expires_at=now - timedelta(seconds=1))
    good = tokens.create(dsn, "Ana", Role.AGENT, expires_at=now + timedelta(hours=1))
    assert asked(dsn, lambda port: port.lookup(over.token)) is None
    assert asked(dsn, lambda port: port.lookup(good.token)) == good.identity


def test_a_token_is_not_believed_beyond_its_end(dsn: str) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=20)
    issued = tokens.create(dsn, "Ana", Role.AGENT, expires_at=ends)
    watch = Watch()

    async def question(port: PostgresTokens) -> list[bool]:
        first = await port.lookup(issued.token)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("UPDATE token SET expires_at = now()")
        watch.seconds = 21
        return [first is not None, await port.lookup(issued.token) is not None]

    assert asked(dsn, question, watch) == [True, False]


def test_a_revoked_token_lives_thirty_seconds_at_most(dsn: str) -> None:
    issued = tokens.create(dsn, "Ana", Role.AGENT)
    watch = Watch()

    async def question(port: PostgresTokens) -> list[bool]:
        found = [await port.lookup(issued.token)]
        assert tokens.revoke(dsn, issued.id)
        for seconds in (29.9, 30.0):
            watch.seconds = seconds
            found.append(await port.lookup(issued.token))
        return [identity is not None for identity in found]

    assert asked(dsn, question, watch) == [True, True, False]
    assert asked(dsn, lambda port: port.lookup(issued.token)) is None


def test_revoking_tells_whether_there_was_something_to_revoke(dsn: str) -> None:
    issued = tokens.create(dsn, "Ana", Role.AGENT)
    assert [tokens.revoke(dsn, issued.id), tokens.revoke(dsn, issued.id)] == [True, False]
    assert tokens.revoke(dsn, uuid4()) is False


def test_a_no_is_never_remembered(dsn: str) -> None:
    issued = tokens.create(dsn, "Ana", Role.AGENT)
    tokens.revoke(dsn, issued.id)

    async def question(port: PostgresTokens) -> list[bool]:
        before = await port.lookup(issued.token)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("UPDATE token SET revoked_at = NULL")
        return [before is not None, await port.lookup(issued.token) is not None]

    assert asked(dsn, question) == [False, True]


def test_tokens_are_listed_without_the_tokens(dsn: str) -> None:
    issued = [tokens.create(dsn, name, Role.AGENT) for name in ("Ana", "Bia")]
    tokens.revoke(dsn, issued[0].id)
    found = tokens.listed(dsn)
    assert [one.id for one in found] == [issued[1].id, issued[0].id]
    assert [one.revoked_at is not None for one in found] == [False, True]
    assert not any(one.token in repr(found) for one in issued)


def test_nobody_is_anybody_while_the_database_is_away() -> None:
    async def question() -> None:
        pool: Pool = AsyncConnectionPool("host=127.0.0.1 port=1", open=False, timeout=0.05)
        with pytest.raises(Unavailable):
            await PostgresTokens(pool).lookup("atende_" + "a" * 43)

    asyncio.run(question())


def test_a_token_is_limited_to_scopes_and_queues_and_says_so_when_it_is_looked_up(dsn: str) -> None:
    limits = {"queues": frozenset({QueueId("geral")}), "scopes": frozenset({"desk.read", "users.read"})}
    ends = datetime.now(UTC) + timedelta(hours=1)

    async def question(port: PostgresTokens) -> list[Any]:
        issued = await port.make("Painel", Role.ADMIN, expires_at=ends, **limits)
        found = [await port.lookup(issued.token), [one.identity for one in await port.listed()]]
        assert found == [issued.identity, [issued.identity]]
        assert (issued.identity.queues, issued.identity.scopes) == tuple(limits.values())
        return [await port.revoke(issued.id), await port.revoke(issued.id), await port.lookup(issued.token)]

    assert asked(dsn, question) == [True, False, None]


def test_a_token_made_before_there_were_scopes_does_all_that_its_role_may(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE token (id uuid PRIMARY KEY, sha256 bytea NOT NULL UNIQUE, actor text NOT NULL,"
            " name text NOT NULL, role text NOT NULL, agent_id text,"
            " created_at timestamptz NOT NULL DEFAULT now(), expires_at timestamptz, revoked_at timestamptz)"
        )
        connection.execute(
            "INSERT INTO token (id, sha256, actor, name, role) VALUES (%s, %s, 'token:1', 'ERP', 'service')",
            (uuid4(), tokens._hash("atende_" + "a" * 43)),
        )
    ensure(database, tokens.TABLE)
    found = asked(database, lambda port: port.lookup("atende_" + "a" * 43))
    assert found == Identity("token:1", "ERP", Role.SERVICE)
