"""What live streams ask of others: who says that rows changed, and how the doors' processes tell each other
what nobody needs to keep."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Marks = Mapping[int, int]
"""How far a view has come: the ordinal of the last event it folded, by partition."""


@dataclass(frozen=True, slots=True)
class Move:
    """A view committed. `was` is how far it had come when this was said the last time: whoever stands behind
    that has missed something. `rows` name what changed, keys in the view's order, with the lists a
    conversation stood in before; None: more than can be said, or not all that changed; look for yourself."""

    view: str
    was: Marks
    marks: Marks
    rows: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] | None


@dataclass(frozen=True, slots=True)
class Whisper:
    """What one door's process tells all others; lost when nobody listens. `kind` says what `told` is."""

    kind: str
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said since, and the place from which to go on. A place is opaque."""

    moves: Sequence[Move]
    whispers: Sequence[Whisper]
    place: tuple[str, str]


class Wire(Protocol):
    """Between those who follow the log and the doors' processes. Everything raises Unavailable."""

    def place(self) -> Awaitable[tuple[str, str]]:
        """Where to listen from now on; a few seconds of whispers are told again."""
        ...

    def listen(self, place: tuple[str, str], patience: float) -> Awaitable[Heard]:
        """Return as soon as something was said, or nothing for so many seconds."""
        ...

    def whisper(self, whisper: Whisper) -> Awaitable[None]: ...

    def hold(self, streams: Mapping[str, str]) -> Awaitable[None]:
        """These streams, by id, are open here, each somebody's; believed for less than a minute."""
        ...

    def let_go(self, stream_id: str) -> Awaitable[None]: ...

    def whose(self, stream_id: str) -> Awaitable[str | None]:
        """Whose stream it is; None for one that is not open anywhere."""
        ...
