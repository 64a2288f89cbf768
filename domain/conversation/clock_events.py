"""What the clocks of a conversation say, in the past tense. `clock` is the number of one within it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from domain.privacy import Open
from domain.queue import QueueId
from domain.sla.clock import Breach
from domain.sla.policy import Kind, Level
from domain.sla.state import Clocks

MessageRef = NewType("MessageRef", str)


@dataclass(frozen=True, slots=True)
class ClocksSet:
    """How the clocks stand after what was decided with it, with the versions of policy and calendar they were
    reckoned by: all that is remembered, and of clocks and pauses those that are new or others
    (`domain.sla.state.merged`). Whoever reads history need not reckon anything."""

    clocks: Clocks
    due_at: datetime | None  # when they have something to say, if nothing else happens


@dataclass(frozen=True, slots=True)
class Warned:
    clock: int
    kind: Kind
    percent: int
    due_at: datetime
    warned_at: datetime


@dataclass(frozen=True, slots=True)
class Breached:
    """Once per clock. `told`: the owner, and the supervisors of the queue."""

    clock: int
    kind: Kind
    breach: Breach
    told: tuple[Open, ...]


@dataclass(frozen=True, slots=True)
class Escalated:
    """The step of a level came; `reached` is the level that was told, None when there was nobody at all."""

    clock: int
    level: Level
    minutes: int
    reached: Level | None
    recipients: tuple[Open, ...]
    queue_id: QueueId
    waiting_since: datetime
    escalated_at: datetime


@dataclass(frozen=True, slots=True)
class EscalationAcknowledged:
    """Somebody acts on it. `postponed`: the level whose step was put off, and `until` when."""

    clock: int
    by: Open
    postponed: Level | None
    until: datetime | None
    acknowledged_at: datetime


@dataclass(frozen=True, slots=True)
class StopVoided:
    """The answer that had stopped the clock failed: it runs again from its start."""

    clock: int
    kind: Kind
    message_id: MessageRef
    due_at: datetime | None
    voided_at: datetime


@dataclass(frozen=True, slots=True)
class NoAnswerNeeded:
    """Everything the customer wrote up to a message needs no answer; without one, up to now."""

    message_id: MessageRef | None
    by: Open
    marked_at: datetime
