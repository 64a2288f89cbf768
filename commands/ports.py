"""What processes and doors may touch, named for what it means in here."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from commands.intention import Command
from domain.journal import Position


class Clock(Protocol):
    """The time, UTC, with its zone."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """The log holds what the command led to. `position` is the last event's, or where the stream's
    partition stood when there was nothing to record; `events` are stored names, in order."""

    position: Position
    events: tuple[str, ...]
    repeated: bool = False  # this id had been decided before; this is the first answer again
    source: str = ""  # what caused the command that was decided (to notice a key used twice)


@dataclass(frozen=True, slots=True)
class Denied:
    """The domain said no, and the log says so. `rule` is the name of the refusal."""

    rule: str
    fields: dict[str, Any]
    position: Position
    repeated: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Broken:
    """The handler raised something that is not a refusal; the log says which exception, and nothing else."""

    error: str
    position: Position
    repeated: bool = False
    source: str = ""


Decision = Accepted | Denied | Broken


class Busy(Exception):
    """Too much is waiting already; come back later. Nothing was written."""


class Unavailable(Exception):
    """What must be durable cannot be made so now. Whether it was written is unknown: ask again, same id."""


class Inbox(Protocol):
    """Where commands go in. Accepted means durable; decided means the log holds the outcome.

    Embedded, accepted means decided. On Kafka a command is accepted when the commands topic has it.
    """

    def accept(self, command: Command) -> Awaitable[None]:
        """Return when the command is durable. Raises Busy or Unavailable."""
        ...

    def submit(self, command: Command) -> Awaitable[Decision]:
        """Return when the command is decided. Raises Busy or Unavailable."""
        ...

    def submit_all(self, commands: Sequence[Command]) -> Awaitable[list[Decision]]:
        """Decide in the order given (per partition); answers in the same order."""
        ...
