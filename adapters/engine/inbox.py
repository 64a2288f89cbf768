"""The embedded inbox: accepted means decided, that is, in the log. Bounded."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

import structlog

from adapters.engine.owner import Owner, Waiting
from adapters.log.chain import Halted
from adapters.log.index import Mark
from adapters.log.port import LogUnavailable
from commands.intention import Command
from commands.ports import Busy, Decision, Inbox, Unavailable

MOST_WAITING: Final = 20_000  # commands; one more is told to come back later
BATCH: Final = 512  # commands of the doors decided together at most …
SHARE: Final = 128  # … and of what follows by itself; beside doors that wait, only …
ASIDE: Final = 24

Answer: TypeAlias = tuple["asyncio.Future[Decision | None]", "Decision | None"]
"""Who is told, and what; nothing where nobody will ever say."""

log = structlog.get_logger(__name__)


class EmbeddedInbox:
    """Hands commands to the owner's thread. `halted` says why it had to stop, if it had to."""

    def __init__(self, owner: Owner, *, patience: float = 10.0) -> None:
        self._owner, self._patience = owner, patience
        self._doors: deque[Waiting] = deque()  # somebody waits at a door
        self._follows: deque[Waiting] = deque()  # what follows by itself
        self._some = threading.Condition()
        self._stopping = False
        self.halted: Halted | None = None
        self.broken: str | None = None  # the type of an error nobody had thought of, which ended the deciding
        self._thread = threading.Thread(target=self._run, name="owner", daemon=True)
        self._answers: dict[asyncio.AbstractEventLoop, list[Answer]] = {}

    def start(self) -> None:
        """Catch up with the log, then decide. Raises Halted, LogUnavailable."""
        self._owner.start()
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Commands nobody has begun to decide."""
        return len(self._doors) + len(self._follows)

    @property
    def marks(self) -> Mapping[int, Mark]:
        """Where the index stands."""
        return self._owner.indexer.marks

    @property
    def ends(self) -> Mapping[int, int]:
        """Where the owner goes on writing, without asking the log."""
        return self._owner.holdings.ends

    @property
    def stopped(self) -> bool:
        """Nothing will be decided any more by this inbox."""
        return self._stopping or self.halted is not None or self.broken is not None

    @property
    def away(self) -> str | None:
        """What keeps it from deciding, now or soon: why the log or its index does not answer."""
        if self._owner.away is None and self._owner.indexer.away is not None:
            return f"the index: {self._owner.indexer.away}"
        return self._owner.away

    # ── callers ──────────────────────────────────────────────────────────────────────────────────

    async def accept(self, command: Command) -> Decision:
        """Return when the command is durable, which is when it is decided. Raises as `submit` does."""
        return await self.submit(command)

    async def submit(self, command: Command) -> Decision:
        """Return when the log holds what became of it. Raises Busy: nothing was written; Unavailable, after
        `patience` seconds or when nothing is decided any more: whether it was written is unknown."""
        return (await self.submit_all([command]))[0]

    async def submit_all(self, commands: Sequence[Command]) -> list[Decision]:
        """As `submit`, for several at once: decided in this order per partition, answered in this order. All
        of them wait, or none; when it raises, some may have been decided."""
        return await self._submit(commands, self._doors)

    async def _submit(self, commands: Sequence[Command], queue: deque[Waiting]) -> list[Decision]:
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[Decision | None]] = [loop.create_future() for _ in commands]
        self._put(
            [
                Waiting(command, partial(self._tell, loop, future))
                for command, future in zip(commands, futures, strict=True)
            ],
            queue,
        )
        try:
            async with asyncio.timeout(self._patience):
                return _all_told([await future for future in futures])
        except TimeoutError as error:
            raise Unavailable from error

    def submit_now(self, commands: Sequence[Command], timeout: float | None = None) -> list[Decision]:
        """For threads that nobody waits for at a door: wait until all are decided. Raises Busy or
        Unavailable."""
        if not commands:
            return []
        told = _Told(len(commands))
        self._put(
            [Waiting(command, partial(told.tell, n)) for n, command in enumerate(commands)], self._follows
        )
        return _all_told(told.wait(timeout or self._patience))

    @property
    def later(self) -> Inbox:
        """The same inbox for what follows by itself: it gives way to the doors."""
        return _Later(self)

    def _put(self, waitings: Sequence[Waiting], queue: deque[Waiting]) -> None:
        with self._some:
            if self.stopped:
                raise Unavailable
            if len(queue) + len(waitings) > MOST_WAITING:
                raise Busy
            queue.extend(waitings)
            self._some.notify()

    def _tell(
        self,
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Decision | None],
        decision: Decision | None,
    ) -> None:
        self._answers.setdefault(loop, []).append((future, decision))

    # ── the owner's thread ───────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while batch := self._take():
            try:
                self._owner.decide(batch)
            except Halted as halted:
                log.error("engine_halted", partition=halted.partition, reason=halted.reason)
                self.halted = halted
                self._give_up(batch)
                return
            except LogUnavailable:
                self._give_up(batch)  # stopping, and the log is away
                return
            except Exception as error:
                log.error("engine_broken", error=type(error).__name__, exc_info=error)
                self.broken = type(error).__name__
                self._give_up(batch)
                return
            finally:
                self._deliver()

    def _give_up(self, batch: Sequence[Waiting]) -> None:
        """Nothing is decided any more: whoever still waits hears that it is unknown, and asks again."""
        with self._some:
            left = [*batch, *self._doors, *self._follows]
            self._doors.clear()
            self._follows.clear()
        for waiting in left:
            waiting.answer(None)

    def _take(self) -> list[Waiting]:
        with self._some:
            self._some.wait_for(lambda: self._doors or self._follows or self._stopping)
            batch = [self._doors.popleft() for _ in range(min(BATCH, len(self._doors)))]
            share = ASIDE if batch else SHARE
            return batch + [self._follows.popleft() for _ in range(min(share, len(self._follows)))]

    def _deliver(self) -> None:
        """One call per loop and round, not one per command."""
        answers, self._answers = self._answers, {}
        for loop, pairs in answers.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, pairs)

    def stop(self, timeout: float = 10) -> None:
        """Decide what waits, write the index, and let go."""
        with self._some:
            self._stopping = True
            self._owner.stopping.set()
            self._some.notify()
        if self._thread.is_alive():
            self._thread.join(timeout)
        self._owner.close(timeout)


class _Later:
    """The inbox as processes see it."""

    def __init__(self, inbox: EmbeddedInbox) -> None:
        self._inbox = inbox

    async def accept(self, command: Command) -> Decision | None:
        return await self.submit(command)

    async def submit(self, command: Command) -> Decision:
        return (await self.submit_all([command]))[0]

    async def submit_all(self, commands: Sequence[Command]) -> list[Decision]:
        return await self._inbox._submit(commands, self._inbox._follows)


class _Told:
    """The answers to several commands, for a thread that waits for all of them."""

    def __init__(self, count: int) -> None:
        self._answers: list[Decision | None] = [None] * count
        self._left = count
        self._all = threading.Event()

    def tell(self, n: int, decision: Decision | None) -> None:
        """Called by one thread, once for each."""
        self._answers[n] = decision
        self._left -= 1
        if not self._left:
            self._all.set()

    def wait(self, timeout: float) -> list[Decision | None]:
        if not self._all.wait(timeout):
            raise Unavailable
        return self._answers


def _resolve(answers: Sequence[Answer]) -> None:
    for future, decision in answers:
        if not future.done():
            future.set_result(decision)


def _all_told(answers: Sequence[Decision | None]) -> list[Decision]:
    told = [answer for answer in answers if answer is not None]
    if len(told) < len(answers):
        raise Unavailable
    return told
