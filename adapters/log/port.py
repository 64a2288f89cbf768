"""What a log must be able to do. PostgreSQL and memory do it, and one promises suite runs against each.

Nothing in here is PostgreSQL's: an offset need not be a sequence number, and two records may want one number,
so that a Kafka topic can keep these promises as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from hashlib import sha256
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from adapters.log.chain import Head, Place

MAX_RECORD: Final = 8 * 1024 * 1024  # bytes; the same for every log, so that one can move to another


class Entry(NamedTuple):
    """A record as it lies in the log, not judged yet. `offset` is where it lies: a hint, never a proof."""

    partition: int
    offset: int
    record: bytes


class Draft(NamedTuple):
    """A record that wants to be the next of its partition."""

    partition: int
    seq: int
    prev: bytes
    hash: bytes
    record: bytes


class Fate(Enum):
    WON = "won"  # it is in the log, as the record it wanted to be
    LOST = "lost"  # another record took its number


class LogUnavailable(Exception):
    """The log did not answer. Whether the drafts are in it is unknown: append the same bytes again."""


class RecordTooLarge(ValueError):
    """A record is larger than the log takes; nothing was written."""


class NotOfThisLog(ValueError):
    """A first record that does not follow from this log's genesis; nothing was written."""


class Reader(Protocol):
    """Reads on from where it was opened, partition by partition, every record in its order."""

    def poll(self, timeout: float, limit: int = 1000) -> list[Entry]:
        """Up to `limit` records, as soon as there are any; `[]` after `timeout` seconds without.

        A partition with a long tail holds up no other: each that has records gets its share of the limit.
        Raises LogUnavailable; the same reader may be polled again.
        """
        ...

    def wake(self) -> None:
        """Make the poll that waits, or the next one, return at once. Any thread may call this."""
        ...

    def close(self) -> None: ...


class Log(Protocol):
    """An append-only log of P partitions."""

    @property
    def id(self) -> UUID: ...

    @property
    def partitions(self) -> int: ...

    def append(self, drafts: Sequence[Draft]) -> list[Fate]:
        """Append at most one draft per partition, together; each has a fate of its own.

        Appending the same bytes twice is appending once. Raises LogUnavailable, RecordTooLarge and
        NotOfThisLog; after the last two nothing of any draft was written.
        """
        ...

    def reader(self, start: Mapping[int, int]) -> Reader:
        """Read the partitions named in `start`, each from that offset on (0: from its beginning)."""
        ...

    def ends(self) -> dict[int, int]:
        """The offset after the last record, for each partition."""
        ...

    def offset_after(self, partition: int, seq: int) -> int:
        """Where the record after number `seq` lies, as far as that can be known: a hint for a reader."""
        ...

    def close(self) -> None: ...


def place(log: Log, partition: int) -> Place:
    """Where one partition's chain lives: what its records' headers must say."""
    return Place(log.id, partition, log.partitions)


def draft(place: Place, head: Head, record: bytes) -> Draft:
    """`record`, made by `place.link(head, ...)`, as what wants to follow `head`."""
    return Draft(place.partition, head.seq + 1, head.hash, sha256(record).digest(), record)


def refuse_unwritable(log: Log, drafts: Sequence[Draft]) -> None:
    """What every log asks of drafts before it touches anything. Raises RecordTooLarge and NotOfThisLog."""
    for one in drafts:
        if len(one.record) > MAX_RECORD:
            raise RecordTooLarge(f"a record of {len(one.record)} bytes; the log takes {MAX_RECORD}")
        if one.seq == 1 and one.prev != place(log, one.partition).genesis.hash:
            raise NotOfThisLog(f"the first record of partition {one.partition} follows another log's genesis")
