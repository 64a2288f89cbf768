"""What somebody was given who asked for the next, a moment ago."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from domain.conversation import ConversationId

LATE: Final = 2.0  # seconds; lists that are later than that are answered by a refusal, and the one behind


class Taken:
    """The lists hear of it a little later: whoever asks meanwhile is given the one behind at once. Belongs to
    one loop; processes do not tell each other, the decision is the same with or without it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until: dict[ConversationId, float] = {}

    def __contains__(self, one: ConversationId) -> bool:
        return self._until.get(one, 0.0) > self._monotonic()

    def add(self, one: ConversationId) -> None:
        """It is being given to somebody."""
        now = self._monotonic()
        self._until = {other: until for other, until in self._until.items() if until > now}
        self._until[one] = now + LATE

    def discard(self, one: ConversationId) -> None:
        """It was not given, after all."""
        self._until.pop(one, None)
