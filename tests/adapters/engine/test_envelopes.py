"""A command comes out of the topic as it went in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.engine.envelopes import Envelope, Envelopes, UnreadableCommand
from commands.catalogue import HANDLERS
from commands.firstline import AnswerBurst
from commands.intention import Command
from domain.firstline import FirstLineSettings
from tests.luck import examples

ENVELOPES = Envelopes(HANDLERS)


st.register_type_strategy(  # ours are dicts, as they come out of JSON
    Mapping, lambda hint: st.dictionaries(*map(st.from_type, get_args(hint)), max_size=3)
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
OBJECTS = st.dictionaries(WORDS, WORDS | st.integers() | st.booleans() | st.none(), max_size=3)
JSON_OBJECT = dict[str, Any]


def commands(kind: type[Command]) -> st.SearchStrategy[Command]:
    """Commands of a kind; where it holds JSON, JSON."""
    objects: dict[str, st.SearchStrategy[Any]] = {
        name: st.lists(OBJECTS, max_size=2).map(tuple) if get_origin(hint) is tuple else OBJECTS
        for name, hint in get_type_hints(kind).items()
        if JSON_OBJECT in (hint, *get_args(hint))
    }
    if kind is AnswerBurst:
        objects["settings"] = st.builds(FirstLineSettings, company=WORDS, phone=WORDS)
    return st.builds(kind, **objects)


@pytest.mark.parametrize("kind", HANDLERS, ids=lambda kind: kind.__name__)
@examples(15)
@given(data=st.data())
def test_every_command_comes_out_as_it_went_in(kind: type[Command], data: st.DataObject) -> None:
    command = data.draw(commands(kind))
    assert ENVELOPES.unpack(ENVELOPES.pack(command, "serve-1")) == Envelope(command, "serve-1")


@given(st.binary() | st.binary().map(lambda tail: b"1 HearMessage someone\n" + tail))
def test_whatever_else_lies_there_is_said_to_be_unreadable(value: bytes) -> None:
    with pytest.raises(UnreadableCommand):
        ENVELOPES.unpack(value)


def test_an_unreadable_command_tells_nothing_of_what_it_says() -> None:
    with pytest.raises(UnreadableCommand) as raised:
        ENVELOPES.unpack(b'1 AddNote someone\n{"text": 5, "id": "Maria da Silva"}')
    assert "Maria" not in str(raised.value)
