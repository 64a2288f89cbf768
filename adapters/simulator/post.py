"""Statuses on their way back: late, twice, together, in any order, and again until somebody says 200."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from adapters.simulator import webhooks
from adapters.simulator.faults import Faults
from adapters.simulator.webhooks import Item, Number

TOGETHER = 50  # most statuses in one body
AT_ONCE = 32  # deliveries under way
GIVE_UP = 36 * 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class Line:
    """A business number, how it signs in, and where its webhooks go (None: nowhere)."""

    number: Number
    token: str
    callback_url: str | None = None
    messages_per_second: int = 80


@dataclass(slots=True)
class Tally:
    """What became of deliveries so far."""

    delivered: int = 0
    statuses: int = 0  # in what was delivered
    retried: int = 0
    given_up: int = 0


class Post:
    """Delivers statuses when they are due. `run` does the work; `hand_in` belongs to the same event loop.
    After `run` ended it may be run again, on another loop."""

    def __init__(self, secret: str, faults: Callable[[], Faults], *, first_retry: float = 0.5) -> None:
        self._secret = secret
        self._faults = faults
        self._first_retry = first_retry
        self._due: list[tuple[float, int, Line, Item]] = []
        self._numbers = itertools.count()
        self._woken = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self.tally = Tally()

    @property
    def pending(self) -> int:
        """Statuses and bodies not delivered yet."""
        return len(self._due) + len(self._under_way)

    def hand_in(self, line: Line, status: Item, after: float) -> None:
        """Let a status be delivered after so many seconds."""
        if line.callback_url is not None:
            heapq.heappush(self._due, (time.monotonic() + after, next(self._numbers), line, status))
            self._woken.set()

    async def run(self) -> None:
        """Deliver until cancelled; what is then still on its way is dropped."""
        self._woken = asyncio.Event()
        limits = httpx.Limits(max_connections=AT_ONCE)
        room = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(timeout=10, limits=limits) as client:
            try:
                while True:
                    for line, items in self._taken():
                        task = asyncio.create_task(self._insist(client, room, line, items))
                        self._under_way.add(task)
                        task.add_done_callback(self._under_way.discard)
                    await self._next()
            finally:
                for task in list(self._under_way):
                    task.cancel()
                await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _next(self) -> None:
        self._woken.clear()
        pause = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
        try:
            async with asyncio.timeout(pause):
                await self._woken.wait()
        except TimeoutError:
            return

    def _taken(self) -> list[tuple[Line, list[Item]]]:
        """What is due now, as the bodies it will travel in."""
        faults = self._faults()
        bodies: list[tuple[Line, list[Item]]] = []
        open_bodies: dict[str, list[Item]] = {}
        while self._due and self._due[0][0] <= time.monotonic():
            _, n, line, status = heapq.heappop(self._due)
            together = open_bodies.get(line.number.phone_number_id)
            if together is not None and len(together) < TOGETHER and faults.happens("batched", str(n)):
                together.append(status)
            else:
                open_bodies[line.number.phone_number_id] = together = [status]
                bodies.append((line, together))
        return bodies

    async def _insist(
        self, client: httpx.AsyncClient, room: asyncio.Semaphore, line: Line, items: list[Item]
    ) -> None:
        raw = webhooks.encoded(webhooks.body(line.number, statuses=items))
        url = line.callback_url or ""
        started = time.monotonic()
        chance = self._faults().chance("retry", str(items[0]["id"]))
        pause = self._first_retry
        while True:
            async with room:
                try:
                    response = await webhooks.deliver(client, url, self._secret, raw)
                    heard = response.status_code == 200
                except httpx.RequestError:
                    heard = False
            if heard:
                self.tally.delivered += 1
                self.tally.statuses += len(items)
                return
            if time.monotonic() - started > GIVE_UP:
                self.tally.given_up += 1
                return
            self.tally.retried += 1
            await asyncio.sleep(pause * (0.5 + chance.random()))
            pause = min(60.0, pause * 2)
