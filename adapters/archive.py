"""The border between events as the domain knows them and JSON as the log keeps it.

Stored names are `kind.Event`, pinned by a test and never a module path. A stored event is never edited: when
an event's shape changes its schema number rises and an upcaster lifts the older bodies on reading. This is
the one place where personal fields will be sealed and opened.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, Final, NamedTuple, NewType, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from domain.grammar import Stream
from domain.privacy import Class, Clear

Json = Any
Upcaster = Callable[[dict[str, Json]], dict[str, Json]]

UPCASTERS: Final[Mapping[tuple[str, int], Upcaster]] = {}
"""(stored name, schema) -> the function that lifts a body of that schema to the next one."""


class Unclassified(TypeError):
    """An event has a text field nobody has said anything about: is it someone's own or not?"""


class UnknownEvent(ValueError):
    """The log holds an event this program has no name for: a newer program wrote it."""


class Kept(NamedTuple):
    """One kind of event: its stored name, today's schema, and how it is read and written."""

    name: str
    schema: int
    adapter: TypeAdapter[Any]
    personal: Mapping[str, Class]


class Archive:
    """Writes and reads the events of these streams. Raises Unclassified when one is not fit to keep."""

    def __init__(
        self, streams: Iterable[Stream[Any, Any]], upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS
    ) -> None:
        self._upcasters = upcasters
        self._by_type: dict[type, Kept] = {}
        self._by_name: dict[str, Kept] = {}
        for stream in streams:
            for event in stream.events:
                name = f"{stream.kind}.{event.__name__}"
                schema = 1 + max((s for n, s in upcasters if n == name), default=0)
                kept = Kept(name, schema, TypeAdapter(event), personal_fields(event))
                self._by_type[event] = self._by_name[name] = kept

    @property
    def names(self) -> list[str]:
        return sorted(self._by_name)

    def name(self, event: type) -> str:
        return self._by_type[event].name

    def kept(self, name: str) -> Kept:
        return self._by_name[name]

    def write(self, event: Any) -> tuple[str, int, bytes]:
        """Stored name, schema and body (JSON) of an event."""
        kept = self._by_type[type(event)]
        return kept.name, kept.schema, kept.adapter.dump_json(event)

    def read(self, name: str, schema: int, body: dict[str, Json]) -> Any:
        """The event a body stands for. Raises UnknownEvent, or ValueError when the body does not fit."""
        kept = self._by_name.get(name)
        if kept is None or schema > kept.schema:
            raise UnknownEvent(f"{name} schema {schema}")
        while schema < kept.schema:
            body, schema = self._upcasters[name, schema](body), schema + 1
        return kept.adapter.validate_python(body)


def personal_fields(event: type) -> dict[str, Class]:
    """The fields of an event that hold something of a person. Raises Unclassified for a bare text field."""
    found: dict[str, Class] = {}
    hints = get_type_hints(event, include_extras=True)
    for field in fields(event):
        for mark in _marks(hints[field.name], f"{event.__module__}.{event.__name__}.{field.name}"):
            found[field.name] = mark
    return found


def _marks(hint: Any, where: str) -> Iterable[Class]:
    """The privacy classes inside a type; bare text raises."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        marks = [mark for mark in hint.__metadata__ if isinstance(mark, Class)]
        if marks or any(isinstance(mark, Clear) or mark is Clear for mark in hint.__metadata__):
            yield from marks
        else:
            yield from _marks(args[0], where)
    elif hint in (str, Any, bytes) or origin is dict or hint is dict:
        raise Unclassified(f"{where} holds text of no class: say Open, Identity, Content …")
    elif origin in (Union, types.UnionType, tuple, list, frozenset):
        for arg in args:
            if arg is not Ellipsis:
                yield from _marks(arg, where)
    elif isinstance(hint, NewType) or (isinstance(hint, type) and issubclass(hint, Enum)):
        return
    elif is_dataclass(hint) and isinstance(hint, type):
        yield from personal_fields(hint).values()
