"""What the doors stand in front of: everything they may ask or hand something to, and nothing behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from commands.door_ports import Addresses, Outcomes, RawBodies, ReadReceipts, Tokens, WebhookDoor
from commands.ports import Clock, Inbox
from commands.whatsapp_port import ObjectStore
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId, Stage
from domain.delivery import DeliveryId
from domain.journal import Position
from domain.queue import Priority, QueueId
from projections import agents, channels, deliveries, inbox, queues, transcript

Cursor = tuple[Any, ...]
"""Where a page ended: JSON values that mean something to the reads alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which conversations are asked for; None asks for all. Without a stage: the open ones."""

    stage: Stage | None = None
    queue_id: QueueId | None = None
    agent_id: AgentId | None = None
    channel_id: ChannelId | None = None
    priority: Priority | None = None
    protocol: str | None = None


class Reads(Protocol):
    """The questions, answered from the views. All raise Unavailable when the database is away."""

    def conversations(
        self, which: Which, *, after: Cursor | None, limit: int
    ) -> Awaitable[tuple[Sequence[inbox.Row], Cursor | None]]:
        """A page in the one order, and where it ended; None when it was the last one. Raises ValueError for
        a cursor it never gave."""
        ...

    def conversation(self, conversation_id: ConversationId) -> Awaitable[inbox.Row | None]: ...

    def transcript(
        self, conversation_id: ConversationId, *, before: int | None, limit: int
    ) -> Awaitable[Sequence[transcript.Row]]:
        """The latest lines before a place, in the order in which they were said."""
        ...

    def media(self, key: str) -> Awaitable[str | None]:
        """The declared type of a file that some conversation holds; None when none does."""
        ...

    def delivery(self, delivery_id: DeliveryId) -> Awaitable[deliveries.Row | None]: ...

    def queues(self) -> Awaitable[Sequence[queues.Row]]: ...

    def agents(self) -> Awaitable[Sequence[agents.Row]]: ...

    def channels(self) -> Awaitable[Sequence[channels.Row]]: ...

    def agent_name(self, agent_id: str) -> Awaitable[str | None]: ...

    def reached(self, position: Position) -> Awaitable[bool]:
        """Whether every view has folded what stands at a position."""
        ...

    def active_conversations(self) -> Awaitable[Mapping[tuple[str, str], int]]:
        """Open conversations by (stage, priority)."""
        ...


Probe = Callable[[], Awaitable[str | None]]
"""Why something is not ready, in words that are nobody's; None when it is."""


@dataclass(frozen=True)
class Desk:
    inbox: Inbox
    clock: Clock
    reads: Reads
    outcomes: Outcomes
    tokens: Tokens
    webhooks: WebhookDoor
    raw_bodies: RawBodies
    addresses: Addresses
    objects: ObjectStore
    read_receipts: ReadReceipts
    probes: Mapping[str, Probe] = field(default_factory=dict)
