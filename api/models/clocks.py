"""Clocks, the policy and the calendars, as the doors tell them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from domain.queue import Priority
from domain.sla.clock import Ending, Verdict
from domain.sla.facts import Cause, Turn
from domain.sla.policy import Kind, Level
from projections import deadlines, rules


class Pause(BaseModel):
    from_: datetime = Field(alias="from")
    to: datetime | None
    waiting_on: Turn


class Owned(BaseModel):
    from_: datetime = Field(alias="from")
    owner: str = Field(description="`automation`, `queue:<id>` or `agent:<id>`, until the next")


class Breach(BaseModel):
    at: datetime = Field(description="When it was recorded")
    due_at: datetime
    cause: Cause
    owner: str
    target_minutes: int
    queue_id: str
    priority: Priority
    policy_version: int
    calendar: str
    calendar_version: int


class Step(BaseModel):
    after_minutes: int
    level: Level
    at: datetime | None
    postponed: bool
    done_at: datetime | None


class Clock(BaseModel):
    number: int
    kind: Kind
    episode: int
    period: int
    state: str = Field(description="`running`, `paused` or `ended`")
    verdict: Verdict | None
    started_at: datetime
    due_at: datetime | None = Field(description="None while it is paused, or if we never open")
    target_minutes: int
    queue_id: str
    priority: Priority
    policy_version: int
    calendar: str
    calendar_version: int
    pauses: list[Pause]
    owners: list[Owned]
    breach: Breach | None
    warned: int = Field(description="The highest percentage of its target that was told of")
    steps: list[Step]
    ended_at: datetime | None
    ended_by: Ending | None


class Clocks(BaseModel):
    items: list[Clock] = Field(description="The latest, by number; all of them are in the history")
    next_timer_at: datetime | None


class Rules(BaseModel):
    name: str
    version: int
    rules: dict[str, Any] = Field(description="As `domain/sla/written.py` writes them")


class AllRules(BaseModel):
    policy: Rules | None = Field(description="None as long as nobody has given one: that of the desk holds")
    calendars: list[Rules]


def clocks(row: deadlines.Row) -> Clocks:
    return Clocks(items=[Clock.model_validate(each) for each in row.clocks], next_timer_at=row.due_at)


def all_rules(rows: list[rules.Row], read: Any) -> AllRules:
    """`read` takes a text apart."""
    told = {
        (row.kind, row.name): Rules(name=row.name, version=row.version, rules=read(row.rules)) for row in rows
    }
    return AllRules(
        policy=next((each for (kind, _), each in told.items() if kind == "policy"), None),
        calendars=[each for (kind, _), each in sorted(told.items()) if kind == "calendar"],
    )
