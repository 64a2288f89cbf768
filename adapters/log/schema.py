"""The tables of the log, its index and its followers' bookmarks."""

from __future__ import annotations

from importlib.resources import files
from typing import Final
from uuid import UUID, uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from adapters.tables import run_once, take_turn

PARTITIONS: Final = 12


def migrate(
    dsn: str, *, partitions: int = PARTITIONS, log_id: UUID | None = None, schema: str | None = None
) -> None:
    """Create what is missing. A log keeps the identity and partition count it was created with.

    `schema` is made when missing and holds this log alone; without one it is the search path's first.
    """
    script = files(__package__).joinpath("schema.sql").read_text()
    with psycopg.connect(dsn) as connection:
        if schema is not None:
            take_turn(connection)
            connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
            connection.execute(SQL("SET LOCAL search_path TO {}").format(Identifier(schema)))
        run_once(connection, script)
        connection.execute(
            "INSERT INTO log_identity (log_id, partitions) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            (log_id or uuid4(), partitions),
        )
