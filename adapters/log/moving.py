"""Copying a log into another, byte for byte: numbers, hashes, identity and partitions stay what they are.

Both logs are judged from the genesis on before anything is written. What was no history in the source, noise
and late copies, is left behind. What the target holds already must be the beginning of the source: so a copy
that was interrupted goes on where it stopped, and one that is done has nothing to do.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from adapters.log.chain import HEADER, MAGIC, Halted, Head, Verdict, judge
from adapters.log.port import Draft, Fate, Log, LogUnavailable, Reader, place
from adapters.log.verification import KeepsHashes

PAGE: Final = 1200  # records read together; those of all partitions are appended in step
WAIT: Final = 5.0  # seconds for a log to show what it says it holds
PATIENCE: Final = 60.0  # seconds for a log that does not answer
PAUSE: Final = 0.2

T = TypeVar("T")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many records it was done with, and how many there are."""


class Diverging(Exception):
    """The target is not the beginning of the source. Nothing was overwritten, and nothing ever is."""


class Copied(NamedTuple):
    """What became of one partition. `rejected`: what lies in the source and is no history."""

    partition: int
    records: int
    copied: int
    rejected: int
    head: Head


class Moving:
    """`look` first, then `copy`; both raise Halted where a chain is broken, Diverging, and LogUnavailable.

    Nobody else may append to either log meanwhile; where the source grew all the same, `copy` says so.
    """

    def __init__(self, source: Log, target: Log, progress: Progress = lambda _what, _n, _of: None) -> None:
        self._source, self._target, self._progress = source, target, progress
        self._ends: dict[int, int] = {}
        self._there: dict[int, Head] = {}  # what the target held when it was looked at
        self._heads: dict[int, Head] = {}  # of the source
        self._rejected: Counter[int] = Counter()

    def look(
        self,
        seen: Mapping[int, Head] | None = None,
        show: Callable[[int, bytes], None] = lambda _partition, _record: None,
    ) -> None:
        """Judge both logs. `seen` is what the index has seen of the source, which must hold it still; every
        accepted record of the source is shown to `show`, in order per partition."""
        if (self._source.id, self._source.partitions) != (self._target.id, self._target.partitions):
            raise Diverging("the two logs have not the same id and number of partitions")
        theirs = _Walk(self._target, genesis(self._target), patiently(self._target.ends))
        for _ in self._told("reading what the target holds", theirs):
            pass
        if theirs.strangers:
            raise Diverging(f"the target holds {theirs.strangers} records of another log")
        self._there = theirs.heads
        marks = [dict(seen or {}), self._there]
        wanted = {(p, mark.seq) for each in marks for p, mark in each.items()}
        self._ends = patiently(self._source.ends)
        mine = _Walk(self._source, genesis(self._source), self._ends)
        found = {(p, 0): head.hash for p, head in mine.heads.items()}
        for drafts in self._told("reading the source", mine):
            for one in drafts:
                if (one.partition, one.seq) in wanted:
                    found[one.partition, one.seq] = one.hash
                show(one.partition, one.record)
        self._heads, self._rejected = mine.heads, mine.rejected
        self._compare_the_end(seen or {}, found)
        for p, head in self._there.items():
            if found.get((p, head.seq)) != head.hash:
                raise Diverging(self._where(p))

    def copy(self) -> list[Copied]:
        """Append what the target lacks."""
        walk = _Walk(self._source, self._there, self._ends)
        queues: dict[int, deque[Draft]] = {p: deque() for p in self._there}
        for drafts in self._told("copying", walk):
            for one in drafts:
                queues[one.partition].append(one)
            while together := [queue.popleft() for queue in queues.values() if queue]:
                self._append(together)
        if walk.heads != self._heads or patiently(self._source.ends) != self._ends:
            raise Diverging("the source grew meanwhile: stop whoever writes to it, and copy again")
        return [
            Copied(p, head.seq, head.seq - self._there[p].seq, self._rejected[p], head)
            for p, head in sorted(self._heads.items())
        ]

    def _append(self, drafts: Sequence[Draft]) -> None:
        fates = patiently(lambda: self._target.append(drafts))
        for one, fate in zip(drafts, fates, strict=True):
            if fate is Fate.LOST:
                raise Diverging(
                    f"partition {one.partition}: another record is number {one.seq} of the target by now"
                )

    def _told(self, what: str, walk: _Walk) -> Iterator[list[Draft]]:
        done, whole = 0, sum(max(0, end - 1 - walk.heads[p].seq) for p, end in walk.ends.items())
        for drafts in walk.pages():
            yield drafts
            done += len(drafts)
            self._progress(what, done, whole)

    def _compare_the_end(self, seen: Mapping[int, Head], found: Mapping[tuple[int, int], bytes]) -> None:
        """The chain says nothing of its last record: who has seen it, and who wrote its hash down, must."""
        for p, mark in seen.items():
            if found.get((p, mark.seq)) != mark.hash:
                raise Halted(
                    p,
                    self._heads[p],
                    f"the index has seen another record {mark.seq} than the source holds, or the source ends "
                    "before it",
                )
        if isinstance(self._source, KeepsHashes):
            for p, (seq, hash_) in self._heads.items():
                if seq and self._source.hashes(p, seq, seq).get(seq) != hash_:
                    raise Halted(
                        p, self._heads[p], f"the bytes of record {seq} are not those that were appended"
                    )

    def _where(self, p: int) -> str:
        """The first place where the two differ, in words."""
        theirs, mine = (self._alone(log, p) for log in (self._target, self._source))
        for one, other in zip(theirs, mine, strict=False):
            if one.hash != other.hash:
                return f"partition {p}: record {one.seq} of the target is not the source's"
        return (
            f"partition {p}: the target holds {self._there[p].seq} records and the source only "
            f"{self._heads[p].seq}: is it the other way round?"
        )

    @staticmethod
    def _alone(log: Log, p: int) -> Iterator[Draft]:
        walk = _Walk(log, {p: place(log, p).genesis}, {p: log.ends()[p]})
        return (one for drafts in walk.pages() for one in drafts)


class _Walk:
    """Through a log, from what is known of it up to its ends. `heads` is how far it came."""

    def __init__(self, log: Log, heads: Mapping[int, Head], ends: Mapping[int, int]) -> None:
        self._log, self.heads, self.ends = log, dict(heads), ends
        self.rejected: Counter[int] = Counter()
        self.strangers = 0  # records of another log

    def pages(self) -> Iterator[list[Draft]]:
        """Everything accepted, as it was when it was appended, in order per partition."""
        starts = {p: self._log.offset_after(p, head.seq) for p, head in self.heads.items()}
        open_ = {p: start for p, start in starts.items() if start < self.ends[p]}
        if not open_:
            return
        reader = self._log.reader(open_)
        try:
            while open_:
                page = self._read(reader, open_)
                yield page
                open_ = {p: reached for p, reached in open_.items() if reached < self.ends[p]}
        finally:
            reader.close()

    def _read(self, reader: Reader, reached: dict[int, int]) -> list[Draft]:
        entries = patiently(lambda: reader.poll(WAIT, PAGE))
        if not entries:
            p = min(reached)
            raise Halted(p, self.heads[p], "the log says that it goes on, and shows nothing")
        page = []
        for p, offset, record in entries:
            if offset >= self.ends[p]:
                continue
            reached[p] = offset + 1
            head = self.heads[p]
            verdict, after, reason = judge(place(self._log, p), head, record)
            if verdict is Verdict.HALT:
                raise Halted(p, head, reason)
            if verdict is Verdict.REJECTED:
                self.rejected[p] += 1
                self.strangers += _is_a_strangers(self._log, record)
                continue
            self.heads[p] = after
            page.append(Draft(p, after.seq, head.hash, after.hash, record))
        return page


def genesis(log: Log) -> dict[int, Head]:
    """The heads of whoever has read nothing."""
    return {p: place(log, p).genesis for p in range(log.partitions)}


def patiently(act: Callable[[], T]) -> T:
    """Ask again, with the same bytes, until somebody answers. Raises LogUnavailable after `PATIENCE`."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return act()
        except LogUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE)


def _is_a_strangers(log: Log, record: bytes) -> bool:
    if len(record) < HEADER.size:
        return False
    magic, _, log_id, *_ = HEADER.unpack_from(record)
    return bool(magic == MAGIC and log_id != log.id.bytes)
