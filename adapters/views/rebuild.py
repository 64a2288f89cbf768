"""Building a view anew beside the live one, comparing the two, and putting the new in its place.

Begin, follow the log with `View(projection, connect, spare=True)` as far as the live one stands, compare,
swap. Readers see the old table until the moment they see the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import sql

from adapters.log.chain import Bookmark
from adapters.views.ground import connect, make
from adapters.views.tables import Table, names, table
from adapters.views.view import Connection
from projections.answer import Projection


class NotComparable(Exception):
    """The two tables stand at different positions: rows can only be compared where both have read as far."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows of the live table and of the new one; how many of each have no equal in the other."""

    live: int
    new: int
    only_live: int
    only_new: int

    @property
    def identical(self) -> bool:
        return self.only_live == self.only_new == 0 and self.live == self.new


def begin(dsn: str, projection: Projection[Any]) -> None:
    """An empty table beside the live one, with no bookmarks; what an earlier attempt left is dropped."""
    spare = table(projection, spare=True)
    with connect(dsn) as connection:
        _drop(connection, spare)
        connection.execute("SET LOCAL client_min_messages = warning")
        make(connection, spare)


def abandon(dsn: str, projection: Projection[Any]) -> None:
    with connect(dsn) as connection:
        _drop(connection, table(projection, spare=True))


def stands(dsn: str, projection: Projection[Any], *, spare: bool = False) -> dict[int, Bookmark]:
    """How far the live table has come, or the new one."""
    with connect(dsn) as connection:
        return _stands(connection, table(projection, spare=spare), None)


@contextmanager
def held(dsn: str, projection: Projection[Any], partition: int) -> Iterator[Bookmark | None]:
    """The live table stands still in a partition for as long as the block lasts: where, if anywhere. Whoever
    folds it waits."""
    live = table(projection)
    with connect(dsn) as connection:
        connection.execute(
            "SELECT FROM view_bookmark WHERE name = %s AND version = %s AND partition = %s FOR UPDATE",
            (live.bookmarks, projection.version, partition),
        )
        yield _stands(connection, live, partition).get(partition)


def compare(dsn: str, projection: Projection[Any], partition: int | None = None) -> Comparison:
    """Compare all rows, or one partition's. Raises NotComparable unless both stand at the same position."""
    live, new = table(projection), table(projection, spare=True)
    with connect(dsn) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _compare(connection, live, new, partition)


def swap(dsn: str, projection: Projection[Any]) -> None:
    """Put the new table in the live one's place, in one transaction, however the two compare.

    A follower of the live view is overtaken: its next `apply` answers False, and it goes on from the new
    bookmarks.
    """
    live, new = table(projection), table(projection, spare=True)
    with connect(dsn) as connection:
        # bookmarks first: a follower in the middle of a batch holds them and is waited for
        (generation,) = connection.execute(
            "SELECT coalesce(max(generation), 0) + 1 FROM"
            " (SELECT generation FROM view_bookmark WHERE name = ANY(%s) AND version = %s"
            " ORDER BY name, partition FOR UPDATE) AS held",
            ([live.bookmarks, new.bookmarks], projection.version),
        ).fetchone() or (1,)
        _drop(connection, live)
        _rename(connection, new, live)
        connection.execute(
            "UPDATE view_bookmark SET name = %s, generation = %s WHERE name = %s AND version = %s",
            (live.bookmarks, generation, new.bookmarks, projection.version),
        )


def _compare(connection: Connection, live: Table, new: Table, partition: int | None) -> Comparison:
    if _stands(connection, live, partition) != _stands(connection, new, partition):
        raise NotComparable(live.name)
    where = sql.SQL("") if partition is None else sql.SQL(" WHERE partition = {}").format(partition)
    of_live, of_new = (
        sql.SQL("SELECT {} FROM {}{}").format(names(t.stored), t.identifier, where) for t in (live, new)
    )
    counted = connection.execute(
        sql.SQL(
            "SELECT (SELECT count(*) FROM ({live}) AS a), (SELECT count(*) FROM ({new}) AS b),"
            " (SELECT count(*) FROM ({live} EXCEPT ALL {new}) AS c),"
            " (SELECT count(*) FROM ({new} EXCEPT ALL {live}) AS d)"
        ).format(live=of_live, new=of_new)
    ).fetchone()
    assert counted is not None
    return Comparison(*counted)


def _stands(connection: Connection, of: Table, partition: int | None) -> dict[int, Bookmark]:
    return {
        p: Bookmark(seq, bytes(hash_), ordinal)
        for p, seq, hash_, ordinal in connection.execute(
            "SELECT partition, seq, hash, ordinal FROM view_bookmark WHERE name = %s AND version = %s",
            (of.bookmarks, of.projection.version),
        )
        if partition is None or p == partition
    }


def _drop(connection: Connection, of: Table) -> None:
    connection.execute("SET LOCAL client_min_messages = warning")
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(of.identifier))
    connection.execute(
        "DELETE FROM view_bookmark WHERE name = %s AND version = %s", (of.bookmarks, of.projection.version)
    )


def _rename(connection: Connection, old: Table, new: Table) -> None:
    """The table and its indexes, whose names begin with the table's."""
    indexes = connection.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s", (old.name,)
    ).fetchall()
    connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(old.identifier, new.identifier))
    for (index,) in indexes:
        connection.execute(
            sql.SQL("ALTER INDEX {} RENAME TO {}").format(
                sql.Identifier(index), sql.Identifier(new.name + index.removeprefix(old.name))
            )
        )
