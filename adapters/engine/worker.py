"""A worker: owns partitions while they are its, and decides what waits for them in the topic of commands.

Where it goes on reading stands in the log: every record says how far the inbox is answered by it. So a
command is decided once, whoever dies between reading and answering; what is read again is answered from what
was decided.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

import structlog

from adapters.engine.answers import Answers
from adapters.engine.envelopes import Envelopes, UnreadableCommand
from adapters.engine.holdings import Heard
from adapters.engine.leases import Leases
from adapters.engine.owner import Owner, Waiting
from adapters.engine.parcels import Parcels, Unopenable
from adapters.engine.topic import CommandsTopic
from adapters.log.chain import Halted
from adapters.log.port import Entry, LogUnavailable, Reader
from commands.ports import Decision

BATCH: Final = 64  # values of the topic decided together at most, each of one command or of many
IDLE: Final = 0.5  # seconds a look into the topic waits for something
NOTE: Final = 60.0  # seconds between two notes of how far we are

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Worker:
    """`run` until `stop`, in a thread of the caller's. Raises Halted when the chain is broken."""

    def __init__(
        self,
        owner: Owner,
        topic: CommandsTopic,
        parcels: Parcels,
        envelopes: Envelopes,
        answers: Answers,
        dsn: str,
    ) -> None:
        self._owner, self._topic, self._answers = owner, topic, answers
        self._parcels, self._envelopes = parcels, envelopes
        self._owner.inbox_id = topic.id
        self._leases = Leases(dsn, topic.partitions, self._wake)
        self._reader: Reader | None = None
        self._next: dict[int, int] = {}  # where to read on, per partition that is held
        self._told: defaultdict[str, list[tuple[UUID, Decision]]] = defaultdict(list)
        self._noted = 0.0
        self._stopping = threading.Event()
        self._woken = threading.Event()

    @property
    def held(self) -> frozenset[int]:
        """The partitions that are owned and decided on."""
        return frozenset(self._next)

    def run(self) -> None:
        """Own and decide; raises what nobody had thought of, too."""
        self._leases.start()
        try:
            self._owner.start(())
            while not self._stopping.is_set():
                if self._leases.wanted != self.held:
                    self._change(self._leases.wanted)
                if idle := self._leases.surplus - self.held:  # locked and gone again while we were busy
                    self._leases.release(idle)
                if self._next:
                    self._work()
                else:
                    self._woken.wait(IDLE)
                    self._woken.clear()
        except LogUnavailable:
            if not self._stopping.is_set():
                raise
        finally:
            self._close()

    def stop(self) -> None:
        """Decide what was read, and hand the partitions over at once."""
        self._stopping.set()
        self._owner.stopping.set()
        self._wake()

    def _wake(self) -> None:
        self._woken.set()
        if (reader := self._reader) is not None:
            reader.wake()

    def _work(self) -> None:
        try:
            if self._reader is None:
                self._reader = self._topic.reader(self._next)
            entries = self._reader.poll(IDLE, BATCH)
        except LogUnavailable as error:
            log.warning("topic_unavailable", reason=str(error))
            self._stopping.wait(IDLE)
            return
        waitings = [waiting for entry in entries for waiting in self._opened(entry)]
        if waitings:
            self._owner.decide(waitings)
        for entry in entries:
            self._next[entry.partition] = entry.offset + 1
        told, self._told = self._told, defaultdict(list)
        self._answers.tell(told)
        if not entries and time.monotonic() - self._noted > NOTE:
            self._note()

    def _note(self) -> None:
        """In a quiet moment say how far we are where the last we read were repeats, which no record tells."""
        self._noted = time.monotonic()
        unsaid = {
            p: Heard(self._topic.id, offset)
            for p, offset in self._next.items()
            if offset > (self._owner.holdings[p].heard or Heard(self._topic.id, 0)).offset
        }
        if unsaid:
            self._owner.note(unsaid)

    def _opened(self, entry: Entry) -> list[Waiting]:
        """The commands in a value. What cannot be read is told of, and holds up nobody."""
        where = {"partition": entry.partition, "offset": entry.offset}
        waitings: list[Waiting] = []
        try:
            letters = self._patiently(partial(self._parcels.unpack, entry.record, entry.partition))
        except Unopenable as error:
            log.error("commands_unopenable", **where, reason=str(error))
            return waitings
        for letter in letters:
            try:
                command, reply_to = self._envelopes.unpack(letter)
            except UnreadableCommand as error:
                log.error("command_unreadable", **where, reason=str(error))
            else:
                waitings.append(Waiting(command, partial(self._answer, reply_to, command.id), entry.offset))
        return waitings

    def _patiently(self, act: Callable[[], T]) -> T:
        """Until the key store answers. Raises LogUnavailable once we stop."""
        while True:
            try:
                return act()
            except LogUnavailable as error:
                if self._stopping.wait(IDLE):
                    raise
                log.warning("keys_unavailable", reason=str(error))

    def _answer(self, reply_to: str, id_: UUID, decision: Decision | None) -> None:
        if reply_to and decision is not None:
            self._told[reply_to].append((id_, decision))

    # ── partitions come and go ───────────────────────────────────────────────────────────────────

    def _change(self, wanted: Collection[int]) -> None:
        lost, new = self.held - set(wanted), set(wanted) - self.held
        if lost:
            self._owner.give_up(lost)
            for p in lost:
                del self._next[p]
            self._leases.release(lost)
        if new:
            try:
                self._owner.holdings.take(new)
                self._next |= self._places(new)
            except LogUnavailable as error:
                log.warning("partitions_not_taken", partitions=sorted(new), reason=str(error))
                self._owner.give_up(new)
                self._stopping.wait(IDLE)
        self._close_reader()

    def _places(self, partitions: Collection[int]) -> dict[int, int]:
        """Where to read on: after what the last record answered; an unknown topic from its beginning."""
        starts, ends = self._topic.starts(), self._topic.ends()
        places = {}
        for p in partitions:
            heard = self._owner.holdings[p].heard
            if heard is None or heard.inbox != self._topic.id:
                heard = Heard(self._topic.id, starts[p])
            if not starts[p] <= heard.offset <= ends[p]:
                raise Halted(
                    p,
                    self._owner.holdings[p].head,
                    f"the topic of commands holds {starts[p]} to {ends[p]}, and {heard.offset} comes next: "
                    "was it emptied, or kept for too short a time?",
                )
            places[p] = heard.offset
        return places

    def _close_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def _close(self) -> None:
        self._close_reader()
        self._owner.close()
        self._leases.stop()
        self._answers.close()
        self._topic.close()
