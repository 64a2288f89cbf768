"""Who was turned away. One history per person; it remembers nothing, because nothing is decided from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from domain.grammar import Stream
from domain.privacy import Open

# Events


@dataclass(frozen=True, slots=True)
class Denied:
    """Somebody wanted what they may not: told once per person, route and minute, however often they tried."""

    actor: Open  # as history names them: `agent:<id>`, `user:<id>`, `token:<id>`
    rule: Open
    route: Open  # its method and template, never the path that was asked for
    permission: Open | None
    at: datetime


Event: TypeAlias = Denied

# State


@dataclass(frozen=True, slots=True)
class Access:
    pass


# Decisions


def deny(state: Access, denied: Denied) -> list[Event]:
    return [denied]


# Memory


def evolve(state: Access, event: Event) -> Access:
    match event:
        case Denied():
            return state
    assert_never(event)


ACCESS: Stream[Access, Event] = Stream("access", (Denied,), Access(), evolve)
