"""What Atende says by itself is read off these lists. All raise Unavailable when the database is away."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from domain.conversation import ConversationId
from domain.hours import Timetable
from domain.queue import Priority, QueueId
from domain.template import Template


class QueueHours(Protocol):
    """When somebody is there. Without a queue: at the desk as a whole."""

    def of(self, queue_id: QueueId | None) -> Awaitable[Timetable]: ...


@dataclass(frozen=True, slots=True)
class Silent:
    """It is the customer's turn, and nothing was said for a while. `window_until`: until when a nudge may
    leave, None when automation keeps still."""

    conversation_id: ConversationId
    said_at: datetime
    nudged_at: datetime | None
    window_until: datetime | None
    queue_id: QueueId | None
    name: str | None


class Silences(Protocol):
    def since(self, before: datetime) -> Awaitable[Sequence[Silent]]:
        """Whoever has been silent since then or longer, and was not nudged after it; the longest first, some
        hundreds at once."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """An episode a human answered, closed a moment ago; nobody was asked of it yet."""

    conversation_id: ConversationId
    episode: int
    closed_at: datetime
    outcome: str | None


class Endings(Protocol):
    def due(self, closed_before: datetime, at: datetime) -> Awaitable[Sequence[Ended]]:
        """Those with an open window whose customer was asked of none in the days before."""
        ...


@dataclass(frozen=True, slots=True)
class DueSend:
    """A message whose time has come. `template`: what the registry of its number has, when it is one."""

    conversation_id: ConversationId
    schedule_id: str
    content: dict[str, Any]
    template: Template | None


class ScheduledSends(Protocol):
    def due(self, at: datetime) -> Awaitable[Sequence[DueSend]]: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whoever waits in a queue, its name, and what they were told in this wait."""

    conversation_id: ConversationId
    queue_id: QueueId
    queue: str
    priority: Priority
    entered_at: datetime
    moved_at: datetime  # entered, or wrote last
    estimated: bool
    opening: datetime | None  # they were told of last
    said: str | None = None  # the last line, when it is theirs


@dataclass(frozen=True, slots=True)
class Asking:
    """Whoever waits in a queue, and was told of an opening at which it has a template for them."""

    conversation_id: ConversationId
    content: dict[str, Any]
    template: Template | None


class CallBacks(Protocol):
    def of(self, queue_id: QueueId, opening: datetime) -> Awaitable[Sequence[Asking]]: ...


class Waits(Protocol):
    def fresh(self, since: datetime) -> Awaitable[Sequence[Waiting]]:
        """Those in an open window who entered or wrote since then."""
        ...

    def overdue(self, at: datetime) -> Awaitable[Sequence[Waiting]]:
        """Those who wait longer than they were told, and were not apologised to."""
        ...

    def position(self, waiting: Waiting, at: datetime) -> Awaitable[int]:
        """Their place in the one order of their queue, from 1."""
        ...

    def latest(
        self, queue_id: QueueId, priority: Priority, hour: int, zone: str
    ) -> Awaitable[Sequence[float]]:
        """How many seconds the last ones waited who entered this queue with this priority in this hour of the
        day, the latest first; of each conversation its last wait counts."""
        ...
