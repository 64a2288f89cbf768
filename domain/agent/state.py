"""What an agent's stream remembers: settings, presence, and what they have. Nobody's words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar, assert_never, get_args

from domain.agent.events import (
    BecameAvailable,
    Connected,
    ConnectionLost,
    Deactivated,
    Equipped,
    Event,
    Hushed,
    Left,
    LetGo,
    Paused,
    Reactivated,
    Renamed,
    Reserved,
    Roused,
    TookUp,
    Welcomed,
    WentOffline,
)
from domain.agent.load import Load, ceiling_of
from domain.grammar import Stream
from domain.presence import Availability
from domain.queue import QueueId

V = TypeVar("V")

CAPACITY: Final = 5
"""Of an agent nobody has said it of."""

OF_OFFERS: Final = frozenset({"declined", "expired", "withdrawn", "refused"})
"""Why a place is free again that was only reserved."""


@dataclass(frozen=True, slots=True)
class Agent:
    known: bool = False
    active: bool = False
    equipped: Equipped | None = None
    capacity: int = CAPACITY
    ceiling: int | None = None
    queues: tuple[QueueId, ...] | None = None
    availability: Availability = Availability.OFFLINE
    pause_reason: str | None = None
    paused_at: datetime | None = None
    lost_at: datetime | None = None
    gone: bool = False  # the offline policies hold
    keeps: tuple[str, ...] = ()
    expired: int = 0  # offers in a row
    has: dict[str, bool] = field(default_factory=dict)  # conversation -> silent
    reserved: dict[str, int | None] = field(default_factory=dict)  # conversation -> its version that was seen

    @property
    def load(self) -> Load:
        silent = sum(self.has.values())
        return Load(
            self.capacity,
            ceiling_of(self.capacity, self.ceiling),
            len(self.has) - silent,
            silent,
            len(self.reserved),
        )

    def without(self, one: str) -> Agent:
        """As if they had not this one; a place reserved for it stays."""
        return replace(self, has=_without(self.has, one))


def evolve(state: Agent, event: Event) -> Agent:
    match event:
        case Welcomed():
            return replace(state, known=True, active=True)
        case Renamed():
            return state
        case Deactivated():
            return replace(state, active=False, availability=Availability.OFFLINE)
        case Reactivated():
            return replace(state, active=True)
        case Equipped():
            return replace(
                state,
                equipped=event,
                capacity=event.capacity,
                ceiling=event.ceiling,
                queues=event.queues,
            )
        case BecameAvailable():
            return replace(
                state,
                availability=Availability.AVAILABLE,
                pause_reason=None,
                paused_at=None,
                expired=0,
                keeps=(),
                gone=state.gone and state.lost_at is not None,
            )
        case Paused(reason=reason, since=since):
            return replace(state, availability=Availability.PAUSED, pause_reason=reason, paused_at=since)
        case WentOffline():
            return replace(state, availability=Availability.OFFLINE, pause_reason=None, paused_at=None)
        case ConnectionLost(lost_at=at):
            return replace(state, lost_at=at)
        case Connected():
            back = state.availability is Availability.AVAILABLE
            return replace(state, lost_at=None, gone=state.gone and not back)
        case Left(keeps=keeps):
            return replace(state, gone=True, keeps=keeps)
        case Reserved(conversation_id=one, seen_version=seen):
            return replace(state, reserved={**state.reserved, one: seen})
        case TookUp(conversation_id=one):
            accepted = one in state.reserved
            return replace(
                state,
                has={**state.has, one: False},
                reserved=_without(state.reserved, one),
                expired=0 if accepted else state.expired,
            )
        case LetGo(conversation_id=one, reason=reason):
            expired = state.expired
            if one in state.reserved and reason == "expired":
                expired += 1
            elif one in state.reserved and reason == "declined":
                expired = 0
            if reason in OF_OFFERS or one not in state.has:
                return replace(state, reserved=_without(state.reserved, one), expired=expired)
            return state.without(one)
        case Hushed(conversation_id=one):
            return replace(state, has={**state.has, one: True}) if one in state.has else state
        case Roused(conversation_id=one):
            return replace(state, has={**state.has, one: False}) if one in state.has else state
    assert_never(event)


def _without(known: dict[str, V], one: str) -> dict[str, V]:
    return {each: value for each, value in known.items() if each != one}


EVENTS: Final[tuple[type[Event], ...]] = get_args(Event)

AGENT: Final[Stream[Agent, Event]] = Stream("agent", EVENTS, Agent(), evolve, version=3)
