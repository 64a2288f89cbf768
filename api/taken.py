"""What somebody was given who asked for the next, a moment ago."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from domain.conversation import ConversationId

LATE: Final = 2.0  # seconds; lists that are later than that are answered by a refusal, and the one behind


class Taken:
    """The lists hear of it a little later: whoever asks meanwhile is given the one behind at once. The same
    wish, asked again, is answered the same.

    Belongs to one loop. Processes do not tell each other; the decision is the same with or without it.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._given: dict[ConversationId, tuple[UUID, float]] = {}

    def by_another(self, one: ConversationId, wish: UUID) -> bool:
        given = self._given.get(one)
        return given is not None and given[0] != wish and given[1] > self._monotonic()

    def give(self, one: ConversationId, wish: UUID) -> None:
        """It is being given to whoever wished for the next."""
        now = self._monotonic()
        self._given = {other: given for other, given in self._given.items() if given[1] > now}
        self._given[one] = wish, now + LATE

    def keep(self, one: ConversationId) -> None:
        """It was not given, after all."""
        self._given.pop(one, None)
