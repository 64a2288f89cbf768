"""A view as a follower of the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import psycopg

from adapters.log.chain import Bookmark
from adapters.log.index import Mark
from adapters.log.port import Log, LogUnavailable
from adapters.views.view import View
from domain.journal import Recorded

PUT_OFF: Final = 0.1  # seconds a bookmark may stay behind when there is nothing to fold


class ViewFollower:
    """Folds what the feed hands it, rows and bookmark in one transaction.

    A batch with nothing in it for this view moves the bookmark later, with the next that has, or soon.
    """

    def __init__(self, view: View, log: Log) -> None:
        self._view, self._log = view, log
        self.name = view.name
        self.wakes = frozenset(view.projection.wakes)
        self._later: dict[int, Bookmark] = {}
        self._moved = 0.0

    def marks(self) -> Mapping[int, Mark]:
        self._later.clear()
        with _patient():
            return {
                p: Mark(self._log.offset_after(p, mark.seq), *mark)
                for p, mark in self._view.bookmarks().items()
            }

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        self._later |= {p: mark.bookmark for p, mark in marks.items()}
        if facts or time.monotonic() - self._moved > PUT_OFF:
            self._move(facts)

    def rest(self) -> None:
        if self._later:
            self._move(())

    def _move(self, facts: Sequence[Recorded]) -> None:
        with _patient():
            moved = self._view.apply(facts, self._later)
        if not moved:
            raise LogUnavailable("another process follows this view: reading where it stands")
        self._later, self._moved = {}, time.monotonic()


class BoundedFollower(ViewFollower):
    """Follows to where it may, and holds what comes after that until it may go further. What is not bounded
    may not go at all. Other threads may say how far it may go."""

    def __init__(self, view: View, log: Log, bounds: Mapping[int, Bookmark]) -> None:
        super().__init__(view, log)
        self._bounds = dict(bounds)
        self._held: list[Recorded] = []
        self._after: dict[int, Mark] = {}
        self._turn = threading.Lock()

    def may_go(self, partition: int, to: Bookmark) -> None:
        """Go there at once, if what lies between was handed to us. Raises LogUnavailable."""
        with self._turn:
            self._bounds[partition] = to
            self._go()

    def marks(self) -> Mapping[int, Mark]:
        with self._turn:
            self._held, self._after = [], {}
            return super().marks()

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        with self._turn:
            self._held.extend(facts)
            self._after |= marks
            self._go()

    def rest(self) -> None:
        with self._turn:
            super().rest()

    def _go(self) -> None:
        within = {
            p: mark if mark.seq <= bound.seq else Mark(mark.offset, *bound)
            for p, mark in self._after.items()
            if (bound := self._bounds.get(p)) is not None
        }
        ends = {p: mark.ordinal for p, mark in within.items()}
        super().follow([fact for fact in self._held if _comes_by(fact, ends)], within)
        super().rest()
        self._held = [fact for fact in self._held if not _comes_by(fact, ends)]
        self._after = {p: mark for p, mark in self._after.items() if mark != within.get(p)}


def _comes_by(fact: Recorded, ends: Mapping[int, int]) -> bool:
    return fact.position.ordinal <= ends.get(fact.position.partition, 0)


@contextmanager
def _patient() -> Iterator[None]:
    """A database that is away is waited for, by the feed."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InternalError) as error:
        raise LogUnavailable(type(error).__name__) from error
