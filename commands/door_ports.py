"""What the doors ask of others: who somebody is, whether a knock is real, and where its body rests."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from domain.agent import AgentId
from domain.delivery import DeliveryId


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SERVICE = "service"  # another program of the house


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is at the door. `actor` is what history will call them: `agent:<id>` or `token:<id>`."""

    actor: str
    name: str
    role: Role
    agent_id: AgentId | None = None


class Tokens(Protocol):
    def lookup(self, token: str) -> Awaitable[Identity | None]:
        """Whose token it is; None when nobody's, expired or revoked. Raises Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class DeliveryToReceive:
    """A webhook as it goes in. `items` carry the keyed ids; `understood` is False when one is ignored,
    quarantined or malformed, so that the raw body must be kept."""

    delivery_id: DeliveryId
    items: tuple[dict[str, Any], ...]
    understood: bool


class WebhookDoor(Protocol):
    """Everything about a provider's webhooks that needs the channel's secrets. Pure, and total for a channel
    that `knows` says yes to; any other raises KeyError."""

    def knows(self, channel: str) -> bool: ...

    def verify_token_ok(self, channel: str, token: str) -> bool:
        """Whether it is the token agreed with the provider; an unset one is never right."""
        ...

    def signature_ok(self, channel: str, body: bytes, header: str | None) -> bool:
        """Whether the provider signed these very bytes."""
        ...

    def read_delivery(self, channel: str, body: bytes) -> DeliveryToReceive:
        """What the body says. Never raises for any bytes."""
        ...


class RawBodies(Protocol):
    def keep(self, delivery_id: DeliveryId, body: bytes) -> Awaitable[str]:
        """Keep a raw body durably and answer its name. Raises Unavailable, or OSError."""
        ...
