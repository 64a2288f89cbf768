"""What the doors ask of others: who somebody is, whether a knock is real, and where its body rests."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from commands.ports import Decision
from domain.agent import AgentId
from domain.conversation import ContactKnown, ConversationId
from domain.delivery import DeliveryId
from domain.journal import Recorded
from domain.queue import QueueId
from domain.user import Role as Role
from domain.user import SessionId, UserId


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is at the door. `actor` is what history calls them: `agent:<id>`, `user:<id>` or `token:<id>`."""

    actor: str
    name: str
    role: Role
    agent_id: AgentId | None = None
    queues: frozenset[QueueId] | None = None  # whose conversations are theirs; None: every queue's
    scopes: frozenset[str] | None = None  # permissions a token is limited to; None: all of its role
    user_id: UserId | None = None
    session_id: SessionId | None = None  # None: a token, not a person who signed in
    owes_second_factor: bool = False  # and may do nothing but enrol one


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token. `token` is told now and never again."""

    id: UUID
    token: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class ListedToken:
    id: UUID
    identity: Identity
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class Tokens(Protocol):
    """Those of programs. All raise Unavailable."""

    def lookup(self, token: str) -> Awaitable[Identity | None]:
        """Whose token it is; None when nobody's, expired or revoked. Raises Unavailable."""
        ...

    def make(
        self,
        name: str,
        role: Role,
        *,
        agent_id: AgentId | None = None,
        queues: frozenset[QueueId] | None = None,
        scopes: frozenset[str] | None = None,
        expires_at: datetime | None = None,
    ) -> Awaitable[Issued]: ...

    def listed(self) -> Awaitable[Sequence[ListedToken]]:
        """All there ever were, the newest first."""
        ...

    def revoke(self, token_id: UUID) -> Awaitable[bool]:
        """Whether there was such a token, and it was still good."""
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


class Addresses(Protocol):
    def conversation_of(self, channel: str, phone: str) -> tuple[ConversationId, ContactKnown]:
        """The conversation with a phone (digits with country code) on a channel of ours, and how the customer
        is reached. Computed, not looked up. Raises KeyError for a channel that is not ours."""
        ...


class ReadReceipts(Protocol):
    def seen(self, conversation_id: ConversationId, agent_id: AgentId, *, typing: bool) -> Awaitable[None]:
        """The agent has the thread in view, and may be typing. The customer is told only when the
        conversation is in service and this agent's; else nothing happens. Harmless to repeat."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """Words that somebody began to write: to the customer, or as a note."""

    text: str
    note: bool
    saved_at: datetime


class Drafts(Protocol):
    """One for each person and conversation, for some days, beside history and not in it. All raise
    Unavailable."""

    def keep(self, conversation_id: ConversationId, agent_id: AgentId, draft: Draft) -> Awaitable[None]:
        """In place of an older one; never of one that was saved later."""
        ...

    def find(self, conversation_id: ConversationId, agent_id: AgentId) -> Awaitable[Draft | None]: ...

    def drop(self, conversation_id: ConversationId, agent_id: AgentId) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file an agent has brought for a conversation; `key` is its place in the object store."""

    conversation_id: ConversationId
    agent_id: AgentId
    key: str
    mime: str
    uploaded_at: datetime


class Uploads(Protocol):
    """What was brought and may be sent. All raise Unavailable."""

    def keep(self, upload: Upload) -> Awaitable[None]: ...

    def mime(
        self, conversation_id: ConversationId, agent_id: AgentId, key: str, at: datetime
    ) -> Awaitable[str | None]:
        """The type of a file that this agent may send here now; None: they brought no such file, or it was
        too long ago."""
        ...


class Histories(Protocol):
    def of(self, stream: str, events: Sequence[type]) -> Awaitable[Sequence[Recorded]]:
        """What happened in one stream, of these kinds, in order. Words of people read as nothing of theirs.
        Raises Unavailable."""
        ...


class Outcomes(Protocol):
    def outcome(self, command_id: UUID) -> Awaitable[Decision | None]:
        """What was decided of a command; None when nothing is known of it (yet). Raises Unavailable."""
        ...
