"""What the clocks of a conversation say. `clock` is its number within the conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from domain.queue import QueueId
from domain.sla.clock import Breach, Ending
from domain.sla.facts import Cause, Turn
from domain.sla.policy import Kind, Level


@dataclass(frozen=True, slots=True)
class Started:
    at: datetime
    clock: int
    kind: Kind
    started_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Paused:
    at: datetime
    clock: int
    kind: Kind
    why: Turn


@dataclass(frozen=True, slots=True)
class Resumed:
    at: datetime
    clock: int
    kind: Kind
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Under other terms, from the same start."""

    at: datetime
    clock: int
    kind: Kind
    cause: Cause
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ended:
    at: datetime
    clock: int
    kind: Kind
    ending: Ending
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class StopVoided:
    """The answer that had stopped the clock failed: it runs again from its start."""

    at: datetime
    clock: int
    kind: Kind
    message_id: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Warned:
    at: datetime
    clock: int
    kind: Kind
    percent: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Breached:
    """Once per clock. `told`: the owner and the supervisors of the queue."""

    at: datetime
    clock: int
    kind: Kind
    breach: Breach
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Escalated:
    """The step of a level came. `reached` is the level that was told: the first from there on with anybody
    in it; None when there was nobody at all. `passed`: the empty ones before it."""

    at: datetime
    clock: int
    minutes: int
    level: Level
    reached: Level | None
    recipients: tuple[str, ...]
    passed: tuple[Level, ...]
    queue_id: QueueId
    waiting_since: datetime


@dataclass(frozen=True, slots=True)
class EscalationAcknowledged:
    """`postponed`: the level whose step was put off, and until when; None when it had been already."""

    at: datetime
    clock: int
    by: str
    postponed: Level | None
    until: datetime | None


Said: TypeAlias = (
    Started
    | Paused
    | Resumed
    | Reckoned
    | Ended
    | StopVoided
    | Warned
    | Breached
    | Escalated
    | EscalationAcknowledged
)
