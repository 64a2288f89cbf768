"""One knock of a provider at our door: a webhook's items, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NewType, TypeAlias, assert_never

from domain.channel import ChannelId
from domain.grammar import Stream
from domain.privacy import Open, TransitData

DeliveryId = NewType("DeliveryId", str)  # keyed hash of channel and raw body: the same body, the same id

BROKEN: Final = "broken"

# Events


@dataclass(frozen=True, slots=True)
class Listed:
    """What lasts of an item: its kind, and the keyed id of the message it tells of."""

    event: Open | None
    ref: Open | None


@dataclass(frozen=True, slots=True)
class Received:
    """`items` as the parser read them, each with the keyed ids the door added: `conversation_id`, `ref`,
    `target_ref`, `reply_ref` where they apply. They are gone after some days; `listed` says what there was.
    `raw` names the kept body, when something in it was not understood."""

    channel_id: ChannelId
    items: TransitData
    raw: Open | None
    received_at: datetime
    listed: tuple[Listed, ...] = ()  # empty in what was received before items were sealed: `items` last there


@dataclass(frozen=True, slots=True)
class Outcome:
    item: int  # from 0
    outcome: Open  # accepted, duplicate, parked, ignored, quarantined, malformed, refused, broken
    reason: Open | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of every item, once all were decided; said again when an item that broke was mended."""

    outcomes: tuple[Outcome, ...]


Event: TypeAlias = Received | Settled


def listing(items: Iterable[Mapping[str, Any]]) -> tuple[Listed, ...]:
    """What lasts of each item."""
    return tuple(Listed(_word(item.get("event")), _word(item.get("ref"))) for item in items)


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None


# State


@dataclass(frozen=True, slots=True)
class Delivery:
    received: bool = False
    settled: bool = False
    broken: bool = False  # the last word on some item is that it broke


# Decisions


def receive(state: Delivery, received: Received) -> list[Event]:
    return [] if state.received else [received]


def settle(state: Delivery, outcomes: tuple[Outcome, ...]) -> list[Event]:
    return [] if state.settled and not state.broken else [Settled(outcomes)]


# Memory


def evolve(state: Delivery, event: Event) -> Delivery:
    match event:
        case Received():
            return replace(state, received=True)
        case Settled(outcomes=outcomes):
            return replace(state, settled=True, broken=any(o.outcome == BROKEN for o in outcomes))
    assert_never(event)


DELIVERY: Stream[Delivery, Event] = Stream("delivery", (Received, Settled), Delivery(), evolve)
