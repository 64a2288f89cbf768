"""One house for all walks of a worker: started once, walked through by customers who never meet."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from tests.walks.house import House, a_house


@pytest.fixture(scope="session")
def house(postgres_dsn: str, _valkey: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A furnished house on a database of its own; when it closes its logs are read for people's words."""
    import psycopg

    name = f"walk_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        folder: Path = tmp_path_factory.mktemp("house")
        number = 32 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 32
        url = f"{_valkey.rpartition('/')[0]}/{number}"
        try:
            with a_house(folder, f"{postgres_dsn.rpartition('/')[0]}/{name}", url) as opened:
                yield opened
        finally:
            for made in (name, f"{name}_keyring"):
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(made))
                )
    assert_nobody_is_named(opened)


def assert_nobody_is_named(house: House) -> None:
    for role in house.roles:
        told = role.log.read_text()
        found = [word for word in house.said if len(word) > 4 and word in told]
        assert not found, f"{role.name} logged words of people: {found}"
