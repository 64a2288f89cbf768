"""Policies and couriers as followers of the log: woken by facts, wanting things through the inbox."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from adapters.archive import Archive
from adapters.engine.asking import Asking
from adapters.engine.bookmarks import Bookmarks
from adapters.log.index import Mark
from commands.intention import Command
from commands.ports import Broken, Busy, Decision, Inbox, Unavailable
from commands.roles import Courier, Gather, Policy
from domain.journal import Recorded

MOVE_EVERY: Final = 0.5  # seconds between two moves of a bookmark; what follows again wants the same again
AT_ONCE: Final = 500  # commands submitted together
CARRYING: Final = 64  # events a courier is out with at the same time
TURNS: Final = 10  # times it wants something because of one event

T = TypeVar("T")

log = structlog.get_logger(__name__)


class PolicyFollower:
    """Runs one policy. An event that breaks it is parked with the later ones of its stream."""

    def __init__(self, policy: Policy, inbox: Asking, bookmarks: Bookmarks, archive: Archive) -> None:
        self._policy, self._inbox, self._bookmarks, self._archive = policy, inbox, bookmarks, archive
        self.name = policy.name
        self.wakes = frozenset(policy.wakes)
        self._parked: set[str] | None = None
        self._moved = 0.0
        self._marks: dict[int, Mark] = {}
        self._written: dict[int, Mark] = {}

    def marks(self) -> Mapping[int, Mark]:
        return self._bookmarks.marks(self.name) | self._marks

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        if self._parked is None or any(fact.stream in self._parked for fact in facts):
            self._parked = self._bookmarks.parked_streams(self.name)  # somebody may have retried them
        aside: list[tuple[Recorded, str, str]] = []
        wishes: list[tuple[Recorded, list[Command]]] = []
        for fact in facts:
            if fact.stream in self._parked:
                aside.append((fact, self._archive.name(type(fact.event)), "behind a parked event"))
                continue
            try:
                wishes.append((fact, self._policy.react(fact)))
            except Exception as error:  # noqa: BLE001  parked, loudly, and the other streams go on
                aside.append(self._park(fact, type(error).__name__))
        decided = self._submit(wishes)
        settle = self._policy.settle
        if settle is not None:
            settlings: list[tuple[Recorded, list[Command]]] = []
            for fact, decisions in decided:
                try:
                    settlings.append((fact, settle(fact, decisions)))
                except Exception as error:  # noqa: BLE001  parked as well: it is the policy that broke
                    aside.append(self._park(fact, type(error).__name__))
            self._submit(settlings)
        aside += [
            self._park(fact, f"broken: {decision.error}")
            for fact, decisions in decided
            for decision in decisions
            if isinstance(decision, Broken)
        ]
        if aside:
            self._bookmarks.park(self.name, aside)
        self._marks |= marks
        if aside or time.monotonic() - self._moved > MOVE_EVERY:
            self.settle()

    def rest(self) -> None:
        self.settle()

    def settle(self) -> None:
        """Write down how far it has come."""
        if self._marks != self._written:
            self._bookmarks.move(self.name, self._marks)
            self._moved, self._written = time.monotonic(), dict(self._marks)

    def _park(self, fact: Recorded, reason: str) -> tuple[Recorded, str, str]:
        assert self._parked is not None
        self._parked.add(fact.stream)
        log.error("event_parked", follower=self.name, stream=fact.stream, version=fact.version, reason=reason)
        return fact, self._archive.name(type(fact.event)), reason

    def _submit(
        self, wishes: Sequence[tuple[Recorded, list[Command]]]
    ) -> list[tuple[Recorded, list[Decision]]]:
        commands = [command for _, wanted in wishes for command in wanted]
        decisions: list[Decision] = []
        for n in range(0, len(commands), AT_ONCE):
            decisions += submit_patiently(self._inbox, commands[n : n + AT_ONCE])
        answers = iter(decisions)
        return [(fact, [next(answers) for _ in wanted]) for fact, wanted in wishes]


def submit_patiently(inbox: Asking, commands: Sequence[Command]) -> list[Decision]:
    """Ask until it is decided: the ids make that harmless. Raises Unavailable once the inbox stops."""
    pause = 0.05
    while True:
        try:
            return inbox.submit_now(commands)
        except (Busy, Unavailable):
            if inbox.stopped:
                raise
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  jitter, not a secret
            pause = min(pause * 2, 1.0)


@dataclass(slots=True)
class _Trip:
    """A batch a courier is out with, and where it stands when all of it is done."""

    marks: Mapping[int, Mark]
    open: set[tuple[int, int]] = field(default_factory=set)


class CourierFollower:
    """Runs one courier on an event loop, several events at once; its bookmark waits for the slowest."""

    def __init__(
        self,
        courier: Courier,
        ports: Any,
        inbox: Inbox,
        bookmarks: Bookmarks,
        archive: Archive,
        loop: asyncio.AbstractEventLoop,
        stopping: Callable[[], bool],
    ) -> None:
        self._courier, self._ports, self._inbox = courier, ports, inbox
        self._bookmarks, self._archive, self._loop, self._stopping = bookmarks, archive, loop, stopping
        self.name = courier.name
        self.wakes = frozenset(courier.wakes)
        self._trips: deque[_Trip] = deque()
        self._aside: list[tuple[Recorded, str, str]] = []
        self._parked: set[str] | None = None
        self._places = threading.Semaphore(CARRYING)
        self._gathered: list[tuple[_Trip, Recorded]] = []  # woke it while it was out
        self._out_for_all = False
        self._lock = threading.Lock()
        self._moved = 0.0
        self._done: dict[int, Mark] = {}
        self._written: dict[int, Mark] = {}

    def marks(self) -> Mapping[int, Mark]:
        return self._bookmarks.marks(self.name)

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        if self._parked is None or any(fact.stream in self._parked for fact in facts):
            self.settle()
            parked = self._bookmarks.parked_streams(self.name)  # somebody may have retried them
            with self._lock:
                self._parked = parked | {fact.stream for fact, _, _ in self._aside}
        trip = _Trip(marks, {fact.position for fact in facts})
        with self._lock:
            self._trips.append(trip)
        for fact in facts:
            if fact.stream in self._parked:
                self._put_aside(fact, "behind a parked event")
                self._came_back(trip, fact)
                continue
            while not self._places.acquire(timeout=0.2):
                if self._stopping():
                    return
            if self._courier.gather is None:
                asyncio.run_coroutine_threadsafe(self._carry(trip, fact), self._loop)
            else:
                self._join(trip, fact, self._courier.gather)
        self.settle()

    def _join(self, trip: _Trip, fact: Recorded, gather: Gather) -> None:
        with self._lock:
            self._gathered.append((trip, fact))
            if self._out_for_all:
                return
            self._out_for_all = True
        asyncio.run_coroutine_threadsafe(self._carry_all(gather), self._loop)

    async def _carry_all(self, gather: Gather) -> None:
        """Out again and again, each time for all that joined meanwhile, until nobody did."""
        while True:
            with self._lock:
                together, self._gathered = self._gathered, []
                self._out_for_all = bool(together)
            if not together:
                return
            facts = [fact for _, fact in together]
            try:
                await self._out(facts[-1], partial(gather, facts, self._ports))
            except Exception as error:  # noqa: BLE001  one of them broke it: each alone, so that it is parked
                if self._stopping():
                    return
                log.warning("courier_parts", follower=self.name, facts=len(facts), error=type(error).__name__)
                await asyncio.gather(*(self._carry(trip, fact) for trip, fact in together))
            else:
                for trip, fact in together:
                    self._places.release()
                    self._came_back(trip, fact)

    async def _carry(self, trip: _Trip, fact: Recorded) -> None:
        try:
            await self._out(fact, partial(self._courier.carry, fact, self._ports))
        except Exception as error:  # noqa: BLE001  parked, loudly, and the other streams go on
            if self._stopping():
                return
            self._put_aside(fact, type(error).__name__)
        finally:
            self._places.release()
        self._came_back(trip, fact)

    async def _out(self, fact: Recorded, carry: Callable[[], Awaitable[list[Command]]]) -> None:
        commands = await self._patiently(carry)
        for _ in range(TURNS):
            if not commands:
                return
            decisions = await self._decided(commands)
            commands = await self._settled(fact, decisions)
        if commands:
            log.warning("courier_gave_up", follower=self.name, stream=fact.stream, version=fact.version)

    async def _decided(self, commands: Sequence[Command]) -> list[Decision]:
        return await self._patiently(lambda: self._inbox.submit_all(commands))

    async def _settled(self, fact: Recorded, decisions: Sequence[Decision]) -> list[Command]:
        settle = self._courier.settle
        if settle is None:
            return []
        return await self._patiently(lambda: settle(fact, decisions, self._ports))

    async def _patiently(self, act: Callable[[], Awaitable[T]]) -> T:
        """Until it answers: what is away is waited for, never parked. Raises Unavailable once we stop."""
        pause = 0.05
        while True:
            try:
                return await act()
            except (Busy, Unavailable):
                if self._stopping():
                    raise
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  jitter, not a secret
                pause = min(pause * 2, 1.0)

    def _put_aside(self, fact: Recorded, reason: str) -> None:
        assert self._parked is not None
        log.error("event_parked", follower=self.name, stream=fact.stream, version=fact.version, reason=reason)
        with self._lock:
            self._parked.add(fact.stream)
            self._aside.append((fact, self._archive.name(type(fact.event)), reason))

    def _came_back(self, trip: _Trip, fact: Recorded) -> None:
        with self._lock:
            trip.open.discard(fact.position)
            while self._trips and not self._trips[0].open:
                self._done |= self._trips.popleft().marks

    def rest(self) -> None:
        self.settle()

    def settle(self) -> None:
        """Write down what is parked, then how far it has come. Called from the feed's thread."""
        with self._lock:
            aside, done = list(self._aside), dict(self._done)
        if aside:
            self._bookmarks.park(self.name, aside)
            with self._lock:
                del self._aside[: len(aside)]
        if done != self._written and (aside or time.monotonic() - self._moved > MOVE_EVERY):
            self._bookmarks.move(self.name, done)
            self._moved, self._written = time.monotonic(), done
