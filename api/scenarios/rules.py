"""The part of a scenario that says by which rules it is judged: calendars, policy, channels, agents."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from domain.queue import Priority, QueueId
from domain.sla import calendar as cal
from domain.sla import policy as pol
from domain.sla.calendar import Calendar, Day, Hours

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Minutes = Annotated[int, Field(ge=1, le=1_000_000)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")

Holidays = Callable[[Iterable[int], str | None], Iterable[date]]
"""The free days of these years: national ones, and those of a state."""


class Strict(BaseModel):
    """Nothing is guessed: unknown fields and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _hours(text: str) -> str:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError("hours are written as 08:00-12:00")
    if not 0 <= _minutes(text)[0] < _minutes(text)[1] <= cal.MIDNIGHT:
        raise ValueError("hours begin before they end, within one day (24:00 is its end)")
    return text


def _minutes(text: str) -> Hours:
    a, b = (int(part[:2]) * 60 + int(part[3:]) for part in text.split("-"))
    return a, b


def _day(texts: list[str]) -> list[str]:
    ordered = sorted(texts, key=_minutes)
    for one, other in pairwise(ordered):
        if _minutes(one)[1] > _minutes(other)[0]:
            raise ValueError(f"{one} and {other} overlap")
    return ordered


Ranges = Annotated[list[Annotated[str, AfterValidator(_hours)]], AfterValidator(_day)]


def _read(ranges: list[str]) -> Day:
    return tuple(_minutes(text) for text in ranges)


class CalendarRules(Strict):
    always: bool = False
    zone: Name = cal.SAO_PAULO
    week: dict[Weekday, Ranges] = {}
    closed: list[date] = []
    special: dict[date, Ranges] = {}
    holidays: str | None = Field(default=None, pattern=r"^BR(-[A-Z]{2})?$")

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        Calendar(cal.weekly(()), zone)
        return zone

    @model_validator(mode="after")
    def _one_or_other(self) -> Self:
        if self.always and self.week:
            raise ValueError("a calendar that is always open has no week")
        return self

    def calendar(self, years: Iterable[int], holidays: Holidays) -> Calendar:
        """ValueError for a state that is none."""
        free = set(self.closed)
        if self.holidays is not None:
            free.update(holidays(years, self.holidays[3:] or None))
        days = [cal.ALL_DAY if self.always else _read(self.week.get(day, [])) for day in WEEK]
        monday, tuesday, wednesday, thursday, friday, saturday, sunday = days
        return Calendar(
            (monday, tuesday, wednesday, thursday, friday, saturday, sunday),
            self.zone,
            frozenset(free),
            tuple((day, _read(ranges)) for day, ranges in sorted(self.special.items())),
        )


class TargetRules(Strict):
    """What is left out is as the level above says."""

    first: Minutes | None = None
    next: Minutes | None = None
    resolution: Minutes | None = None

    def over(self, before: pol.Targets) -> pol.Targets:
        return pol.Targets(
            self.first or before.first, self.next or before.next, self.resolution or before.resolution
        )


Targets = dict[Priority, TargetRules]
Recipients = dict[pol.Level, list[Name]]


def _over(
    rules: Mapping[Priority, TargetRules], before: Mapping[Priority, pol.Targets]
) -> dict[Priority, pol.Targets]:
    return {p: rules[p].over(targets) if p in rules else targets for p, targets in before.items()}


def _people(recipients: Recipients) -> dict[pol.Level, tuple[str, ...]]:
    return {level: tuple(people) for level, people in recipients.items()}


class QueueRules(Strict):
    calendar: Name | None = None
    targets: Targets = {}
    automation: Minutes | None = None
    recipients: Recipients = {}


class StepRules(Strict):
    after: Minutes
    level: pol.Level


class PolicyRules(Strict):
    calendar: Name | None = None
    targets: Targets = {}
    automation: Minutes = pol.AUTOMATION
    queues: dict[Name, QueueRules] = {}
    recipients: Recipients = {}
    echo_stops: bool = False
    warnings: list[Annotated[int, Field(ge=1, le=99)]] = list(pol.WARNINGS)
    steps: list[StepRules] = [StepRules(after=after, level=level) for after, level in pol.STEPS]
    postponed: Minutes = pol.POSTPONED
    minute: Annotated[int, Field(ge=1, le=60)] = pol.MINUTE

    @field_validator("warnings")
    @classmethod
    def _rising(cls, warnings: list[int]) -> list[int]:
        if sorted(set(warnings)) != warnings:
            raise ValueError("percentages rise")
        return warnings

    @field_validator("steps")
    @classmethod
    def _in_order(cls, steps: list[StepRules]) -> list[StepRules]:
        if [step.after for step in steps] != sorted({step.after for step in steps}):
            raise ValueError("steps come one after another")
        if len({step.level for step in steps}) != len(steps):
            raise ValueError("a level has one step")
        return steps

    def calendars(self) -> Iterable[tuple[tuple[str, ...], str]]:
        """The calendars it names, and where."""
        if self.calendar is not None:
            yield ("calendar",), self.calendar
        for name, queue in self.queues.items():
            if queue.calendar is not None:
                yield ("queues", name, "calendar"), queue.calendar

    def policy(self, *, anybody: bool = True) -> pol.Policy:
        """`anybody`: a level that is not spoken of is somebody of its name; else it is empty."""
        targets = _over(self.targets, pol.TARGETS)
        unnamed = {level: [level.value] for level in pol.Level} if anybody else {}
        return pol.Policy(
            targets=targets,
            automation=self.automation,
            calendar=self.calendar or pol.ROUND_THE_CLOCK,
            queues={
                QueueId(name): pol.QueueTerms(
                    queue.calendar, _over(queue.targets, targets), queue.automation, _people(queue.recipients)
                )
                for name, queue in self.queues.items()
            },
            recipients=_people({**unnamed, **self.recipients}),
            echo_stops=self.echo_stops,
            warnings=tuple(self.warnings),
            steps=tuple((step.after, step.level) for step in self.steps),
            postponed=self.postponed,
            minute=self.minute,
        )


class ChannelRules(Strict):
    queue: Name = "geral"
    automation: bool = True


class AgentRules(Strict):
    available: bool = True
    capacity: Annotated[int, Field(ge=0)] | None = None
