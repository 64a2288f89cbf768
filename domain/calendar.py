"""A calendar of opening hours, by name, edited as a whole; every version is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType, TypeAlias, assert_never

from domain.grammar import Refused, Stream
from domain.privacy import Open
from domain.sla.policy import ROUND_THE_CLOCK
from domain.sla.written import read_calendar

CalendarId = NewType("CalendarId", str)

# Events


@dataclass(frozen=True, slots=True)
class Edited:
    version: int  # 1, 2 …
    hours: Open  # as `domain.sla.written` writes a calendar
    by: Open
    edited_at: datetime


Event: TypeAlias = Edited

# State


@dataclass(frozen=True, slots=True)
class Calendar:
    version: int = 0
    hours: str = ""


# Refusals


class UnreadableCalendar(Refused):
    """These hours are no calendar."""


class NameTaken(Refused):
    """What never closes has this name."""


# Decisions


def edit(state: Calendar, calendar_id: CalendarId, hours: str, *, by: str, at: datetime) -> list[Event]:
    """Other hours from now on; the same hours are nothing new."""
    if calendar_id == ROUND_THE_CLOCK:
        raise NameTaken
    try:
        read_calendar(hours)
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        raise UnreadableCalendar from why
    return [] if hours == state.hours else [Edited(state.version + 1, hours, by, at)]


# Memory


def evolve(state: Calendar, event: Event) -> Calendar:
    match event:
        case Edited(version=version, hours=hours):
            return Calendar(version, hours)
    assert_never(event)


CALENDAR: Stream[Calendar, Event] = Stream("calendar", (Edited,), Calendar(), evolve)
