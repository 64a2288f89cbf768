"""The chain, pure: a header, a hash, and a verdict that needs nothing but the head before it.

A record is `header (69 bytes) + body`. Its hash is the SHA-256 of all its bytes; the next record of the same
partition carries that hash as `prev`. Whoever holds `(seq, hash)` can tell alone, in O(1) and without reading
the body, whether the next record is history, noise, or proof that something was changed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

MAGIC: Final = b"ATND"
FMT: Final = 1
HEADER: Final = struct.Struct(">4sB16sIIQ32s")
"""magic, fmt, log id, partition, partition count, seq, prev; the same 69 bytes in every later fmt."""
NO_PREV: Final = bytes(32)


class Head(NamedTuple):
    """The last accepted record of a partition: its number (0: none yet) and the hash of its bytes."""

    seq: int
    hash: bytes


class Bookmark(NamedTuple):
    """How far someone has read a partition: a head, and how many events were accepted up to it."""

    seq: int
    hash: bytes
    ordinal: int

    @property
    def head(self) -> Head:
        return Head(self.seq, self.hash)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chain lives: which log, which partition of how many."""

    log_id: UUID
    partition: int
    partitions: int

    def header(self, seq: int, prev: bytes, fmt: int = FMT) -> bytes:
        """The 69 bytes before the body of record `seq`, whose predecessor has the hash `prev`."""
        return HEADER.pack(MAGIC, fmt, self.log_id.bytes, self.partition, self.partitions, seq, prev)

    @property
    def genesis(self) -> Head:
        """The head before the first record."""
        return Head(0, sha256(self.header(0, NO_PREV)).digest())

    @property
    def start(self) -> Bookmark:
        """The bookmark of whoever has read nothing."""
        return Bookmark(*self.genesis, 0)

    def link(self, head: Head, body: bytes) -> bytes:
        """The record that follows `head` and says `body`."""
        return self.header(head.seq + 1, head.hash) + body


class Verdict(Enum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"  # noise, a late copy or a zombie: no effect
    HALT = "halt"  # a record is missing or was changed: nobody may go on


class Judged(NamedTuple):
    """What a record is to one reader, and where that reader then stands. `reason` holds numbers, no words."""

    verdict: Verdict
    head: Head  # the new head when accepted, else the one before
    reason: str


def judge(place: Place, head: Head, record: bytes) -> Judged:
    """Say what `record` is to a reader who has accepted everything up to `head`."""
    if len(record) < HEADER.size:
        return Judged(Verdict.REJECTED, head, "too short for a header")
    magic, fmt, log_id, partition, partitions, seq, prev = HEADER.unpack_from(record)
    if magic != MAGIC:
        return Judged(Verdict.REJECTED, head, "wrong magic")
    if log_id != place.log_id.bytes or partition != place.partition:
        return Judged(Verdict.REJECTED, head, "meant for another log or partition")
    if partitions != place.partitions:
        return Judged(
            Verdict.HALT, head, f"written for {partitions} partitions, this log has {place.partitions}"
        )
    if seq == head.seq + 1 and prev == head.hash:
        if fmt != FMT:
            return Judged(Verdict.HALT, head, f"format {fmt}, this program reads {FMT}")
        return Judged(Verdict.ACCEPTED, hash_of(seq, record), "follows")
    if seq <= head.seq:
        return Judged(Verdict.REJECTED, head, f"number {seq} is already taken")
    if seq == head.seq + 1:
        return Judged(Verdict.HALT, head, f"number {seq} does not follow from the record before it")
    return Judged(Verdict.HALT, head, f"number {seq} after {head.seq}: records are missing")


def hash_of(seq: int, record: bytes) -> Head:
    """The head that a reader has who accepted these bytes as record `seq`."""
    return Head(seq, sha256(record).digest())


class Halted(Exception):
    """The chain is broken, or an accepted record cannot be what it says. Nothing may be built on it.

    `after` is the head before the bad record. People are told what to do by `atende verify`.
    """

    def __init__(self, partition: int, after: Head, reason: str) -> None:
        super().__init__(f"partition {partition}, after record {after.seq}: {reason}")
        self.partition, self.after, self.reason = partition, after, reason


def murmur2(data: bytes) -> int:
    """MurmurHash2 as Kafka's clients compute it (unsigned 32 bits), our own so that it never changes."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    length = len(data)
    h = (0x9747B28C ^ length) & mask
    for (k,) in struct.iter_unpack("<I", data[: length & ~3]):
        k = (k * m) & mask
        k ^= k >> 24
        h = ((h * m) & mask) ^ ((k * m) & mask)
    tail = data[length & ~3 :]
    if tail:
        h ^= int.from_bytes(tail, "little")
        h = (h * m) & mask
    h ^= h >> 13
    h = (h * m) & mask
    return h ^ (h >> 15)


def partition_of(root: str, partitions: int) -> int:
    """The partition where everything that shares this root is decided."""
    return (murmur2(root.encode()) & 0x7FFFFFFF) % partitions
