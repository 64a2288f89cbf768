"""Looking on: whoever only counts what happens, from now on, and remembers nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adapters.log.index import Mark
from domain.journal import Recorded


class Onlooker:
    """A follower that starts at the end of the log each time."""

    def __init__(
        self, name: str, wakes: frozenset[type], see: Callable[[Recorded], None], end: Mapping[int, Mark]
    ) -> None:
        self.name, self.wakes, self._see = name, wakes, see
        self._marks = dict(end)

    def marks(self) -> Mapping[int, Mark]:
        return self._marks

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        self._marks |= marks
        for fact in facts:
            self._see(fact)

    def rest(self) -> None:
        """Nothing was put off."""
