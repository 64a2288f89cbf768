"""A command: someone wants something, says who they are, and may say what they had seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4, uuid5

from domain.grammar import Stream
from domain.journal import Cause, Recorded
from domain.privacy import SubjectId

COMMANDS = UUID("5f0c6a4e-1d0e-5c1b-9a53-2c7a3f1f6b10")  # the namespace of every computed command id


@dataclass(frozen=True, kw_only=True)
class Command:
    """What someone wants. `id` makes asking twice the same as asking once. `candidate` is whose keys seal
    what it leads to, if its stream is nobody's yet: made by dice, so that nobody can be guessed from it.
    `book` is by which policy and calendars clocks are reckoned (`domain.sla.written`), put in where it is
    handed over; empty for what has no clocks."""

    id: UUID
    cause: Cause
    candidate: SubjectId = field(default_factory=lambda: SubjectId(str(uuid4())), compare=False, repr=False)
    book: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Handler:
    """Which stream a command is decided on, and the pure decision: `decide(command, state, at) -> events`."""

    stream: Stream[Any, Any]
    key: Callable[[Any], str]
    decide: Callable[[Any, Any, datetime], list[Any]]

    def stream_of(self, command: Command) -> str:
        return f"{self.stream.kind}-{self.key(command)}"


C = TypeVar("C", bound=Command)
S = TypeVar("S")
E = TypeVar("E")


def on(
    stream: Stream[S, E], *, key: Callable[[C], str], decide: Callable[[C, S, datetime], list[E]]
) -> Handler:
    """One line of the catalogue; typed so that mypy checks that the three fit together."""
    return Handler(stream, key, decide)


def caused_by(recorded: Recorded, process: str) -> Cause:
    """The cause of what a process wants because of an event: same thread, the event as its source."""
    return Cause(f"process:{process}", recorded.cause.correlation, f"{recorded.stream}@{recorded.version}")


def process_id(recorded: Recorded, process: str, command: str, n: object = 0) -> UUID:
    """The id of the command a process wants because of an event: the same however often it is woken."""
    return uuid5(COMMANDS, f"{recorded.stream}@{recorded.version}/{process}/{command}/{n}")


def person_id(actor: str, key: str) -> UUID:
    """The id of a person's command from their Idempotency-Key."""
    return uuid5(COMMANDS, f"{actor}/{key}")


def watch_id(watch: str, due: str, armed: object) -> UUID:
    """The id of a watch's command: what is due, and the version it was armed for."""
    return uuid5(COMMANDS, f"{watch}/{due}/{armed}")
