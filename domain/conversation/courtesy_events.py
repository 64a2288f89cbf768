"""What Atende says by itself leaves these facts behind, beside the messages; and what it may say them by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.agent import AgentId
from domain.privacy import Content, ContentData, Open
from domain.queue import QueueId


class Consent(StrEnum):
    """What a customer agreed to hear from us without having asked."""

    UTILITY = "utility"  # about their own service: that we are back, that a visit is due
    MARKETING = "marketing"  # offers


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """`source`: `button`, `preference` (the customer's own switch in WhatsApp), or where staff was told:
    `phone`, `contract`, `counter`, `website` …; `by` is who recorded it, None when the customer did."""

    consent: Consent
    source: Open
    by: Open | None
    given_at: datetime
    message_id: Open | None = None  # in which they said so


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    consent: Consent
    source: Open
    by: Open | None
    withdrawn_at: datetime


# ── satisfaction ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SatisfactionAsked:
    """The question left with the closing. `agent_id` owned most of the handling time: the answer is
    theirs."""

    episode: int
    message_id: Open  # of the question
    agent_id: AgentId | None
    queue_id: QueueId | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Rated:
    """From 1, very bad, to 5, very good."""

    episode: int
    score: int
    agent_id: AgentId | None
    queue_id: QueueId | None
    message_id: Open
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class RatingCommented:
    episode: int
    message_id: Open
    comment: Content | None  # None: it was spoken
    commented_at: datetime


@dataclass(frozen=True, slots=True)
class RatingAlerted:
    """A 1 or a 2: the supervisors of the queue are told."""

    episode: int
    score: int
    agent_id: AgentId | None
    queue_id: QueueId | None
    alerted_at: datetime


# ── for later ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class SendScheduled:
    """An agent wrote it to leave at `send_at`, if it still may then."""

    schedule_id: Open
    agent_id: AgentId
    kind: Open
    content: ContentData
    send_at: datetime
    scheduled_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleCancelled:
    schedule_id: Open
    by: Open
    cancelled_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleSent:
    """Its time came, and it was requested as a message like any other."""

    schedule_id: Open
    message_id: Open
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleDropped:
    """Its time came, and a rule said no: `rule` is the name of the refusal."""

    schedule_id: Open
    rule: Open
    dropped_at: datetime


# ── while they wait ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class HoursTold:
    """Nobody is there, and the customer knows when somebody will be: once per closed period, which `opening`
    names."""

    opening: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True)
class EstimateTold:
    """How long the wait that began at `entered_at` should last, out of how many others."""

    entered_at: datetime
    from_minutes: int
    to_minutes: int
    samples: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class EstimateMissed:
    """It lasted longer, and we apologised: once."""

    entered_at: datetime
    missed_at: datetime


@dataclass(frozen=True, slots=True)
class PositionTold:
    """They asked; never a worse one than they were told before."""

    entered_at: datetime
    position: int
    told_at: datetime
