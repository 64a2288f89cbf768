"""Where conversations wait for people. The simplest form: a name and a target per priority."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, TypeAlias, assert_never

from domain.grammar import Refused, Stream
from domain.privacy import Open

QueueId = NewType("QueueId", str)


class Priority(StrEnum):
    URGENT = "urgent"  # technical faults
    HIGH = "high"  # cancellations
    NORMAL = "normal"  # questions
    LOW = "low"  # sales

    @property
    def rank(self) -> int:
        return list(Priority).index(self)


TARGETS: Final[dict[Priority, int]] = {
    Priority.URGENT: 5,
    Priority.HIGH: 15,
    Priority.NORMAL: 30,
    Priority.LOW: 60,
}
"""Minutes to the first and to every next human answer."""


def due(since: datetime, priority: Priority) -> datetime:
    """When a human answer is due; round the clock until queues have calendars."""
    return since + timedelta(minutes=TARGETS[priority])


# Events


@dataclass(frozen=True, slots=True)
class Created:
    name: Open
    active: bool = True


@dataclass(frozen=True, slots=True)
class Renamed:
    name: Open


@dataclass(frozen=True, slots=True)
class Retired:
    pass


Event: TypeAlias = Created | Renamed | Retired

# State


@dataclass(frozen=True, slots=True)
class Queue:
    known: bool = False
    active: bool = False
    name: str = ""


# Refusals


class UnknownQueue(Refused):
    """There is no such queue."""


# Decisions


def create(state: Queue, name: str) -> list[Event]:
    """Open a queue, or give it a new name."""
    if not state.known:
        return [Created(name)]
    return [] if state.name == name else [Renamed(name)]


def retire(state: Queue) -> list[Event]:
    if not state.known:
        raise UnknownQueue
    return [Retired()] if state.active else []


# Memory


def evolve(state: Queue, event: Event) -> Queue:
    match event:
        case Created(name=name):
            return replace(state, known=True, active=True, name=name)
        case Renamed(name=name):
            return replace(state, name=name)
        case Retired():
            return replace(state, active=False)
    assert_never(event)


QUEUE: Stream[Queue, Event] = Stream("queue", (Created, Renamed, Retired), Queue(), evolve)
