"""The table of a projection, generated from the fields of its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, NewType, Union, get_args, get_origin, get_type_hints

from psycopg import sql
from pydantic_core import to_json as _encode

from adapters.views.indexes import INDEXES
from projections.answer import Key, Projection, columns

_PLAIN: Final[dict[type, str]] = {
    str: "text",
    int: "bigint",
    float: "double precision",
    bool: "boolean",
    datetime: "timestamptz",
}


def to_json(value: Any) -> str:
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    return _encode(value).decode()


@dataclass(frozen=True)
class Column:
    """`dump` and `load` turn a value into what the driver takes and back; None where it is the same thing."""

    name: str
    type: str
    nullable: bool
    dump: Callable[[Any], Any] | None = None
    load: Callable[[Any], Any] | None = None


def column(name: str, hint: Any) -> Column:
    """How a field is stored. Raises TypeError for a type no column is known for."""
    inner, nullable = _inner(hint)
    while isinstance(inner, NewType):
        inner = inner.__supertype__
    if (plain := _PLAIN.get(inner)) is not None:
        return Column(name, plain, nullable)
    if isinstance(inner, type) and issubclass(inner, StrEnum):
        return Column(name, "text", nullable, load=inner)
    origin = get_origin(inner) or inner
    if origin is dict:
        return Column(name, "jsonb", nullable, dump=to_json)
    if origin is tuple:
        return Column(name, "jsonb", nullable, dump=to_json, load=tuple)
    raise TypeError(f"{name}: no column is known for {hint!r}")


def _inner(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    inner = [argument for argument in get_args(hint) if argument is not NoneType]
    if len(inner) != 1 or len(get_args(hint)) != 2:
        raise TypeError(f"a column has one type, or one type and None: {hint!r}")
    return inner[0], True


@dataclass(frozen=True)
class Table:
    """Where the rows of one version of a projection live, and how they get in and out.

    `spare` is the table beside the live one, where a rebuild is made.
    """

    projection: Projection[Any]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    spare: bool = False

    @property
    def name(self) -> str:
        live = f"view_{self.projection.name}_v{self.projection.version}"
        return f"{live}_new" if self.spare else live

    @property
    def bookmarks(self) -> str:
        """The name its bookmarks are kept under."""
        return f"{self.projection.name}_new" if self.spare else self.projection.name

    @property
    def identifier(self) -> sql.Identifier:
        return sql.Identifier(self.name)

    @property
    def stored(self) -> tuple[str, ...]:
        """All columns: the partition, the ordinal of the last event folded in, and the row's own."""
        return ("partition", "ordinal", *(c.name for c in self.columns))

    def create(self) -> list[sql.Composed]:
        """The statements that make the table and its indexes where they are missing."""
        defined: list[sql.Composable] = [
            sql.SQL("partition integer NOT NULL"),
            sql.SQL("ordinal bigint NOT NULL"),
        ]
        defined += [
            sql.SQL("{} {}{}").format(
                sql.Identifier(c.name), sql.SQL(c.type), sql.SQL("" if c.nullable else " NOT NULL")
            )
            for c in self.columns
        ]
        defined.append(sql.SQL("PRIMARY KEY ({})").format(names(self.key)))
        made: list[sql.Composed] = [
            sql.SQL("CREATE TABLE IF NOT EXISTS {} ({}) WITH (fillfactor = 85)").format(
                self.identifier, sql.SQL(", ").join(defined)
            )
        ]
        made += [
            sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} {}").format(
                sql.Identifier(f"{self.name}_{name}"), self.identifier, sql.SQL(definition)
            )
            for name, definition in INDEXES.get(self.projection.name, {}).items()
        ]
        return made

    def dumper(self) -> Callable[[Any], tuple[Any, ...]]:
        """Turns a row into the values of its columns."""
        values = attrgetter(*(c.name for c in self.columns))
        odd = tuple((n, c.dump) for n, c in enumerate(self.columns) if c.dump is not None)

        def dump(row: Any) -> tuple[Any, ...]:
            if not odd:
                return values(row)
            out = list(values(row))
            for n, convert in odd:
                if out[n] is not None:
                    out[n] = convert(out[n])
            return tuple(out)

        return dump

    def loader(self) -> Callable[[tuple[Any, ...]], Any]:
        """Turns the values of its columns into a row."""
        row = self.projection.row
        odd = tuple((n, c.load) for n, c in enumerate(self.columns) if c.load is not None)

        def load(values: tuple[Any, ...]) -> Any:
            if not odd:
                return row(*values)
            into = list(values)
            for n, convert in odd:
                if into[n] is not None:
                    into[n] = convert(into[n])
            return row(*into)

        return load

    def key_of(self, values: tuple[Any, ...]) -> Key:
        """The key among the values of the row's columns."""
        return tuple(values[n] for n in self._key_places)

    @property
    def _key_places(self) -> tuple[int, ...]:
        return _places(tuple(c.name for c in self.columns), self.key)

    @property
    def key_types(self) -> tuple[str, ...]:
        return tuple(self.columns[n].type for n in self._key_places)


@lru_cache
def _places(among: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(among.index(name) for name in wanted)


def table(projection: Projection[Any], *, spare: bool = False) -> Table:
    hints = get_type_hints(projection.row)
    generated = tuple(column(name, hints[name]) for name in columns(projection.row))
    return Table(projection, generated, projection.row.KEY, spare)


def once(composed: sql.Composable) -> sql.SQL:
    """The same words, put together once: what is composed is put together anew whenever it is executed."""
    return sql.SQL(composed.as_string(None))


def names(of: tuple[str, ...], table: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.Identifier(name) if table is None else sql.Identifier(table, name) for name in of
    )
