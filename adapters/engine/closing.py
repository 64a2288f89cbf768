"""Whether anything is still to be decided, and that nobody begins to: for whoever moves a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Final
from uuid import UUID

import psycopg

from adapters.engine.envelopes import Envelopes, UnreadableCommand
from adapters.engine.holdings import heard_of
from adapters.engine.leases import LIVING, OWNERS, WORKERS
from adapters.engine.parcels import Parcels, Unopenable
from adapters.engine.topic import CommandsTopic
from adapters.log.chain import HEADER
from adapters.log.index import Index
from adapters.log.port import LogUnavailable
from adapters.log.record import read_body

READ: Final = 5.0  # seconds for the topic to show what it is known to hold
HINTS: Final = (
    'UPDATE mark SET "offset" = seq + 1 WHERE "offset" <> seq + 1',
    'UPDATE bookmark SET "offset" = seq + 1 WHERE "offset" <> seq + 1',
)


class Owned(Exception):
    """Somebody decides; the message says who."""


@contextmanager
def nobody_decides(dsn: str, partitions: int) -> Iterator[None]:
    """Hold every partition, so that no worker can, for as long as the block lasts. Raises Owned when one
    does or could, and LogUnavailable. The owner that lives in `serve` holds no lock and is not seen."""
    try:
        with psycopg.connect(dsn, autocommit=True, application_name="atende-moving") as connection:
            (living,) = connection.execute(LIVING, (WORKERS,)).fetchone() or (0,)
            if living:
                raise Owned(f"{living} workers are running")
            (free,) = connection.execute(
                "SELECT bool_and(pg_try_advisory_lock(%s, p)) FROM generate_series(0, %s) p",
                (OWNERS, partitions - 1),
            ).fetchone() or (False,)
            if not free:
                raise Owned("somebody owns a partition")
            yield
    except psycopg.OperationalError as error:
        raise LogUnavailable(type(error).__name__) from error


def begin_where_the_numbers_say(dsn: str) -> None:
    """Of what index, policies and couriers know of a log, only the offsets are not true of its copy. Without
    noise record n lies at n, everywhere; with noise this is too early, never too late: whoever reads on from
    there meets what it knows already. Nobody may follow meanwhile. Raises LogUnavailable."""
    try:
        with psycopg.connect(dsn) as connection:
            for statement in HINTS:
                connection.execute(statement)
    except psycopg.OperationalError as error:
        raise LogUnavailable(type(error).__name__) from error


class Answered:
    """How far a topic of commands is answered, by the records of a log that it is shown."""

    def __init__(self, topic: CommandsTopic) -> None:
        self._topic = topic
        self._speaks = b'{"commands":["%b"' % topic.id.encode()
        self._last: dict[int, bytes] = {}

    def see(self, partition: int, record: bytes) -> None:
        """Accepted records, in order per partition."""
        if record.startswith(self._speaks, HEADER.size):
            self._last[partition] = record

    def undecided(self, parcels: Parcels, envelopes: Envelopes, index: Index) -> dict[int, int]:
        """How many commands wait, in each partition where some do. Raises LogUnavailable, LostKey.

        What was only a repeat is answered without a record: so the index is asked for what comes after the
        last that one speaks of. What nobody can read is passed over, as a worker does.
        """
        starts, ends = self._topic.starts(), self._topic.ends()
        for p, record in self._last.items():
            if (heard := heard_of(read_body(record))) is not None:
                starts[p] = max(starts[p], heard.offset)
        between = {p: (starts[p], ends[p]) for p in ends}
        return _waiting(self._topic, between, parcels, envelopes, index)


def _waiting(
    topic: CommandsTopic,
    between: Mapping[int, tuple[int, int]],
    parcels: Parcels,
    envelopes: Envelopes,
    index: Index,
) -> dict[int, int]:
    left = {p: start for p, (start, end) in between.items() if start < end}
    found: dict[int, int] = {}
    if not left:
        return found
    with closing(topic.reader(left)) as reader:
        while left:
            entries = reader.poll(READ)
            if not entries:
                raise LogUnavailable("the topic does not show what it holds")
            ids: dict[UUID, int] = {}
            for p, offset, value in entries:
                if offset < between[p][1]:
                    ids |= dict.fromkeys(_ids(value, p, parcels, envelopes), p)
                    left[p] = offset + 1
            known = index.look_up(list(ids), {}).outcomes
            for id_, p in ids.items():
                if id_ not in known:
                    found[p] = found.get(p, 0) + 1
            left = {p: offset for p, offset in left.items() if offset < between[p][1]}
    return found


def _ids(value: bytes, partition: int, parcels: Parcels, envelopes: Envelopes) -> Iterator[UUID]:
    try:
        letters = parcels.unpack(value, partition)
    except Unopenable:
        return
    for letter in letters:
        try:
            yield envelopes.unpack(letter).command.id
        except UnreadableCommand:
            continue
