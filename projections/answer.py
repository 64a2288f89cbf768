"""An answer kept ready: one question, the row that answers it, and the fold that keeps the row true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from domain.journal import Recorded

Key = tuple[Any, ...]


class Row(Protocol):
    """A frozen dataclass with slots, its columns typed as they are stored: text, numbers, instants, a word of
    an enumeration, or JSON (dict, tuple). `KEY` names the fields that tell one row from another; a row folds
    one partition only."""

    KEY: ClassVar[tuple[str, ...]]
    __dataclass_fields__: ClassVar[dict[str, Any]]


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Projection(Generic[R]):
    """What is known, by name and version: another version is another table, folded anew.

    `wakes` lists the only events it looks at. `key` says which row an event touches (None: no row), and
    `evolve` what becomes of that row (None: there is none). Both are total: an event about a row that is not
    there changes nothing and raises nothing. Whoever returns the same object says that nothing changed.
    `leaves` is asked what stays behind of a row when another takes its place: a row under a key of its own,
    which the fold never looks at again (None: nothing).
    """

    name: str
    version: int
    row: type[R]
    key: Callable[[Recorded], Key | None]
    evolve: Callable[[R | None, Recorded], R | None]
    wakes: tuple[type, ...]
    leaves: Callable[[R, R], R | None] | None = None


def columns(row: type[Row]) -> tuple[str, ...]:
    """The names of a row's fields, in order."""
    return tuple(field.name for field in fields(row))


if TYPE_CHECKING:
    from dataclasses import replace as replace
else:

    def replace(row, /, **changes):
        """`dataclasses.replace` for rows, which have slots and no invariants, four times as fast: a fold does
        little else."""
        return _copier(type(row))(row, changes)

    @cache
    def _copier(kind):
        """A function that copies a row slot by slot, written out as dataclasses write their `__init__`."""
        setters = {name: getattr(kind, name).__set__ for name in columns(kind)}
        scope = {f"set_{name}": put for name, put in setters.items()}
        lines = (f"    set_{name}(copy, row.{name})" for name in setters)
        source = "\n".join(
            (
                "def copied(row, changes):",
                "    copy = new(kind)",
                *lines,
                "    for name, value in changes.items():",
                "        setters[name](copy, value)",
                "    return copy",
            )
        )
        scope |= {"new": object.__new__, "kind": kind, "setters": setters}
        exec(source, scope)  # noqa: S102  made of the names of our own fields
        return scope["copied"]


def fold(
    projection: Projection[R], history: Iterable[Recorded], rows: dict[Key, R] | None = None
) -> dict[Key, R]:
    """The rows by key, as they are after a history."""
    known: dict[Key, R] = {} if rows is None else dict(rows)
    wakes = frozenset(projection.wakes)
    for recorded in history:
        if type(recorded.event) not in wakes or (key := projection.key(recorded)) is None:
            continue
        before = known.get(key)
        row = projection.evolve(before, recorded)
        if (left := left_behind(projection, before, row)) is not None:
            known[key_of(left)] = left
        if row is None:
            known.pop(key, None)
        else:
            known[key] = row
    return known


def left_behind(projection: Projection[R], before: R | None, after: R | None) -> R | None:
    """What stays of a row besides the one that takes its place."""
    if projection.leaves is None or before is None or after is None or after is before:
        return None
    return projection.leaves(before, after)


def key_of(row: Row) -> Key:
    return tuple(getattr(row, name) for name in row.KEY)


def by_root(recorded: Recorded) -> Key:
    """The key of projections that keep one row per stream."""
    return (recorded.root,)
