"""Open time as a row of spans, in order, whichever calendar or list they are from: what is asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

Span = tuple[datetime, datetime]
"""From an instant up to another, which is not part of it."""

_NOTHING: Final = timedelta(0)


def open_at(spans: Iterable[Span], at: datetime) -> bool:
    for opens, closes in spans:
        if at < closes:
            return opens <= at
    return False


def next_open(spans: Iterable[Span], at: datetime) -> datetime | None:
    """The first open instant from `at` on: `at` itself while open, None if there is none."""
    return next((max(opens, at) for opens, closes in spans if at < closes), None)


def closing(spans: Iterable[Span], at: datetime) -> datetime | None:
    """Until when it stays open that is open at `at`, over spans that touch; None while closed."""
    end: datetime | None = None
    for opens, closes in spans:
        if at >= closes:
            continue
        if opens > (at if end is None else end):
            return end
        end = closes
    return end


def elapsed(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """The open time from `start` to `end`; none when that is backwards."""
    total = _NOTHING
    for opens, closes in spans:
        if opens >= end:
            break
        total += max(min(closes, end) - max(opens, start), _NOTHING)
    return total


def used_up(spans: Iterable[Span], start: datetime, left: timedelta) -> datetime | None:
    """The earliest instant at which that much open time has passed since `start`: a closing hour rather than
    the opening after it. None if it never will."""
    for opens, closes in spans:
        opens = max(opens, start)
        if closes <= opens:
            continue
        if opens + left <= closes:
            return opens + left
        left -= closes - opens
    return None
