"""What the routing may touch: the floor as views know it, and who is connected."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.journal import Position
from domain.queue import QueueId
from domain.queueing import OfflinePolicy
from domain.routing import QueueNow, Waiting, Worker


@dataclass(frozen=True, slots=True)
class FloorNow:
    """What waits, in the one order, and who is there. What nobody can be asked about now may be left out."""

    waiting: Sequence[Waiting]
    queues: Mapping[QueueId, QueueNow]
    workers: Sequence[Worker]


class Ripe(StrEnum):
    """What time has come for."""

    OFFER = "offer"  # expires
    ROUND = "round"  # begins anew
    SKILLS = "skills"  # are relaxed
    UNDO = "undo"  # a transfer is final
    LAST_AGENT = "last_agent"  # was waited for long enough
    SILENCE = "silence"  # the customer owed the answer for 10 min


@dataclass(frozen=True, slots=True)
class DueTurn:
    """A conversation with what is due for it. `armed`: the instant that names it: the offer's expiry, the
    restart, else the entry into the queue, or since when the customer owes the answer."""

    conversation_id: ConversationId
    ripe: Ripe
    armed: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation of an agent, and what its queue does when the agent is gone. `waits`: its customer waits
    for an answer. `offered`: it is only being offered to them."""

    conversation_id: ConversationId
    policy: OfflinePolicy
    waits: bool
    offered: bool
    agent_gone: bool = False
    kept: bool = False  # until the next shift
    agent_id: AgentId | None = None


class Floor(Protocol):
    """Raises Unavailable, also when the views are not as far as `since` in time."""

    def now(self, at: datetime, *since: Position) -> Awaitable[FloorNow]: ...

    def queues(self) -> Awaitable[list[QueueId]]:
        """Those in use."""
        ...

    def due(self, at: datetime) -> Awaitable[list[DueTurn]]:
        """Everything time has come for; at most a few hundred at once."""
        ...

    def held_by(self, agent_id: AgentId, since: Position) -> Awaitable[list[Held]]:
        """What an agent has or is being offered."""
        ...

    def holding(self, conversation_id: ConversationId) -> Awaitable[Held | None]:
        """A conversation in service, as far as views know."""
        ...

    def leaving(self, at: datetime) -> Awaitable[list[tuple[AgentId, datetime]]]:
        """Agents away for too long by then, and since when."""
        ...


class Presence(Protocol):
    """Heartbeats. Raises Unavailable."""

    def beat(self, agent_id: AgentId, at: datetime) -> Awaitable[None]: ...

    def silent_since(self, before: datetime) -> Awaitable[list[tuple[AgentId, datetime]]]:
        """Whose last heartbeat came before that, and when."""
        ...

    def forget(self, agent_id: AgentId, last: datetime) -> Awaitable[None]:
        """They are no longer looked for, unless a heartbeat came after `last`."""
        ...
