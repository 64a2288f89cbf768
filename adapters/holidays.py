"""The holidays of Brazil as data for a calendar: national ones, and those of a state.

National are those of category `public` of the library `holidays`; Carnaval, Corpus Christi and other optional
days are not among them, nor are those of a town: they close only where a calendar lists them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holidays.countries.brazil import Brazil


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str


def states() -> tuple[str, ...]:
    """The codes of the states, such as SP."""
    return tuple(code for code in _brazil().subdivisions if len(code) == 2)  # a town is among them


def brazil(years: Iterable[int], state: str | None = None) -> list[Holiday]:
    """Those of the years, in order; with a state, its own among them. ValueError for a state that is none."""
    if state is not None and state not in states():
        raise ValueError("no such state")
    found = _brazil()(years=list(years), subdiv=state, categories=("public",), language="pt_BR", expand=False)
    return [Holiday(day, name) for day, name in sorted(found.items())]


def _brazil() -> type[Brazil]:
    """Imported when somebody asks: it brings every country of the world, 12 MB of them."""
    from holidays.countries.brazil import Brazil

    return Brazil
