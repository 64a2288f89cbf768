"""A topic of commands in memory: the double. Its faults can be asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import uuid4

from adapters.engine.parcels import Parcels
from adapters.log.memory import MemoryLog
from adapters.log.port import Entry, Reader


class Counter:
    """Where commands are handed in. `durable` False: nobody answers whether it was kept, and it was not."""

    def __init__(self, parcels: Parcels, partitions: int = 12) -> None:
        self._parcels = parcels
        self.id, self.partitions = str(uuid4()), partitions
        self.durable = True
        self.forgotten = 0  # offsets below this are no longer kept
        self._kept = MemoryLog(uuid4(), partitions)

    @property
    def values(self) -> list[list[bytes]]:
        return self._kept.records

    def put(self, partition: int, value: bytes, told: Callable[[bool], None]) -> None:
        if self.durable:
            with self._kept._changed:
                self._kept.records[partition].append(self._parcels.pack([value], partition))
                self._kept._changed.notify_all()
        told(self.durable)

    def reader(self, start: Mapping[int, int]) -> Reader:
        return _FromZero(self._kept.reader({p: n + 1 for p, n in start.items()}))

    def starts(self) -> dict[int, int]:
        return {p: min(self.forgotten, end) for p, end in self.ends().items()}

    def ends(self) -> dict[int, int]:
        return {p: end - 1 for p, end in self._kept.ends().items()}

    def close(self) -> None:
        """Nothing to let go of."""


class _FromZero:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def poll(self, timeout: float, limit: int = 1000) -> list[Entry]:
        return [Entry(p, offset - 1, value) for p, offset, value in self._reader.poll(timeout, limit)]

    def wake(self) -> None:
        self._reader.wake()

    def close(self) -> None:
        self._reader.close()
