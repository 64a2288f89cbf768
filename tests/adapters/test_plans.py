"""What is asked for every message is planned by key, whatever the tables held when it was planned.

A statement that is planned once, on an empty table, keeps its plan when the table has millions of rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from adapters.live import rows
from adapters.log import index, postgres
from adapters.log.postgres import BY_KEY
from adapters.views.ground import connect, ensure
from adapters.views.tables import table
from adapters.views.view import statements_of
from projections.catalogue import PROJECTIONS

GROWING = frozenset({"log", "event", "command", "commit", "snapshot"}) | {
    table(projection).name for projection in PROJECTIONS.values()
}
OF_THE_LOG = {
    "append": postgres.APPEND,
    "read": postgres.READ,
    "move": index.MOVE,
    "fill": index.FILL,
    "look up": index.LOOK_UP,
}


def scanned(connection: psycopg.Connection[Any], statement: str) -> set[str]:
    """The growing tables that the plan of a statement with parameters reads from end to end."""
    numbers = iter(range(1, 100))
    numbered = re.sub(r"%[sb]", lambda _: f"${next(numbers)}", statement)
    (found,) = connection.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {numbered}").fetchone() or (None,)
    return {
        node["Relation Name"]
        for node in _nodes(found if isinstance(found, list) else json.loads(found))
        if "Relation Name" in node
        and node["Relation Name"] in GROWING
        and node["Node Type"] != "ModifyTable"
        and not {"Index Cond", "Recheck Cond"} & node.keys()
    }


def _nodes(plan: Any) -> Iterator[dict[str, Any]]:
    if isinstance(plan, list):
        for one in plan:
            yield from _nodes(one)
    elif isinstance(plan, dict):
        if "Node Type" in plan:
            yield plan
        for value in plan.values():
            yield from _nodes(value)


@pytest.mark.parametrize("name", OF_THE_LOG)
def test_no_statement_of_log_or_index_reads_a_whole_table(migrated: str, name: str) -> None:
    with psycopg.connect(migrated) as connection:
        connection.execute(BY_KEY)
        assert scanned(connection, OF_THE_LOG[name]) == set()


@pytest.mark.parametrize("name", ["_CONVERSATIONS", "_CONVERSATIONS_SINCE", "_LINES", "_LINES_SINCE"])
def test_nothing_a_live_stream_asks_for_reads_a_whole_table(migrated: str, name: str) -> None:
    ensure(migrated, list(PROJECTIONS.values()))
    with connect(migrated) as connection:
        connection.execute(BY_KEY)
        asked = re.sub(r"%\(\w+\)s", "%s", getattr(rows, name).as_string(connection))
        assert scanned(connection, asked) == set()


@pytest.mark.parametrize("name", PROJECTIONS)
def test_no_view_reads_a_whole_table_to_fold_a_batch(migrated: str, name: str) -> None:
    ensure(migrated, [PROJECTIONS[name]])
    with connect(migrated) as connection:
        connection.execute(BY_KEY)
        says = statements_of(table(PROJECTIONS[name]))
        for statement in (says.load, says.remove):
            assert scanned(connection, statement.as_string(connection)) == set()


def test_a_statement_that_reads_the_whole_log_is_noticed(migrated: str) -> None:
    with psycopg.connect(migrated) as connection:
        connection.execute(BY_KEY)
        hashed = "SELECT d FROM unnest(%b::int[]) d WHERE d = 1 OR EXISTS (SELECT 1 FROM log WHERE seq = d)"
        assert scanned(connection, hashed) == {"log"}
