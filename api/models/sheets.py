"""Queues, agents and users as lines of a table: all that is set of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.models.asks import EquipAgent, Id, Name, SetRouting, SetService
from api.models.people import ChangeRole, Login
from api.models.views import View
from api.sheets import BETWEEN
from domain.agent import CAPACITY, ceiling_of
from domain.copy import say
from domain.user import Stage
from projections import agents, queues, users

ALL: Final = "*"
"""Of somebody's queues: every one."""
_YES, _NO = say("sheet.yes"), say("sheet.no")


def _truth(word: Any) -> Any:
    if not isinstance(word, str):
        return word
    said = word.strip().lower()
    if said in (_YES, "s", "true", "1"):
        return True
    if said in (_NO, "n", "nao", "false", "0"):
        return False
    raise PydanticCustomError("yes_or_no", "yes or no")


Truth = Annotated[bool, BeforeValidator(_truth)]


class QueueLine(SetRouting, SetService):
    queue_id: Id
    name: Name
    active: Truth = True


class AgentLine(EquipAgent):
    agent_id: Id
    name: Name
    active: Truth = True
    capacity: int = Field(CAPACITY, ge=0, le=1000)


class UserLine(ChangeRole):
    login: Login
    name: Name
    active: Truth = True


class Imported(View):
    """`changed`: what is no longer as it was, by id."""

    lines: int
    changed: list[str]


class Difference(View):
    """One cell, as it is and as it will be; null: there is nothing yet."""

    column: str
    before: str | None
    after: str


class UserChange(View):
    """What a line makes of somebody."""

    line: int
    user_id: str
    login: str
    name: str
    invited: bool = Field(description="They are new, and get a link")
    differences: list[Difference]


class HandedOut(View):
    """A link to give to its bearer alone: told now and never again."""

    login: str
    name: str
    word: str = Field(description="What stands behind the `#` of the link")
    expires_at: datetime


class ImportedUsers(View):
    lines: int
    changes: list[UserChange]
    invitations: list[HandedOut] = Field(description="None of a dry run")


QUEUE_COLUMNS: Final = (
    "queue_id",
    "name",
    "active",
    "mode",
    "strategy",
    "required",
    "preferred",
    "relax_after",
    "prefer_last",
    "offer_for",
    "offline",
    "weights",
    "calendar_id",
    "reopening",
    "reasons",
    "opening_template",
    "opening_language",
)
AGENT_COLUMNS: Final = ("agent_id", "name", "active", "queues", "skills", "capacity", "ceiling", "shifts")
USER_COLUMNS: Final = ("login", "name", "role", "agent_id", "queues", "active")
_LISTS: Final = frozenset({"reasons", "queues"})
_MAPS: Final = frozenset({"required", "preferred", "weights", "skills"})


def queue_cells(row: queues.Row) -> dict[str, str]:
    return {
        "queue_id": row.queue_id,
        "name": row.name,
        "active": _YES if row.active else _NO,
        "mode": row.mode.value,
        "strategy": row.strategy.value,
        "required": _map(row.required),
        "preferred": _map(row.preferred),
        "relax_after": "" if row.relax_after is None else f"{row.relax_after:g}",
        "prefer_last": f"{row.prefer_last:g}",
        "offer_for": f"{row.offer_for:g}",
        "offline": row.offline.value,
        "weights": _map(row.weights),
        "calendar_id": row.calendar_id or "",
        "reopening": str(row.reopening),
        "reasons": BETWEEN.join(row.reasons),
        "opening_template": row.opening_template or "",
        "opening_language": row.opening_language,
    }


def agent_cells(row: agents.Row) -> dict[str, str]:
    usual = row.ceiling == ceiling_of(row.capacity, None)
    return {
        "agent_id": row.agent_id,
        "name": row.name,
        "active": _YES if row.active else _NO,
        "queues": ALL if row.every_queue else BETWEEN.join(row.queues),
        "skills": _map(row.skills),
        "capacity": str(row.capacity),
        "ceiling": "" if usual else str(row.ceiling),
        "shifts": BETWEEN.join(f"{day} {_clock(starts)}-{_clock(ends)}" for day, starts, ends in row.shifts),
    }


def user_cells(row: users.Row) -> dict[str, str]:
    return {
        "login": row.login,
        "name": row.name,
        "role": row.role.value,
        "agent_id": row.agent_id or "",
        "queues": ALL if row.queues is None else BETWEEN.join(row.queues),
        "active": _NO if row.stage is Stage.DEACTIVATED else _YES,
    }


def line_cells(line: UserLine) -> dict[str, str]:
    return {
        "login": line.login.strip(),
        "name": line.name,
        "role": line.role.value,
        "agent_id": line.agent_id or "",
        "queues": ALL if line.queues is None else BETWEEN.join(sorted(set(line.queues))),
        "active": _YES if line.active else _NO,
    }


def values(cells: Mapping[str, str]) -> dict[str, Any]:
    """What the cells say, for a line to judge; what is empty says nothing."""
    told: dict[str, Any] = {}
    for column, cell in cells.items():
        if column == "queues" and cell == ALL:
            told[column] = None
        elif column == "queues":
            told[column] = [one.strip() for one in cell.split(BETWEEN) if one.strip()]
        elif cell == "":
            continue
        elif column in _LISTS:
            told[column] = [one.strip() for one in cell.split(BETWEEN)]
        elif column in _MAPS:
            pairs = (one.partition(":") for one in cell.split(BETWEEN))
            told[column] = {name.strip(): value.strip() for name, _, value in pairs}
        elif column == "shifts":
            told[column] = [_shift(one.strip()) for one in cell.split(BETWEEN)]
        else:
            told[column] = cell.replace(",", ".") if column in _FIGURES else cell
    return told


_FIGURES: Final = frozenset({"relax_after", "prefer_last", "offer_for"})


def _map(levels: Mapping[str, float]) -> str:
    return BETWEEN.join(f"{getattr(name, 'value', name)}:{level:g}" for name, level in sorted(levels.items()))


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _shift(word: str) -> dict[str, Any]:
    """`0 08:00-12:00`; what it does not say is missing, and judged so."""
    day, _, hours = word.partition(" ")
    starts, _, ends = hours.partition("-")
    return {"weekday": day, "starts": _minutes(starts), "ends": _minutes(ends)}


def _minutes(clock: str) -> int | str:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes) if hours.isdecimal() and minutes.isdecimal() else clock
