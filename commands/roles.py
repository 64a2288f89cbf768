"""The three roles that make things follow by themselves, told apart by what wakes them.

A **policy** is woken by an event and only wants things. A **courier** is woken by an event, calls out, and
reports what came of it as commands. A **watch** is woken by the clock and reads one list of what is due.
None of them writes: whatever they want goes through the inbox, and they take no for an answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from commands.intention import Command
from commands.ports import Decision
from domain.journal import Recorded

Gather: TypeAlias = Callable[[Sequence[Recorded], Any], Awaitable[list[Command]]]


@dataclass(frozen=True)
class Policy:
    """`react` is pure: it may not read, call or remember. `settle` folds back what became of its wishes."""

    name: str
    wakes: tuple[type, ...]
    react: Callable[[Recorded], list[Command]]
    settle: Callable[[Recorded, Sequence[Decision]], list[Command]] | None = None


@dataclass(frozen=True)
class Courier:
    """`carry` may read and call out through the ports it is given; it reports by the commands it returns.
    `settle` may want something else after a no: it is asked again and again, a few times.

    With `gather` it goes once for all that woke it while it was out, in the name of the last of them; with
    `carry` for each alone when that breaks."""

    name: str
    wakes: tuple[type, ...]
    carry: Callable[[Recorded, Any], Awaitable[list[Command]]]
    settle: Callable[[Recorded, Sequence[Decision], Any], Awaitable[list[Command]]] | None = None
    gather: Gather | None = None


@dataclass(frozen=True)
class Watch:
    """`look` reads one list of what is due; the domain may still answer that nothing needs to happen."""

    name: str
    every: float  # seconds between two looks
    look: Callable[[datetime, Any], Awaitable[list[Command]]]
