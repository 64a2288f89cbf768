"""Settings as tables: what is written is harmless and read back as it was; what is read is judged whole."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.models.sheets import AGENT_COLUMNS, QUEUE_COLUMNS, USER_COLUMNS, AgentLine, QueueLine, UserLine
from api.sheets import MARK, Unreadable, read, write
from tests.api.house import House

WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)


def send(house: House, what: str, table: str | bytes, who: str = "dora", key: str | None = None) -> Any:
    content = table.encode() if isinstance(table, str) else table
    headers = {"Content-Type": "text/csv"}
    return house.request("POST", f"/v1/settings/{what}", who, content=content, headers=headers, key=key)


def faults(answer: Any) -> list[tuple[str, str]]:
    assert (answer.status_code, answer.json()["rule"]) == (422, "Invalid")
    return [(fault["field"], fault["code"]) for fault in answer.json()["errors"]]


# Cells


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5))
def test_what_was_written_is_read_back_as_it_was(pairs: list[tuple[str, str]]) -> None:
    rows = [{"a": one.strip(), "b": other.strip()} for one, other in pairs]
    told = [dict(row.cells) for row in read(write(("a", "b"), rows), ("a", "b"), ("a",))]
    assert told == [row for row in rows if any(row.values())]


@given(WORDS)
def test_no_cell_begins_as_a_formula_does(word: str) -> None:
    table = write(("a",), [{"a": f"={word}"}, {"a": f"+{word}"}, {"a": f"\t{word}"}, {"a": word}])
    cells = csv.reader(io.StringIO(table.removeprefix(MARK), newline=""), delimiter=";")
    assert not [cell for row in cells for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("table", "line", "code"),
    [
        ("", 1, "column_missing"),
        ("b\n1\n", 1, "column_missing"),
        ("a;x\n1;2\n", 1, "column"),
        ("a;a\n1;2\n", 1, "column"),
        ("a;b\n1;2\n\n3\n", 4, "cells"),
        ('a;b\n1;2\n"3;4\n', 3, "csv"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(table: str, line: int, code: str) -> None:
    with pytest.raises(Unreadable) as why:
        read(table, ("a", "b"), ("a",))
    assert (why.value.line, why.value.code) == (line, code)


def test_a_table_with_commas_is_one_too_and_lines_are_counted_through_cells_that_span_them() -> None:
    rows = read('a,b\n1,"two\nlines"\n3,4\n', ("a", "b"), ("a",))
    assert [(row.line, row.cells["a"]) for row in rows] == [(2, "1"), (4, "3")]


# Settings


def test_all_that_is_set_has_its_column_so_that_a_table_takes_nothing_away() -> None:
    assert set(QueueLine.model_fields) == set(QUEUE_COLUMNS)
    assert set(AgentLine.model_fields) == set(AGENT_COLUMNS)
    assert set(UserLine.model_fields) == set(USER_COLUMNS)


def test_what_goes_out_comes_in_again_and_changes_nothing(house: House) -> None:
    routing = {"mode": "pull", "required": {"fibra": 2}, "relax_after": 90.5, "weights": {"urgent": 2}}
    house.put("/v1/queues/suporte/routing", routing, "dora")
    house.put(
        "/v1/queues/suporte/service",
        {"reasons": ["technical/solved"], "reopening": 12, "opening_template": "volta"},
        "dora",
    )
    shift = {"weekday": 0, "starts": 480, "ends": 725}
    equipped = {"queues": ["suporte"], "skills": {"fibra": 3}, "capacity": 2, "ceiling": 9, "shifts": [shift]}
    house.put("/v1/agents/bia/routing", equipped, "dora")
    house.put("/v1/agents/ana", {"name": "=2+2", "active": False}, "dora")
    before = len(house.inbox.history)
    for what in ("queues", "agents"):
        out = house.get(f"/v1/settings/{what}", "dora")
        assert out.headers["content-type"] == "text/csv; charset=utf-8"
        answer = send(house, what, out.content)
        assert answer.json()["changed"] == [], what
    assert len(house.inbox.history) == before
    assert "'=2+2;não" in house.get("/v1/settings/agents", "dora").text


def test_a_table_makes_and_changes_what_its_lines_say_and_leaves_the_rest(house: House) -> None:
    house.put("/v1/queues/suporte/routing", {"mode": "pull", "prefer_last": 30}, "dora")
    table = "queue_id;name;mode\nsuporte;Suporte;assign\nvendas;Vendas;\n"
    assert send(house, "queues", table).json() == {"lines": 2, "changed": ["suporte", "vendas"]}
    queues = {row["queue_id"]: row for row in house.get("/v1/queues").json()["items"]}
    assert (queues["suporte"]["name"], queues["suporte"]["mode"]) == ("Suporte", "assign")
    assert queues["suporte"]["prefer_last"] == 30
    assert queues["vendas"]["mode"] == "offer"
    assert queues["geral"]["name"] == "Geral"
    answer = send(house, "agents", "agent_id,name,queues,skills,active\nzo,Zo,vendas|geral,fibra:2,sim\n")
    assert answer.json()["changed"] == ["zo"]
    told = house.get("/v1/agents/zo", "dora").json()
    assert (told["queues"], told["skills"]) == (["geral", "vendas"], {"fibra": 2})
    assert send(house, "agents", "agent_id;active\nzo;não\n").json()["changed"] == ["zo"]
    assert house.get("/v1/agents/zo", "dora").json()["active"] is False


def test_one_bad_line_keeps_all_out_and_each_fault_has_its_line(house: House) -> None:
    before = len(house.inbox.history)
    table = "queue_id;name;mode;offer_for\nnova;Nova;offer;30\nruim;Ruim;hoje;2\nsem-nome;;;\nnova;Outra;;\n"
    assert faults(send(house, "queues", table)) == [
        ("line.3.mode", "enum"),
        ("line.3.offer_for", "greater_than_equal"),
        ("line.4.name", "missing"),
        ("line.5.queue_id", "twice"),
    ]
    agents = "agent_id;name;queues;capacity;ceiling;active\nzo;Zo;vendas;4;2;talvez\nrui;Rui;vendas;4;2;sim\n"
    assert faults(send(house, "agents", agents)) == [
        ("line.2.active", "yes_or_no"),
        ("line.3.queues", "unknown_queue"),
        ("line.3.ceiling", "greater_than_equal"),
    ]
    assert len(house.inbox.history) == before


def test_a_retired_queue_does_not_come_back_by_a_table(house: House) -> None:
    assert send(house, "queues", "queue_id;active\nsuporte;não\n").json()["changed"] == ["suporte"]
    assert faults(send(house, "queues", "queue_id;active\nsuporte;sim\n")) == [("line.2.active", "retired")]


def test_what_is_no_text_is_no_table(house: House) -> None:
    assert faults(send(house, "queues", b"queue_id\n\xff\n")) == [("line.1.*", "csv")]


def test_the_same_table_again_under_its_key_does_nothing_twice(house: House) -> None:
    table = "queue_id;name\nvendas;Vendas\n"
    send(house, "queues", table, key="k")
    before = len(house.inbox.history)
    assert send(house, "queues", table, key="k").status_code == 200
    assert len(house.inbox.history) == before


@pytest.mark.parametrize("who", ["carla", "erp", "parede"])
def test_only_whoever_runs_the_desk_sets_it_by_tables(house: House, who: str) -> None:
    assert send(house, "queues", "queue_id\n", who).json()["rule"] == "Forbidden"
    assert house.get("/v1/settings/agents", who).json()["rule"] == "Forbidden"
