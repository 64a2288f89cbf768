"""The partitions an owner holds: where each stands, read and judged before anything is decided on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import structlog

from adapters.engine.indexer import Indexer
from adapters.log.chain import Halted, Head, Place, Verdict, hash_of, judge
from adapters.log.index import Commit, Index, Mark
from adapters.log.port import Entry, Log, LogUnavailable, place
from adapters.log.record import BatchDict, UnreadableBody, read_body

READ: Final = 5.0  # seconds for the log to show what it is known to hold
FOLLOW: Final = 60.0  # seconds for the index to follow

log = structlog.get_logger(__name__)


class Heard(NamedTuple):
    """How far an inbox has been answered, as a record says: which inbox, and the next offset there."""

    inbox: str
    offset: int


@dataclass(slots=True)
class Partition:
    """Where a partition stands, for its owner."""

    place: Place
    head: Head
    offset: int  # of the next record
    ordinal: int  # of the last event
    heard: Heard | None = None  # nothing: no record read so far speaks of an inbox


class Holdings:
    """Owned by one thread. `changed` is told the streams somebody else wrote to."""

    def __init__(
        self, log: Log, index: Index, indexer: Indexer, changed: Callable[[Collection[str]], None]
    ) -> None:
        self._log, self._index, self._indexer, self._changed = log, index, indexer, changed
        self._held: dict[int, Partition] = {}

    def __getitem__(self, partition: int) -> Partition:
        return self._held[partition]

    def __iter__(self) -> Iterator[int]:
        return iter(self._held)

    def __contains__(self, partition: object) -> bool:
        return partition in self._held

    @property
    def ends(self) -> Mapping[int, int]:
        """The offset after the last record of each partition that is held, as far as we know."""
        return {p: held.offset for p, held in list(self._held.items())}

    def take(self, partitions: Collection[int]) -> None:
        """Hold these from now on: read and judge each from the index's mark to its end, and bring the index
        there. Raises Halted when the log is shorter than the mark, or not the one it was, and LogUnavailable;
        then nothing more is held than before."""
        self._drain()  # what we wrote before and were not told of is in the marks we read now
        marks = self._index.marks(self._log.id, self._log.partitions)
        self._indexer.know({p: marks[p] for p in partitions})
        taken = {
            p: Partition(
                place(self._log, p), Head(marks[p].seq, marks[p].hash), marks[p].offset, marks[p].ordinal
            )
            for p in partitions
        }
        self._held |= taken
        try:
            self._read_on(partitions, {p: marks[p] for p in partitions if marks[p].seq})
        except BaseException:
            self.give_up(partitions)
            raise

    def give_up(self, partitions: Collection[int]) -> None:
        """Hold these no longer."""
        for p in partitions:
            self._held.pop(p, None)

    def catch_up(self, partition: int) -> None:
        """Accept everything others have appended since. Raises Halted, LogUnavailable."""
        self._read_on([partition], {})

    def check_ends(self) -> None:
        """The log is as long as we left it, or longer; shorter means that it was tampered with."""
        ends = self._log.ends()
        for p, held in self._held.items():
            if ends[p] < held.offset:
                raise Halted(p, held.head, "the log has become shorter")

    def _read_on(self, partitions: Collection[int], marks: Mapping[int, Mark]) -> None:
        """Read to the end; first the very record each mark stands on, which the log must still hold."""
        ends = self._log.ends()
        for p, mark in marks.items():
            if ends[p] < mark.offset:
                raise Halted(
                    p, mark.bookmark.head, "the log is shorter than its index: was it restored or recreated?"
                )
        behind = {
            p: self._held[p].offset - (p in marks)
            for p in partitions
            if self._held[p].offset - (p in marks) < ends[p]
        }
        if behind:
            unseen, reader = dict(marks), self._log.reader(behind)
            try:
                while unseen or any(self._held[p].offset < ends[p] for p in behind):
                    entries = reader.poll(READ)
                    if not entries:
                        raise LogUnavailable("the log does not show what it holds")
                    for entry in entries:
                        if (seen := unseen.get(entry.partition)) is None:
                            self._accept(entry)
                        elif self._recognise(entry, seen, ends[entry.partition]):
                            del unseen[entry.partition]
            finally:
                reader.close()
        self._drain()

    def _drain(self) -> None:
        """States are folded from the index: it must hold what was accepted."""
        drained = self._indexer.drain(FOLLOW)
        if self._indexer.halted:
            raise self._indexer.halted
        if not drained:
            raise LogUnavailable("the index does not follow")

    def _recognise(self, entry: Entry, mark: Mark, end: int) -> bool:
        """Whether this is the last record the index has seen. Noise may lie before it: offsets are hints."""
        held = self._held[entry.partition]
        if hash_of(mark.seq, entry.record).hash == mark.hash:
            held.heard = heard_of(_body(entry, held.head))
            held.offset = entry.offset + 1
            return True
        if judge(held.place, held.head, entry.record).verdict is Verdict.HALT or entry.offset + 1 >= end:
            raise Halted(entry.partition, held.head, "the log is not the one its index was made from")
        return False

    def _accept(self, entry: Entry) -> None:
        p, offset, record = entry
        held = self._held[p]
        judged = judge(held.place, held.head, record)
        if judged.verdict is Verdict.HALT:
            raise Halted(p, held.head, judged.reason)
        if judged.verdict is Verdict.REJECTED:
            log.error("record_rejected", partition=p, offset=offset, reason=judged.reason)
            held.offset = offset + 1
            return
        batch = _body(entry, held.head)
        events = batch["events"]
        commit = Commit(p, offset, judged.head.seq, judged.head.hash, held.ordinal + 1, len(events), record)
        self._indexer.hand([commit])
        held.head, held.offset, held.ordinal = judged.head, offset + 1, held.ordinal + len(events)
        held.heard = heard_of(batch) or held.heard
        self._changed({event["stream"] for event in events})


def heard_of(batch: BatchDict) -> Heard | None:
    """What a record says of the inbox it answers; nothing when it was decided without one."""
    told: list[Any] | None = batch["commands"]
    return None if told is None else Heard(str(told[0]), int(told[1]))


def _body(entry: Entry, before: Head) -> BatchDict:
    try:
        return read_body(entry.record)
    except UnreadableBody as error:
        raise Halted(entry.partition, before, str(error)) from error
