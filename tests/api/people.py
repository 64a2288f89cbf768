"""A street with people who sign in: real secrets in PostgreSQL, real guesses in Valkey, a house in memory.

Passwords are hashed at the cheapest cost there is (8 KiB, one pass: `passwords.CHEAP`), so that thousands can
be tried; nothing else is cheaper than in production.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import pyotp
from psycopg_pool import AsyncConnectionPool
from redis.asyncio import Redis

from adapters import people as adapters
from adapters.people import (
    Argon2,
    EdBearers,
    PostgresCredentials,
    PostgresSessions,
    RedisGuessing,
)
from adapters.people.passwords import CHEAP
from adapters.reads.asking import SPEAKING, Pool
from adapters.tables import ensure
from api import admission
from api.admission import Proof
from api.visitors import COOKIE
from commands.door_ports import Role
from commands.people_ports import People
from tests.api.house import House, MemoryStandings

T = TypeVar("T")

MASTER, BEFORE, KEY = "m" * 40, "b" * 40, b"chave-do-indice-de-teste"
ANA, BIA, NOBODY = "ana@fibra.example", "bia@fibra.example", "ninguem@fibra.example"
PASSWORD = "cavalo bateria grampo 71"
ANOTHER = "girassol torneira planeta 38"


class Watched(Argon2):
    """Counts how often a password was really looked at."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.looked = 0

    async def matches(self, kept: str | None, password: str) -> bool:
        self.looked += 1
        return await super().matches(kept, password)


class Street:
    """One house, its doors, and browsers that come to them. Everything runs in one loop."""

    def __init__(self, pool: Pool, redis: Redis, second_factor: frozenset[Role]) -> None:
        self.hashing = Watched()
        self.credentials = PostgresCredentials(pool, self.hashing, [MASTER], KEY)
        self.sessions = PostgresSessions(pool)
        self.bearers = EdBearers([MASTER, BEFORE])
        self.redis = redis
        self.standings = _Late()
        self.house: House
        self.people = People(
            guessing=RedisGuessing(redis, KEY),
            credentials=self.credentials,
            sessions=self.sessions,
            standings=self.standings,  # type: ignore[arg-type]
            bearers=self.bearers,
            second_factor=second_factor,
        )

    def browser(self, address: str = "203.0.113.7", **headers: str) -> Browser:
        transport = httpx.ASGITransport(app=self.house.app, client=(address, 4711))
        client = httpx.AsyncClient(
            transport=transport, base_url="https://atende.example", headers={"X-Atende": "1", **headers}
        )
        return Browser(self, client)

    async def link(self, login: str, role: Role = Role.AGENT, **more: Any) -> str:
        """Somebody is invited; the word of their link."""
        asked = {"login": login, "name": login.partition("@")[0].title(), "role": role.value, **more}
        async with self.browser() as admin:
            answer = await admin.send("POST", "/v1/users", asked, token="atende_dora")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["word"])

    async def user(self, login: str, role: Role = Role.AGENT, **more: Any) -> str:
        """Somebody is invited and has chosen `PASSWORD`; their id."""
        word = await self.link(login, role, **more)
        async with self.browser() as browser:
            answer = await browser.send("POST", "/v1/activation", {"word": word, "password": PASSWORD})
        assert answer.status_code == 204, answer.text
        return self.credentials.user_id(login)

    async def free(self, user_id: str) -> None:
        """As if all waits were over."""
        await self.redis.delete(f"atende:guess:account:{user_id}")
        async for key in self.redis.scan_iter("atende:guess:address:*"):
            await self.redis.delete(key)

    def events(self, kind: str = "user") -> list[Any]:
        return [fact.event for fact in self.house.inbox.history if fact.kind == kind]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events()]


class _Late:
    """What history says, once there is one."""

    inbox: Any = None

    async def of(self, user_id: str) -> Any:
        return await MemoryStandings(self.inbox).of(user_id)

    def forget(self, user_id: str) -> None:
        """Nothing is remembered."""

    async def arrived(self, position: Any, timeout: float) -> bool:
        return True  # what is decided here is known here


@dataclass
class Browser:
    """Keeps cookies, and the access token in memory."""

    street: Street
    client: httpx.AsyncClient
    token: str | None = None

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def send(
        self, method: str, path: str, json: Any = None, *, token: str | None = None, **headers: str
    ) -> httpx.Response:
        bearer = token or self.token
        told = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return await self.client.request(method, path, json=json, headers={**told, **headers})

    async def sign_in(self, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        self.token = None
        answer = await self.send("POST", "/v1/sign-in", {"login": login, "password": password, **more})
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    async def refresh(self) -> httpx.Response:
        answer = await self.send("POST", "/v1/session/refresh")
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    async def enrol(self, password: str = PASSWORD) -> pyotp.TOTP:
        """Enrol an authenticator app; the app."""
        begun = await self.send("POST", "/v1/me/second-factor", {"password": password})
        assert begun.status_code == 200, begun.text
        app = pyotp.TOTP(begun.json()["secret"])
        confirmed = await self.send("PUT", "/v1/me/second-factor", {"code": self.code(app)})
        assert confirmed.status_code == 200, confirmed.text
        return app

    def code(self, app: pyotp.TOTP) -> str:
        return app.at(self.street.house.clock.now())

    @property
    def cookie(self) -> str | None:
        return self.client.cookies.get(COOKIE)

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, value, domain="atende.example", path="/")


def story(
    dsn: str,
    valkey_url: str,
    tell: Callable[[Street], Awaitable[T]],
    second_factor: frozenset[Role] = frozenset(),
    trusted: tuple[str, ...] = (),
) -> T:
    """What happens in a street of its own, from its first invitation on."""

    async def told() -> T:
        async with _street(dsn, valkey_url, second_factor, trusted) as street:
            return await tell(street)

    ensure(dsn, adapters.TABLES)
    return asyncio.run(told())


@asynccontextmanager
async def _street(
    dsn: str, valkey_url: str, second_factor: frozenset[Role], trusted: tuple[str, ...]
) -> AsyncIterator[Street]:
    pool: Pool = AsyncConnectionPool(dsn, min_size=1, max_size=4, open=False, kwargs=SPEAKING)
    async with pool, Redis.from_url(valkey_url) as redis:
        street = Street(pool, redis, second_factor)
        # it runs loops of its own to furnish itself
        street.house = await asyncio.to_thread(House, people=street.people, trusted=trusted)
        street.standings.inbox = street.house.inbox
        yield street


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def guess(street: Street, login: str, password: str, address: str = "203.0.113.7") -> Any:
    return await admission.sign_in(
        street.house.desk, Proof(login, password), address=address, label="", request_id="r"
    )


def rule(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["rule"]


Tell = Callable[[Callable[[Street], Awaitable[T]]], T]
"""The fixture `tell`: hands a story to a street of its own."""
