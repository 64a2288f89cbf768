"""What every inbox says to its callers, whoever decides and wherever: wait, in order, for so long."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from adapters.engine.owner import Waiting
from commands.intention import Command
from commands.ports import Decision, Inbox, Unavailable

Answer: TypeAlias = tuple["asyncio.Future[Decision | None]", "Decision | None"]
"""Who is told, and what; nothing where nobody will ever say."""


class Asking(ABC):
    """`_put` hands commands over; whoever learns what became of one calls its `answer`, and `_deliver` when
    some were answered. Both are called by one thread at a time."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._answers: dict[asyncio.AbstractEventLoop, list[Answer]] = {}
        self.brief: Callable[[Command], Command] = _as_it_is  # gives commands what they must know

    @property
    @abstractmethod
    def stopped(self) -> bool:
        """Nothing more will be decided by this inbox."""

    @property
    @abstractmethod
    def waiting(self) -> int:
        """Commands that nobody has decided yet, as far as is known here."""

    @property
    @abstractmethod
    def trouble(self) -> str | None:
        """What keeps commands from being decided, now or soon, as far as is known here."""

    @abstractmethod
    def start(self) -> None:
        """Before the first command. Raises Halted, LogUnavailable."""

    @abstractmethod
    def stop(self) -> None:
        """Let what was accepted be decided, as far as that is up to us, and let go."""

    @abstractmethod
    async def accept(self, command: Command) -> Decision | None:
        """Return when the command is durable: with the decision where there is one already. Raises as
        `submit` does."""

    @property
    @abstractmethod
    def later(self) -> Inbox:
        """The same inbox for what follows by itself: it gives way to the doors, where that can be."""

    @abstractmethod
    def _put(self, waitings: Sequence[Waiting], *, urgent: bool) -> None:
        """Raises Busy or Unavailable; then none of them waits. `urgent`: somebody stands at a door."""

    async def submit(self, command: Command) -> Decision:
        """Return when the log holds what became of it. Raises Busy: nothing was written; Unavailable, after
        `patience` seconds or when nothing is decided any more: whether it was written is unknown."""
        return (await self.submit_all([command]))[0]

    async def submit_all(self, commands: Sequence[Command]) -> list[Decision]:
        """As `submit`, for several at once: decided in this order per partition, answered in this order. All
        of them wait, or none; when it raises, some may have been decided."""
        return await self._submit(commands, urgent=True)

    async def _submit(self, commands: Sequence[Command], *, urgent: bool) -> list[Decision]:
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[Decision | None]] = [loop.create_future() for _ in commands]
        self._put(
            [
                Waiting(self.brief(command), partial(self._tell, loop, future))
                for command, future in zip(commands, futures, strict=True)
            ],
            urgent=urgent,
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
            [Waiting(self.brief(command), partial(told.tell, n)) for n, command in enumerate(commands)],
            urgent=False,
        )
        return _all_told(told.wait(timeout or self._patience))

    def _tell(
        self,
        loop: asyncio.AbstractEventLoop,
        future: asyncio.Future[Decision | None],
        decision: Decision | None,
    ) -> None:
        self._answers.setdefault(loop, []).append((future, decision))

    def _deliver(self) -> None:
        """One call per loop and round, not one per command."""
        answers, self._answers = self._answers, {}
        for loop, pairs in answers.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_resolve, pairs)


def _as_it_is(command: Command) -> Command:
    return command


class _Told:
    """The answers to several commands, for a thread that waits for all of them."""

    def __init__(self, count: int) -> None:
        self._answers: list[Decision | None] = [None] * count
        self._left = count
        self._all = threading.Event()

    def tell(self, n: int, decision: Decision | None) -> None:
        """Called by one thread at a time, once for each."""
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
