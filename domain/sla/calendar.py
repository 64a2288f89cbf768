"""When we are open, and how much open time lies between two instants.

Hours are those of the wall clock of a place: we are open exactly while the clock there shows a time within
the day's hours. An hour the clock skips is nobody's; one it shows twice counts twice. All instants in and
out carry a zone; those that come out are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from domain.sla.spans import Span, closing, elapsed, next_open, open_at, used_up

Hours = tuple[int, int]
"""From and to, in minutes after midnight; 1440 is the midnight that ends the day."""
Day = tuple[Hours, ...]
"""The hours of a day in order, apart from one another; none: closed."""
MIDNIGHT: Final = 24 * 60
ALL_DAY: Final[Day] = ((0, MIDNIGHT),)
SAO_PAULO: Final = "America/Sao_Paulo"
_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta(0)
_REMEMBERED: Final = 2000  # days
_MONTH: Final = 31  # days


@dataclass(frozen=True)
class Calendar:
    """The week from Monday to Sunday; `closed` dates have no hours, `special` ones have their own, also where
    they are closed otherwise. ValueError for hours that are none, and for a zone nobody knows."""

    week: tuple[Day, Day, Day, Day, Day, Day, Day]
    zone: str = SAO_PAULO
    closed: frozenset[date] = frozenset()
    special: tuple[tuple[date, Day], ...] = ()
    _known: dict[int, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise ValueError("a week has seven days")
        for hours in (*self.week, *(hours for _, hours in self.special)):
            _check(hours)
        if len({day for day, _ in self.special}) != len(self.special):
            raise ValueError("a date has special hours once")
        try:
            ZoneInfo(self.zone)
        except (ValueError, OSError, KeyError) as why:
            raise ValueError(f"{self.zone!r} is no zone") from why

    @cached_property
    def always(self) -> bool:
        """Whether it never closes."""
        return all(_whole(day) for day in self.week) and not self.closed and not self.special

    def hours(self, day: date) -> Day:
        """The hours of a date, as the wall clock shows them."""
        special = self._special.get(day)
        if special is not None:
            return special
        return () if day in self.closed else self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        return self.always or open_at(self._spans(_ordinal(at)), at)

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open instant from `at` on: `at` itself while open, None if it never opens again."""
        if self.always:
            return at.astimezone(UTC)
        return next_open(self._from(at), at.astimezone(UTC))

    def open_since(self, at: datetime) -> datetime | None:
        """When it opened that is open at `at`; None while closed, and when that is more than a month ago."""
        since: datetime | None = None
        if self.always or not self.is_open(at):
            return None
        for ordinal in range(_ordinal(at), _ordinal(at) - _MONTH, -1):
            for start, end in reversed(self._spans(ordinal)):
                if start > at:
                    continue
                if since is not None and end != since:
                    return since
                since = start
            if since is None or since > datetime.combine(date.fromordinal(ordinal), time(), UTC):
                return since
        return None

    def changes_at(self, at: datetime) -> datetime | None:
        """An instant after `at` until which it stays as it is; None if it stays so for ever."""
        if self.always:
            return None
        if not self.is_open(at):
            return self.next_opening(at)
        return closing(self._within(at), at)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` to `end`; none when that is backwards."""
        if end <= start:
            return _NOTHING
        if self.always:
            return end - start
        return elapsed(self._from(start), start, end)

    def due(self, start: datetime, minutes: timedelta) -> datetime | None:
        """The earliest instant at which that much open time has passed since `start`: a closing hour rather
        than the opening after it. None if it never will."""
        if minutes <= _NOTHING:
            return start.astimezone(UTC)
        if self.always:
            return start.astimezone(UTC) + minutes
        return used_up(self._from(start), start.astimezone(UTC), minutes)

    # ── the days, one UTC day after another ──────────────────────────────────────────────────────

    @cached_property
    def _special(self) -> dict[date, Day]:
        return dict(self.special)

    @cached_property
    def _last(self) -> int:
        """The last UTC day on which it may open."""
        if any(self.week):
            return date.max.toordinal() - 2
        return max((day.toordinal() for day, hours in self.special if hours), default=0) + 2

    def _from(self, at: datetime) -> Iterator[Span]:
        """The open spans that end after `at` or on its UTC day, in order, as long as there are any."""
        for ordinal in range(_ordinal(at), self._last + 1):
            yield from self._spans(ordinal)

    def _within(self, at: datetime) -> Iterator[Span]:
        """Those of the month after `at`."""
        for ordinal in range(_ordinal(at), min(_ordinal(at) + _MONTH, self._last + 1)):
            yield from self._spans(ordinal)

    def _spans(self, ordinal: int) -> tuple[Span, ...]:
        """The open spans within one UTC day."""
        known = self._known.get(ordinal)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[ordinal] = self._open(date.fromordinal(ordinal))
        return known

    def _open(self, day: date) -> tuple[Span, ...]:
        start = datetime.combine(day, time(), UTC)
        found: list[Span] = []
        for opened, closed, offset in _segments(ZoneInfo(self.zone), start, start + _DAY):
            for local in (day - _DAY, day, day + _DAY):  # no place is further from UTC than a day
                midnight = datetime.combine(local, time(), UTC) - offset
                for a, b in self.hours(local):
                    since = max(midnight + timedelta(minutes=a), opened)
                    until = min(midnight + timedelta(minutes=b), closed)
                    if since < until:
                        found.append((since, until))
        return tuple(sorted(found))


def _check(day: Day) -> None:
    for start, end in day:
        if not 0 <= start < end <= MIDNIGHT:
            raise ValueError("hours begin before they end, within one day")
    for (_, end), (start, _) in pairwise(day):
        if start < end:
            raise ValueError("the hours of a day stand in order and apart")


def _whole(day: Day) -> bool:
    reached = 0
    for start, end in day:
        if start != reached:
            return False
        reached = end
    return reached == MIDNIGHT


def _ordinal(at: datetime) -> int:
    return at.astimezone(UTC).toordinal()


def _offset(zone: tzinfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _segments(zone: tzinfo, start: datetime, end: datetime) -> Sequence[tuple[datetime, datetime, timedelta]]:
    """The parts of a UTC day during which the wall clock runs evenly, and how far ahead of UTC it is. Nobody
    moved their clocks twice in a day."""
    before, after = _offset(zone, start), _offset(zone, end - timedelta(seconds=1))
    if before == after:
        return ((start, end, before),)
    low, high = 0, int((end - start).total_seconds()) - 1  # the clock is moved after low, and by high
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, start + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    moved = start + timedelta(seconds=high)
    return ((start, moved, before), (moved, end, after))


def weekly(weekdays: Day, saturday: Day = (), sunday: Day = ()) -> tuple[Day, Day, Day, Day, Day, Day, Day]:
    """A week of equal weekdays."""
    return (weekdays, weekdays, weekdays, weekdays, weekdays, saturday, sunday)


ALWAYS: Final = Calendar(weekly(ALL_DAY, ALL_DAY, ALL_DAY), "UTC")
"""Round the clock, every day."""
