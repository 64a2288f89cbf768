"""Where conversations wait for people: a name, a target per priority, and how what waits is handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, NewType, TypeAlias, assert_never, get_args

from domain.grammar import Refused, Stream
from domain.privacy import Clear, Open
from domain.queueing import Mode, OfflinePolicy, Rules, Strategy

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


LANGUAGE: Final = "pt_BR"
"""Of a template where nobody says another."""

# Events

Levels = Annotated[dict[str, int], Clear()]
"""Skills, each with the level that is asked for."""
Weights = Annotated[dict[Priority, float], Clear()]
"""What a conversation of a priority weighs in its agent's load; 1 where nothing is said."""


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


@dataclass(frozen=True, slots=True)
class RoutingSet:
    """How it hands out, all of it, as it is from now on; times in seconds. `version` counts from 1."""

    version: int
    mode: Mode
    strategy: Strategy
    required: Levels
    preferred: Levels
    relax_after: float | None
    prefer_last: float
    offer_for: float
    offline: OfflinePolicy
    weights: Weights


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """What else a queue promises: whose hours it keeps, for how many hours what was closed is reopened, the
    codes it is closed with (none: any), and by which template whoever asked for it is called when it opens.
    `version` counts from 1."""

    version: int
    calendar_id: Open | None
    reopening: int  # hours
    reasons: tuple[Open, ...]
    opening_template: Open | None = None
    opening_language: Open = LANGUAGE


@dataclass(frozen=True, slots=True)
class NoticePosted:
    """What customers are told with the greeting, until then (None: until it is taken down)."""

    text: Open
    posted_at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeTakenDown:
    taken_down_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """Its hours began, by the rules in force: what waits may be offered again."""

    opened_at: datetime


Event: TypeAlias = (
    Created | Renamed | Retired | RoutingSet | ServiceSet | NoticePosted | NoticeTakenDown | Opened
)

# State


@dataclass(frozen=True, slots=True)
class Queue:
    known: bool = False
    active: bool = False
    name: str = ""
    routing: RoutingSet | None = None
    service: ServiceSet | None = None
    notice: NoticePosted | None = None


# Refusals


class UnknownQueue(Refused):
    """There is no such queue."""


class BadNotice(Refused):
    """A notice says something, and ends after it begins."""


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


def set_routing(state: Queue, rules: Rules, weights: Mapping[Priority, float]) -> list[Event]:
    """How it hands out from now on; offers that are out live on as they were made."""
    if not state.known:
        raise UnknownQueue
    before = state.routing
    relax = None if rules.relax_after is None else rules.relax_after.total_seconds()
    event = RoutingSet(
        1 if before is None else before.version,
        rules.mode,
        rules.strategy,
        dict(rules.required),
        dict(rules.preferred),
        relax,
        rules.prefer_last.total_seconds(),
        rules.offer_for.total_seconds(),
        rules.offline,
        dict(weights),
    )
    if event == before:
        return []
    return [event if before is None else replace(event, version=before.version + 1)]


def set_service(
    state: Queue,
    *,
    calendar_id: str | None,
    reopening: int,
    reasons: Sequence[str],
    opening_template: str | None = None,
    opening_language: str = LANGUAGE,
) -> list[Event]:
    if not state.known:
        raise UnknownQueue
    before = state.service
    event = ServiceSet(
        1 if before is None else before.version,
        calendar_id,
        reopening,
        tuple(reasons),
        opening_template,
        opening_language,
    )
    if event == before:
        return []
    return [event if before is None else replace(event, version=before.version + 1)]


def post_notice(state: Queue, text: str, *, until: datetime | None, at: datetime) -> list[Event]:
    if not state.known:
        raise UnknownQueue
    text = " ".join(text.split())
    if not text or (until is not None and until <= at):
        raise BadNotice
    told = state.notice
    return (
        []
        if told is not None and (told.text, told.until) == (text, until)
        else [NoticePosted(text, at, until)]
    )


def take_down_notice(state: Queue, *, at: datetime) -> list[Event]:
    if not state.known:
        raise UnknownQueue
    return [] if state.notice is None else [NoticeTakenDown(at)]


def open_up(state: Queue, *, opened_at: datetime) -> list[Event]:
    """Nothing of a queue that nobody uses any more."""
    return [Opened(opened_at)] if state.active else []


def rules_of(event: RoutingSet | None) -> Rules:
    """The settings as the routing reads them; the defaults where nothing was said."""
    if event is None:
        return Rules()
    return Rules(
        event.mode,
        event.strategy,
        event.required,
        event.preferred,
        None if event.relax_after is None else timedelta(seconds=event.relax_after),
        timedelta(seconds=event.prefer_last),
        timedelta(seconds=event.offer_for),
        event.offline,
    )


# Memory


def evolve(state: Queue, event: Event) -> Queue:
    match event:
        case Created(name=name):
            return replace(state, known=True, active=True, name=name)
        case Renamed(name=name):
            return replace(state, name=name)
        case Retired():
            return replace(state, active=False)
        case RoutingSet():
            return replace(state, routing=event)
        case ServiceSet():
            return replace(state, service=event)
        case NoticePosted():
            return replace(state, notice=event)
        case NoticeTakenDown():
            return replace(state, notice=None)
        case Opened():
            return state
    assert_never(event)


QUEUE: Stream[Queue, Event] = Stream("queue", get_args(Event), Queue(), evolve, version=2)
