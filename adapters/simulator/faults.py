"""What goes wrong, how often, and always the same way for the same seed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Faults:
    """Probabilities from 0 to 1, switches, and seconds. Everything off is a provider on its best day."""

    seed: int = 0

    # of a request
    down: bool = False  # every call: 503, nothing happens
    signed_out: bool = False  # every call: 401 with code 190
    throttled: float = 0.0  # 130429
    unavailable: float = 0.0  # 400 with 131016, nothing happens
    fails: float = 0.0  # 500, nothing happens
    fails_after: float = 0.0  # 500, but the message did leave
    reset: float = 0.0  # the connection breaks, nothing happens
    reset_after: float = 0.0  # the connection breaks, but the message did leave
    hangs: float = 0.0  # no answer ever, but the message did leave
    slow: float = 0.0  # seconds before every answer
    late_refusals: float = 0.0  # 131026 and 131047 told by a `failed` status instead of at once
    held: float = 0.0  # templates kept back for a quality check

    # of statuses
    delay: float = 0.2  # the longest time, in seconds, between one status of a message and the next
    out_of_order: float = 0.0  # a message's statuses come in any order
    duplicated: float = 0.0  # a status comes twice
    batched: float = 0.0  # what is due for a number comes in one body
    skips_delivered: float = 0.0  # the chat was open: straight to read
    unread: float = 0.2  # the customer never looks
    silent: float = 0.0  # no status at all

    # of files
    media_fails: float = 0.0  # 500 where a file should be
    media_damaged: float = 0.0  # other bytes than announced
    media_expired: float = 0.0  # the address has run out

    def happens(self, fault: str, key: str) -> bool:
        """Whether this fault meets this request; the same seed and key always meet the same fate."""
        return self.chance(fault, key).random() < float(getattr(self, fault))

    def chance(self, purpose: str, key: str) -> random.Random:
        """A source of chance for one purpose and key."""
        return random.Random(f"{self.seed}/{purpose}/{key}")  # noqa: S311 - repeatable on purpose

    def changed(self, changes: Mapping[str, Any]) -> Faults:
        """The same, with some fields changed. Raises ValueError for a field that does not exist or a value
        of another type."""
        types = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in changes.items():
            wanted = types.get(name)
            if wanted is None:
                raise ValueError(f"no such fault: {name}")
            right = isinstance(value, int | float) if wanted is float else type(value) is wanted
            if not right or (wanted is float and isinstance(value, bool)):
                raise ValueError(f"{name} is a {wanted.__name__}")
        return replace(self, **changes)
