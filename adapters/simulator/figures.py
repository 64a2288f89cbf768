"""What a simulation counts: times as percentiles, what was acknowledged, and whom a person answered."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TextIO

MOST: Final = 20_000


@dataclass(slots=True)
class Times:
    """The latest 20,000 durations, in milliseconds."""

    latest: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))

    def add(self, seconds: float) -> None:
        self.latest.append(seconds * 1000)

    def told(self) -> dict[str, float | None]:
        """p50 and p99; None before anything was counted."""
        ordered = sorted(self.latest)
        return {"p50": percentile(ordered, 50), "p99": percentile(ordered, 99)}


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """The smallest value that at least so many percent do not exceed (nearest rank)."""
    if not ordered:
        return None
    rank = max(1, -(-len(ordered) * percent // 100))
    return round(ordered[int(rank) - 1], 2)


@dataclass(slots=True)
class Dialogue:
    """What is known of one customer: when their messages were acknowledged, and when a person last spoke."""

    messages: int = 0
    asked_at: float | None = None  # the last message that wants an answer
    unanswered: int = 0  # messages that want an answer and came after the last word of a person
    person_at: float | None = None


@dataclass(slots=True)
class Received:
    """The ledger of what the desk acknowledged. With a book every line is also written there at once: a JSON
    object with the message's id, kind, delivery and time."""

    book: TextIO | None = None
    messages: dict[str, float] = field(default_factory=dict)  # provider's message id -> seconds since 1970
    deliveries: Counter[str] = field(default_factory=Counter)  # Delivery-Id -> how often it was said
    dialogues: dict[str, Dialogue] = field(default_factory=dict)  # by address

    def acknowledged(
        self, message_id: str, kind: str, address: str, asks: bool, delivery_id: str | None
    ) -> None:
        """A body with this message was answered 200. Saying so again changes nothing."""
        if message_id in self.messages:
            return
        now = time.time()
        self.messages[message_id] = now
        dialogue = self.dialogues.setdefault(address, Dialogue())
        dialogue.messages += 1
        if asks:
            dialogue.asked_at = now
            dialogue.unanswered += 1
        if self.book is not None:
            line = {"message_id": message_id, "kind": kind, "delivery_id": delivery_id, "at": now}
            self.book.write(json.dumps(line) + "\n")
            self.book.flush()

    def person_spoke(self, address: str) -> None:
        dialogue = self.dialogues.setdefault(address, Dialogue())
        dialogue.person_at = time.time()
        dialogue.unanswered = 0

    @property
    def waiting(self) -> int:
        """Customers who want an answer and have none."""
        return sum(dialogue.unanswered > 0 for dialogue in self.dialogues.values())

    @property
    def answered(self) -> int:
        """Messages of customers to whom a person spoke, but for those still waiting for an answer."""
        return sum(d.messages - d.unanswered for d in self.dialogues.values() if d.person_at is not None)

    @property
    def conversations(self) -> int:
        return sum(dialogue.messages > 0 for dialogue in self.dialogues.values())

    @property
    def conversations_answered(self) -> int:
        return sum(d.messages > 0 and d.person_at is not None for d in self.dialogues.values())
