"""An answer kept ready for agents, under the word they type behind a slash; every version is kept.

Its variables are filled when it is inserted, from the conversation it is inserted into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from string import Formatter
from typing import Final, NewType, TypeAlias, assert_never

from domain.grammar import Refused, Stream
from domain.privacy import Open
from domain.queue import QueueId

CannedId = NewType("CannedId", str)
"""What is typed behind the slash."""

VARIABLES: Final = ("nome", "protocolo", "agente", "fila")
"""What may stand in braces: the customer's first name, the protocol number, who writes, the queue."""

# Events


@dataclass(frozen=True, slots=True)
class Written:
    version: int  # 1, 2 … also after it was withdrawn
    title: Open
    text: Open
    queues: tuple[QueueId, ...]  # none: for all
    by: Open
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    by: Open
    withdrawn_at: datetime


Event: TypeAlias = Written | Withdrawn

# State


@dataclass(frozen=True, slots=True)
class Canned:
    version: int = 0
    title: str = ""
    text: str = ""
    queues: tuple[QueueId, ...] = ()
    ready: bool = False


# Refusals


class UnknownCanned(Refused):
    """Nobody keeps an answer under this word."""


class UnknownVariable(Refused):
    """Nobody could fill what stands in these braces."""


# Decisions


def write(
    state: Canned, *, title: str, text: str, queues: Sequence[QueueId], by: str, at: datetime
) -> list[Event]:
    """Keep it ready as it is from now on; the same words for the same queues are nothing new."""
    check_variables(text)
    wanted = tuple(sorted(set(queues)))
    if state.ready and (state.title, state.text, state.queues) == (title, text, wanted):
        return []
    return [Written(state.version + 1, title, text, wanted, by, at)]


def withdraw(state: Canned, *, by: str, at: datetime) -> list[Event]:
    if state.version == 0:
        raise UnknownCanned
    return [Withdrawn(by, at)] if state.ready else []


def check_variables(text: str) -> None:
    """Raises UnknownVariable for braces that hold none of `VARIABLES`, or that hold nothing together."""
    try:
        named = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError as why:
        raise UnknownVariable from why
    if any(name not in VARIABLES or form or turned is not None for name, form, turned in named):
        raise UnknownVariable


# Memory


def evolve(state: Canned, event: Event) -> Canned:
    match event:
        case Written(version=version, title=title, text=text, queues=queues):
            return Canned(version, title, text, queues, ready=True)
        case Withdrawn():
            return Canned(state.version)
    assert_never(event)


CANNED: Stream[Canned, Event] = Stream("canned", (Written, Withdrawn), Canned(), evolve)
