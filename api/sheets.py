"""Tables as spreadsheets read and write them: CSV in UTF-8, cells apart by `;` (or `,`, on reading).

What is written runs no formula wherever it is opened, and is read back as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MARK: Final = "\ufeff"  # by which spreadsheets know UTF-8
BETWEEN: Final = "|"  # values of one cell
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that some spreadsheet would reckon out, or that we wrote so that none does."""


class Unreadable(ValueError):
    """It is no table. `line` is where, `code` says why: `csv`, `column`, `column_missing`, `cells`."""

    def __init__(self, line: int, code: str) -> None:
        super().__init__(code)
        self.line, self.code = line, code


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where it begins in the file, counted from 1."""

    line: int
    cells: Mapping[str, str]


def write(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    told = io.StringIO()
    table = csv.writer(told, delimiter=";", lineterminator="\r\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([_harmless(row[column]) for column in columns])
    return MARK + told.getvalue()


def read(text: str, columns: Sequence[str], needed: Sequence[str]) -> list[Row]:
    """The rows that say anything. Raises Unreadable, also for a column that is none of `columns`, stands
    twice, or is `needed` and not there."""
    text = text.removeprefix(MARK)
    first = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",", strict=True)
    line = 1
    rows: list[Row] = []
    try:
        named = [cell.strip() for cell in next(table, [])]
        if len(set(named)) < len(named) or not set(named) <= set(columns):
            raise Unreadable(1, "column")
        if not set(needed) <= set(named):
            raise Unreadable(1, "column_missing")
        line = table.line_num + 1
        for cells in table:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(named):
                    raise Unreadable(line, "cells")
                rows.append(Row(line, dict(zip(named, map(_meant, cells), strict=True))))
            line = table.line_num + 1
    except csv.Error:
        raise Unreadable(line, "csv") from None
    return rows


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _meant(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell.strip()
