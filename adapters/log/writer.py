"""One partition of a log and its index, kept in step by whoever writes without owning the partition.

The engine owns its partitions and writes its index behind. The library's recorder owns nothing: it looks at
the index, appends, and reads on until the index holds what it wrote. Any number of processes may do so at
once, beside an engine too: the chain lets one win, the others look again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

from eventsourcing.persistence import IntegrityError

from adapters.log.chain import Halted, Verdict, judge
from adapters.log.index import Commit, Index, Mark, Overtaken
from adapters.log.port import Draft, Entry, Fate, Log, LogUnavailable, Reader, draft, place
from adapters.log.record import UnreadableBody, read_body

ATTEMPTS: Final = 10  # to append the same bytes again when nobody answered
PAUSE: Final = 0.2  # seconds between them
WAIT: Final = 1.0  # seconds for the log to show what it is known to hold


class Writer:
    """Threads take turns. Every method raises LogUnavailable, and Halted when the chain is broken."""

    def __init__(self, log: Log, index: Index, partition: int = 0) -> None:
        self.place = place(log, partition)
        self._log, self._index = log, index
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._mark = Mark(0, *self.place.start)
        self._next = 0  # the offset to read on from

    def write(
        self, body: bytes, events: int, check: Callable[[], None], *, wait_for_index: bool = True
    ) -> range:
        """Append `body` as the next record; the ordinals of its events, once the index holds them.

        `check` looks at the index and raises IntegrityError when the body may not be said. It is called
        again after every lost race, and holds for the record that wins.
        """
        with self._lock:
            self._open()
            while True:
                before = self._mark.bookmark
                try:
                    check()
                except IntegrityError:
                    if self._follow():
                        continue  # the index was behind: what was missing may have been there
                    raise
                record = self.place.link(before.head, body)
                wanted = draft(self.place, before.head, record)
                if self._append(wanted) is Fate.LOST:
                    self._follow()
                    continue
                while wait_for_index and self._mark.seq < wanted.seq:
                    self._read(self._poll())
                return range(before.ordinal + 1, before.ordinal + 1 + events)

    def catch_up(self) -> None:
        """Bring the index to the end of the log, whoever wrote there and died."""
        with self._lock:
            self._open()
            self._follow()

    def bell(self) -> Reader:
        """A reader that is woken by what is appended from now on."""
        partition = self.place.partition
        return self._log.reader({partition: self._log.ends()[partition]})

    def close(self) -> None:
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
            self._index.close()
            self._log.close()

    def _append(self, wanted: Draft) -> Fate:
        """Ask with the same bytes until somebody answers: appending them twice is appending them once."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._log.append([wanted])[0]
            except LogUnavailable:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(PAUSE)
        raise AssertionError("unreachable")

    def _open(self) -> None:
        if self._reader is None:
            self._reload()
            self._compare_with_the_end()

    def _reload(self) -> None:
        partition = self.place.partition
        self._mark = self._index.marks(self._log.id, self._log.partitions)[partition]
        self._next = self._mark.offset
        if self._reader is not None:
            self._reader.close()
        self._reader = self._log.reader({partition: self._mark.offset})

    def _compare_with_the_end(self) -> None:
        """The index has seen a record: the log must still hold it, as it was."""
        mark, partition = self._mark, self.place.partition
        if mark.seq == 0:
            return
        found: list[Entry] = []
        if self._log.ends()[partition] >= mark.offset:
            reader = self._log.reader({partition: mark.offset - 1})
            try:
                found = reader.poll(WAIT, 1)
            finally:
                reader.close()
        if not found or sha256(found[0].record).digest() != mark.hash:
            self._forget_reader()
            raise Halted(
                partition,
                mark.bookmark.head,
                f"the log does not hold record {mark.seq} as the index saw it; it was restored, cut or made "
                "anew. Restore the log, or drop the index if this log is the right one.",
            )

    def _forget_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _follow(self) -> bool:
        """Index everything up to the log's end; whether there was anything."""
        before = self._mark.seq
        while self._next < self._log.ends()[self.place.partition]:
            self._read(self._poll())
        return self._mark.seq > before

    def _poll(self) -> Sequence[Entry]:
        """What comes next; it is known to be there. Raises LogUnavailable when the log does not show it."""
        assert self._reader is not None
        for _ in range(ATTEMPTS):
            if entries := self._reader.poll(WAIT):
                return entries
        raise LogUnavailable("the log does not show what it holds")

    def _read(self, entries: Sequence[Entry]) -> None:
        commits, mark = [], self._mark
        for entry in entries:
            judged = judge(self.place, mark.bookmark.head, entry.record)
            self._next = entry.offset + 1
            if judged.verdict is Verdict.HALT:
                raise self._halted(mark, judged.reason)
            if judged.verdict is Verdict.REJECTED:
                continue
            try:
                events = len(read_body(entry.record)["events"])
            except UnreadableBody as error:
                raise self._halted(mark, str(error)) from error
            first = mark.ordinal + 1
            commits.append(Commit(entry.partition, entry.offset, *judged.head, first, events, entry.record))
            mark = Mark(entry.offset + 1, *judged.head, mark.ordinal + events)
        try:
            moved = self._index.write(commits, {self.place.partition: self._mark})
        except Overtaken:
            self._reload()
        except (LogUnavailable, Halted):
            self._forget_reader()  # what was read is not indexed: begin again from the mark
            raise
        else:
            self._mark = moved.get(self.place.partition, self._mark)

    def _halted(self, mark: Mark, reason: str) -> Halted:
        self._forget_reader()
        return Halted(self.place.partition, mark.bookmark.head, reason)
