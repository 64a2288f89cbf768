"""A view as a follower of the log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg

from adapters.log.index import Mark
from adapters.log.port import Log, LogUnavailable
from adapters.views.view import View
from domain.journal import Recorded


class ViewFollower:
    """Folds what the feed hands it, rows and bookmark in one transaction."""

    def __init__(self, view: View, log: Log) -> None:
        self._view, self._log = view, log
        self.name = view.name
        self.wakes = frozenset(view.projection.wakes)

    def marks(self) -> Mapping[int, Mark]:
        with _patient():
            return {
                p: Mark(self._log.offset_after(p, mark.seq), *mark)
                for p, mark in self._view.bookmarks().items()
            }

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        with _patient():
            moved = self._view.apply(facts, {p: mark.bookmark for p, mark in marks.items()})
        if not moved:
            raise LogUnavailable("another process follows this view: reading where it stands")


@contextmanager
def _patient() -> Iterator[None]:
    """A database that is away is waited for, by the feed."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InternalError) as error:
        raise LogUnavailable(type(error).__name__) from error
