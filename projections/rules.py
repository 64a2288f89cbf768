"""By which rules are clocks judged? One row for the policy and one per calendar, as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain import calendar, policy
from domain.journal import Recorded
from domain.privacy import Open
from projections.answer import Key, Projection


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is `policy` or `calendar`; `rules` as `domain.sla.written` writes them."""

    KEY: ClassVar[tuple[str, ...]] = ("kind", "name")

    kind: Open
    name: Open
    version: int
    rules: Open


def key(recorded: Recorded) -> Key | None:
    return recorded.kind, recorded.root


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case policy.Edited(version=version, rules=rules):
            return Row(recorded.kind, recorded.root, version, rules)
        case calendar.Edited(version=version, hours=hours):
            return Row(recorded.kind, recorded.root, version, hours)
        case _:
            return row


RULES = Projection("rules", 1, Row, key, evolve, (policy.Edited, calendar.Edited))
