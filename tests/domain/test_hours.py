"""Nobody is written to by itself before 8h, after 21h, or while nobody is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from domain.hours import ALWAYS, decent, next_decent

PLACE = ZoneInfo("America/Sao_Paulo")


def local(hour: int, minute: int = 0, day: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=PLACE).astimezone(UTC)


@dataclass(frozen=True)
class Office:
    """Open from `opens` to `closes` of every day there."""

    opens: int = 9
    closes: int = 18

    def is_open(self, at: datetime) -> bool:
        return self.opens <= at.astimezone(PLACE).hour < self.closes

    def next_opening(self, at: datetime) -> datetime | None:
        if self.is_open(at):
            return at
        there = at.astimezone(PLACE)
        day = there.date() + timedelta(days=there.hour >= self.closes)
        return datetime(day.year, day.month, day.day, self.opens, tzinfo=PLACE).astimezone(UTC)


class Never:
    def is_open(self, at: datetime) -> bool:
        return False

    def next_opening(self, at: datetime) -> datetime | None:
        return None


def test_from_8h_to_21h_the_limits_included() -> None:
    assert next_decent(local(21), ALWAYS, PLACE) == local(21)
    assert next_decent(local(21, 1), ALWAYS, PLACE) == local(8, day=13)
    assert next_decent(local(7, 59), ALWAYS, PLACE) == local(8)
    assert next_decent(local(3), ALWAYS, PLACE) == local(8)


def test_and_in_the_queues_hours() -> None:
    assert next_decent(local(8), Office(), PLACE) == local(9)
    assert next_decent(local(19), Office(), PLACE) == local(9, day=13)
    assert (
        next_decent(local(10), Office(6, 7), PLACE) is None
    )  # it is open only while nobody may be written to


def test_a_queue_that_never_opens_has_no_such_moment() -> None:
    assert next_decent(local(12), Never(), PLACE) is None


@given(st.integers(0, 10 * 366 * 24 * 60))
def test_the_moment_is_allowed_and_never_before_what_was_asked(minutes: int) -> None:
    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = next_decent(at, Office(), PLACE)
    assert found is not None
    assert found >= at
    assert decent(found, PLACE)
    assert Office().is_open(found)
