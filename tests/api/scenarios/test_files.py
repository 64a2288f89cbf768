"""Files: what is none is told by the name of the field, and the page about them tells the truth."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.scenarios.events import Event
from api.scenarios.reading import Invalid
from api.wiring.scenarios import play_scenario

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios-clocks.md").read_text()
AT = "2026-03-12T10:00:00-03:00"


def event(**fields: Any) -> dict[str, Any]:
    return {"events": [{"at": AT, "conversation": "c", **fields}]}


def calendar(**fields: Any) -> dict[str, Any]:
    return {"calendars": {"x": fields}, "events": []}


@pytest.mark.parametrize(
    ("scenario", "field"),
    [
        ({}, "events"),
        ([], "the file"),
        (event(event="mesage"), "events[0].event"),
        (event(event="message", at="2026-03-12T10:00:00"), "events[0].at"),
        (event(event="message", at=1700000000), "events[0].at"),
        (event(event="message", colour="red"), "events[0].colour"),
        (event(event="message", conversation=""), "events[0].conversation"),
        (event(event="message", channel="site"), "events[0].channel"),
        (event(event="handoff", priority="soon"), "events[0].priority"),
        (event(event="transfer"), "events[0]"),
        (event(event="agent_message", asked_at="2026-03-12T10:00:01-03:00"), "events[0].asked_at"),
        (
            {"events": [{"at": AT, "event": "policy", "policy": {"calendar": "x"}}]},
            "events[0].policy.calendar",
        ),
        ({"events": [{"at": AT, "event": "look"}], "until": "2026-03-12T09:00:00-03:00"}, "until"),
        ({"events": [], "policy": {"calendar": "x"}}, "policy.calendar"),
        ({"events": [], "policy": {"queues": {"q": {"calendar": "x"}}}}, "policy.queues.q.calendar"),
        ({"events": [], "policy": {"targets": {"urgent": {"first": 0}}}}, "policy.targets.urgent.first"),
        ({"events": [], "policy": {"targets": {"urgent": {"first": "5"}}}}, "policy.targets.urgent.first"),
        ({"events": [], "policy": {"warnings": [80, 50]}}, "policy.warnings"),
        (calendar(week={"monday": []}), "calendars.x.week.monday"),
        (calendar(week={"mon": ["8-12"]}), "calendars.x.week.mon[0]"),
        (calendar(week={"mon": ["12:00-08:00"]}), "calendars.x.week.mon[0]"),
        (calendar(week={"mon": ["08:00-12:00", "11:00-13:00"]}), "calendars.x.week.mon"),
        (calendar(zone="America/Atlantida"), "calendars.x.zone"),
        (calendar(holidays="BR-XX"), "calendars.x.holidays"),
        (calendar(closed=["2026-02-30"]), "calendars.x.closed[0]"),
        (calendar(always=True, week={"mon": ["08:00-12:00"]}), "calendars.x"),
    ],
)
def test_what_is_wrong_is_told_by_its_field(scenario: Any, field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        play_scenario(json.dumps(scenario).encode())
    assert [name for name, _ in invalid.value.problems] == [field]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"null"])
def test_what_is_no_json_object_is_no_scenario(body: bytes, tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_bytes(body)
    ended = CliRunner().invoke(app, ["clocks", "--scenario", str(file), "--json"])
    assert ended.exit_code == 2
    assert json.loads(ended.stdout)["problems"][0]["field"] == "the file"


def test_a_file_that_is_not_there_is_told_without_a_traceback(tmp_path: Path) -> None:
    ended = CliRunner().invoke(app, ["clocks", "--scenario", str(tmp_path / "none.json")])
    assert ended.exit_code == 2
    assert "cannot be read" in ended.stderr


def test_the_example_says_what_the_page_says_about_it(tmp_path: Path) -> None:
    (example,) = (block for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL) if '"events"' in block)
    file = tmp_path / "scenario.json"
    file.write_text(example)
    ended = CliRunner().invoke(app, ["clocks", "--scenario", str(file), "--json"])
    assert ended.exit_code == 0
    found = json.loads(ended.stdout)
    assert [(b["at"], b["due_at"], b["cause"]) for b in found["breaches"]] == [
        ("2026-03-12T13:40:00Z", "2026-03-12T13:21:00Z", "void")
    ]
    assert [(e["at"], e["level"]) for e in found["escalations"]] == [
        ("2026-03-12T13:40:00Z", "supervisor"),
        ("2026-03-12T14:01:00Z", "manager"),
    ]


def test_people_get_a_summary(tmp_path: Path) -> None:
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(event(event="call")))
    ended = CliRunner().invoke(app, ["clocks", "--scenario", str(file)])
    assert ended.exit_code == 0
    assert "c#2  first  geral" in ended.stdout


def test_every_event_and_each_of_its_fields_is_on_the_page() -> None:
    kinds = get_args(get_args(Event)[0])
    events = PAGE[PAGE.index("## Events") : PAGE.index("## The answer")]
    rows = {
        name.strip("` "): row
        for row in re.findall(r"^\| `.*$", events, re.MULTILINE)
        for name in row.split("|")[1].split(",")
    }
    for kind in kinds:
        for name in get_args(kind.model_fields["event"].annotation):
            for field in kind.model_fields.keys() - {"at", "event", "conversation"}:
                shared = rows["agent_message"] if name == "template" else ""
                assert f"`{field}`" in rows[name] + shared, f"{name}.{field}"
