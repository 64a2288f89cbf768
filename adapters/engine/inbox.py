"""The embedded inbox: accepted means decided, that is, in the log. Bounded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from adapters.engine.asking import Asking
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

log = structlog.get_logger(__name__)


class EmbeddedInbox(Asking):
    """Hands commands to the owner's thread. `halted` says why it had to stop, if it had to."""

    def __init__(self, owner: Owner, *, patience: float = 10.0) -> None:
        super().__init__(patience)
        self._owner = owner
        self._doors: deque[Waiting] = deque()  # somebody waits at a door
        self._follows: deque[Waiting] = deque()  # what follows by itself
        self._some = threading.Condition()
        self._stopping = False
        self.halted: Halted | None = None
        self.broken: str | None = None  # the type of an error nobody had thought of, which ended the deciding
        self._thread = threading.Thread(target=self._run, name="owner", daemon=True)

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

    @property
    def trouble(self) -> str | None:
        if self.halted:
            return f"the log is broken, see `atende verify`: {self.halted.reason}"
        if self.broken:
            return f"ended by an error nobody had thought of ({self.broken}): start it again"
        return f"waits for the log, which does not answer ({self.away})" if self.away else None

    # ── callers ──────────────────────────────────────────────────────────────────────────────────

    async def accept(self, command: Command) -> Decision:
        """Return when the command is durable, which is when it is decided. Raises as `submit` does."""
        return await self.submit(command)

    @property
    def later(self) -> Inbox:
        """The same inbox for what follows by itself: it gives way to the doors."""
        return _Later(self)

    def _put(self, waitings: Sequence[Waiting], *, urgent: bool) -> None:
        queue = self._doors if urgent else self._follows
        with self._some:
            if self.stopped:
                raise Unavailable
            if len(queue) + len(waitings) > MOST_WAITING:
                raise Busy
            queue.extend(waitings)
            self._some.notify()

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
        return await self._inbox._submit(commands, urgent=False)
