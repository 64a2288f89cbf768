"""What became of each knock at the door?

A row names the items of a webhook and their outcomes; what the items said is not kept here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from domain import delivery
from domain.channel import ChannelId
from domain.delivery import DeliveryId
from domain.journal import Recorded
from domain.privacy import Clear, Open
from projections.answer import Projection, by_root, replace


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("delivery_id",)

    delivery_id: DeliveryId
    channel_id: ChannelId
    received_at: datetime
    items: Annotated[
        tuple[dict[str, Any], ...], Clear()
    ]  # {item, event, outcome, reason}; the last two None until settled
    raw: Open | None  # names the kept body
    settled_at: datetime | None = None


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case delivery.Received(channel_id=channel_id, items=items, raw=raw, received_at=received_at) as event:
            kinds = [one.event for one in event.listed] or [item.get("event") for item in items]
            listed = tuple(
                {"item": n, "event": kind, "outcome": None, "reason": None} for n, kind in enumerate(kinds)
            )
            return Row(DeliveryId(recorded.root), channel_id, received_at, listed, raw)
        case delivery.Settled(outcomes=outcomes) if row is not None:
            became = {o.item: {"outcome": o.outcome, "reason": o.reason} for o in outcomes}
            listed = tuple({**item, **became.get(item["item"], {})} for item in row.items)
            return replace(row, items=listed, settled_at=recorded.at)
        case _:
            return row


DELIVERIES = Projection("deliveries", 1, Row, by_root, evolve, (delivery.Received, delivery.Settled))
