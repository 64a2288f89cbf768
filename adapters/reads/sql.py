"""Selecting the rows of a projection as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, LiteralString, TypeVar

from psycopg import sql

from adapters.views.tables import names, once, table
from projections.answer import Projection, Row

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Source(Generic[R]):
    """The live table of a projection: its name, its columns, and how a result becomes a row."""

    identifier: sql.Identifier
    columns: sql.Composed
    width: int
    row: Callable[[tuple[Any, ...]], R]
    _selected: dict[tuple[str, ...], sql.SQL] = field(default_factory=dict, compare=False, repr=False)

    def select(self, rest: LiteralString, *more: LiteralString) -> sql.SQL:
        """`SELECT <columns> FROM <table> AS t` and the rest; `more` are columns after the row's."""
        if (known := self._selected.get((rest, *more))) is None:
            wanted = sql.SQL(", ").join([self.columns, *map(sql.SQL, more)])
            selected = sql.SQL("SELECT {} FROM {} AS t {}").format(wanted, self.identifier, sql.SQL(rest))
            known = self._selected[rest, *more] = once(selected)
        return known


def source(projection: Projection[R]) -> Source[R]:
    of = table(projection)
    columns = tuple(c.name for c in of.columns)
    return Source(of.identifier, names(columns, "t"), len(columns), of.loader())
