"""When a queue is open, in a rehearsal: a list of spans, each from its first instant up to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from domain.sla.spans import Span, next_open, open_at, used_up


@dataclass(frozen=True, slots=True)
class Hours:
    """`spans` in order, none touching another; None is round the clock."""

    spans: tuple[Span, ...] | None = None

    def is_open(self, at: datetime) -> bool:
        return self.spans is None or open_at(self.spans, at)

    def next_opening(self, at: datetime) -> datetime | None:
        """The first open instant from `at` on; None if there is none."""
        return at if self.spans is None else next_open(self.spans, at)

    def edges(self) -> Iterator[tuple[datetime, bool]]:
        """Every opening (True) and closing (False), in order."""
        for opens, closes in self.spans or ():
            yield opens, True
            yield closes, False

    def after(self, since: datetime, span: timedelta) -> datetime | None:
        """The earliest instant at which so much open time has passed; None when there is not so much left."""
        return since + span if self.spans is None else used_up(self.spans, since, span)


ALWAYS: Final = Hours()
