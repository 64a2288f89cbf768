"""Settings as tables, out and in: every line is judged, and all of them hold or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api import sheets
from api.access import AtDesk, allowed
from api.documented import READS, WRITES, problems
from api.errors import Problem, faults
from api.examples import example
from api.freshness import after
from api.models import sheets as models
from api.models.asks import Ask
from api.models.asks import EquipAgent as EquipAgentAsk
from api.models.asks import SetRouting as SetRoutingAsk
from api.models.asks import SetService as SetServiceAsk
from api.permissions import Permission
from api.problems import FAULT, FIELD_FAULTS
from api.routes.routing import equipment_of, rules_of
from api.wishes import Running, Wish, position_word
from commands.agent import DeactivateAgent, EquipAgent, ReactivateAgent, WelcomeAgent
from commands.intention import Command
from commands.queue import CreateQueue, RetireQueue, SetRouting, SetService
from domain.agent import AgentId
from domain.conversation import DEVICE
from domain.queue import QueueId

L = TypeVar("L", bound=Ask)

router = APIRouter(prefix="/v1/settings", tags=["desk"])

CSV: Final = "text/csv"
MOST: Final = 500  # lines
MOST_FAULTS: Final = 100
_RUN: Final = Depends(allowed(Permission.RUN_DESK))
_QUEUES_TABLE: Final = "queue_id;name;mode\r\nsuporte;Suporte;offer\r\n"
_AGENTS_TABLE: Final = "agent_id;name;queues;capacity\r\nbia;Bia;*;4\r\n"


def told_as(table: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "One line each", "content": {CSV: {"example": table}}}}


def taken_as(table: str) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {CSV: {"example": table}}}}


@router.get(
    "/queues",
    summary="All queues with their settings, as a table",
    response_class=Response,
    responses={**told_as(_QUEUES_TABLE), **problems(*READS, "NotThereYet")},
    dependencies=[_RUN, after("queues")],
)
async def queues_out(desk: AtDesk) -> Response:
    """Values of one cell are apart by `|`, levels stand behind a `:`. No cell is a formula anywhere."""
    rows = [models.queue_cells(row) for row in await desk.reads.queues()]
    return table("filas", models.QUEUE_COLUMNS, rows)


@router.get(
    "/agents",
    summary="All agents with their settings, as a table",
    response_class=Response,
    responses={**told_as(_AGENTS_TABLE), **problems(*READS, "NotThereYet")},
    dependencies=[_RUN, after("agents")],
)
async def agents_out(desk: AtDesk) -> Response:
    """`queues` is `*` for every one; shifts read `0 08:00-12:00`, from Monday on."""
    rows = [models.agent_cells(row) for row in await desk.reads.agents()]
    return table("atendentes", models.AGENT_COLUMNS, rows)


@router.post(
    "/queues",
    summary="Set queues from a table",
    openapi_extra=taken_as(_QUEUES_TABLE),
    response_model=models.Imported,
    responses={**example(200, {"lines": 1, "changed": ["suporte"]}), **problems(*WRITES)},
)
async def queues_in(request: Request, wish: Running) -> Response:
    """Columns that are not there stay as they are, an empty cell is the usual value, and queues that have no
    line are left alone. When one line cannot be, nothing is changed and each fault is told with its line. The
    same key again does what was left undone."""
    known = {row.queue_id: row for row in await wish.desk.reads.queues()}
    sheet = Sheet(models.QUEUE_COLUMNS, "queue_id", models.QueueLine)
    lines = sheet.judged(await request.body(), {k: models.queue_cells(row) for k, row in known.items()})
    for line in lines:
        row = known.get(QueueId(line.of.queue_id))
        if row is not None and line.of.active and not row.active:
            sheet.fault(line.number, "active", "retired")
        if row is None and not line.of.active:
            sheet.fault(line.number, "active", "retired")
    return await _set(wish, sheet, [(line.of.queue_id, _of_queue(wish, line)) for line in lines], len(lines))


@router.post(
    "/agents",
    summary="Set agents from a table",
    openapi_extra=taken_as(_AGENTS_TABLE),
    response_model=models.Imported,
    responses={**example(200, {"lines": 1, "changed": ["bia"]}), **problems(*WRITES)},
)
async def agents_in(request: Request, wish: Running) -> Response:
    """As with queues. Agents who leave are set inactive: history names them."""
    known = {row.agent_id: row for row in await wish.desk.reads.agents()}
    there = {row.queue_id for row in await wish.desk.reads.queues()}
    sheet = Sheet(models.AGENT_COLUMNS, "agent_id", models.AgentLine)
    lines = sheet.judged(await request.body(), {k: models.agent_cells(row) for k, row in known.items()})
    for line in lines:
        if line.of.agent_id == DEVICE:
            sheet.fault(line.number, "agent_id", "value")
        if line.of.queues is not None and not set(line.of.queues) <= there:
            sheet.fault(line.number, "queues", "unknown_queue")
        if line.of.ceiling is not None and line.of.ceiling < line.of.capacity:
            sheet.fault(line.number, "ceiling", "greater_than_equal")
    return await _set(wish, sheet, [(line.of.agent_id, _of_agent(wish, line)) for line in lines], len(lines))


@dataclass(frozen=True)
class Line(Generic[L]):
    """`was`: what holds now; None: nothing does."""

    number: int
    of: L
    was: L | None


class Sheet(Generic[L]):
    """A table on its way in, with the faults found so far. `same`: what two spellings of a key have in
    common."""

    def __init__(
        self, columns: Sequence[str], key: str, kind: type[L], same: Callable[[str], str] = str
    ) -> None:
        self._columns, self._key, self._kind, self._same = columns, key, kind, same
        self.faults: list[dict[str, str]] = []

    def fault(self, line: int, column: str, code: str) -> None:
        message = FIELD_FAULTS.get(code, FAULT)
        self.faults.append({"field": f"line.{line}.{column}", "code": code, "message": message})

    def hold(self) -> None:
        """Raises a Problem that names every line that cannot be."""
        if self.faults:
            raise Problem("Invalid", errors=self.faults[:MOST_FAULTS])

    def judged(self, body: bytes, known: Mapping[str, Mapping[str, str]]) -> list[Line[L]]:
        """The lines that can be; `known`: the cells that hold now, by what `same` makes of their keys."""
        try:
            rows = sheets.read(body.decode(), self._columns, (self._key,))
        except UnicodeDecodeError:
            self.fault(1, "*", "csv")
            return []
        except sheets.Unreadable as why:
            self.fault(why.line, "*", why.code)
            return []
        if len(rows) > MOST:
            self.fault(rows[MOST].line, "*", "too_long")
            return []
        seen: set[str] = set()
        lines = []
        for row in rows:
            key = self._same(row.cells[self._key])
            if key in seen:
                self.fault(row.line, self._key, "twice")
            seen.add(key)
            before = known.get(key)
            line = self._judged(row, {**(before or {}), **row.cells})
            if line is not None:
                lines.append(Line(row.line, line, None if before is None else self._held(before)))
        return lines

    def _judged(self, row: sheets.Row, cells: Mapping[str, str]) -> L | None:
        try:
            return self._held(cells)
        except ValidationError as wrong:
            for fault in faults(wrong.errors()):
                self.fault(row.line, fault["field"], fault["code"])
            return None

    def _held(self, cells: Mapping[str, str]) -> L:
        return self._kind.model_validate(models.values(cells))


async def _set(
    wish: Wish, sheet: Sheet[L], wanted: Sequence[tuple[str, Sequence[Command]]], lines: int
) -> Response:
    """All of it, or a Problem that names every line that cannot be."""
    sheet.hold()
    accepted = await wish.want_all([command for _, commands in wanted for command in commands])
    told = models.Imported(lines=lines, changed=[key for key, commands in wanted if commands])
    headers = {"Idempotency-Key": wish.key}
    if accepted:
        headers["Position"] = position_word(accepted[-1].position)
    return JSONResponse(told.model_dump(mode="json"), 200, headers)


def _of_queue(wish: Wish, line: Line[models.QueueLine]) -> list[Command]:
    """What makes the queue as its line says."""
    of, was = line.of, line.was
    queue_id = QueueId(of.queue_id)
    commands: list[Command] = []
    if was is None or was.name != of.name:
        commands.append(CreateQueue(**_own(wish, line, "name"), queue_id=queue_id, name=of.name))
    if differ(of, was, SetRoutingAsk):
        commands.append(
            SetRouting(
                **_own(wish, line, "routing"),
                queue_id=queue_id,
                rules=rules_of(of),
                weights=dict(of.weights),
            )
        )
    if differ(of, was, SetServiceAsk):
        commands.append(
            SetService(
                **_own(wish, line, "service"),
                queue_id=queue_id,
                calendar_id=of.calendar_id,
                reopening=of.reopening,
                reasons=tuple(of.reasons),
                opening_template=of.opening_template,
                opening_language=of.opening_language,
            )
        )
    if not of.active and (was is None or was.active):
        commands.append(RetireQueue(**_own(wish, line, "active"), queue_id=queue_id))
    return commands


def _of_agent(wish: Wish, line: Line[models.AgentLine]) -> list[Command]:
    of, was = line.of, line.was
    agent_id = AgentId(of.agent_id)
    commands: list[Command] = []
    if was is None or was.name != of.name:
        commands.append(WelcomeAgent(**_own(wish, line, "name"), agent_id=agent_id, name=of.name))
    if differ(of, was, EquipAgentAsk):
        commands.append(
            EquipAgent(**_own(wish, line, "routing"), agent_id=agent_id, **equipment_of(of)),
        )
    if of.active != (was is None or was.active):
        moved = ReactivateAgent if of.active else DeactivateAgent
        commands.append(moved(**_own(wish, line, "active"), agent_id=agent_id))
    return commands


def _own(wish: Wish, line: Line[Any], what: str) -> dict[str, Any]:
    """An id that stays the same when the same table comes again, whatever was done of it."""
    return {"id": wish.part(f"{line.number}/{what}"), "cause": wish.cause}


def differ(of: Ask, was: Ask | None, kind: type[Ask]) -> bool:
    return was is None or any(getattr(of, name) != getattr(was, name) for name in kind.model_fields)


def table(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(sheets.write(columns, rows), 200, headers, f"{CSV}; charset=utf-8")
