"""What is wanted of a knock at our door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands.intention import Command
from domain import delivery
from domain.channel import ChannelId
from domain.delivery import Delivery, DeliveryId, Outcome


@dataclass(frozen=True, kw_only=True)
class ReceiveDelivery(Command):
    """`items` as the parser read them, with the keyed ids the door added; `raw` names the kept body."""

    delivery_id: DeliveryId
    channel_id: ChannelId
    items: tuple[dict[str, Any], ...]
    received_at: datetime
    raw: str | None = None


def receive_delivery(command: ReceiveDelivery, state: Delivery, at: datetime) -> list[delivery.Event]:
    received = delivery.Received(
        command.channel_id,
        command.items,
        command.raw,
        command.received_at,
        delivery.listing(command.items),
    )
    return delivery.receive(state, received)


@dataclass(frozen=True, kw_only=True)
class SettleDelivery(Command):
    """What became of every item."""

    delivery_id: DeliveryId
    outcomes: tuple[Outcome, ...]


def settle_delivery(command: SettleDelivery, state: Delivery, at: datetime) -> list[delivery.Event]:
    return delivery.settle(state, command.outcomes)
