"""A log in memory: the double. Its faults can be asked for, so that tests can meet them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from uuid import UUID

from adapters.log.port import Draft, Entry, Fate, refuse_unwritable


class MemoryLog:
    """Keeps the same promises as the real ones, except that it forgets.

    `before` and `after` are called around each append and may raise LogUnavailable: before, nothing was
    written; after, everything was, and nobody was told.
    """

    def __init__(self, log_id: UUID, partitions: int) -> None:
        self.id, self.partitions = log_id, partitions
        self.records: list[list[bytes]] = [[] for _ in range(partitions)]
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None
        self._changed = threading.Condition()

    def append(self, drafts: Sequence[Draft]) -> list[Fate]:
        refuse_unwritable(self, drafts)
        self.before()
        with self._changed:
            fates = [self._append(draft) for draft in drafts]
            self._changed.notify_all()
        self.after()
        return fates

    def _append(self, draft: Draft) -> Fate:
        log = self.records[draft.partition]
        if len(log) >= draft.seq:
            return Fate.WON if log[draft.seq - 1] == draft.record else Fate.LOST
        if len(log) != draft.seq - 1 or (log and sha256(log[-1]).digest() != draft.prev):
            return Fate.LOST
        log.append(draft.record)
        return Fate.WON

    def reader(self, start: Mapping[int, int]) -> _Reader:
        return _Reader(self, start)

    def ends(self) -> dict[int, int]:
        return {p: len(log) + 1 for p, log in enumerate(self.records)}

    def offset_after(self, partition: int, seq: int) -> int:
        return seq + 1

    def close(self) -> None:
        """Nothing to let go of."""


class _Reader:
    """Offsets count from 1, as sequence numbers do; 0 is the beginning, too."""

    def __init__(self, log: MemoryLog, start: Mapping[int, int]) -> None:
        self._log, self._next, self._woken = log, {p: max(1, n) for p, n in start.items()}, False

    def poll(self, timeout: float, limit: int = 1000) -> list[Entry]:
        with self._log._changed:
            self._log._changed.wait_for(lambda: self._woken or self._waiting(1), timeout)
            self._woken = False
            entries = self._waiting(limit)
        for entry in entries:
            self._next[entry.partition] = entry.offset + 1
        return entries

    def _waiting(self, limit: int) -> list[Entry]:
        found = [
            (i, Entry(p, n + i, record))
            for p, n in self._next.items()
            for i, record in enumerate(self._log.records[p][n - 1 : n - 1 + limit])
        ]
        nearest = sorted(found, key=lambda far_entry: far_entry[0])[:limit]
        return [entry for _, entry in sorted(nearest, key=lambda far_entry: far_entry[1].partition)]

    def wake(self) -> None:
        with self._log._changed:
            self._woken = True
            self._log._changed.notify_all()

    def close(self) -> None:
        """Nothing to let go of."""
