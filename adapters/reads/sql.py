"""Selecting the rows of a projection as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from psycopg import sql

from adapters.views.tables import names, table
from projections.answer import Projection, Row

R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Source(Generic[R]):
    """The live table of a projection: its name, its columns, and how a result becomes a row."""

    identifier: sql.Identifier
    columns: sql.Composed
    width: int
    row: Callable[[tuple[Any, ...]], R]

    def select(self, rest: str, *more: sql.Composable) -> sql.Composed:
        """`SELECT <columns> FROM <table> AS t` and the rest; `more` are columns after the row's."""
        wanted = sql.SQL(", ").join([self.columns, *more])
        return sql.SQL("SELECT {} FROM {} AS t {}").format(wanted, self.identifier, sql.SQL(rest))


def source(projection: Projection[R]) -> Source[R]:
    of = table(projection)
    columns = tuple(c.name for c in of.columns)
    return Source(of.identifier, names(columns, "t"), len(columns), of.loader())
