"""The log in PostgreSQL: one row per record, on one machine, durable when the commit returns."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID

import psycopg
from psycopg import Connection

from adapters.log.port import Draft, Entry, Fate, LogUnavailable, refuse_unwritable

BELL: Final = "atende_log"
BY_KEY: Final = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off"
"""For connections that only ever ask by key: planned once, by the index, however empty a table was then."""
NEVER_IDLE: Final = "SET idle_in_transaction_session_timeout = '5s'"
"""For connections that lock rows: who is frozen in the middle of a transaction holds up nobody."""
LOOK_AGAIN: Final = 1.0  # seconds; a bell may shorten the wait, never replace the look
RECORD_BYTES: Final = 1024  # times the limit of a poll: it stops after about this much, whatever is left

# The record before is one value, looked up by key: as EXISTS it would be a hash of the whole log, every time.
APPEND: Final = """
WITH draft AS (
  SELECT * FROM unnest(%b::int[], %b::bigint[], %b::bytea[], %b::bytea[], %b::bytea[])
    AS d(partition, seq, prev, hash, record)
), won AS (
  INSERT INTO log (partition, seq, hash, record)
  SELECT d.partition, d.seq, d.hash, d.record FROM draft d
  WHERE d.seq = 1
     OR d.prev = (SELECT l.hash FROM log l WHERE l.partition = d.partition AND l.seq = d.seq - 1)
  ORDER BY d.partition  -- two appends that meet wait for each other in the same order
  ON CONFLICT DO NOTHING
  RETURNING partition
)
SELECT array_agg(partition), pg_notify(%b, '') FROM won
"""

# The nearest records of every partition first, so that a long tail holds up nobody.
READ: Final = """
SELECT partition, seq, record FROM (
  SELECT l.partition, l.seq, l.record, l.seq - b.seq AS far,
         sum(length(l.record)) OVER (ORDER BY l.seq - b.seq, l.partition) - length(l.record) AS before
  FROM unnest(%b::int[], %b::bigint[]) AS b(partition, seq)
  CROSS JOIN LATERAL (
    SELECT partition, seq, record FROM log
    WHERE log.partition = b.partition AND log.seq >= b.seq ORDER BY log.seq LIMIT %b) l
  ORDER BY far, l.partition LIMIT %b
) page
WHERE before < %b
ORDER BY partition, seq
"""


class PostgresLog:
    """`dsn` names a migrated database. Every thread may append; each reader belongs to one thread.

    Making one raises LookupError for a database without a log, and LogUnavailable when it does not answer.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        try:
            with self._connected() as connection:
                row = connection.execute("SELECT log_id, partitions FROM log_identity").fetchone()
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidParameterValue):
            row = None
        if row is None:
            self.close()
            raise LookupError("this database holds no log: migrate it first")
        self.id: UUID = row[0]
        self.partitions: int = row[1]

    def append(self, drafts: Sequence[Draft]) -> list[Fate]:
        refuse_unwritable(self, drafts)
        if not drafts:
            return []
        with self._connected() as connection:
            row = connection.execute(
                APPEND,
                (
                    [d.partition for d in drafts],
                    [d.seq for d in drafts],
                    [d.prev for d in drafts],
                    [d.hash for d in drafts],
                    [d.record for d in drafts],
                    BELL,
                ),
                prepare=True,
            ).fetchone()
            won = set((row[0] if row else None) or ())
            return [
                Fate.WON if d.partition in won or self._is_there(connection, d) else Fate.LOST for d in drafts
            ]

    @staticmethod
    def _is_there(connection: Connection, draft: Draft) -> bool:
        """Whether the number is taken by these very bytes: an earlier try of ours had arrived."""
        return (
            connection.execute(
                "SELECT 1 FROM log WHERE partition = %s AND seq = %s AND hash = %s",
                (draft.partition, draft.seq, draft.hash),
            ).fetchone()
            is not None
        )

    def reader(self, start: Mapping[int, int]) -> PostgresReader:
        return PostgresReader(self._dsn, start)

    def hashes(self, partition: int, first: int, last: int) -> dict[int, bytes]:
        """The hashes that were written down beside the records, by offset; for whoever verifies them."""
        with self._connected() as connection:
            rows = connection.execute(
                "SELECT seq, hash FROM log WHERE partition = %s AND seq BETWEEN %s AND %s",
                (partition, first, last),
            ).fetchall()
        return dict(rows)

    def ends(self) -> dict[int, int]:
        with self._connected() as connection:
            found = dict(
                connection.execute(
                    "SELECT p, (SELECT max(seq) FROM log WHERE partition = p) FROM generate_series(0, %s) p",
                    (self.partitions - 1,),
                ).fetchall()
            )
        return {p: (seq or 0) + 1 for p, seq in found.items()}

    def offset_after(self, partition: int, seq: int) -> int:
        return seq + 1

    def close(self) -> None:
        with self._lock:
            self._drop()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._lock:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = connect(self._dsn)
                yield self._connection
            except (psycopg.OperationalError, psycopg.InternalError) as error:
                self._drop()
                raise LogUnavailable(type(error).__name__) from error

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class PostgresReader:
    """Polls, and is woken early by the bell the appends ring. Offsets are sequence numbers."""

    def __init__(self, dsn: str, start: Mapping[int, int]) -> None:
        self._dsn = dsn
        self._next = {p: max(1, n) for p, n in start.items()}
        self._connection: Connection | None = None
        self._ear, self._hand = socket.socketpair()  # how another thread ends a wait
        self._ear.setblocking(False)
        self._hand.setblocking(False)

    def poll(self, timeout: float, limit: int = 1000) -> list[Entry]:
        deadline = time.monotonic() + timeout
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._dsn)
                self._connection.execute(f"LISTEN {BELL}")
            while True:
                self._rang(self._connection)  # this look answers every bell so far
                entries = self._read(self._connection, limit)
                left = deadline - time.monotonic()
                if self._was_woken() or entries or left <= 0:
                    return entries
                self._wait(self._connection, min(left, LOOK_AGAIN))
        except (psycopg.OperationalError, psycopg.InternalError) as error:
            self._drop()
            raise LogUnavailable(type(error).__name__) from error

    def _read(self, connection: Connection, limit: int) -> list[Entry]:
        rows = connection.execute(
            READ,
            (list(self._next), list(self._next.values()), limit, limit, limit * RECORD_BYTES),
            binary=True,
            prepare=True,
        ).fetchall()
        entries = [Entry(*row) for row in rows]
        for entry in entries:
            self._next[entry.partition] = entry.offset + 1
        return entries

    def _wait(self, connection: Connection, timeout: float) -> None:
        """Until the bell rings, somebody wakes us, or it is time to look again."""
        if self._rang(connection):
            return  # while we were reading
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._ear, selectors.EVENT_READ)
            selector.select(timeout)

    @staticmethod
    def _rang(connection: Connection) -> bool:
        """Whether the bell rang since this was asked last; takes every ring off the connection, which would
        keep them all."""
        return len(list(connection.notifies(timeout=0))) > 0

    def _was_woken(self) -> bool:
        with suppress(BlockingIOError):
            return bool(self._ear.recv(4096))
        return False

    def wake(self) -> None:
        with suppress(BlockingIOError, OSError):  # full: woken already; closed: nobody waits
            self._hand.send(b"!")

    def close(self) -> None:
        self._drop()
        self._ear.close()
        self._hand.close()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect(dsn: str) -> Connection:
    """A connection that may read and append, and nothing else."""
    connection: Connection = psycopg.connect(dsn, autocommit=True, connect_timeout=5)
    try:
        connection.execute(f"SET ROLE atende_log; {BY_KEY}")
    except BaseException:
        connection.close()
        raise
    return connection
