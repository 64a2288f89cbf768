"""The policy by which clocks are judged: one for the whole desk, edited as a whole. Version 1 is what a desk
has that nobody has given any (`domain.sla.policy`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias, assert_never

from domain.grammar import Refused, Stream
from domain.privacy import Open
from domain.sla.written import read_policy

DESK: Final = "desk"
"""The root of its one stream."""

# Events


@dataclass(frozen=True, slots=True)
class Edited:
    version: int  # 2, 3 …
    rules: Open  # as `domain.sla.written` writes a policy
    by: Open
    edited_at: datetime


Event: TypeAlias = Edited

# State


@dataclass(frozen=True, slots=True)
class Policy:
    version: int = 1
    rules: str = ""


# Refusals


class UnreadablePolicy(Refused):
    """These rules are no policy."""


# Decisions


def edit(state: Policy, rules: str, *, by: str, at: datetime) -> list[Event]:
    """Other rules from now on; the same rules are nothing new."""
    try:
        read_policy(rules)
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        raise UnreadablePolicy from why
    return [] if rules == state.rules else [Edited(state.version + 1, rules, by, at)]


# Memory


def evolve(state: Policy, event: Event) -> Policy:
    match event:
        case Edited(version=version, rules=rules):
            return Policy(version, rules)
    assert_never(event)


POLICY: Stream[Policy, Event] = Stream("policy", (Edited,), Policy(), evolve)
