"""`atende route`: what is read, what is refused by name, and what the page about it promises."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from api.rehearsal.events import Event
from api.rehearsal.parts import Agent, Queue
from api.rehearsal.scenario import Fault, Invalid, read, run
from api.rehearsal.telling import told

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios-route.md").read_text()
EXAMPLES: list[str] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
GOOD: dict[str, Any] = {
    "queues": [{"id": "geral"}],
    "agents": [{"id": "ana", "queues": ["geral"], "capacity": 1}],
    "events": [
        {"at": 0, "event": "arrives", "conversation": "c1", "queue": "geral"},
        {"at": 1, "event": "accepts", "conversation": "c1", "agent": "ana"},
    ],
}


def route(tmp_path: Path, body: bytes, *more: str) -> tuple[int, dict[str, Any]]:
    file = tmp_path / "day.json"
    file.write_bytes(body)
    ended = CliRunner().invoke(app, ["route", "--scenario", str(file), "--json", *more])
    return ended.exit_code, json.loads(ended.stdout.splitlines()[-1])


def test_a_scenario_is_played_and_printed_as_one_object(tmp_path: Path) -> None:
    status, result = route(tmp_path, json.dumps(GOOD).encode())
    assert status == 0
    assert [f["kind"] for f in result["facts"]][:3] == ["entered_waiting", "offered", "assigned"]


def changed(path: str, value: Any) -> bytes:
    """The good scenario with one value put elsewhere: `events.0.queue`. `...` takes the field away."""
    scenario = json.loads(json.dumps(GOOD))
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place = scenario
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(scenario).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("queues", []),
        ("queues", ...),
        ("queues.0.id", ""),
        ("queues.0.id", 5),
        ("queues.0.mode", "push"),
        ("queues.0.strategy", "random"),
        ("queues.0.offer_for", 0),
        ("queues.0.offer_for", "30"),
        ("queues.0.offline_policy", "forget"),
        ("queues.0.prefer_last_for", -1),
        ("queues.0.surprise", 1),
        ("agents.0.capacity", -1),
        ("agents.0.capacity", 1.5),
        ("agents.0.capacity", True),
        ("agents.0.capacity", ...),
        ("agents.0.ceiling", 0),
        ("agents.0.availability", "asleep"),
        ("agents.0.idle_since", 5),
        ("events.0.at", -1),
        ("events.0.at", 1e12),
        ("events.0.at", None),
        ("events.0.event", "explodes"),
        ("events.0.event", ...),
        ("events.0.queue", "nowhere"),
        ("events.0.priority", "asap"),
        ("events.0.last_agent", "nobody"),
        ("events.0.waiting_since", 1),
        ("events.1.agent", "nobody"),
        ("events.1.conversation", "nowhere"),
        ("events.1.conversation", ...),
        ("until", -5),
        ("until", "later"),
    ],
)
def test_a_wrong_field_is_named_and_the_status_is_2(path: str, value: Any, tmp_path: Path) -> None:
    status, problem = route(tmp_path, changed(path, value))
    assert status == 2
    assert problem["rule"] == "InvalidScenario"
    assert path in [error["field"] for error in problem["errors"]]
    assert all(error["message"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"event": "transfers", "agent": "ana", "conversation": "c1", "reason": "x"}, "to_agent"),
        ({"event": "agent_changes", "agent": "ana", "queues": ["geral", "x"]}, "queues.1"),
        ({"event": "agent_changes", "agent": "ana", "capacity": 3, "ceiling": 2}, "ceiling"),
        (
            {"event": "logs_out", "agent": "ana", "conversations": [{"conversation": "x", "choice": "keep"}]},
            "conversations.0.conversation",
        ),
        (
            {
                "event": "logs_out",
                "agent": "ana",
                "conversations": [{"conversation": "c1", "choice": "transfer"}],
            },
            "conversations.0.to_agent",
        ),
        ({"event": "queue_changes", "queue": "x"}, "queue"),
        ({"event": "queue_changes", "queue": "geral", "required": {"fibra": 0}}, "required.fibra"),
        ({"event": "pauses", "agent": "ana"}, "reason"),
    ],
)
def test_what_only_shows_in_an_event_is_named_too(event: dict[str, Any], field: str, tmp_path: Path) -> None:
    body = json.dumps(GOOD | {"events": [*GOOD["events"], {"at": 2, **event}]}).encode()
    status, problem = route(tmp_path, body)
    assert status == 2
    assert [error["field"] for error in problem["errors"]] == [f"events.2.{field}"]


@pytest.mark.parametrize(
    "hours", [[[5, 5]], [[9, 5]], [[5, 9], [9, 12]], [[20, 30], [1, 2]], [[1, 2, 3]], [1, 2], "9-18"]
)
def test_hours_that_are_no_spans_in_order_are_named(hours: object, tmp_path: Path) -> None:
    status, problem = route(tmp_path, changed("queues.0.hours", hours))
    assert status == 2
    assert all(error["field"].startswith("queues.0.hours") for error in problem["errors"])


def test_names_are_given_once(tmp_path: Path) -> None:
    twice = GOOD | {"agents": GOOD["agents"] * 2, "queues": GOOD["queues"] * 2}
    status, problem = route(tmp_path, json.dumps(twice).encode())
    assert status == 2
    assert [error["field"] for error in problem["errors"]] == ["queues.1.id", "agents.1.id"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"5", b"null", b"\xff\xfe", b"[" * 9999, b'{"queues": NaN}']
)
def test_what_is_no_scenario_at_all_ends_with_2(body: bytes, tmp_path: Path) -> None:
    status, problem = route(tmp_path, body)
    assert status == 2
    assert problem["errors"][0]["field"] in ("scenario", "queues")


def test_a_file_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["route", "--scenario", str(tmp_path / "none"), "--json"])
    assert ended.exit_code == 2
    assert json.loads(ended.stdout)["errors"][0]["field"] == "scenario"


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["queues", "agents", "events", "id", "at", "event"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(JSON)
def test_whatever_json_comes_it_is_played_or_named(value: Any) -> None:
    assert all(fault.field and fault.message for fault in faults(json.dumps(value).encode()))


def faults(body: bytes) -> list[Fault]:
    try:
        run(read(body))
    except Invalid as invalid:
        return invalid.faults
    return []


# The page


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_page_is_played(example: str) -> None:
    assert told(run(read(example.encode())))["facts"]


def test_the_first_example_comes_out_as_the_page_says() -> None:
    facts = told(run(read(EXAMPLES[0].encode())))["facts"]
    offers = [(f["at"], f["conversation"]) for f in facts if f["kind"] == "offered"]
    assert offers == [(0, "c2"), (300, "c1")]


def test_every_event_and_every_field_is_on_the_page() -> None:
    happens = PAGE.partition("## What can happen")[2].partition("## What comes out")[0]
    kinds = get_args(get_args(Event)[0])
    assert len(kinds) == 25
    for kind in kinds:
        (name,) = get_args(kind.model_fields["event"].annotation)
        (row,) = re.findall(rf"^\| [^|]*`{name}`[^|]* \|.*$", happens, re.MULTILINE)
        own = set(kind.model_fields) - {"event", "at"}
        if name != "queue_changes":
            assert all(f"`{field}`" in row for field in own), name
    for model in (Queue, Agent):
        assert all(f"`{field}`" in PAGE for field in model.model_fields)


def test_every_kind_of_fact_that_is_told_is_on_the_page() -> None:
    rehearsal = Path(__file__).parents[3] / "domain" / "routing" / "rehearsal"
    source = "".join(file.read_text() for file in rehearsal.glob("*.py"))
    kinds = set(re.findall(r'\.tell\(\s*"(\w+)"', source)) | {"queue_opened", "queue_closed", "refused"}
    rules = set(re.findall(r'No\("(\w+)"', source))
    assert len(kinds) > 20
    assert {name for name in kinds | rules if f"`{name}`" not in PAGE} == set()


# Words


def said(text: str) -> dict[str, Any]:
    ended = CliRunner().invoke(app, ["route", "--text", text, "--json"])
    assert ended.exit_code == 0
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def test_a_fault_is_urgent_and_goes_to_the_technicians_at_once() -> None:
    answer = said("estou sem internet desde ontem")
    assert (answer["action"], answer["queue"], answer["priority"], answer["subject"]) == (
        "queue",
        "suporte-tecnico",
        "urgent",
        "technical",
    )


def test_hello_is_answered_first_and_leads_to_the_general_queue() -> None:
    answer = said("oi")
    assert (answer["action"], answer["says"]) == ("asks", "greeting")
    assert (answer["queue"], answer["priority"]) == ("geral", "normal")


def test_cancelling_asks_first_and_leads_to_cancellations_as_high() -> None:
    answer = said("quero cancelar")
    assert (answer["action"], answer["queue"], answer["priority"]) == ("asks", "cancelamento", "high")


def test_one_of_scenario_and_text_is_asked_for() -> None:
    assert CliRunner().invoke(app, ["route"]).exit_code == 2
