"""The border of what is stored: names that never change, shapes that stay readable, personal words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from adapters.archive import Archive, Unclassified, UnknownEvent, personal_fields
from commands.catalogue import STREAMS
from domain import conversation, delivery
from domain.grammar import Stream
from domain.privacy import Class, Content, ContentData, Identity, Open

GOLDEN = Path(__file__).parent / "golden" / "events.jsonl"
"""One stored event of every kind and schema ever released: lines are added, never changed."""

EVENTS = [event for stream in STREAMS.values() for event in stream.events]


def archive() -> Archive:
    return Archive(STREAMS.values())


def golden() -> list[dict[str, Any]]:
    return [json.loads(line) for line in GOLDEN.read_text().splitlines()]


def test_every_event_of_today_has_a_golden_one() -> None:
    kept = archive()
    assert {(name, kept.kept(name).schema) for name in kept.names} <= {
        (line["type"], line["schema"]) for line in golden()
    }


@pytest.mark.parametrize("line", golden(), ids=lambda line: f"{line['type']}-{line['schema']}")
def test_a_golden_event_is_still_read_and_means_the_same(line: dict[str, Any]) -> None:
    kept = archive()
    event = kept.read(line["type"], line["schema"], line["body"])
    name, schema, body = kept.write(event)
    assert name == line["type"]
    if schema == line["schema"]:
        assert from_json(body) == line["body"]


def test_names_say_the_kind_and_the_event_and_no_module() -> None:
    assert all(name.count(".") == 1 and "domain" not in name for name in archive().names)
    assert len(archive().names) == len(EVENTS)


@given(st.data())
def test_what_is_written_is_read_back_as_it_was(data: st.DataObject) -> None:
    event = data.draw(st.one_of(*(st.from_type(event) for event in EVENTS if plain(event))))
    kept = archive()
    name, schema, body = kept.write(event)
    assert kept.read(name, schema, from_json(body)) == event


def plain(event: type) -> bool:
    """Whether Hypothesis can make one by itself: no free JSON in it."""
    return event not in (conversation.MessageReceived, conversation.SendRequested, delivery.Received) and all(
        "datetime" not in str(kind) for kind in event.__annotations__.values()
    )


def test_a_newer_events_schema_is_refused_and_not_guessed() -> None:
    with pytest.raises(UnknownEvent):
        archive().read("conversation.Closed", 2, {})
    with pytest.raises(UnknownEvent):
        archive().read("conversation.Teleported", 1, {})


# Whose words


@dataclass(frozen=True)
class Confided:
    secret: str


@dataclass(frozen=True)
class Deep:
    inner: tuple[Confided | None, ...]


@dataclass(frozen=True)
class Marked:
    name: Identity
    words: Content | None
    more: ContentData
    code: Open


@pytest.mark.parametrize("event", [Confided, Deep])
def test_a_text_nobody_has_thought_about_may_not_be_stored(event: type) -> None:
    with pytest.raises(Unclassified, match="secret"):
        Archive([Stream("oops", (event,), None, lambda state, _: state)])


def test_marked_fields_are_known_by_their_class() -> None:
    assert personal_fields(Marked) == {"name": Class.IDENTITY, "words": Class.CONTENT, "more": Class.CONTENT}


def test_what_customers_say_and_who_they_are_is_marked_everywhere() -> None:
    kept = archive()
    assert kept.kept("conversation.MessageReceived").personal == {
        "provider_id": Class.IDENTITY,
        "text": Class.CONTENT,
        "content": Class.CONTENT,
    }
    assert kept.kept("delivery.Received").personal == {"items": Class.TRANSIT}
    assert kept.kept("agent.Welcomed").personal == {"name": Class.IDENTITY}


# Older shapes


@dataclass(frozen=True)
class Grown:
    name: Open
    size: int


def test_an_older_body_is_lifted_step_by_step() -> None:
    lifted = Archive(
        [Stream("thing", (Grown,), None, lambda state, _: state)],
        {
            ("thing.Grown", 1): lambda body: {"name": body["title"]},
            ("thing.Grown", 2): lambda body: {**body, "size": 0},
        },
    )
    assert lifted.kept("thing.Grown").schema == 3
    assert lifted.read("thing.Grown", 1, {"title": "old"}) == Grown("old", 0)
    assert lifted.read("thing.Grown", 2, {"name": "newer"}) == Grown("newer", 0)
    assert lifted.read("thing.Grown", 3, {"name": "now", "size": 3}) == Grown("now", 3)
