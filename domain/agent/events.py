"""Everything that can happen to an agent, in the past tense.

The conversations an agent has are told here too, so that whoever reserves a place decides on the same stream
as whoever takes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NewType, TypeAlias

from domain.privacy import Clear, Identity, Open
from domain.queue import QueueId
from domain.queueing import Mode

AgentId = NewType("AgentId", str)

Levels = Annotated[dict[str, int], Clear()]
"""Skills, each with its level."""
Inputs = Annotated[dict[str, Any], Clear()]
"""What a decision looked at: identifiers, codes and numbers."""


@dataclass(frozen=True, slots=True)
class Welcomed:
    name: Identity


@dataclass(frozen=True, slots=True)
class Renamed:
    name: Identity


@dataclass(frozen=True, slots=True)
class Deactivated:
    """Agents are deactivated, never deleted."""


@dataclass(frozen=True, slots=True)
class Reactivated:
    pass


@dataclass(frozen=True, slots=True)
class Shift:
    """Working hours on a day of the week (0 is Monday), in minutes of the deployment's day."""

    weekday: int
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Equipped:
    """What an agent can do, and how much: all of it, as it is from now on. `queues` None: every queue;
    `ceiling` None: twice the capacity."""

    queues: tuple[QueueId, ...] | None
    skills: Levels
    capacity: int
    ceiling: int | None
    shifts: tuple[Shift, ...] = ()


# Being there


@dataclass(frozen=True, slots=True)
class BecameAvailable:
    available_at: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """`since`: a pause goes on when its reason changes. `by_offers`: that expired in a row, not the agent."""

    reason: Open
    paused_at: datetime
    since: datetime
    by_offers: bool = False


@dataclass(frozen=True, slots=True)
class WentOffline:
    offline_at: datetime


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """Declared: so many heartbeats were missed."""

    lost_at: datetime


@dataclass(frozen=True, slots=True)
class Connected:
    connected_at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """Away for so long that the offline policies of their queues hold, until they are back. `cause`: `lost`,
    `pause`, `offline` or `deactivated`; `keeps`: what they chose for, so that no policy touches it: kept
    until the next shift, or on its way to somebody else."""

    cause: Open
    left_at: datetime
    keeps: tuple[Open, ...] = ()


# Places


@dataclass(frozen=True, slots=True)
class Reserved:
    """A place for a conversation that is about to be offered (until `expires_at`) or assigned (None), or that
    the agent takes (`mode` pull; `why` says how).
    `seen_version`: the conversation as it was when this agent was chosen; what happened to it earlier, and is
    told here later, does not touch the place."""

    conversation_id: Open
    queue_id: QueueId
    mode: Mode
    reserved_at: datetime
    expires_at: datetime | None
    weight: float = 1
    why: Inputs | None = None
    seen_version: int | None = None


@dataclass(frozen=True, slots=True)
class TookUp:
    """A conversation is theirs: what was reserved, or by hand. `over_capacity`: there was no room for it."""

    conversation_id: Open
    taken_at: datetime
    over_capacity: bool = False


@dataclass(frozen=True, slots=True)
class LetGo:
    """A place is free again. `reason` of an offer: `declined`, `expired`, `withdrawn`, `refused`; of what was
    theirs: `released`, `transferred`, `closed`."""

    conversation_id: Open
    reason: Open
    let_go_at: datetime


@dataclass(frozen=True, slots=True)
class Hushed:
    """A conversation of theirs fell silent: it takes no place under the capacity."""

    conversation_id: Open
    hushed_at: datetime


@dataclass(frozen=True, slots=True)
class Roused:
    """A silent conversation woke, and is theirs to answer, even above capacity."""

    conversation_id: Open
    roused_at: datetime
    over_capacity: bool = False


Event: TypeAlias = (
    Welcomed
    | Renamed
    | Deactivated
    | Reactivated
    | Equipped
    | BecameAvailable
    | Paused
    | WentOffline
    | ConnectionLost
    | Connected
    | Left
    | Reserved
    | TookUp
    | LetGo
    | Hushed
    | Roused
)
