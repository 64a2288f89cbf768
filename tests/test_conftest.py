"""What tests are given is theirs alone."""

from __future__ import annotations

import hypothesis
import psycopg
import pytest
import redis
from hypothesis import core

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_empty_whatever_an_earlier_test_left(database: str, turn: int) -> None:
    with psycopg.connect(database) as connection:
        assert connection.execute(TABLES).fetchone() == (0,)
        connection.execute("CREATE TABLE left_behind (n int)")


@pytest.mark.parametrize("turn", [1, 2])
def test_a_migrated_database_has_the_tables_and_nothing_in_the_log(migrated: str, turn: int) -> None:
    with psycopg.connect(migrated) as connection:
        assert connection.execute("SELECT count(*) FROM log").fetchone() == (0,)
        assert connection.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)
        connection.execute("CREATE TABLE left_behind (n int)")


@pytest.mark.parametrize("turn", [1, 2])
def test_valkey_is_empty_whatever_an_earlier_test_left(valkey_url: str, turn: int) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")


def test_luck_is_the_one_that_the_header_names(pytestconfig: pytest.Config) -> None:
    assert core.global_force_seed == int(pytestconfig.getoption("hypothesis_seed"))
    assert hypothesis.settings().deadline is None
    assert not hypothesis.settings().derandomize
