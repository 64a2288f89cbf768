"""The inbox of a deployment whose commands wait in a topic: accepted when the topic has it, decided later, by
whoever owns the partition.

The answer comes back through Redis. Whoever has waited a moment without one looks into the index, and so does
everybody at once while Redis is away.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Final
from uuid import UUID

import structlog

from adapters.engine.answers import Answers, Told
from adapters.engine.asking import Asking
from adapters.engine.envelopes import Envelopes
from adapters.engine.owner import Waiting, decision_of
from adapters.engine.topic import CommandsTopic
from adapters.log.chain import partition_of
from adapters.log.index import Index
from adapters.log.port import LogUnavailable
from commands.intention import Command, Handler
from commands.ports import Busy, Decision, Inbox, Unavailable
from domain.grammar import root_of

MOST_WAITING: Final = 20_000  # commands; one more is told to come back later
DURABLE: Final = 5.0  # seconds for the topic to have it
LATE: Final = 0.5  # seconds without an answer after which the index is asked
LOOK: Final = 0.2  # seconds between two such looks …
LOOK_ALONE: Final = 0.03  # … and while nobody would hear the answer
AT_ONCE: Final = 500  # commands asked for together

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Open:
    """A command that is on its way, and everybody who wants to know what becomes of it."""

    command: Command
    since: float
    waitings: list[Waiting] = field(default_factory=list)


class TopicInbox(Asking):
    """`start` before the first command. `name` tells this process from all others that ask."""

    def __init__(
        self,
        name: str,
        topic: CommandsTopic,
        envelopes: Envelopes,
        handlers: Mapping[type[Command], Handler],
        answers: Answers,
        index: Index,
        *,
        patience: float = 10.0,
    ) -> None:
        super().__init__(patience)
        self._name, self._topic, self._envelopes, self._handlers = name, topic, envelopes, handlers
        self._heard, self._index = answers, index
        self._partition_of = lru_cache(65_536)(lambda stream: partition_of(root_of(stream), topic.partitions))
        self._open: dict[UUID, _Open] = {}
        self._lock = threading.Lock()
        self._durable = True  # what was said last of a command that was sent
        self._stopping = threading.Event()
        self._looking = threading.Thread(target=self._look, name="outcomes", daemon=True)

    def start(self) -> None:
        """Hear what is answered from now on."""
        self._heard.listen(self._name, self._hear)
        self._looking.start()

    def stop(self) -> None:
        """Whoever still waits hears that it is unknown."""
        self._stopping.set()
        self._topic.close()
        self._heard.close()
        if self._looking.is_alive():
            self._looking.join(2)
        self._index.close()
        with self._lock:
            left, self._open = list(self._open.values()), {}
            for one in left:
                self._answer(one, None)
            self._deliver()

    @property
    def stopped(self) -> bool:
        return self._stopping.is_set()

    @property
    def waiting(self) -> int:
        """Commands of this process that nobody has answered yet."""
        return len(self._open)

    @property
    def trouble(self) -> str | None:
        return None if self._durable else "the topic of commands does not answer"

    @property
    def later(self) -> Inbox:
        """The same: who decides takes everything in the order of the topic."""
        return self

    # ── on the way ───────────────────────────────────────────────────────────────────────────────

    async def accept(self, command: Command) -> Decision | None:
        """Return when the topic has it. Raises Busy; Unavailable: whether it is there is unknown."""
        loop = asyncio.get_running_loop()
        there: asyncio.Future[bool] = loop.create_future()

        def told(durable: bool) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, there, durable)

        self._send(self.brief(command), "", told)
        try:
            async with asyncio.timeout(DURABLE):
                if not await there:
                    raise Unavailable
        except TimeoutError as error:
            raise Unavailable from error
        return None

    def _put(self, waitings: Sequence[Waiting], *, urgent: bool) -> None:
        now = time.monotonic()
        with self._lock:
            if self.stopped:
                raise Unavailable
            if len(self._open) + len(waitings) > MOST_WAITING:
                raise Busy
            for waiting in waitings:
                one = self._open.setdefault(waiting.command.id, _Open(waiting.command, now))
                one.waitings.append(waiting)
        for n, waiting in enumerate(waitings):
            try:
                self._send(waiting.command, self._name, partial(self._sent, waiting.command.id))
            except Busy:
                self._forget(waitings[n:])
                if n == 0:
                    raise
                raise Unavailable from None

    def _send(self, command: Command, reply_to: str, told: Callable[[bool], None]) -> None:
        if self.stopped:
            raise Unavailable

        def heard(durable: bool) -> None:
            self._durable = durable
            told(durable)

        self._topic.put(self._partition(command), self._envelopes.pack(command, reply_to), heard)

    def _sent(self, id_: UUID, durable: bool) -> None:
        """What may not be in the topic is unknown at once, to whoever waits: they ask again, same id."""
        if not durable:
            with self._lock:
                if one := self._open.pop(id_, None):
                    self._answer(one, None)
                    self._deliver()

    def _forget(self, waitings: Sequence[Waiting]) -> None:
        with self._lock:
            for waiting in waitings:
                self._open.pop(waiting.command.id, None)

    # ── the way back ─────────────────────────────────────────────────────────────────────────────

    def _hear(self, told: Told) -> None:
        with self._lock:
            for id_, decision in told:
                if one := self._open.pop(id_, None):
                    self._answer(one, decision)
            self._deliver()

    @staticmethod
    def _answer(one: _Open, decision: Decision | None) -> None:
        for waiting in one.waitings:
            waiting.answer(decision)

    def _look(self) -> None:
        """Ask the index for whatever is late; what nobody waits for any more is let go of."""
        while not self._stopping.wait(LOOK if self._heard.connected.is_set() else LOOK_ALONE):
            late = time.monotonic() - (LATE if self._heard.connected.is_set() else LOOK_ALONE)
            forgotten = time.monotonic() - 2 * self._patience
            with self._lock:
                wanted = {id_: one for id_, one in self._open.items() if one.since < late}
                for id_, one in wanted.items():
                    if one.since < forgotten:
                        del self._open[id_]
            if not wanted:
                continue
            try:
                found = self._index.look_up(list(wanted)[:AT_ONCE], {})
            except LogUnavailable as error:
                log.warning("outcomes_not_found", reason=str(error))
                self._stopping.wait(LATE)
                continue
            self._hear(
                [
                    (id_, decision_of(stored, self._partition(wanted[id_].command)))
                    for id_, stored in found.outcomes.items()
                ]
            )

    def _partition(self, command: Command) -> int:
        return self._partition_of(self._handlers[type(command)].stream_of(command))


def _settle(future: asyncio.Future[bool], durable: bool) -> None:
    if not future.done():
        future.set_result(durable)
