"""The clocks of a conversation computed again from what happened, by nothing but what happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.sla.clocks import apply, fire
from domain.sla.facts import Fact
from domain.sla.policy import Book
from domain.sla.state import Clocks
from domain.sla.verdicts import Said


def replay(
    history: Iterable[tuple[Book, Fact]],
    until: datetime,
    clocks: Clocks | None = None,
    book: Book | None = None,
) -> tuple[Clocks, list[Said]]:
    """The clocks at an instant, and all they said, had every timer fired in time. Each fact comes with the
    book in force from then on; what falls due before it goes by the one before. `clocks` and `book`: where to
    go on from."""
    clocks, said = Clocks() if clocks is None else clocks, list[Said]()
    book = Book() if book is None else book
    for newer, fact in history:
        clocks, before = _timed(clocks, book, fact.at, inclusive=False)
        book = newer
        clocks, then = apply(clocks, book, fact)
        said += [*before, *then]
    clocks, after = _timed(clocks, book, until, inclusive=True)
    return clocks, [*said, *after]


def _timed(clocks: Clocks, book: Book, until: datetime, *, inclusive: bool) -> tuple[Clocks, list[Said]]:
    said: list[Said] = []
    while (due := clocks.next_timer()) is not None and (due < until or (inclusive and due == until)):
        clocks, now = fire(clocks, book, due)
        said += now
    return clocks, said
