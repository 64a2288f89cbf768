"""The table of contents is complete and says the truth."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import fields, is_dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

import commands
import domain
from commands.catalogue import COURIERS, HANDLERS, POLICIES, STREAMS, WATCHES
from commands.intention import Command, Handler


def modules(package: ModuleType) -> list[ModuleType]:
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [importlib.import_module(module.name) for module in found]


EVERYTHING = [*modules(commands), *modules(domain)]


def every_command() -> set[type[Command]]:
    """Those the product's own modules define."""
    found: set[type[Command]] = set()
    families: list[type[Command]] = [Command]
    while families:
        children = families.pop().__subclasses__()
        families += children
        found |= {child for child in children if child.__module__.startswith("commands.")}
    return found


def every_event() -> set[type]:
    """What the modules named `Event` are unions of."""
    unions = [module.Event for module in EVERYTHING if hasattr(module, "Event")]
    return {event for union in unions for event in (get_args(union) or (union,))}


def test_the_walk_finds_commands_and_events() -> None:
    assert len(every_command()) > 30
    assert len(every_event()) > 40


def test_every_command_has_a_handler_and_nothing_else_has() -> None:
    assert set(HANDLERS) == every_command()


@pytest.mark.parametrize("command", list(HANDLERS), ids=lambda command: command.__name__)
def test_every_handler_is_typed_as_the_catalogue_says(command: type[Command]) -> None:
    handler: Handler = HANDLERS[command]
    hints = get_type_hints(handler.decide)
    answer = hints.pop("return")
    assert list(hints.values()) == [command, type(handler.stream.initial), datetime]
    assert get_origin(answer) is list
    decided = set(get_args(get_args(answer)[0]) or get_args(answer))
    assert decided == set(handler.stream.events)


def test_every_event_belongs_to_exactly_one_stream() -> None:
    placed = [event for stream in STREAMS.values() for event in stream.events]
    assert len(placed) == len(set(placed))
    assert set(placed) == every_event()


def test_every_stream_stands_under_its_own_kind() -> None:
    assert all(kind == stream.kind for kind, stream in STREAMS.items())
    assert {handler.stream.kind for handler in HANDLERS.values()} == set(STREAMS)


def test_whoever_follows_by_itself_has_a_name_of_its_own_and_known_events_to_wake_it() -> None:
    names = [role.name for role in (*POLICIES, *COURIERS, *WATCHES)]
    assert len(names) == len(set(names))
    wakes = {event for role in (*POLICIES, *COURIERS) for event in role.wakes}
    assert wakes <= every_event()


@pytest.mark.parametrize("command", list(HANDLERS), ids=lambda command: command.__name__)
def test_commands_are_frozen_and_named_by_keyword(command: type[Command]) -> None:
    assert is_dataclass(command)
    params: Any = command.__dataclass_params__  # type: ignore[attr-defined]
    assert params.frozen
    assert all(field.kw_only for field in fields(command))
