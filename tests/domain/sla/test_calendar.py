"""Open time: laws for all calendars, and the days that are told wrongly elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sla.calendar import ALL_DAY, ALWAYS, MIDNIGHT, Calendar, Day, weekly
from tests.luck import examples

SP = ZoneInfo("America/Sao_Paulo")
OFFICE: Day = ((8 * 60, 12 * 60), (13 * 60, 18 * 60))
DESK = Calendar(weekly(OFFICE, ((8 * 60, 12 * 60),)))
ZONES = (
    "America/Sao_Paulo",
    "America/Noronha",
    "America/New_York",
    "America/St_Johns",
    "Europe/Lisbon",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
)


def sp(day: str, clock: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), SP)


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


@st.composite
def days(draw: st.DrawFn) -> Day:
    edges = sorted(draw(st.sets(st.integers(0, MIDNIGHT), max_size=6)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


def _hours_or_none(week: tuple[Day, ...]) -> bool:
    """Some hours a week, so that a target does not take years; or none at all."""
    opened = sum(end - start for day in week for start, end in day)
    return opened == 0 or opened >= 5 * 60


DATES = st.dates(date(1996, 1, 1), date(2031, 12, 31))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.tuples(days(), days(), days(), days(), days(), days(), days()).filter(_hours_or_none))
    closed = draw(st.frozensets(DATES, max_size=5))
    special = draw(st.dictionaries(DATES, days(), max_size=3))
    return Calendar(week, draw(st.sampled_from(ZONES)), closed, tuple(special.items()))


BEGIN = datetime(1997, 1, 1, tzinfo=UTC)
INSTANTS = st.builds(lambda by: BEGIN + by, st.timedeltas(timedelta(0), timedelta(days=12000)))
TARGETS = st.timedeltas(timedelta(0), timedelta(hours=30))
CHANGES = st.sampled_from(
    [
        datetime(2018, 11, 4, 3, tzinfo=UTC),  # São Paulo skips the hour after midnight
        datetime(2019, 2, 17, 2, tzinfo=UTC),  # … and shows the one before midnight twice
        datetime(2024, 3, 10, 7, tzinfo=UTC),  # New York
        datetime(2024, 11, 3, 6, tzinfo=UTC),
        datetime(2006, 10, 29, 2, 31, tzinfo=UTC),  # St. John's goes back a minute after midnight
        datetime(2011, 12, 30, 10, tzinfo=UTC),  # Samoa leaves out a day
        datetime(2020, 1, 1, 3, tzinfo=UTC),
    ]
)
AROUND = st.builds(lambda at, by: at + by, CHANGES, st.timedeltas(timedelta(-3), timedelta(3)))
WHENEVER = st.one_of(INSTANTS, AROUND)


@examples(60)
@given(calendars(), WHENEVER, TARGETS)
def test_the_open_time_until_the_due_instant_is_the_target(
    calendar: Calendar, start: datetime, target: timedelta
) -> None:
    due = calendar.due(start, target)
    if due is None:
        assert not any(calendar.week)
    else:
        assert due >= start
        assert calendar.elapsed(start, due) == target


@examples(60)
@given(calendars(), WHENEVER, TARGETS.filter(bool))
def test_nothing_earlier_uses_the_target_up(calendar: Calendar, start: datetime, target: timedelta) -> None:
    due = calendar.due(start, target)
    if due is not None:
        assert calendar.elapsed(start, due - timedelta(microseconds=1)) < target


@examples(60)
@given(calendars(), WHENEVER, TARGETS, TARGETS)
def test_more_target_is_never_due_earlier(
    calendar: Calendar, start: datetime, one: timedelta, other: timedelta
) -> None:
    less, more = sorted((one, other))
    first, last = calendar.due(start, less), calendar.due(start, more)
    assert last is None or (first is not None and first <= last)


@examples(60)
@given(calendars(), WHENEVER, WHENEVER, TARGETS)
def test_starting_later_is_never_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, target: timedelta
) -> None:
    first, last = calendar.due(min(one, other), target), calendar.due(max(one, other), target)
    assert last is None or (first is not None and first <= last)


@examples(60)
@given(calendars(), WHENEVER, TARGETS, TARGETS)
def test_splits_add_up(calendar: Calendar, start: datetime, one: timedelta, other: timedelta) -> None:
    middle, end = start + one, start + one + other
    assert calendar.elapsed(start, end) == calendar.elapsed(start, middle) + calendar.elapsed(middle, end)


@examples(60)
@given(calendars(), WHENEVER)
def test_open_is_what_the_wall_clock_says(calendar: Calendar, at: datetime) -> None:
    wall = at.astimezone(ZoneInfo(calendar.zone))
    minute = wall.hour * 60 + wall.minute
    assert calendar.is_open(at) == any(a <= minute < b for a, b in calendar.hours(wall.date()))


@examples(60)
@given(calendars(), WHENEVER)
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar: Calendar, at: datetime) -> None:
    opening = calendar.next_opening(at)
    if opening is None:
        assert not any(calendar.week)
    else:
        assert opening >= at
        assert calendar.is_open(opening)
        assert calendar.elapsed(at, opening) == timedelta(0)


@given(WHENEVER, TARGETS)
def test_round_the_clock_is_the_clock(start: datetime, target: timedelta) -> None:
    assert ALWAYS.due(start, target) == start + target
    with_a_day_off = Calendar(ALWAYS.week, "UTC", frozenset({date(1990, 1, 1)}))
    assert with_a_day_off.due(start, target) == start + target


def test_a_target_used_up_at_closing_is_due_at_closing() -> None:
    assert DESK.due(sp("2026-03-13", "17:30"), minutes(30)) == sp("2026-03-13", "18:00")


def test_one_minute_more_is_due_the_next_morning() -> None:
    assert DESK.due(sp("2026-03-13", "17:30"), minutes(31)) == sp("2026-03-14", "08:01")


def test_lunch_does_not_count() -> None:
    assert DESK.due(sp("2026-03-12", "11:50"), minutes(30)) == sp("2026-03-12", "13:20")


def test_a_message_in_closed_hours_waits_for_the_opening() -> None:
    assert DESK.due(sp("2026-03-14", "20:00"), minutes(30)) == sp("2026-03-16", "08:30")


def test_closed_dates_do_not_count_and_special_hours_do() -> None:
    christmas, eve = date(2026, 12, 25), date(2026, 12, 24)
    desk = Calendar(DESK.week, closed=frozenset({christmas}), special=((eve, ((480, 720),)),))
    assert desk.due(sp("2026-12-24", "11:30"), minutes(60)) == sp("2026-12-26", "08:30")


def test_special_hours_open_a_closed_date() -> None:
    day = date(2026, 12, 25)
    desk = Calendar(DESK.week, closed=frozenset({day}), special=((day, ((600, 720),)),))
    assert desk.next_opening(sp("2026-12-25", "00:00")) == sp("2026-12-25", "10:00")


@pytest.mark.parametrize("year", range(1999, 2031))
def test_no_day_is_lost_at_the_end_of_a_year(year: int) -> None:
    desk = Calendar(weekly(OFFICE, OFFICE, OFFICE))
    start, end = sp(f"{year}-12-30", "00:00"), sp(f"{year + 1}-01-03", "00:00")
    assert desk.elapsed(start, end) == timedelta(hours=4 * 9)


def test_an_hour_that_the_clock_skips_is_nobodys() -> None:
    night = Calendar(weekly(((0, 120),), ((0, 120),), ((0, 120),)))
    assert night.elapsed(sp("2018-11-03", "12:00"), sp("2018-11-04", "12:00")) == timedelta(hours=1)


def test_an_hour_that_the_clock_shows_twice_counts_twice() -> None:
    late = ((23 * 60, MIDNIGHT),)
    night = Calendar(weekly(late, late, late))
    assert night.elapsed(sp("2019-02-16", "12:00"), sp("2019-02-17", "12:00")) == timedelta(hours=2)


def test_a_week_of_the_place_that_left_a_day_out_has_six_days() -> None:
    apia = ZoneInfo("Pacific/Apia")
    calendar = Calendar(weekly(ALL_DAY, ALL_DAY, ALL_DAY), "Pacific/Apia", frozenset({date(2011, 1, 1)}))
    week = datetime(2011, 12, 26, tzinfo=apia), datetime(2012, 1, 2, tzinfo=apia)
    assert calendar.elapsed(*week) == timedelta(days=6)


def test_what_never_opens_is_never_due() -> None:
    never = Calendar(weekly(()))
    assert never.due(sp("2026-03-12", "10:00"), minutes(1)) is None
    assert never.next_opening(sp("2026-03-12", "10:00")) is None


def test_a_calendar_of_special_dates_alone_ends_with_the_last() -> None:
    fair = Calendar(weekly(()), special=((date(2026, 3, 14), OFFICE),))
    assert fair.due(sp("2026-03-12", "10:00"), timedelta(hours=9)) == sp("2026-03-14", "18:00")
    assert fair.due(sp("2026-03-12", "10:00"), timedelta(hours=10)) is None


@pytest.mark.parametrize(
    "day", [((60, 60),), ((120, 60),), ((-1, 60),), ((0, 1441),), ((0, 120), (60, 180)), ((300, 400), (0, 9))]
)
def test_hours_that_are_none_are_refused(day: Day) -> None:
    with pytest.raises(ValueError, match="hours"):
        Calendar(weekly(day))


def test_a_zone_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        Calendar(weekly(OFFICE), "America/Atlantida")


# When it began, and when it changes


def test_hours_began_where_they_began_also_across_midnights() -> None:
    assert DESK.open_since(sp("2026-03-12", "10:00")) == sp("2026-03-12", "08:00")
    assert DESK.open_since(sp("2026-03-12", "13:00")) == sp("2026-03-12", "13:00")
    assert DESK.open_since(sp("2026-03-12", "12:00")) is None
    night = Calendar(weekly(((0, 6 * 60), (20 * 60, MIDNIGHT)), ((0, 6 * 60),)))
    assert night.open_since(sp("2026-03-12", "03:00")) == sp("2026-03-11", "20:00")
    assert ALWAYS.open_since(sp("2026-03-12", "03:00")) is None


def test_it_changes_where_it_closes_and_where_it_opens() -> None:
    assert DESK.changes_at(sp("2026-03-12", "10:00")) == sp("2026-03-12", "12:00")
    assert DESK.changes_at(sp("2026-03-12", "12:00")) == sp("2026-03-12", "13:00")
    assert DESK.changes_at(sp("2026-03-14", "12:00")) == sp("2026-03-16", "08:00")
    assert ALWAYS.changes_at(sp("2026-03-12", "03:00")) is None


@examples(60)
@given(calendars(), st.integers(0, 30 * 365 * 24 * 60), st.integers(1, 9999))
def test_until_it_changes_it_stays_as_it_is(calendar: Calendar, minute: int, tenths: int) -> None:
    at = datetime(2000, 1, 1, tzinfo=UTC) + minutes(minute)
    change = calendar.changes_at(at)
    if change is not None:
        assert change > at
        between = at + (change - at) * tenths / 10_000
        assert calendar.is_open(between) is calendar.is_open(at)
    since = calendar.open_since(at)
    if since is not None:
        assert since <= at
        assert calendar.is_open(since)
        assert calendar.elapsed(since, at) == at - since
        assert not calendar.is_open(since - timedelta(microseconds=1))
