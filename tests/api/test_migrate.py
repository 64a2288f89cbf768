"""`atende migrate`: an empty database has all tables afterwards, and a second time changes nothing."""

from __future__ import annotations

import psycopg
import pytest
from typer.testing import CliRunner

from api.cli import app


def tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables").fetchall()}


def test_an_empty_database_has_its_tables_afterwards(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATENDE_DSN", database)
    monkeypatch.setenv("ATENDE_INDEX_KEY", "k" * 16)
    monkeypatch.setenv("ATENDE_MASTER_KEY", "m" * 32)
    assert not {"log", "token", "view_bookmark"} & tables(database)
    for _ in range(2):
        assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
        assert {"log", "event", "bookmark", "token", "view_bookmark"} <= tables(database)
