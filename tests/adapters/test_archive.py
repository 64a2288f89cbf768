"""The border of what is stored: names that never change, shapes that stay readable, personal words."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from adapters.archive import Archive, Unclassified, UnknownEvent, personal_fields
from adapters.keyring import Keyring, MemoryKeys
from commands.catalogue import STREAMS
from domain import conversation, delivery
from domain.grammar import Stream
from domain.privacy import Class, Content, ContentData, Identity, Open, SubjectId, TransitData

GOLDEN = Path(__file__).parent / "golden" / "events.jsonl"
"""One stored event of every kind and schema ever released: lines are added, never changed."""

EVENTS = [event for stream in STREAMS.values() for event in stream.events]


SUBJECT = SubjectId("7d1d6a52-0e0b-4c56-9a0e-3c5cf0c1a2b3")
DAY = date(2026, 3, 12)


def archive(keyring: Keyring | None = None) -> Archive:
    """An archive that has the keys of one subject, and of the day, at hand."""
    kept = Archive(STREAMS.values(), keyring or Keyring(MemoryKeys()))
    kept.hold(dict.fromkeys(("conversation-c", "delivery-d", "agent-a", "chat-r"), SUBJECT), DAY)
    return kept


def written(kept: Archive, event: Any, stream: str = "conversation-c", version: int = 1) -> Any:
    """Name, schema and body of an event, as it would stand in a record."""
    name, schema, body = kept.write(event, stream, version, SUBJECT)
    return name, schema, from_json(body)


def clear(kept: Archive, name: str, event: Any) -> Any:
    """What an event says, all of it, as JSON."""
    return kept.kept(name).adapter.dump_python(event, mode="json")


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
    event = kept.read(line["type"], line["schema"], line["body"], "conversation-c", 1)
    name, schema, body = written(kept, event)
    assert name == line["type"]
    if schema == line["schema"]:
        again = kept.read(name, schema, body, "conversation-c", 1)
        assert again == event
        assert line["body"].items() <= clear(kept, name, again).items()


def test_names_say_the_kind_and_the_event_and_no_module() -> None:
    assert all(name.count(".") == 1 and "domain" not in name for name in archive().names)
    assert len(archive().names) == len(EVENTS)


@given(st.data())
def test_what_is_written_is_read_back_as_it_was(data: st.DataObject) -> None:
    made = st.one_of(*(st.from_type(event) for event in EVENTS if plain(event)))
    # a NUL cannot be written, and what is no number is none in JSON
    event = data.draw(made.filter(lambda event: not re.search(r"\\x00|\bnan\b|\binf\b", repr(event))))
    kept = archive()
    name, schema, body = written(kept, event)
    assert kept.read(name, schema, body, "conversation-c", 1) == event


def plain(event: type) -> bool:
    """Whether Hypothesis can make one by itself: no free JSON in it."""
    return event not in (conversation.MessageReceived, conversation.SendRequested, delivery.Received) and all(
        "datetime" not in str(kind) for kind in event.__annotations__.values()
    )


def test_a_newer_events_schema_is_refused_and_not_guessed() -> None:
    with pytest.raises(UnknownEvent):
        archive().read("conversation.Closed", 2, {}, "conversation-c", 1)
    with pytest.raises(UnknownEvent):
        archive().read("conversation.Teleported", 1, {}, "conversation-c", 1)


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
        Archive([Stream("oops", (event,), None, lambda state, _: state)], None)


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


@dataclass(frozen=True)
class Counted:
    secrets: Annotated[dict[str, int] | tuple[int, ...], Class.CONTENT]


def test_a_shape_that_cannot_be_told_when_it_is_gone_may_not_be_stored() -> None:
    with pytest.raises(Unclassified, match="secrets"):
        Archive([Stream("oops", (Counted,), None, lambda state, _: state)], None)


@dataclass(frozen=True)
class OnItsWay:
    items: TransitData
    note: Content


def test_what_is_on_its_way_in_is_nobodys_yet() -> None:
    with pytest.raises(Unclassified, match="OnItsWay"):
        Archive([Stream("oops", (OnItsWay,), None, lambda state, _: state)], None)


# Older shapes


@dataclass(frozen=True)
class Grown:
    name: Open
    size: int


def test_an_older_body_is_lifted_step_by_step() -> None:
    lifted = Archive(
        [Stream("thing", (Grown,), None, lambda state, _: state)],
        None,
        {
            ("thing.Grown", 1): lambda body: {"name": body["title"]},
            ("thing.Grown", 2): lambda body: {**body, "size": 0},
        },
    )
    assert lifted.kept("thing.Grown").schema == 3
    assert lifted.read("thing.Grown", 1, {"title": "old"}, "thing-a", 1) == Grown("old", 0)
    assert lifted.read("thing.Grown", 2, {"name": "newer"}, "thing-a", 1) == Grown("newer", 0)
    assert lifted.read("thing.Grown", 3, {"name": "now", "size": 3}, "thing-a", 1) == Grown("now", 3)
