"""When somebody is there, as those who wait for it ask: what a calendar must answer, and the one that never
closes."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo
from typing import Final, Protocol

DAY_FROM: Final = time(8)
DAY_TO: Final = time(21)
"""Nobody is written to by itself earlier or later, the limits included."""
_STEPS: Final = 400


class Hours(Protocol):
    """All instants carry a zone."""

    def is_open(self, at: datetime) -> bool: ...

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open instant from `at` on: `at` itself while open; None if it never opens again."""
        ...


class Timetable(Hours, Protocol):
    """Hours that also tell when they began, and when they change."""

    def open_since(self, at: datetime) -> datetime | None:
        """When it opened that is open at `at`; None while closed, and where nobody remembers."""
        ...

    def changes_at(self, at: datetime) -> datetime | None:
        """An instant after `at` until which it stays as it is; None if it stays so for ever."""
        ...


class Always:
    """Round the clock."""

    def is_open(self, at: datetime) -> bool:
        return True

    def next_opening(self, at: datetime) -> datetime | None:
        return at

    def open_since(self, at: datetime) -> datetime | None:
        return None

    def changes_at(self, at: datetime) -> datetime | None:
        return None


ALWAYS: Final = Always()


def decent(at: datetime, zone: tzinfo) -> bool:
    """Whether it is from 8h to 21h there."""
    return DAY_FROM <= at.astimezone(zone).time() <= DAY_TO


def next_decent(at: datetime, hours: Hours, zone: tzinfo) -> datetime | None:
    """The first instant from `at` on that is open, and from 8h to 21h. None: there is none."""
    for _ in range(_STEPS):
        local = at.astimezone(zone)
        if not decent(at, zone):
            day = local.date() + timedelta(days=local.time() > DAY_TO)
            at = datetime.combine(day, DAY_FROM, zone).astimezone(at.tzinfo)
        opening = hours.next_opening(at)
        if opening is None:
            return None
        if opening <= at or decent(opening, zone):
            return max(at, opening)
        at = opening
    return None
