"""What third parties read: complete, true of what is stored, and never taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic_core import from_json, to_json

from adapters.archive import UPCASTERS, Archive
from adapters.log.record import body_of, event_json
from adapters.schemas import RECORD, catalogue
from commands.catalogue import STREAMS
from tests.adapters.compatible import breaks

GOLDEN = Path(__file__).parent / "golden"
RELEASED = GOLDEN / "schemas.jsonl"
"""What `atende schema NAME` printed when it was released: lines are added, never changed."""

ARCHIVE = Archive(STREAMS.values(), None)
TODAY = catalogue(ARCHIVE)
EVENTS = [json.loads(line) for line in (GOLDEN / "events.jsonl").read_text().splitlines()]


def released() -> list[tuple[str, int, dict[str, Any]]]:
    lines = [json.loads(line) for line in RELEASED.read_text().splitlines()]
    return [
        (name, int(number), schema)
        for line in lines
        for name, numbers in line.items()
        for number, schema in numbers.items()
    ]


# Complete


def test_every_event_of_every_stream_and_the_record_have_their_schema() -> None:
    events = {f"{stream.kind}.{event.__name__}" for stream in STREAMS.values() for event in stream.events}
    assert len(events) > 40
    assert set(TODAY) == events | {RECORD}
    assert {name: {str(ARCHIVE.kept(name).schema)} for name in events} == {
        name: set(TODAY[name]) for name in events
    }


def test_every_schema_is_one() -> None:
    for numbers in TODAY.values():
        for schema in numbers.values():
            assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$schema"]
            Draft202012Validator.check_schema(schema)


def test_every_personal_field_says_whose_words_it_holds_and_no_other_does() -> None:
    for name in ARCHIVE.names:
        kept = ARCHIVE.kept(name)
        fields = TODAY[name][str(kept.schema)]["properties"]
        told = {field: schema["x-privacy"] for field, schema in fields.items() if "x-privacy" in schema}
        assert told == {field: class_.value for field, class_ in kept.personal.items()}
    assert TODAY["conversation.NoteAdded"]["1"]["properties"]["text"]["x-privacy"] == "content"


def test_it_is_told_in_the_same_order_every_time() -> None:
    again = catalogue(Archive(reversed(STREAMS.values()), None))
    assert json.dumps(again) == json.dumps(TODAY)


# True of what is stored


@pytest.mark.parametrize("line", EVENTS, ids=lambda line: f"{line['type']}-{line['schema']}")
def test_a_stored_body_fits_its_schema_and_a_body_without_a_field_does_not(line: dict[str, Any]) -> None:
    schema = TODAY[line["type"]].get(str(line["schema"]))
    if schema is None:
        pytest.fail(f"{line['type']} has schema {list(TODAY[line['type']])}: lift the line, then compare it")
    judge = Draft202012Validator(schema)
    judge.validate(line["body"])
    for field in schema.get("required", []):
        assert not judge.is_valid({name: value for name, value in line["body"].items() if name != field})


def record(**outcome: Any) -> Any:
    events = [event_json("thing-a", 1, "thing.Happened", 1, "2026-03-12T17:32:00+00:00", None, to_json({}))]
    return from_json(body_of([{"command": "AddNote", "stream": "thing-a", **outcome}], events))  # type: ignore[typeddict-item]


def test_a_records_body_fits_its_schema() -> None:
    judge = Draft202012Validator(TODAY[RECORD]["1"])
    judge.validate(record(accepted=1))
    judge.validate(record(refused="NotOpen", fields={}))
    assert not judge.is_valid(record())
    assert not judge.is_valid(record(accepted=1, broken="KeyError"))
    assert not judge.is_valid({**record(accepted=1), "events": [{"stream": "thing-a"}]})


# Never taken back


def test_everything_of_today_is_released() -> None:
    missing = {(name, int(number)) for name, numbers in TODAY.items() for number in numbers} - {
        (name, number) for name, number, _ in released()
    }
    assert not missing, (
        f"{sorted(missing)} would be released: "
        f"`atende schema NAME >> {RELEASED.relative_to(Path(__file__).parents[2])}` adds a line"
    )


@pytest.mark.parametrize(("name", "number", "schema"), released(), ids=lambda each: str(each)[:60])
def test_what_was_released_still_holds(name: str, number: int, schema: dict[str, Any]) -> None:
    assert name in TODAY, f"{name} is in logs that exist: it may no longer be written, but must be read"
    today = TODAY[name].get(str(number))
    if today is None:
        assert (name, number) in UPCASTERS, f"nothing lifts {name} schema {number}"
        return
    broken = breaks(schema, today)
    assert not broken, (
        f"{name} schema {number}: {'; '.join(broken)}. Stored bodies stay as they are: give a new field a "
        "default, or raise the schema with an upcaster in adapters/archive.py"
    )


# The comparison itself

WHOLE: dict[str, Any] = {
    "$defs": {"Size": {"type": "string", "enum": ["small", "large"]}},
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "size": {"$ref": "#/$defs/Size"},
        "at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}], "default": None},
        "codes": {"type": "array", "items": {"type": "integer", "minimum": 0}},
        "inner": {"type": "object", "properties": {"deep": {"type": "boolean"}}, "required": ["deep"]},
        "free": {"type": "object", "additionalProperties": True},
        "pair": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}]},
        "any": {},
    },
    "required": ["name", "size", "codes", "inner"],
}


def changed(*path: str, to: Any = None) -> dict[str, Any]:
    """WHOLE with the value at a path replaced, or gone when there is nothing to put there."""
    copy: dict[str, Any] = json.loads(json.dumps(WHOLE))
    place = copy
    for name in path[:-1]:
        place = place[name]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return copy


def test_nothing_breaks_by_staying_as_it_is() -> None:
    assert breaks(WHOLE, WHOLE) == []
    assert [breaks(schema, schema) for numbers in TODAY.values() for schema in numbers.values()] == [
        [] for _ in TODAY
    ]


@pytest.mark.parametrize(
    "today",
    [
        changed("properties", "more", to={"type": "string", "default": ""}),
        changed("$defs", "Size", "enum", to=["small", "large", "huge"]),
        changed("properties", "name", to={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        changed("properties", "codes", "items", "type", to="number"),
        changed("properties", "codes", "items", "minimum"),
        changed("properties", "inner", "properties", "more", to={"type": "string"}),
        changed("properties", "inner", to={}),
        changed("required", to=["name"]),
        changed("properties", "name", "description", to="what it is called"),
    ],
)
def test_what_is_added_or_wider_passes(today: dict[str, Any]) -> None:
    assert breaks(WHOLE, today) == []


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (changed("properties", "name"), "body.name was removed"),
        (changed("properties", "inner", "properties", "deep"), "body.inner.deep was removed"),
        (changed("properties", "name", "type", to="integer"), "body.name may no longer be string"),
        (changed("properties", "any", to={"type": "string"}), "body.any may no longer be anything"),
        (changed("properties", "at", "anyOf", to=[{"type": "string"}]), "body.at may no longer be null"),
        (changed("properties", "name", "format", to="uuid"), "body.name is held to format 'uuid'"),
        (changed("properties", "name", "enum", to=["a"]), "body.name may no longer be any string"),
        (changed("properties", "name", "const", to="a"), "body.name may no longer be any string"),
        (changed("$defs", "Size", "enum", to=["small"]), "body.size may no longer be 'large'"),
        (changed("properties", "codes", "items", "minimum", to=1), "body.codes[] is held to minimum 1"),
        (changed("properties", "codes", "maxItems", to=9), "body.codes is held to maxItems 9"),
        (
            changed("properties", "codes", "items", "type", to="string"),
            "body.codes[] may no longer be integer",
        ),
        (changed("properties", "pair", "prefixItems", to=[{}]), "body.pair has 1 places instead of 2"),
        (
            changed("properties", "free", "additionalProperties", to={"type": "string"}),
            "body.free.* may no longer be anything",
        ),
        (
            changed("properties", "free", "additionalProperties", to=False),
            "body.free.* may no longer be anything",
        ),
        (changed("required", to=[*WHOLE["required"], "at"]), "body.at is required now"),
        (changed("required", to=[*WHOLE["required"], "new"]), "body.new is required now"),
        (
            changed("properties", "inner", "required", to=["deep", "more"]),
            "body.inner.more is required now",
        ),
    ],
)
def test_what_is_taken_back_is_told_with_its_field(today: dict[str, Any], told: str) -> None:
    assert breaks(WHOLE, today) == [told]


def test_a_keyword_nobody_thought_of_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="if"):
        breaks(WHOLE, changed("properties", "name", "if", to={}))
