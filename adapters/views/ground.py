"""What stands in the database before a view can be followed, and what may go when nobody needs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from adapters.tables import run_once, take_turn
from adapters.views.tables import Table, table
from adapters.views.view import Connect, Connection
from projections.answer import Projection

BOOKMARKS: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS view_bookmark (
    name       text    NOT NULL,
    version    integer NOT NULL,
    partition  integer NOT NULL,
    seq        bigint  NOT NULL,
    hash       bytea   NOT NULL,
    ordinal    bigint  NOT NULL,
    generation integer NOT NULL DEFAULT 1,
    PRIMARY KEY (name, version, partition)
) WITH (fillfactor = 50)
"""
"""`generation` counts how often the table was swapped for one built anew."""


def connect(dsn: str) -> Connection:
    """A connection as views want it: its times in UTC, and no commit waiting for the disk. What a crash takes
    away is rows with their bookmark, and both are folded again."""
    connection: Connection = psycopg.connect(
        dsn, options="-c timezone=UTC -c synchronous_commit=off", application_name="atende-views"
    )
    connection.prepare_threshold, connection.prepared_max = 2, 400
    return connection


def in_turns(connect: Connect) -> Connect:
    """One connection for views that are folded one after another on a thread; another when that is closed."""
    held: Connection | None = None

    def connected() -> Connection:
        nonlocal held
        if held is None or held.closed:
            held = connect()
        return held

    return connected


def ensure(dsn: str, projections: Sequence[Projection[Any]]) -> None:
    """Make what is missing: the bookmarks, and a table with its indexes per projection and version.

    A projection of a new version starts empty beside the table of the old one, which stays until `retire`.
    """
    with connect(dsn) as connection:
        run_once(connection, BOOKMARKS)
        for projection in projections:
            statements = (statement.as_string(connection) for statement in table(projection).create())
            run_once(connection, "; ".join(statements))


def make(connection: Connection, of: Table) -> None:
    for statement in of.create():
        connection.execute(statement)


def retire(dsn: str, projections: Sequence[Projection[Any]]) -> list[str]:
    """Drop the tables of older versions whose successors have caught up with them; answer their names."""
    gone: list[str] = []
    with connect(dsn) as connection:
        take_turn(connection)
        for projection in projections:
            for (version,) in connection.execute(
                "SELECT old.version FROM view_bookmark AS old"
                " LEFT JOIN view_bookmark AS now ON now.name = old.name"
                " AND now.partition = old.partition AND now.version = %(version)s"
                " WHERE old.name = %(name)s AND old.version < %(version)s GROUP BY old.version"
                " HAVING bool_and(coalesce(now.seq, 0) >= old.seq) ORDER BY old.version",
                {"name": projection.name, "version": projection.version},
            ).fetchall():
                name = f"view_{projection.name}_v{version}"
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))
                connection.execute(
                    "DELETE FROM view_bookmark WHERE name = %s AND version = %s", (projection.name, version)
                )
                gone.append(name)
    return gone
