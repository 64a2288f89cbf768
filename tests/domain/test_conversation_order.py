"""The one order."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

from domain.conversation.order import Place, place
from domain.queue import Priority, due
from tests.domain.facts import at


def row(priority: str, since: float | None, **fields: Any) -> Place:
    """A conversation whose human clock has run since that minute; None: none runs."""
    level = Priority(priority)
    due_at: datetime | None = None if since is None else due(at(since), level)
    known = {"oldest_at": None, "opened_at": at(0), "active_at": at(0)} | fields
    return place(level, due_at, **known)


IN_ORDER = [
    row("low", 0, past_manager=True),
    row("urgent", 60, past_manager=True),
    row("urgent", 70),
    row("urgent", 71, breached=True),
    row("high", 50, breached=True),
    row("high", 51, breached=True),
    row("normal", 1, breached=True),
    row("low", 2, breached=True),
    row("normal", 70),  # due 100
    row("high", 90),  # due 105, before the older but less urgent one that is due at the same time
    row("normal", 75),
    row("low", 60),
    row("normal", None, active_at=at(3)),
    row("urgent", None, active_at=at(4)),
]


def test_late_comes_first_then_urgent_then_by_due_time_and_the_unhurried_last() -> None:
    shuffled = list(IN_ORDER)
    random.Random(7).shuffle(shuffled)  # a fixed shuffle: the order must not depend on it
    assert sorted(shuffled) == IN_ORDER


def test_due_together_the_longest_unanswered_comes_first_and_then_the_oldest_episode() -> None:
    first = row("normal", 10, oldest_at=at(3))
    second = row("normal", 10, oldest_at=at(4))
    third = row("normal", 10, oldest_at=at(4), opened_at=at(1))
    nobody_wrote = row("normal", 10)
    assert sorted([nobody_wrote, third, second, first]) == [first, second, third, nobody_wrote]


def test_a_customer_who_writes_again_never_moves_back() -> None:
    before = row("normal", 10, oldest_at=at(10), active_at=at(10))
    assert row("normal", 10, oldest_at=at(10), active_at=at(20)) == before
