"""Writes what the owner appended into the index, behind it, in a thread of its own."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from adapters.log.chain import Halted, Head
from adapters.log.index import Commit, Index, Mark, Overtaken
from adapters.log.port import LogUnavailable

MAX_PENDING: Final = 64 * 1024 * 1024  # bytes waiting for the index before the owner has to wait, too
LINGER: Final = 0.05  # seconds a commit may wait for company
ROUND: Final = 4 * 1024 * 1024  # bytes written at once

log = structlog.get_logger(__name__)


class Indexer:
    """`hand(commits)` returns at once unless too much is waiting. `halted` tells whether it had to stop."""

    def __init__(self, index: Index, marks: dict[int, Mark]) -> None:
        self._index = index
        self.marks = marks
        self.halted: Halted | None = None
        self._pending: list[Commit] = []
        self._snapshots: dict[str, tuple[str, int, int, str]] = {}
        self._bytes = 0
        self._busy = False
        self.away: str | None = None  # why the database did not answer when it was last asked
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="indexer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ordinal(self, partition: int) -> int:
        """The last event of a partition that the index holds."""
        return self.marks[partition].ordinal

    def seq(self, partition: int) -> int:
        """The last record of a partition that the index holds."""
        return self.marks[partition].seq

    def know(self, marks: Mapping[int, Mark]) -> None:
        """Where partitions stand that somebody else may have written until now; none of it waits."""
        with self._changed:
            self.marks = self.marks | dict(marks)

    def hand(self, commits: Sequence[Commit], snapshots: Sequence[tuple[str, int, int, str]] = ()) -> None:
        """Take accepted records, in order per partition, and snapshots (stream, fold, version, state)."""
        with self._changed:
            self._changed.wait_for(lambda: self._bytes < MAX_PENDING or self.halted or self._stopping)
            self._pending.extend(commits)
            self._bytes += sum(len(c.record) for c in commits)
            self._snapshots.update((s[0], s) for s in snapshots)
            self._changed.notify_all()

    def drain(self, timeout: float) -> bool:
        """Wait until everything handed over is in the index; False when it is not, in time or for good."""
        with self._changed:
            self._changed.wait_for(lambda: self.halted or (not self._pending and not self._busy), timeout)
            return self.halted is None and not self._pending and not self._busy

    def stop(self, timeout: float = 10) -> None:
        """Write what waits, as far as there is time and a database, and let go. What is left the next owner
        writes."""
        with self._changed:
            if self._thread.is_alive():
                self._changed.wait_for(lambda: self.away or not (self._pending or self._busy), timeout)
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout)
        self._index.close()

    def _run(self) -> None:
        while self._wait():
            with self._changed:
                commits, snapshots = self._take(), list(self._snapshots.values())
                self._snapshots.clear()
            try:
                self._write(commits)
                if snapshots:
                    self._index.keep_snapshots(snapshots)
            except Halted as halted:
                log.error("index_halted", partition=halted.partition, reason=halted.reason)
                with self._changed:
                    self.halted = halted
                    self._changed.notify_all()
                return
            except LogUnavailable:
                log.warning("snapshots_not_kept", count=len(snapshots))
            except Exception as error:
                log.error("index_broken", error=type(error).__name__, exc_info=error)
                p = commits[0].partition
                mark, reason = self.marks[p], f"the index cannot be written ({type(error).__name__})"
                with self._changed:
                    self.halted = Halted(p, Head(mark.seq, mark.hash), reason)
                    self._changed.notify_all()
                return
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _wait(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._stopping)
            if not self._pending:
                return False
            if self._bytes < ROUND and not self._stopping:
                self._changed.wait_for(lambda: self._stopping or self._bytes >= ROUND, LINGER)
            self._busy = True
            return True

    def _take(self) -> list[Commit]:
        size = count = 0
        while count < len(self._pending) and (size < ROUND or count == 0):
            size += len(self._pending[count].record)
            count += 1
        taken, self._pending = self._pending[:count], self._pending[count:]
        self._bytes -= size
        return taken

    def _write(self, commits: list[Commit]) -> None:
        """Until it is written, by us or by another owner: the database may be away as long as it likes."""
        pause = 0.05
        while commits := [c for c in commits if c.seq > self.marks[c.partition].seq]:
            try:
                self.marks = self.marks | self._index.write(commits, self.marks)
                self.away = None
            except Overtaken:
                self.marks = self._reloaded() or self.marks
            except LogUnavailable as error:
                with self._changed:
                    self.away = str(error)
                    self._changed.notify_all()
                if self._stopping:
                    return
                log.warning("index_unavailable", reason=str(error), retry_in=pause)
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  jitter, not a secret
                pause = min(pause * 2, 2.0)
                self.marks = self._reloaded() or self.marks

    def _reloaded(self) -> dict[int, Mark] | None:
        """The marks as they are: a write whose answer was lost may have arrived."""
        try:
            return self._index.reload()
        except LogUnavailable:
            return None
