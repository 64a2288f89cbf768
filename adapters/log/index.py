"""The index of a log in PostgreSQL: its events by stream, its commands by id. Derived, disposable.

PostgreSQL takes the records apart itself (`json_to_recordset` over their bytes), so that the process that
decides only hands over what it has just written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
from psycopg import Connection
from pydantic_core import from_json

from adapters.log.chain import Bookmark, Halted, Head, Place
from adapters.log.port import LogUnavailable
from adapters.log.postgres import BY_KEY, NEVER_IDLE


class Mark(NamedTuple):
    """How far the index has come in a partition; `offset` is where the log goes on (a hint)."""

    offset: int
    seq: int
    hash: bytes
    ordinal: int

    @property
    def bookmark(self) -> Bookmark:
        return Bookmark(self.seq, self.hash, self.ordinal)


@dataclass(frozen=True, slots=True)
class Commit:
    """An accepted record on its way into the index."""

    partition: int
    offset: int
    seq: int
    hash: bytes
    first_ordinal: int  # of its first event
    events: int
    record: bytes


class StoredRow(NamedTuple):
    """One event of a stream, still in its stored shape. `body` is JSON text."""

    stream: str
    version: int
    ordinal: int
    type: str
    schema: int
    at: datetime
    body: str


class StoredOutcome(NamedTuple):
    """What became of a command; `types` are the stored names of its events."""

    ordinal: int
    outcome: dict[str, Any]
    types: tuple[str, ...]


class Found(NamedTuple):
    """What the index knows of what was asked. `snapshots`: version and state as JSON; `events`: of those
    streams, after their snapshots, in order within a stream."""

    outcomes: dict[UUID, StoredOutcome]
    snapshots: dict[str, tuple[int, str]]
    events: list[StoredRow]


class Overtaken(Exception):
    """Another writer moved the mark first. Nothing was written; reload the marks."""


MOVE: Final = """
UPDATE mark SET "offset" = n."offset", seq = n.seq, hash = n.hash, ordinal = n.ordinal
FROM unnest(%b::int[], %b::bigint[], %b::bytea[], %b::bigint[], %b::bigint[], %b::bytea[], %b::bigint[])
  AS n(partition, was_seq, was_hash, "offset", seq, hash, ordinal)
WHERE mark.partition = n.partition AND mark.seq = n.was_seq AND mark.hash = n.was_hash
"""

# One statement takes every record apart once and fills the three tables from it; the body starts at byte 70.
FILL: Final = """
WITH r AS MATERIALIZED (
  SELECT partition, "offset", seq, hash, first_ordinal, n,
         convert_from(substr(record, 70), 'UTF8')::json AS body
  FROM unnest(%b::int[], %b::bigint[], %b::bigint[], %b::bytea[], %b::bigint[], %b::int[], %b::bytea[])
    AS r(partition, "offset", seq, hash, first_ordinal, n, record)
), commits AS (
  INSERT INTO commit (partition, seq, "offset", first_ordinal, n, hash)
  SELECT partition, seq, "offset", first_ordinal, n, hash FROM r
), commands AS (
  INSERT INTO command (partition, command_id, ordinal, outcome)
  SELECT partition, (outcome->>'id')::uuid, first_ordinal - 1 + ordinals, outcome
  FROM (
    SELECT r.partition, r.first_ordinal, o.outcome,
           sum(coalesce((o.outcome->>'accepted')::int, 0))
             OVER (PARTITION BY r.partition, r.seq ORDER BY o.n) AS ordinals
    FROM r, json_array_elements(r.body->'outcomes') WITH ORDINALITY AS o(outcome, n)
  ) o
  WHERE outcome->>'id' IS NOT NULL
)
INSERT INTO event (partition, ordinal, stream, version, type, schema, at, body, command_id, seq)
SELECT r.partition, r.first_ordinal + e.n - 1, e.stream, e.version, e.type, e.schema, e.at, e.body,
       e.cause, r.seq
FROM r, ROWS FROM (
  json_to_recordset(r.body->'events')
    AS (stream text, version bigint, type text, schema int, at timestamptz, body json, cause uuid)
) WITH ORDINALITY AS e(stream, version, type, schema, at, body, cause, n)
"""

# Only records of the library's process recorder say how far they have come in another application.
_TRACK: Final = """
INSERT INTO tracking (application_name, notification_id)
SELECT o->'tracking'->>0, max((o->'tracking'->>1)::bigint)
FROM unnest(%b::bytea[]) AS r(record),
     json_array_elements(convert_from(substr(record, 70), 'UTF8')::json->'outcomes') AS o
WHERE o->'tracking' IS NOT NULL
GROUP BY 1
ON CONFLICT (application_name) DO UPDATE
SET notification_id = greatest(tracking.notification_id, excluded.notification_id)
"""


_OUTCOME, _SNAPSHOT, _EVENT = 1, 2, 3
LOOK_UP: Final = """
SELECT 1 AS part, c.command_id AS command, NULL::text AS stream, 0::bigint AS version, c.ordinal,
       (SELECT string_agg(e.type, ',' ORDER BY e.ordinal) FROM event e
        WHERE e.partition = c.partition AND e.ordinal <= c.ordinal
          AND e.ordinal > c.ordinal - (c.outcome->>'accepted')::int) AS type,
       0 AS schema, NULL::timestamptz AS at, c.outcome::text AS body
FROM command c WHERE c.command_id = ANY(%b::uuid[])
UNION ALL
SELECT 2, NULL, s.stream, s.version, 0, NULL, 0, NULL, s.state::text
FROM unnest(%b::text[], %b::int[]) AS w(stream, fold)
JOIN snapshot s ON s.stream = w.stream AND s.fold = w.fold
UNION ALL
SELECT 3, NULL, e.stream, e.version, e.ordinal, e.type, e.schema, e.at, e.body::text
FROM unnest(%b::text[], %b::int[]) AS w(stream, fold)
LEFT JOIN snapshot s ON s.stream = w.stream AND s.fold = w.fold
JOIN event e ON e.stream = w.stream AND e.version > coalesce(s.version, -1)
ORDER BY part, stream, version
"""


class Index:
    """One connection, one thread. Every method raises LogUnavailable when the database does not answer."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection | None = None

    def marks(self, log_id: UUID, partitions: int) -> dict[int, Mark]:
        """The mark of every partition, made when missing."""
        places = [Place(log_id, p, partitions) for p in range(partitions)]
        with self._connected() as connection:
            connection.cursor().executemany(
                'INSERT INTO mark (partition, "offset", seq, hash, ordinal) VALUES (%s, 1, 0, %s, 0) '
                "ON CONFLICT DO NOTHING",
                [(place.partition, place.genesis.hash) for place in places],
            )
        return self.reload()

    def reload(self) -> dict[int, Mark]:
        """The marks as they stand."""
        with self._connected() as connection:
            rows = connection.execute('SELECT partition, "offset", seq, hash, ordinal FROM mark').fetchall()
        return {partition: Mark(*rest) for partition, *rest in rows}

    def write(self, commits: Sequence[Commit], marks: Mapping[int, Mark]) -> dict[int, Mark]:
        """Add accepted records, in order per partition, each following its mark. Answers the new marks.

        The marks move first, by compare-and-set: raises Overtaken when another writer was there, and Halted
        when what follows a mark is already in the index or cannot be put there.
        """
        moved: dict[int, Mark] = {}
        for c in commits:
            before = moved.get(c.partition) or marks[c.partition]
            if (c.seq, c.first_ordinal) != (before.seq + 1, before.ordinal + 1):
                raise ValueError(f"record {c.seq} of partition {c.partition} does not follow {before.seq}")
            moved[c.partition] = Mark(c.offset + 1, c.seq, c.hash, c.first_ordinal + c.events - 1)
        if not moved:
            return {}
        was = [marks[p] for p in moved]
        with self._connected() as connection, connection.transaction():
            cursor = connection.execute(
                MOVE,
                (
                    list(moved),
                    [m.seq for m in was],
                    [m.hash for m in was],
                    [m.offset for m in moved.values()],
                    [m.seq for m in moved.values()],
                    [m.hash for m in moved.values()],
                    [m.ordinal for m in moved.values()],
                ),
                prepare=True,
            )
            if cursor.rowcount != len(moved):
                raise Overtaken
            try:
                connection.execute(
                    FILL,
                    (
                        [c.partition for c in commits],
                        [c.offset for c in commits],
                        [c.seq for c in commits],
                        [c.hash for c in commits],
                        [c.first_ordinal for c in commits],
                        [c.events for c in commits],
                        [c.record for c in commits],
                    ),
                    prepare=True,
                )
                tracking = [c.record for c in commits if b'"tracking":' in c.record]
                if tracking:
                    connection.execute(_TRACK, (tracking,), prepare=True)
            except (psycopg.IntegrityError, psycopg.DataError) as error:
                first = commits[0]
                raise Halted(
                    first.partition,
                    Head(marks[first.partition].seq, marks[first.partition].hash),
                    f"the index refuses what the log accepted ({type(error).__name__})",
                ) from error
        return moved

    def look_up(self, commands: Sequence[UUID], streams: Mapping[str, int]) -> Found:
        """What is known of these commands, and of these streams (each with the version of today's fold), in
        one question: a decision waits for the answer."""
        found = Found({}, {}, [])
        if not commands and not streams:
            return found
        names, folds = list(streams), list(streams.values())
        with self._connected() as connection:
            rows = connection.execute(
                LOOK_UP, (list(commands), names, folds, names, folds), binary=True, prepare=True
            ).fetchall()
        for part, command, stream, version, ordinal, type_, schema, at, body in rows:
            if part == _OUTCOME:
                types = tuple(type_.split(",")) if type_ else ()
                found.outcomes[command] = StoredOutcome(ordinal, from_json(body), types)
            elif part == _SNAPSHOT:
                found.snapshots[stream] = (version, body)
            else:
                found.events.append(StoredRow(stream, version, ordinal, type_, schema, at, body))
        return found

    def keep_snapshots(self, snapshots: Sequence[tuple[str, int, int, str]]) -> None:
        """Keep (stream, fold version, stream version, state as JSON); an older one gives way."""
        with self._connected() as connection:
            connection.cursor().executemany(
                "INSERT INTO snapshot (stream, fold, version, state) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (stream) DO UPDATE SET fold = excluded.fold, version = excluded.version, "
                "state = excluded.state WHERE snapshot.version < excluded.version "
                "OR snapshot.fold <> excluded.fold",
                snapshots,
            )

    def drop(self) -> None:
        """Forget everything derived; the next owner reads the log from its beginning."""
        with self._connected() as connection:
            connection.execute("TRUNCATE event, commit, command, tracking, mark, snapshot")

    def close(self) -> None:
        """Let go of the connection; another is made when the next question comes."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._dsn, autocommit=True, connect_timeout=5)
                self._connection.execute(f"{BY_KEY}; {NEVER_IDLE}")
            yield self._connection
        except (psycopg.OperationalError, psycopg.InternalError) as error:
            self.close()
            raise LogUnavailable(type(error).__name__) from error
