"""When a queue is open, in a rehearsal: a list of spans, each from its first instant up to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """`spans` in order, none touching another; None is round the clock."""

    spans: tuple[Span, ...] | None = None

    def is_open(self, at: datetime) -> bool:
        return self.spans is None or any(opens <= at < closes for opens, closes in self.spans)

    def next_opening(self, at: datetime) -> datetime | None:
        """When it opens after this instant; None when it never does."""
        return next((opens for opens, _ in self.spans or () if opens > at), None)

    def edges(self) -> Iterator[tuple[datetime, bool]]:
        """Every opening (True) and closing (False), in order."""
        for opens, closes in self.spans or ():
            yield opens, True
            yield closes, False

    def after(self, since: datetime, span: timedelta) -> datetime | None:
        """The earliest instant at which so much open time has passed; None when there is not so much left."""
        if self.spans is None:
            return since + span
        left = span
        for opens, closes in self.spans:
            start = max(opens, since)
            if start >= closes:
                continue
            if left <= closes - start:
                return start + left
            left -= closes - start
        return None


ALWAYS: Final = Hours()
