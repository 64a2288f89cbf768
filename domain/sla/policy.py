"""Until when we owe what: targets per priority and queue, and who is told when we are late.

A policy and its calendars are edited as a whole; every edit is a new version, and a verdict names the ones
that judged it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.queue import Priority, QueueId
from domain.sla.calendar import ALWAYS, Calendar


class Kind(StrEnum):
    """What a clock counts down to."""

    FIRST = "first"  # the first human answer of a period
    NEXT = "next"  # every later one
    RESOLUTION = "resolution"  # the end of the period
    AUTOMATION = "automation"  # an answer of automation, or people

    @property
    def human(self) -> bool:
        """Whether it waits for a human answer."""
        return self is Kind.FIRST or self is Kind.NEXT


class Level(StrEnum):
    """Who is told, one after another."""

    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    DIRECTOR = "director"


@dataclass(frozen=True, slots=True)
class Targets:
    """Minutes of open time."""

    first: int
    next: int
    resolution: int

    def of(self, kind: Kind) -> int:
        match kind:
            case Kind.FIRST:
                return self.first
            case Kind.NEXT:
                return self.next
            case _:
                return self.resolution


TARGETS: Final[Mapping[Priority, Targets]] = MappingProxyType(
    {
        Priority.URGENT: Targets(5, 5, 4 * 60),
        Priority.HIGH: Targets(15, 15, 8 * 60),
        Priority.NORMAL: Targets(30, 30, 24 * 60),
        Priority.LOW: Targets(60, 60, 48 * 60),
    }
)
AUTOMATION: Final = 10
WARNINGS: Final = (50, 80, 95)
STEPS: Final = ((30, Level.SUPERVISOR), (60, Level.MANAGER), (120, Level.DIRECTOR))
POSTPONED: Final = 30
MINUTE: Final = 60
REOPENING: Final = 24  # hours
ROUND_THE_CLOCK: Final = "24x7"
"""The calendar of whoever names none."""


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """What is different in one queue; what it does not say is as the policy says."""

    calendar: str | None = None
    targets: Mapping[Priority, Targets] = field(default_factory=dict)
    automation: int | None = None  # minutes
    recipients: Mapping[Level, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """`recipients` are whoever a level means: ids, told apart by nothing else."""

    targets: Mapping[Priority, Targets] = field(default_factory=lambda: dict(TARGETS))
    automation: int = AUTOMATION  # minutes
    calendar: str = ROUND_THE_CLOCK
    queues: Mapping[QueueId, QueueTerms] = field(default_factory=dict)
    recipients: Mapping[Level, tuple[str, ...]] = field(default_factory=dict)
    echo_stops: bool = False  # whether what we write on the phone is a human answer
    warnings: tuple[int, ...] = WARNINGS  # percent of the target, rising
    steps: tuple[tuple[int, Level], ...] = STEPS  # minutes since the wait began, rising
    postponed: int = POSTPONED  # minutes that acknowledging puts the next step off
    minute: int = MINUTE  # seconds each minute of these rules lasts; fewer where a day is rehearsed

    def queue(self, queue_id: QueueId | None) -> QueueTerms:
        return _AS_EVERYWHERE if queue_id is None else self.queues.get(queue_id, _AS_EVERYWHERE)


_AS_EVERYWHERE: Final = QueueTerms()


class Terms(NamedTuple):
    """What one clock is judged by."""

    target: int  # minutes
    calendar_id: str
    calendar: Calendar
    policy_version: int
    calendar_version: int
    minute: int = MINUTE  # seconds

    @property
    def span(self) -> timedelta:
        return timedelta(seconds=self.target * self.minute)


@dataclass(frozen=True, slots=True)
class QueueService:
    """What a queue says of itself: whose hours it keeps, where the policy names none for it; for how many
    hours what was closed is reopened; the codes it is closed with (none: any)."""

    calendar: str | None = None
    reopening: int = REOPENING
    reasons: tuple[str, ...] = ()


_NOTHING_SAID: Final = QueueService()


@dataclass(frozen=True)
class Book:
    """The policy and the calendars in force, with their versions, who cannot be reached just now, and what
    queues say of themselves."""

    policy: Policy = field(default_factory=Policy)
    version: int = 1
    calendars: Mapping[str, tuple[int, Calendar]] = field(default_factory=dict)  # by name: version, calendar
    unreachable: frozenset[str] = frozenset()
    services: Mapping[QueueId, QueueService] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (self.policy.calendar, *(terms.calendar for terms in self.policy.queues.values())):
            if name is not None and name != ROUND_THE_CLOCK and name not in self.calendars:
                raise ValueError(f"there is no calendar {name!r}")

    def terms(self, kind: Kind, priority: Priority, queue_id: QueueId | None) -> Terms:
        own = self.policy.queue(queue_id)
        if kind is Kind.AUTOMATION:
            target = self.policy.automation if own.automation is None else own.automation
        else:
            target = (own.targets.get(priority) or self.policy.targets[priority]).of(kind)
        name = own.calendar or self._said(queue_id) or self.policy.calendar
        version, calendar = self.calendars.get(name, (1, ALWAYS))
        return Terms(target, name, calendar, self.version, version, self.policy.minute)

    def service(self, queue_id: QueueId | None) -> QueueService:
        return _NOTHING_SAID if queue_id is None else self.services.get(queue_id, _NOTHING_SAID)

    def _said(self, queue_id: QueueId | None) -> str | None:
        """The calendar a queue says is its own, if it is there."""
        name = self.service(queue_id).calendar
        return name if name == ROUND_THE_CLOCK or name in self.calendars else None

    def recipients(self, queue_id: QueueId | None, level: Level) -> tuple[str, ...]:
        """Who can be told at a level of a queue; nobody when it is empty or none of it can be reached."""
        own = self.policy.queue(queue_id).recipients
        named = own[level] if level in own else self.policy.recipients.get(level, ())
        return tuple(person for person in named if person not in self.unreachable)
