"""Tables are made once, and whoever starts later waits for nobody at work."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from adapters.tables import run_once
from api.wiring import reading

MADE = (
    "CREATE TABLE IF NOT EXISTS made (n integer PRIMARY KEY); CREATE INDEX IF NOT EXISTS made_n ON made (n)"
)


def run(dsn: str, script: str) -> bool:
    with psycopg.connect(dsn) as connection:
        return run_once(connection, script)


def test_a_script_runs_once_and_another_one_runs_too(database: str) -> None:
    other = f"{MADE}; ALTER TABLE made ADD COLUMN IF NOT EXISTS m integer"
    assert [run(database, script) for script in (MADE, MADE, other, other, MADE)] == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_what_somebody_took_away_is_made_again(database: str) -> None:
    assert run(database, MADE)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP TABLE made")
        assert run(database, MADE)
        connection.execute("DROP TABLE script")
    assert run(database, MADE)


def test_a_script_that_fails_was_not_run(database: str) -> None:
    wrong = f"{MADE}; SELECT 1 / 0"
    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            run(database, wrong)
    assert run(database, MADE)


def test_a_role_that_starts_waits_for_nobody_who_reads_or_writes(migrated: str) -> None:
    reading.migrate(migrated)
    with psycopg.connect(migrated) as busy:
        tables = busy.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchall()
        assert len(tables) > 20
        for name in {name for (name,) in tables} - {"script"}:
            busy.execute(f"LOCK TABLE {name} IN ROW EXCLUSIVE MODE".encode())  # as whoever writes a row
        hasty = make_conninfo(migrated, options="-c lock_timeout=1s")
        reading.migrate(hasty)
        with psycopg.connect(migrated) as forgetful:
            forgetful.execute("DELETE FROM script")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            reading.migrate(hasty)
