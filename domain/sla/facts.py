"""What happened to a conversation, as far as its clocks care. `at` is always our time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from domain.queue import Priority, QueueId


class Phase(StrEnum):
    """Who has the conversation."""

    AUTOMATION = "automation"
    WAITING = "waiting"
    IN_SERVICE = "in_service"
    CLOSED = "closed"


class Turn(StrEnum):
    """In service: whose move it is."""

    AGENT = "agent"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"


class Cause(StrEnum):
    """Why a breach was recorded when it was, and why a clock was reckoned anew."""

    DUE = "due"  # the time came
    LATE = "late action"  # what ended or changed the clock came too late, and no timer had said so
    PRIORITY = "priority change"
    QUEUE = "queue change"
    POLICY = "policy change"
    CALENDAR = "calendar change"
    VOID = "void"  # the answer that had stopped it failed
    TRANSIT = "transit"  # it was too late when we heard of it


@dataclass(frozen=True, slots=True)
class Opened:
    """A new episode. `home`: the default queue of the channel. `ours`: an agent or the phone in the shop
    opened it, so no first answer is owed. WAITING: `Entered` follows in the same breath."""

    at: datetime
    phase: Phase
    home: QueueId
    owner: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Reopened:
    """A new period. `ours`: an agent went on without being asked. WAITING: `Entered` follows."""

    at: datetime
    phase: Phase
    owner: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """Into a queue. `since`: where a next answer counts from when nothing is unanswered, if not from now."""

    at: datetime
    queue_id: QueueId
    priority: Priority
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An agent has it now."""

    at: datetime
    owner: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The customer wrote. `since`: when the message starts to wait."""

    at: datetime
    message_id: str
    since: datetime
    thanks: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """A call, or one of us writing what answers nobody: nothing but a sign of life."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Spoke:
    """Automation answered: the customer's move. In other phases it is nothing."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """We accepted a human's public message. It answers what had arrived by `asked_at`."""

    at: datetime
    message_id: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """An answer did not reach the customer, as far as is known."""

    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """An answer that was given up reached the customer after all."""

    at: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Somebody said that what arrived by `through` needs no answer."""

    at: datetime
    through: datetime


@dataclass(frozen=True, slots=True)
class Prioritised:
    at: datetime
    priority: Priority


@dataclass(frozen=True, slots=True)
class SetAside:
    """In service, waiting on somebody else. `until`: when these clocks end that by themselves."""

    at: datetime
    turn: Turn
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Woke:
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    at: datetime


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody says that they act on the breach."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Revised:
    """Another version of the policy or of a calendar is in force: the book says which."""

    at: datetime
    cause: Cause


@dataclass(frozen=True, slots=True)
class Restored:
    """What had happened was taken back: the clocks are these again."""

    at: datetime
    clocks: Any  # the state this is a fact for


Fact: TypeAlias = (
    Opened
    | Reopened
    | Entered
    | Taken
    | Heard
    | Called
    | Spoke
    | Answered
    | Failed
    | Arrived
    | Settled
    | Prioritised
    | SetAside
    | Woke
    | Closed
    | Acknowledged
    | Revised
    | Restored
)
