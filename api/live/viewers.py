"""Who looks at a conversation now. Kept in memory, for as long as they keep saying so."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from api.models.live import Presence, Viewer

VIEWING: Final = 30.0  # seconds one word of it is believed
TYPING: Final = 6.0

State = Literal["viewing", "typing", "left"]


@dataclass(slots=True)
class _Seen:
    until: float
    types_until: float


class Viewers:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen: defaultdict[str, dict[str, _Seen]] = defaultdict(dict)
        self._told: dict[str, list[Viewer]] = {}

    def heard(self, conversation_id: str, agent_id: str, state: State) -> None:
        now = self._monotonic()
        if state == "left":
            self._seen[conversation_id].pop(agent_id, None)
        else:
            types_until = now + TYPING if state == "typing" else now
            self._seen[conversation_id][agent_id] = _Seen(now + VIEWING, types_until)

    def of(self, conversation_id: str) -> list[Viewer]:
        now = self._monotonic()
        return [
            Viewer(agent_id=agent_id, state="typing" if seen.types_until > now else "viewing")
            for agent_id, seen in sorted(self._seen.get(conversation_id, {}).items())
            if seen.until > now
        ]

    def changed(self) -> list[Presence]:
        """Of every conversation where it is not what was told last; what is over is forgotten."""
        found = []
        for conversation_id in list(self._seen):
            now = self.of(conversation_id)
            if now != self._told.get(conversation_id, []):
                self._told[conversation_id] = now
                found.append(Presence(conversation_id=conversation_id, viewers=now))
            if not now:
                del self._seen[conversation_id]
                self._told.pop(conversation_id, None)
        return found
