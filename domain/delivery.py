"""One knock of a provider at our door: a webhook's items, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NewType, TypeAlias, assert_never

from domain.channel import ChannelId
from domain.grammar import Stream
from domain.privacy import Open, TransitData

DeliveryId = NewType("DeliveryId", str)  # keyed hash of channel and raw body: the same body, the same id

BROKEN: Final = "broken"

# Events


@dataclass(frozen=True, slots=True)
class Received:
    """`items` as the parser read them, each with the keyed ids the door added: `conversation_id`, `ref`,
    `target_ref`, `reply_ref` where they apply. `raw` names the kept body, when something in it was not
    understood."""

    channel_id: ChannelId
    items: TransitData
    raw: Open | None
    received_at: datetime


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
