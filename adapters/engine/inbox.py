"""The embedded inbox: accepted means decided, that is, in the log. Bounded."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Final, TypeAlias

import structlog

from adapters.engine.owner import Owner, Waiting
from adapters.log.chain import Halted
from adapters.log.index import Mark
from adapters.log.port import LogUnavailable
from commands.intention import Command
from commands.ports import Busy, Decision, Unavailable

MOST_WAITING: Final = 20_000  # commands; one more is told to come back later
BATCH: Final = 512  # commands decided together at most

Answer: TypeAlias = tuple["asyncio.Future[Decision | None]", "Decision | None"]
"""Who is told, and what; nothing where nobody will ever say."""

log = structlog.get_logger(__name__)


class EmbeddedInbox:
    """Hands commands to the owner's thread. `halted` says why it had to stop, if it had to."""

    def __init__(self, owner: Owner, *, patience: float = 10.0) -> None:
        self._owner, self._patience = owner, patience
        self._queue: deque[Waiting] = deque()
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
        return len(self._queue)

    @property
    def marks(self) -> Mapping[int, Mark]:
        """Where the index stands."""
        return self._owner.indexer.marks

    @property
    def ends(self) -> Mapping[int, int]:
        """Where the owner goes on writing, without asking the log."""
        return self._owner.ends

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

    async def accept(self, command: Command) -> None:
        """Return when the command is durable, which is when it is decided. Raises as `submit` does."""
        await self.submit(command)

    async def submit(self, command: Command) -> Decision:
        """Return when the log holds what became of it. Raises Busy: nothing was written; Unavailable, after
        `patience` seconds or when nothing is decided any more: whether it was written is unknown."""
        return (await self.submit_all([command]))[0]

    async def submit_all(self, commands: Sequence[Command]) -> list[Decision]:
        """As `submit`, for several at once: decided in this order per partition, answered in this order. All
        of them wait, or none; when it raises, some may have been decided."""
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[Decision | None]] = [loop.create_future() for _ in commands]
        self._put(
            [
                Waiting(command, partial(self._tell, loop, future))
                for command, future in zip(commands, futures, strict=True)
            ]
        )
        try:
            async with asyncio.timeout(self._patience):
                return _all_told([await future for future in futures])
        except TimeoutError as error:
            raise Unavailable from error

    def submit_now(self, commands: Sequence[Command], timeout: float | None = None) -> list[Decision]:
        """For threads: wait until all are decided. Raises Busy or Unavailable."""
        futures: list[Future[Decision | None]] = [Future() for _ in commands]
        self._put(
            [
                Waiting(command, partial(_resolve_one, future))
                for command, future in zip(commands, futures, strict=True)
            ]
        )
        try:
            return _all_told([future.result(timeout or self._patience) for future in futures])
        except TimeoutError as error:
            raise Unavailable from error

    def _put(self, waitings: Sequence[Waiting]) -> None:
        with self._some:
            if self.stopped:
                raise Unavailable
            if len(self._queue) + len(waitings) > MOST_WAITING:
                raise Busy
            self._queue.extend(waitings)
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
            left, self._queue = [*batch, *self._queue], deque()
        for waiting in left:
            waiting.answer(None)

    def _take(self) -> list[Waiting]:
        with self._some:
            self._some.wait_for(lambda: self._queue or self._stopping)
            return [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]

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


def _resolve(answers: Sequence[Answer]) -> None:
    for future, decision in answers:
        _resolve_one(future, decision)


def _resolve_one(
    future: asyncio.Future[Decision | None] | Future[Decision | None], decision: Decision | None
) -> None:
    if not future.done():
        future.set_result(decision)


def _all_told(answers: Sequence[Decision | None]) -> list[Decision]:
    told = [answer for answer in answers if answer is not None]
    if len(told) < len(answers):
        raise Unavailable
    return told
