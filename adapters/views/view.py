"""Rows and bookmark in one transaction: a projection kept in PostgreSQL."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

import psycopg
from psycopg import errors, sql

from adapters.log.chain import Bookmark
from adapters.log.postgres import BY_KEY, NEVER_IDLE
from adapters.views.tables import Table, names, once, table
from domain.journal import Position, Recorded
from projections.answer import Key, Projection, left_behind

Connection = psycopg.Connection[tuple[Any, ...]]
Connect = Callable[[], Connection]
"""Opens a connection to the database of the views, its time zone UTC."""

CACHED: Final = 1_500


class ProjectionStopped(Exception):
    """A fold raised. The view stays before that event until the fold is mended.

    Says which view, which event and where in the code; nothing of what the event says.
    """

    def __init__(self, view: str, recorded: Recorded, error: BaseException) -> None:
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = "" if place is None else f" in {place.tb_frame.f_code.co_qualname}, line {place.tb_lineno}"
        super().__init__(
            f"{view} stopped at {tuple(recorded.position)} ({recorded.kind}."
            f"{type(recorded.event).__name__}, version {recorded.version}): {type(error).__name__}{where}"
        )
        self.view = view
        self.position: Position = recorded.position


class Held(NamedTuple):
    """A row as it stands, or that there is none, after the event with that ordinal."""

    row: Any
    ordinal: int
    partition: int


class Changed(NamedTuple):
    """A row before and after a batch; None where there is none."""

    key: Key
    before: Any
    after: Any


class Told(Protocol):
    """Whoever is told of what a view has committed. Never raises, and never takes long."""

    def stands(self, view: str, marks: Mapping[int, int]) -> None:
        """So far it had come, by partition, when it was looked at anew; others may have moved it."""
        ...

    def moved(self, view: str, marks: Mapping[int, int], rows: Sequence[Changed]) -> None:
        """So far it has come now, and these rows changed since it was last told."""
        ...


class View:
    """One projection, followed. Not for several threads at once.

    `spare` folds into the table beside the live one. Another process may follow the same view: whoever moves
    the bookmarks first wins, the other reads where they stand now. `told` hears of every commit that changed
    rows.
    """

    def __init__(
        self,
        projection: Projection[Any],
        connect: Connect,
        *,
        spare: bool = False,
        cached: int = CACHED,
        told: Told | None = None,
    ) -> None:
        self.projection = projection
        self.table: Table = table(projection, spare=spare)
        self._connect = connect
        self._connection: Connection | None = None
        self._wakes = frozenset(projection.wakes)
        self._bookmarks: dict[int, Bookmark] | None = None
        self._generations: dict[int, int] = {}
        self._cached = cached
        self._rows: OrderedDict[Key, Held | None] = OrderedDict()
        self._all_cached = False
        self._dump = self.table.dumper()
        self._load = self.table.loader()
        self._says = statements_of(self.table)
        self._told = told

    @property
    def name(self) -> str:
        return self.table.bookmarks

    def bookmarks(self) -> dict[int, Bookmark]:
        """How far each partition is folded; a partition that was never folded is not named."""
        if self._bookmarks is None:
            self._reload()
        assert self._bookmarks is not None
        return dict(self._bookmarks)

    def apply(self, batch: Sequence[Recorded], bookmarks: Mapping[int, Bookmark]) -> bool:
        """Fold what is new in the batch and move the bookmarks, both or neither.

        `bookmarks` say where each partition stands after the batch. Events already folded are passed over.
        False: somebody else moved the bookmarks; nothing was done, `bookmarks()` says where to go on.
        Raises ProjectionStopped, and psycopg.OperationalError when the database is away (call again).
        """
        mine = self.bookmarks()
        moves = {p: to for p, to in bookmarks.items() if p not in mine or to.seq > mine[p].seq}
        if not moves:
            return True
        news = [
            (key, recorded)
            for recorded in batch
            if type(recorded.event) in self._wakes
            and (partition := recorded.position.partition) in moves
            and (partition not in mine or recorded.position.ordinal > mine[partition].ordinal)
            and (key := self._key(recorded)) is not None
        ]
        try:
            connection = self._open()
            with connection.transaction():
                if not self._move(connection, mine, moves):
                    raise _Overtaken
                known = self._known(connection, {key for key, _ in news})
                after, left = self._fold(known, news)
                self._write(connection, known, after, left)
        except (_Overtaken, errors.DeadlockDetected):
            self.forget()
            return False
        except errors.IdleInTransactionSessionTimeout as error:  # we were frozen, and others went on
            self.forget()
            self.close()
            raise psycopg.OperationalError("frozen for too long") from error
        except psycopg.OperationalError:
            self.forget()
            self.close()
            raise
        self._remember(known, after)
        self._bookmarks = {**mine, **moves}
        for partition in moves:
            self._generations.setdefault(partition, 1)
        if self._told is not None and after:
            self._told.moved(self.name, _ordinals(self._bookmarks), _changes(known, after))
        return True

    def forget(self) -> None:
        """Drop what is held in memory; the database is asked again."""
        self._bookmarks = None
        self._generations = {}
        self._rows.clear()
        self._all_cached = False

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            with self._connection.transaction():
                self._connection.execute(f"{BY_KEY}; {NEVER_IDLE}")
        return self._connection

    def _reload(self) -> None:
        self.forget()
        connection = self._open()
        try:
            with connection.transaction():
                stands = connection.execute(
                    "SELECT partition, seq, hash, ordinal, generation FROM view_bookmark"
                    " WHERE name = %s AND version = %s",
                    (self.table.bookmarks, self.projection.version),
                ).fetchall()
        except psycopg.OperationalError:
            self.close()
            raise
        self._bookmarks = {p: Bookmark(seq, bytes(hash_), ordinal) for p, seq, hash_, ordinal, _ in stands}
        self._generations = {p: generation for p, _, _, _, generation in stands}
        self._all_cached = not stands  # nothing was ever folded: there is no row we do not know
        if self._told is not None:
            self._told.stands(self.name, _ordinals(self._bookmarks))

    def _key(self, recorded: Recorded) -> Key | None:
        try:
            return self.projection.key(recorded)
        except Exception as error:  # noqa: BLE001  raised again, as what stopped the view
            raise ProjectionStopped(self.name, recorded, error) from None

    def _move(
        self, connection: Connection, mine: Mapping[int, Bookmark], moves: Mapping[int, Bookmark]
    ) -> bool:
        """Compare and set; takes the bookmarks' locks, so that nobody else writes these partitions' rows."""
        name, version = self.table.bookmarks, self.projection.version
        moved = 0
        if first := {p: to for p, to in moves.items() if p not in mine}:
            moved += connection.execute(
                "INSERT INTO view_bookmark (name, version, partition, seq, hash, ordinal)"
                " SELECT %s, %s, * FROM unnest(%s::int[], %s::bigint[], %s::bytea[], %s::bigint[])"
                " ON CONFLICT DO NOTHING",
                (name, version, list(first), *_lists(first.values())),
            ).rowcount
        if on := {p: to for p, to in moves.items() if p in mine}:
            moved += connection.execute(
                "UPDATE view_bookmark AS b SET seq = m.seq, hash = m.hash, ordinal = m.ordinal"
                " FROM unnest(%s::int[], %s::bigint[], %s::bytea[], %s::bigint[],"
                " %s::bigint[], %s::bytea[], %s::int[])"
                " AS m(partition, seq, hash, ordinal, old_seq, old_hash, generation)"
                " WHERE b.name = %s AND b.version = %s AND b.partition = m.partition"
                " AND b.seq = m.old_seq AND b.hash = m.old_hash AND b.generation = m.generation",
                (
                    list(on),
                    *_lists(on.values()),
                    [mine[p].seq for p in on],
                    [mine[p].hash for p in on],
                    [self._generations.get(p, 1) for p in on],
                    name,
                    version,
                ),
            ).rowcount
        return moved == len(moves)

    def _known(self, connection: Connection, keys: set[Key]) -> dict[Key, Held | None]:
        """The rows of the keys as they stand, from memory where possible, in one query where not."""
        cache = self._rows
        known: dict[Key, Held | None] = {key: cache[key] for key in keys if key in cache}
        missing = [key for key in keys if key not in known]
        for key in missing:
            known[key] = None
        if missing and not self._all_cached:
            parts = [[key[n] for key in missing] for n in range(len(self.table.key))]
            for partition, ordinal, *values in connection.execute(self._says.load, parts, binary=True):
                row = tuple(values)
                known[self.table.key_of(row)] = Held(self._load(row), ordinal, partition)
        return known

    def _fold(
        self, known: Mapping[Key, Held | None], news: Iterable[tuple[Key, Recorded]]
    ) -> tuple[dict[Key, Held | None], list[Held]]:
        """The rows that changed, and those that stay behind."""
        projection, evolve = self.projection, self.projection.evolve
        leaves = projection.leaves is not None
        after: dict[Key, Held | None] = {}
        left: list[Held] = []
        for key, recorded in news:
            held = after[key] if key in after else known[key]
            before = None if held is None else held.row
            try:
                row = evolve(before, recorded)
                rest = left_behind(projection, before, row) if leaves else None
            except Exception as error:  # noqa: BLE001  raised again, as what stopped the view
                raise ProjectionStopped(self.name, recorded, error) from None
            if row is not before:
                position = recorded.position
                after[key] = None if row is None else Held(row, position.ordinal, position.partition)
                if rest is not None:
                    left.append(Held(rest, position.ordinal, position.partition))
        return after, left

    def _write(
        self,
        connection: Connection,
        known: Mapping[Key, Held | None],
        after: Mapping[Key, Held | None],
        left: Iterable[Held],
    ) -> None:
        """What changed is removed and copied in anew: cheaper than updating in place, measured."""
        if old := [key for key in after if known[key] is not None]:
            parts = [[key[n] for key in old] for n in range(len(self.table.key))]
            connection.execute(self._says.remove, parts)
        if new := [*left, *(held for held in after.values() if held is not None)]:
            dump = self._dump
            with connection.cursor().copy(self._says.copy) as copy:
                for held in new:
                    copy.write_row((held.partition, held.ordinal, *dump(held.row)))

    def _remember(self, known: Mapping[Key, Held | None], after: Mapping[Key, Held | None]) -> None:
        cache = self._rows
        for key, held in {**known, **after}.items():
            cache[key] = held
            cache.move_to_end(key)
        if len(cache) > self._cached:
            self._all_cached = False
            while len(cache) > self._cached:
                cache.popitem(last=False)


class _Overtaken(Exception):
    """The bookmarks are not where we left them."""


class Statements(NamedTuple):
    load: sql.SQL
    remove: sql.SQL
    copy: sql.SQL


def statements_of(of: Table) -> Statements:
    wanted = sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(t)) for t in of.key_types)
    same = sql.SQL(" AND ").join(sql.SQL("v.{0} = k.{0}").format(sql.Identifier(name)) for name in of.key)
    keys = sql.SQL("unnest({}) AS k({})").format(wanted, names(of.key))
    load = sql.SQL("SELECT {} FROM {} AS v JOIN {} ON {}")
    return Statements(
        once(load.format(names(of.stored, "v"), of.identifier, keys, same)),
        once(sql.SQL("DELETE FROM {} AS v USING {} WHERE {}").format(of.identifier, keys, same)),
        once(sql.SQL("COPY {} ({}) FROM STDIN").format(of.identifier, names(of.stored))),
    )


def _lists(bookmarks: Iterable[Bookmark]) -> tuple[list[int], list[bytes], list[int]]:
    all_ = list(bookmarks)
    return [b.seq for b in all_], [b.hash for b in all_], [b.ordinal for b in all_]


def _ordinals(bookmarks: Mapping[int, Bookmark]) -> dict[int, int]:
    return {p: bookmark.ordinal for p, bookmark in bookmarks.items()}


def _changes(known: Mapping[Key, Held | None], after: Mapping[Key, Held | None]) -> list[Changed]:
    return [Changed(key, _row(known[key]), _row(held)) for key, held in after.items()]


def _row(held: Held | None) -> Any:
    return None if held is None else held.row
