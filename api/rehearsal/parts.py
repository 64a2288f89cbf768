"""What a scenario is made of: queues, agents, and the words they share. Times are seconds from its start."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.agent import AgentId
from domain.presence import Availability
from domain.queue import TARGETS, Priority, QueueId
from domain.queueing import Mode, OfflinePolicy, Rules, Strategy
from domain.routing.rehearsal import START, Hours, Line, Person

LONGEST: Final = 31 * 24 * 3600

Id = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,64}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Seconds = Annotated[float, Field(ge=0, le=LONGEST, allow_inf_nan=False)]
Some = Annotated[float, Field(gt=0, le=LONGEST, allow_inf_nan=False)]  # more than none
Past = Annotated[float, Field(ge=-LONGEST, le=0, allow_inf_nan=False)]
Weight = Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)]
Level = Annotated[int, Field(ge=1, le=100)]
Skills = dict[Id, Level]
Places = Annotated[int, Field(ge=0, le=1000)]


class Part(BaseModel):
    """Nothing that is not known, and every value of its own kind."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


class Queue(Part):
    id: Id
    mode: Mode = Mode.OFFER
    strategy: Strategy = Strategy.ROUND_ROBIN
    required: Skills = Field(default_factory=dict)
    preferred: Skills = Field(default_factory=dict)
    relax_after: Seconds | None = None
    prefer_last_for: Seconds = 0
    offer_for: Annotated[float, Field(ge=1, le=3600, allow_inf_nan=False)] = 30
    offline_policy: OfflinePolicy = OfflinePolicy.RETURN_WAITING
    hours: list[tuple[Seconds, Seconds]] | None = None
    targets: dict[Priority, Some] = Field(default_factory=dict)
    weights: dict[Priority, Weight] = Field(default_factory=dict)

    def rules(self) -> Rules:
        return Rules(
            mode=self.mode,
            strategy=self.strategy,
            required=self.required,
            preferred=self.preferred,
            relax_after=None if self.relax_after is None else span(self.relax_after),
            prefer_last=span(self.prefer_last_for),
            offer_for=span(self.offer_for),
            offline=self.offline_policy,
        )

    def line(self) -> Line:
        spans = None if self.hours is None else tuple((moment(a), moment(b)) for a, b in self.hours)
        targets = {
            priority: span(self.targets[priority]) if priority in self.targets else timedelta(minutes=minutes)
            for priority, minutes in TARGETS.items()
        }
        return Line(QueueId(self.id), self.rules(), Hours(spans), targets, self.weights)


class Agent(Part):
    id: Id
    queues: list[Id]
    capacity: Places
    ceiling: Places | None = None
    skills: Skills = Field(default_factory=dict)
    availability: Literal["available", "offline"] = "available"
    may_choose: bool = False
    accepts_after: Seconds | None = None
    declines_after: Seconds | None = None
    last_offered_at: Past | None = None
    idle_since: Past | None = None

    def person(self) -> Person:
        return Person(
            AgentId(self.id),
            frozenset(QueueId(queue) for queue in self.queues),
            self.capacity,
            self.ceiling,
            skills=self.skills,
            availability=Availability(self.availability),
            may_choose=self.may_choose,
            accepts_after=None if self.accepts_after is None else span(self.accepts_after),
            declines_after=None if self.declines_after is None else span(self.declines_after),
            last_offered_at=None if self.last_offered_at is None else moment(self.last_offered_at),
            idle_since=None if self.idle_since is None else moment(self.idle_since),
        )
