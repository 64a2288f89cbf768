"""How far policies and couriers have come, and the events they had to put aside."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import psycopg
from psycopg import Connection

from adapters.log.index import Mark
from adapters.log.port import LogUnavailable
from domain.journal import Recorded


class Parked(NamedTuple):
    """An event that its follower could not take, or one that waits behind such an event of its stream."""

    follower: str
    partition: int
    ordinal: int
    stream: str
    version: int
    type: str
    reason: str
    parked_at: datetime


class Bookmarks:
    """Those of every follower of a process, on one connection that their threads take in turn.

    Raises LogUnavailable when the database does not answer.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None
        self._turn = threading.Lock()

    def marks(self, follower: str) -> dict[int, Mark]:
        """How far a follower has come; nothing for one that never began."""
        with self._connected() as connection:
            rows = connection.execute(
                'SELECT partition, "offset", seq, hash, ordinal FROM bookmark WHERE follower = %s',
                (follower,),
            ).fetchall()
        return {partition: Mark(*rest) for partition, *rest in rows}

    def begin(self, follower: str, marks: Mapping[int, Mark]) -> None:
        """Say from where a follower starts; one that has started stays where it is."""
        if not self.marks(follower):
            self.move(follower, marks)

    def move(self, follower: str, marks: Mapping[int, Mark]) -> None:
        """Move forward; never back."""
        with self._connected() as connection:
            connection.execute(
                'INSERT INTO bookmark (follower, partition, "offset", seq, hash, ordinal) '
                "SELECT %b, * FROM unnest(%b::int[], %b::bigint[], %b::bigint[], %b::bytea[], %b::bigint[]) "
                'ON CONFLICT (follower, partition) DO UPDATE SET "offset" = excluded."offset", '
                "seq = excluded.seq, hash = excluded.hash, ordinal = excluded.ordinal "
                "WHERE bookmark.seq < excluded.seq",
                (
                    follower,
                    list(marks),
                    [m.offset for m in marks.values()],
                    [m.seq for m in marks.values()],
                    [m.hash for m in marks.values()],
                    [m.ordinal for m in marks.values()],
                ),
            )

    def park(self, follower: str, facts: Sequence[tuple[Recorded, str, str]]) -> None:
        """Put aside (fact, stored type, reason). The reason is a rule or an exception's name, no words."""
        with self._connected() as connection:
            connection.cursor().executemany(
                "INSERT INTO parked (follower, partition, ordinal, stream, version, type, reason) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [
                    (follower, *fact.position, fact.stream, fact.version, name, reason)
                    for fact, name, reason in facts
                ],
            )

    def parked_streams(self, follower: str) -> set[str]:
        """The streams whose events this follower must put aside, because an earlier one is."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT DISTINCT stream FROM parked WHERE follower = %s", (follower,)
            ).fetchall()
        return {stream for (stream,) in rows}

    def parked(self) -> list[Parked]:
        """All that is put aside, oldest first."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT follower, partition, ordinal, stream, version, type, reason, parked_at FROM parked "
                "ORDER BY parked_at, partition, ordinal"
            ).fetchall()
        return [Parked(*row) for row in rows]

    def unpark(self, follower: str, partition: int, ordinal: int) -> None:
        """One event is put aside no longer; the follower was run on it."""
        with self._connected() as connection:
            connection.execute(
                "DELETE FROM parked WHERE follower = %s AND partition = %s AND ordinal = %s",
                (follower, partition, ordinal),
            )

    def close(self) -> None:
        with self._turn:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._turn:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)
                yield self._connection
            except (psycopg.OperationalError, psycopg.InternalError) as error:
                self._hang_up()
                raise LogUnavailable(type(error).__name__) from error
