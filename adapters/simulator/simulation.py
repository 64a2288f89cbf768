"""Everything that is outside the desk, in one process: the provider, its customers, and robots as agents."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from adapters.simulator.customers import files
from adapters.simulator.customers.hearing import heard
from adapters.simulator.customers.living import Customer, Written
from adapters.simulator.customers.people import person
from adapters.simulator.customers.stories import story
from adapters.simulator.faults import Faults
from adapters.simulator.figures import Received
from adapters.simulator.graph import Graph
from adapters.simulator.inbound import Habits, Inbound, Tally
from adapters.simulator.ledger import WINDOW, Accepted
from adapters.simulator.post import Line
from adapters.simulator.robots.chief import Chief
from adapters.simulator.robots.door import Counts, Door
from adapters.simulator.robots.robot import Manner, Robot
from adapters.simulator.running import listening, server
from adapters.simulator.settings import SimulationSettings

MOST_PAGES: Final = 10  # of conversations left from an earlier run
MOST_CUSTOMERS: Final = 3_000  # at the same time
RETURNS: Final = 0.1  # of the stories belong to somebody who was here before
LONG_AGO: Final = 300  # stories between two of the same person


def who(seed: int, n: int) -> int:
    """Whose story the n-th is: mostly a new customer's, sometimes one's who was here before."""
    chance = random.Random(f"{seed}/who/{n}")  # noqa: S311 - repeatable on purpose
    return n - LONG_AGO if n >= LONG_AGO and chance.random() < RETURNS else n


@dataclass(slots=True)
class _Clock:
    started: float = 0.0
    ended: float = 0.0

    @property
    def seconds(self) -> float:
        return (self.ended or time.monotonic()) - self.started if self.started else 0.0


class Simulation:
    """`run` it once. Counters may be asked for at any time; `received` holds the id of every message that the
    desk acknowledged, and of every delivery."""

    def __init__(self, settings: SimulationSettings) -> None:
        self.settings = settings
        self.run_id = settings.run or f"{time.time_ns():x}"
        secret = settings.app_secret.get_secret_value()
        line = Line(settings.number, settings.access_token.get_secret_value(), settings.webhook_url)
        faults = Faults(seed=settings.seed).changed(settings.faults)
        self.graph = Graph([line], secret, faults)
        self.graph.reached = self._reached
        self.graph_url = ""
        self.received = Received()
        self.counts = Counts()
        self.stories = 0
        self._secret = secret
        self._files = files.held_by(self.graph, settings.seed)
        self._living: dict[str, Customer] = {}
        self._robots: list[Robot] = []
        self._staffroom: list[str] = []
        self._inbound_tally = Tally()
        self._pending = 0
        self._clock = _Clock()

    async def run(self, stop: asyncio.Event, ready: asyncio.Event | None = None) -> None:
        """Until new customers stop coming and those who wait were answered, or `stop`. `ready` is set when
        `graph_url` answers."""
        settings = self.settings
        with contextlib.ExitStack() as stack:
            if settings.ledger is not None:
                self.received.book = stack.enter_context(settings.ledger.open("a"))
            async with self._provider(), self._clients() as (webhooks, api):
                if ready is not None:
                    ready.set()
                self._clock.started = time.monotonic()
                await self._play(stop, webhooks, api)
                self._clock.ended = time.monotonic()
        self.received.book = None

    @contextlib.asynccontextmanager
    async def _provider(self) -> AsyncIterator[None]:
        with listening(self.settings.graph_port, self.settings.graph_host) as sock:
            serving = server(self.graph)
            task = asyncio.create_task(serving.serve([sock]))
            while not serving.started:
                if task.done():
                    await task
                    raise RuntimeError("the simulated Graph API did not start")
                await asyncio.sleep(0.01)
            self.graph_url = f"http://{self.settings.graph_host}:{sock.getsockname()[1]}"
            try:
                yield
            finally:
                serving.should_exit = True
                await task

    @contextlib.asynccontextmanager
    async def _clients(self) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=32)
        async with (
            httpx.AsyncClient(timeout=20, limits=limits, trust_env=False) as webhooks,
            httpx.AsyncClient(timeout=10, limits=limits, trust_env=False) as api,
        ):
            yield webhooks, api

    async def _play(self, stop: asyncio.Event, webhooks: httpx.AsyncClient, api: httpx.AsyncClient) -> None:
        settings = self.settings
        async with asyncio.TaskGroup() as group:
            inbound = Inbound(
                group.create_task,
                webhooks,
                settings.webhook_url,
                self._secret,
                settings.number,
                self.received,
                seed=settings.seed,
                habits=Habits(),
            )
            self._inbound_tally = inbound.tally
            staff = list(self._staff(api))
            await self._remember()
            robots = [group.create_task(robot.work()) for robot in staff]
            lives: set[asyncio.Task[None]] = set()
            coming = group.create_task(self._come(group, inbound, lives))
            await _either(stop, settings.seconds)
            coming.cancel()
            if not stop.is_set():
                await self._settled(stop, inbound)
            for task in (*lives, *robots):
                task.cancel()
            self._pending = inbound.drop()

    def _staff(self, api: httpx.AsyncClient) -> Iterator[Robot]:
        settings = self.settings
        for one in settings.robots:
            door = Door(api, settings.desk, one.token.get_secret_value(), self.counts)
            queues = tuple({queue for robot in settings.robots for queue in robot.skills})
            manner = Manner(
                one.name,
                frozenset(one.skills),
                frozenset(one.leaves),
                settings.at_once,
                queues=tuple(sorted(queues)),
            )
            robot = (Chief if one.chief else Robot)(
                door, manner, self._staffroom, settings.seed, settings.pace
            )
            self._robots.append(robot)
            yield robot

    async def _remember(self) -> None:
        """Whoever is in the middle of something since an earlier run exists, and wrote when they did."""
        cursor: str | None = None
        for _ in range(MOST_PAGES if self._robots else 0):
            page = await self._robots[0].open_conversations(cursor)
            if page is None:
                return
            for row in page["items"]:
                phone, until = row["contact"]["phone"], row["window_until"]
                if phone is not None and until is not None:
                    self.graph.customer_wrote(phone, datetime.fromisoformat(until) - WINDOW)
            cursor = page["next"]
            if cursor is None:
                return

    async def _come(self, group: asyncio.TaskGroup, inbound: Inbound, lives: set[asyncio.Task[None]]) -> None:
        """Customers, one after the other, at a pace that makes about so many messages per second."""
        settings = self.settings
        gaps = random.Random(f"{settings.seed}/gaps")  # noqa: S311 - repeatable on purpose
        due = time.monotonic()
        while True:
            n = self.stories
            told = story(settings.seed, n)
            customer = Customer(
                n,
                person(settings.seed, who(settings.seed, n)),
                told,
                number=settings.number,
                files=self._files,
                write=lambda written: self._write(inbound, written),
                run=f"{settings.seed}/{self.run_id}",
                pace=settings.pace,
            )
            self.stories += 1
            address = customer.who.address
            if address not in self._living and len(self._living) < MOST_CUSTOMERS:
                self._living[address] = customer
                life = group.create_task(self._live(customer))
                lives.add(life)
                life.add_done_callback(lives.discard)
            due += min(10.0, gaps.expovariate(1.0)) * max(1, told.says) / settings.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _live(self, customer: Customer) -> None:
        try:
            await customer.live()
        finally:
            del self._living[customer.who.address]

    async def _write(self, inbound: Inbound, written: Written) -> None:
        self.graph.customer_wrote(written.who.address, written.at)
        await inbound.hand_in(written)

    def _reached(self, message: Accepted) -> None:
        news = heard(message)
        if news is None:
            return
        if news.by_person:
            self.received.person_spoke(message.address)
        customer = self._living.get(message.address)
        if customer is not None:
            customer.hear(news)

    async def _settled(self, stop: asyncio.Event, inbound: Inbound) -> None:
        """Nobody waits for an answer any more, or it took too long."""
        ends = time.monotonic() + self.settings.settle
        while time.monotonic() < ends and not stop.is_set():
            if not inbound.pending and not self.received.waiting:
                return
            await asyncio.sleep(0.1)

    # What it came to

    def counters(self) -> dict[str, Any]:
        """Numbers of now; no word of anybody's."""
        received, tally, counts = self.received, self._inbound_tally, self.counts
        return {
            "seconds": round(self._clock.seconds, 1),
            "received": len(received.messages),
            "answered": received.answered,
            "waiting": received.waiting,
            "customers": len(self._living),
            "agents": sum(robot.answered > 0 for robot in self._robots),
            "duplicates": tally.repeats,
            "statuses": self.graph.post.tally.statuses,
            "accepts": counts.accepts,
            "claims": counts.claims,
            "closings": counts.closings,
            "acknowledged": counts.acknowledged,
            "retries": tally.retries,
        }

    def report(self) -> dict[str, Any]:
        """What it all came to. Latencies in milliseconds."""
        received, tally, counts, post = self.received, self._inbound_tally, self.counts, self.graph.post.tally
        asked = len(received.messages)
        return {
            **self.counters(),
            "seed": self.settings.seed,
            "run": self.run_id,
            "conversations": received.conversations,
            "conversations_answered": received.conversations_answered,
            "answered_share": round(received.answered / asked, 4) if asked else None,
            "acknowledgement_ms": tally.took.told(),
            "claim_ms": counts.claimed_in.told(),
            "deliveries": {
                "bodies": tally.bodies,
                "distinct": len(received.deliveries),
                "batches": tally.batches,
                "retries": tally.retries,
                "not_200": {str(status): n for status, n in sorted(tally.not_200.items())},
                "dropped": self._pending,
            },
            "statuses_retried": post.retried,
            "sent_to_customers": len(self.graph.ledger.accepted),
            "robots": {
                "accepts": counts.accepts,
                "claims": counts.claims,
                "lost_races": counts.lost_races,
                "answers": counts.answers,
                "notes": counts.notes,
                "reactions": counts.reactions,
                "transfers": counts.transfers,
                "releases": counts.releases,
                "priorities": counts.priorities,
                "closings": counts.closings,
                "acknowledged": counts.acknowledged,
                "refusals": dict(sorted(counts.refusals.items())),
                "errors": dict(sorted(counts.errors.items())),
            },
        }


async def _either(stop: asyncio.Event, seconds: float | None) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
