"""Whether a log is what it was: every record judged from the genesis on, and the index compared with it.

The chain finds any change but one: who could rewrite the last record could forge it. What the index has seen
of the end, and where a log writes its hashes down, say whether that happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol, runtime_checkable

from adapters.log.chain import Bookmark, Place, Verdict, judge
from adapters.log.index import Mark
from adapters.log.inspection import OTHER_BYTES, Inspection, difference
from adapters.log.port import Entry, Log, place
from adapters.log.record import BatchDict, UnreadableBody, read_body

PAGE: Final = 500  # records looked at together
WAIT: Final = 5.0  # seconds for the log to show what it says it holds
RECORDER: Final = "recorder"  # its streams may begin at 0

Progress = Callable[[int, int], None]
"""Called with a partition and how many of its records were looked at so far."""


@runtime_checkable
class KeepsHashes(Protocol):
    """A log that wrote the hash of each record down beside it, when it was appended."""

    def hashes(self, partition: int, first: int, last: int) -> dict[int, bytes]:
        """By offset. Only where every offset holds an accepted record."""
        ...


@dataclass(frozen=True, slots=True)
class Bad:
    """The first place that is not what it was. Of two neighbours the chain cannot say which was changed."""

    partition: int
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Walked:
    """What one partition held up to its end, or to its first bad record."""

    partition: int
    records: int
    events: int
    rejected: int  # late copies and noise, which have no effect
    hash: str  # of the last accepted record, hexadecimal
    indexed: int | None  # records the index has seen; None when it was not asked
    bad: Bad | None


@dataclass(frozen=True, slots=True)
class Report:
    partitions: tuple[Walked, ...]

    @property
    def first_bad(self) -> Bad | None:
        return next((walked.bad for walked in self.partitions if walked.bad), None)

    def as_json(self) -> dict[str, Any]:
        bad = self.first_bad
        return {
            "ok": bad is None,
            "records": sum(walked.records for walked in self.partitions),
            "events": sum(walked.events for walked in self.partitions),
            "first_bad": bad and _bad_json(bad),
            "partitions": [
                {
                    "partition": walked.partition,
                    "ok": walked.bad is None,
                    "records": walked.records,
                    "events": walked.events,
                    "rejected": walked.rejected,
                    "hash": walked.hash,
                    "indexed": walked.indexed,
                    "bad": walked.bad and _bad_json(walked.bad),
                }
                for walked in self.partitions
            ],
        }


def verify(log: Log, index: Inspection | None = None, progress: Progress = lambda _p, _n: None) -> Report:
    """Read every record of every partition. Raises LogUnavailable; what is wrong is in the report.

    One partition after the other, so that the versions of one partition's streams are all that is kept.
    The log may be written to meanwhile: it is read up to the end it had at the beginning.
    """
    marks = index.marks() if index else {}  # before the ends: what the index has seen must be there
    ends = log.ends()
    return Report(
        tuple(_Walk(log, p, index, progress).to(ends[p], marks.get(p)) for p in range(log.partitions))
    )


class _Broken(Exception):
    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq


class _Walk:
    """Through one partition. `_at` is the last record that was found good."""

    def __init__(self, log: Log, partition: int, index: Inspection | None, progress: Progress) -> None:
        self._log, self._index, self._progress = log, index, progress
        self._place: Place = place(log, partition)
        self._at: Bookmark = self._place.start
        self._versions: dict[str, int] = {}
        self._rejected = 0
        self._noise = ""  # why what lies just after `_at` was rejected

    def to(self, end: int, mark: Mark | None) -> Walked:
        partition = self._place.partition
        indexed = mark.seq if mark else (0 if self._index else None)
        bad: Bad | None = None
        try:
            self._walk(end, indexed or 0)
            if self._index is not None and mark is not None:
                self._compare_the_end(mark.bookmark)
        except _Broken as broken:
            bad = Bad(partition, broken.seq, str(broken))
        at = self._at
        return Walked(partition, at.seq, at.ordinal, self._rejected, at.hash.hex(), indexed, bad)

    def _walk(self, end: int, indexed: int) -> None:
        reader = self._log.reader({self._place.partition: 0})
        try:
            reached = 0
            while reached < end - 1:
                entries = [entry for entry in reader.poll(WAIT, PAGE) if entry.offset < end]
                if not entries:
                    break  # the log says it goes on, and shows nothing: the comparison of the end tells
                hashes = self._hashes(entries)
                page = [self._look(entry, hashes) for entry in entries]
                self._compare(page, indexed)
                reached = entries[-1].offset
                self._progress(self._place.partition, reached)
        finally:
            reader.close()

    def _hashes(self, entries: Sequence[Entry]) -> dict[int, bytes] | None:
        if not isinstance(self._log, KeepsHashes):
            return None
        return self._log.hashes(self._place.partition, entries[0].offset, entries[-1].offset)

    def _look(self, entry: Entry, hashes: dict[int, bytes] | None) -> tuple[Bookmark, BatchDict] | None:
        """The place and the batch of a good record; nothing for one without effect."""
        at = self._at
        if hashes is not None:
            if entry.offset != at.seq + 1:
                raise _Broken(at.seq + 1, f"record {at.seq + 1} is missing: record {entry.offset} comes next")
            if hashes.get(entry.offset) != sha256(entry.record).digest():
                raise _Broken(entry.offset, "its bytes are not those whose hash was written down beside it")
        judged = judge(self._place, at.head, entry.record)
        if judged.verdict is Verdict.REJECTED:
            if hashes is not None:
                raise _Broken(entry.offset, f"what lies here is no record of this log: {judged.reason}")
            self._rejected += 1
            self._noise = judged.reason
            return None
        if judged.verdict is Verdict.HALT:
            raise _Broken(at.seq + 1, self._explain(judged.reason))
        try:
            batch = read_body(entry.record)
        except UnreadableBody as error:
            raise _Broken(at.seq + 1, f"it follows, and cannot be read: {error}") from error
        self._check_events(batch)
        self._noise = ""
        self._at = Bookmark(*judged.head, at.ordinal + len(batch["events"]))
        return self._at, batch

    def _explain(self, reason: str) -> str:
        seq = self._at.seq + 1
        if "does not follow" in reason:
            between = "it, or its own header," if seq == 1 else f"record {seq - 1} or {seq}"
            return f"{reason}: {between} was changed"
        if self._noise:
            return f"{reason}; what lies where record {seq} should be was rejected: {self._noise}"
        return reason

    def _check_events(self, batch: BatchDict) -> None:
        """Versions follow each other, and a command wrote only on its own stream."""
        seq, events = self._at.seq + 1, iter(batch["events"])
        for outcome in batch["outcomes"]:
            own = None if outcome["command"] == RECORDER else outcome.get("stream")
            for _ in range(outcome.get("accepted", 0)):
                event = next(events)
                stream, version = event["stream"], event["version"]
                last = self._versions.get(stream)
                firsts = (0, 1) if outcome["command"] == RECORDER else (1,)
                if version not in (firsts if last is None else (last + 1,)):
                    after = "as its first" if last is None else f"after version {last}"
                    raise _Broken(seq, f"{stream} has version {version} {after}: its writer was broken")
                if own is not None and stream != own:
                    raise _Broken(seq, f"a command on {own} wrote on {stream}: its writer was broken")
                self._versions[stream] = version

    def _compare(self, page: Sequence[tuple[Bookmark, BatchDict] | None], indexed: int) -> None:
        """Every row the index made of these records is what the records say."""
        seen = [found for found in page if found and found[0].seq <= indexed]
        if self._index is None or not seen:
            return
        wrong = difference(self._index, self._place.partition, seen)
        if wrong is not None:
            seq, reason = wrong
            if reason == OTHER_BYTES:
                raise _Broken(seq, f"{reason}: the record was changed, or the index was")
            raise _Broken(seq, f"the index is not what the log says ({reason}): rebuild the index")

    def _compare_the_end(self, mark: Bookmark) -> None:
        """The index has seen the end at least as far as its mark: the log must still go there."""
        assert self._index is not None
        at, partition = self._at, self._place.partition
        if at.seq < mark.seq:
            raise _Broken(
                at.seq + 1,
                f"the log ends with record {at.seq}, the index has seen record {mark.seq}: its tail was cut, "
                "or an older copy was restored",
            )
        if mark.seq == 0 and mark.hash != self._place.genesis.hash:
            raise _Broken(1, "the index belongs to another log: rebuild the index")
        mine = self._index.commit_hash(partition, mark.seq) if mark.seq else mark.hash
        if mine != mark.hash:
            raise _Broken(mark.seq, "the index's mark is not the record it names: rebuild the index")
        surplus = self._index.beyond(partition, mark)
        if surplus:
            raise _Broken(mark.seq, f"the index holds {surplus} beyond its mark: rebuild the index")


def _bad_json(bad: Bad) -> dict[str, Any]:
    return {"partition": bad.partition, "seq": bad.seq, "reason": bad.reason}
