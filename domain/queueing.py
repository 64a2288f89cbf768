"""How a queue hands out what waits in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

OFFER_FOR: Final = timedelta(seconds=30)
ROUND_PAUSE: Final = timedelta(seconds=60)
"""After a full round without acceptance the next one begins so much later."""
UNDO: Final = timedelta(seconds=10)
"""What a transfer starts waits so long: it may still be undone."""
RETURNING: Final = timedelta(seconds=10)
"""What a customer reopens is the last agent's, should they be free, if they are looked for so soon."""
SILENT_AFTER: Final = timedelta(minutes=10)
"""The customer owes the answer for so long: the conversation is silent and takes no place."""


class Mode(StrEnum):
    OFFER = "offer"  # an agent is asked, and has some seconds to accept
    ASSIGN = "assign"  # an agent gets it
    PULL = "pull"  # agents take the next one


class Strategy(StrEnum):
    """Whom to ask first, among those who could take it."""

    ROUND_ROBIN = "round_robin"  # least recently offered
    LOAD_BALANCED = "load_balanced"  # lowest live load over all queues, then longest idle
    SKILL_BASED = "skill_based"  # best match of preferred skills, then as load balanced


class OfflinePolicy(StrEnum):
    """What becomes of an agent's conversations when the agent is gone."""

    RETURN_WAITING = "return_waiting"  # customers who wait go back; others when they write
    RETURN_ALL = "return_all"
    KEEP = "keep"  # whatever the customer writes


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of one queue. `required` and `preferred` are skills with the level asked for;
    `relax_after`: every required skill is a preferred one once a conversation waited so long (None: never);
    `prefer_last`: how long a returning customer waits for their last agent."""

    mode: Mode = Mode.OFFER
    strategy: Strategy = Strategy.ROUND_ROBIN
    required: Mapping[str, int] = field(default_factory=dict)
    preferred: Mapping[str, int] = field(default_factory=dict)
    relax_after: timedelta | None = None
    prefer_last: timedelta = timedelta(0)
    offer_for: timedelta = OFFER_FOR
    offline: OfflinePolicy = OfflinePolicy.RETURN_WAITING

    def wanted(self, *, relaxed: bool) -> Mapping[str, int]:
        """What is required of whoever takes a conversation."""
        return {} if relaxed else self.required

    def liked(self, *, relaxed: bool) -> Mapping[str, int]:
        """What is preferred in whoever takes it: relaxed, what was required as well."""
        return {**self.preferred, **self.required} if relaxed else self.preferred
