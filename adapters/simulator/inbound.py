"""What customers wrote, on its way to the desk: signed, together, twice, out of order, until it is heard."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from adapters.simulator import webhooks
from adapters.simulator.customers.living import Written
from adapters.simulator.figures import Received, Times
from adapters.simulator.webhooks import Item, Number, Person

MOST: Final = 2_000  # messages under way
AT_ONCE: Final = 32  # requests
TOGETHER: Final = 0.25  # seconds a shared body waits for company
LONGEST_PAUSE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How often the provider does what it does, from 0 to 1."""

    repeated: float = 0.1
    rewrapped: float = 0.3  # of the repeated: in another body, with other company
    batched: float = 0.15
    overtaken: float = 0.1
    novel: float = 0.05  # fields and changes nobody has heard of


@dataclass(slots=True)
class Tally:
    bodies: int = 0  # acknowledged
    repeats: int = 0  # messages that were delivered once more, and acknowledged
    batches: int = 0  # bodies with several messages
    retries: int = 0
    not_200: Counter[int] = field(default_factory=Counter)  # by status; 0 for no answer at all
    took: Times = field(default_factory=Times)


Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


class Inbound:
    """The provider's side of a webhook. Chance is drawn from the seed and the message's key alone. `spawn`
    starts a task and minds what becomes of it, as a task group does."""

    def __init__(
        self,
        spawn: Spawn,
        client: httpx.AsyncClient,
        url: str,
        secret: str,
        number: Number,
        received: Received,
        *,
        seed: int,
        habits: Habits | None = None,
        first_retry: float = 0.5,
    ) -> None:
        self._spawn = spawn
        self._client = client
        self._url = url
        self._secret = secret
        self._number = number
        self._received = received
        self._seed = seed
        self._habits = habits or Habits()
        self._first_retry = first_retry
        self._room = asyncio.Semaphore(MOST)
        self._requests = asyncio.Semaphore(AT_ONCE)
        self._waiting: list[Written] = []  # for company
        self._under_way: set[asyncio.Task[None]] = set()
        self._bodies = 0
        self.tally = Tally()

    @property
    def pending(self) -> int:
        return len(self._under_way)

    async def hand_in(self, written: Written) -> None:
        """Take a message; waits while too many are under way."""
        await self._room.acquire()
        task = self._spawn(self._carry(written))
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def drop(self) -> int:
        """Give up what is under way; how much it was."""
        dropped = len(self._under_way)
        for task in list(self._under_way):
            task.cancel()
        return dropped

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._room.release()

    async def _carry(self, written: Written) -> None:
        habits, chance = self._habits, self._chance("carry", written.key)
        overtaken, together, repeated = (chance.random() for _ in range(3))
        if overtaken < habits.overtaken:
            await asyncio.sleep(chance.uniform(0.2, 1.5))
        if together < habits.batched:
            self._waiting.append(written)
            if len(self._waiting) > 1:
                return  # whoever waited first takes it along
            await asyncio.sleep(TOGETHER)
            company, self._waiting = self._waiting, []
        else:
            company = [written]
        raw = self._body(company, chance)
        await self._insist(raw, company, chance)
        if repeated < habits.repeated:
            await asyncio.sleep(chance.uniform(0.05, 2.5))
            if chance.random() < habits.rewrapped:
                raw = self._body(company[::-1], chance, time.time())
            await self._insist(raw, company, chance)
            self.tally.repeats += len(company)

    async def _insist(self, raw: bytes, company: Sequence[Written], chance: random.Random) -> None:
        """At once, then less and less often, until the answer is 200."""
        pause = self._first_retry
        while True:
            status, delivery_id = await self._post(raw)
            if status == 200:
                break
            self.tally.not_200[status] += 1
            self.tally.retries += 1
            await asyncio.sleep(pause * (0.5 + chance.random()))
            pause = min(LONGEST_PAUSE, pause * 2)
        self.tally.bodies += 1
        self.tally.batches += len(company) > 1
        if delivery_id is not None:
            self._received.deliveries[delivery_id] += 1
        for written in company:
            self._received.acknowledged(
                written.message_id, written.kind, written.who.address, written.asks, delivery_id
            )

    async def _post(self, raw: bytes) -> tuple[int, str | None]:
        """The status, 0 when there was none, and the delivery's id."""
        async with self._requests:
            started = time.perf_counter()
            try:
                response = await webhooks.deliver(self._client, self._url, self._secret, raw)
            except httpx.TransportError:
                return 0, None
            if response.status_code == 200:
                self.tally.took.add(time.perf_counter() - started)
            return response.status_code, response.headers.get("Delivery-Id")

    def _body(self, company: Sequence[Written], chance: random.Random, at: float | None = None) -> bytes:
        people: dict[str, Person] = {written.who.address: written.who for written in company}
        body = webhooks.body(
            self._number, people=list(people.values()), messages=[written.item for written in company]
        )
        if at is not None:
            body["entry"][0]["time"] = int(at)
        if chance.random() < self._habits.novel:
            body = novel(body)
        return webhooks.encoded(body)

    def _chance(self, purpose: str, key: str) -> random.Random:
        return random.Random(f"{self._seed}/{purpose}/{key}")  # noqa: S311 - repeatable on purpose


def novel(body: Item) -> Item:
    """The same body with things in it that no document mentions: fields at every level, and a change that has
    nothing to do with messages."""
    change = body["entry"][0]["changes"][0]
    value: dict[str, Any] = change["value"] | {"novelty": {"since": 2031, "of": ["many", None, 0.5]}}
    value["messages"] = [message | {"mood": "sunny", "hops": 3} for message in value["messages"]]
    other = {"field": "weather", "value": {"rain": True, "metadata": value["metadata"]}}
    entry = body["entry"][0] | {"changes": [change | {"value": value, "rank": 1}, other], "time": 1}
    return body | {"entry": [entry], "version": "99"}
