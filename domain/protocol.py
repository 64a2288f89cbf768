"""Protocol numbers: year + 10 digits, dense and gapless, one stream per year of the deployment's zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from domain.grammar import Stream
from domain.privacy import Open

# Events


@dataclass(frozen=True, slots=True)
class Allocated:
    conversation_id: Open
    episode: int
    serial: int  # 1, 2, 3 … within the year
    number: Open


Event: TypeAlias = Allocated

# State


@dataclass(frozen=True, slots=True)
class Protocol:
    """Only the last serial: that an episode asks once is the command id's matter."""

    serial: int = 0


# Decisions


def allocate(state: Protocol, year: int, conversation_id: str, episode: int) -> list[Event]:
    serial = state.serial + 1
    return [Allocated(conversation_id, episode, serial, f"{year}{serial:010d}")]


# Memory


def evolve(state: Protocol, event: Event) -> Protocol:
    match event:
        case Allocated(serial=serial):
            return Protocol(serial)
    assert_never(event)


PROTOCOL: Stream[Protocol, Event] = Stream("protocol", (Allocated,), Protocol(), evolve)
