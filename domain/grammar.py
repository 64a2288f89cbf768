"""The grammar every noun of the domain is spoken in: a kind of history, and the word no."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Generic, TypeVar

__all__ = ["Refused", "Stream", "changed", "kind_of", "root_of"]

S = TypeVar("S")
E = TypeVar("E")


class Refused(Exception):
    """The domain says no. One subclass per rule, named after the rule; its docstring is the reason.

    Keyword fields tell who or what stands in the way (identifiers and numbers, never a person's words).
    """

    def __init__(self, **fields: str | int | None) -> None:
        super().__init__(type(self).__name__)
        self.fields = fields

    @property
    def rule(self) -> str:
        return type(self).__name__


@dataclass(frozen=True)
class Stream(Generic[S, E]):
    """One kind of history, and how it is remembered."""

    kind: str
    events: tuple[type[E], ...]
    initial: S
    evolve: Callable[[S, E], S]
    version: int = 1  # of the fold: a snapshot made by another version is dropped
    fence: type[E] | None = None  # after it (`subject_id`) what is said here is somebody else's, or nobody's

    def fold(self, history: Iterable[E], state: S | None = None) -> S:
        return reduce(self.evolve, history, self.initial if state is None else state)

    def id(self, root: str, leaf: str | None = None) -> str:
        """The name of one stream of this kind; its root alone decides its partition."""
        return f"{self.kind}-{root}" if leaf is None else f"{self.kind}-{root}/{leaf}"


if TYPE_CHECKING:  # so that field names and types are checked as those of `replace` are
    from dataclasses import replace as changed
else:

    def changed(state, /, **changes):
        """`dataclasses.replace` for a dataclass without slots, several times as fast on a wide one: it copies
        what is, and runs no `__init__`. TypeError for a field that does not exist."""
        new = object.__new__(type(state))
        told, known = new.__dict__, state.__dict__
        told.update(known)
        told.update(changes)
        if len(told) != len(known):
            raise TypeError(f"{type(state).__name__} has no such field: {sorted(told.keys() - known.keys())}")
        return new


def kind_of(stream: str) -> str:
    return stream.partition("-")[0]


def root_of(stream: str) -> str:
    """The part of a stream id that decides its partition: `kind-root/leaf` -> `root`."""
    return stream.partition("-")[2].partition("/")[0]
