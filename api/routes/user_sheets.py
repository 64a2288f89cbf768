"""Users as a table, out and in: who signs in, as what, and whether they still do. No secret is in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from api.access import allowed, desk_of
from api.desk import Desk
from api.documented import READS, WRITES, problems
from api.examples import IMPORTED_USERS, example
from api.freshness import after
from api.models import sheets as models
from api.models.people import ChangeRole as ChangeRoleAsk
from api.permissions import PERMISSIONS, Permission
from api.routes.live import AtHub
from api.routes.sheets import Line, Sheet, differ, table, taken_as, told_as
from api.routes.users import LINK, in_force, queues_of, sign_out
from api.wishes import RunningUsers, Wish, position_word
from commands.door_ports import Role
from commands.intention import Command
from commands.ports import Accepted
from commands.user import ChangeRole, DeactivateUser, InviteUser, ReactivateUser
from domain.agent import AgentId
from domain.user import Ending, Stage, UserId
from projections import users as view

Lines = Sequence[Line[models.UserLine]]
Rows = Mapping[UserId, view.Row]

router = APIRouter(prefix="/v1/settings", tags=["people"])

_USERS_TABLE: Final = "login;name;role;agent_id;queues\r\nbia@provedor.example;Bia;agent;bia;suporte\r\n"
_ADMINS: Final = frozenset(r for r, held in PERMISSIONS.items() if Permission.RUN_USERS in held)


@router.get(
    "/users",
    summary="Everybody who signs in, as a table",
    response_class=Response,
    responses={**told_as(_USERS_TABLE), **problems(*READS, "NotThereYet")},
    dependencies=[Depends(allowed(Permission.RUN_USERS)), after("users")],
)
async def users_out(desk: Annotated[Desk, Depends(desk_of)]) -> Response:
    """`queues` is `*` for every one; `active` says who may come in. No cell is a formula anywhere."""
    rows = sorted(await desk.reads.users(), key=lambda row: row.login)
    return table("usuarios", models.USER_COLUMNS, [models.user_cells(row) for row in rows])


@router.post(
    "/users",
    summary="Invite, change and let go of people from a table",
    openapi_extra=taken_as(_USERS_TABLE),
    response_model=models.ImportedUsers,
    responses={**example(200, IMPORTED_USERS), **problems(*WRITES)},
)
async def users_in(
    request: Request,
    wish: RunningUsers,
    hub: AtHub,
    dry_run: Annotated[bool, Query(description="Say what would change, and change nothing")] = False,
) -> Response:
    """Columns that are not there stay as they are, and who has no line is left alone. Whoever is new is
    invited, and their link is told here, once. Nobody changes their own access, and somebody who runs the
    users remains. When one line cannot be, nothing is changed and each fault is told with its line. The same
    key again does what was left undone, with new links for those it invited who have not come yet."""
    named = wish.desk.people.credentials.user_id
    rows: Rows = {row.user_id: row for row in await wish.desk.reads.users()}
    sheet = Sheet(models.USER_COLUMNS, "login", models.UserLine, named)
    lines = sheet.judged(await request.body(), {k: models.user_cells(row) for k, row in rows.items()})
    await _judge(wish, sheet, lines, rows)
    sheet.hold()
    changes = [change for line in lines if (change := _change(named(line.of.login), line)).differences]
    if dry_run:
        told = models.ImportedUsers(lines=len(lines), changes=changes, invitations=[])
        return JSONResponse(told.model_dump(mode="json"), 200)
    return await _set(wish, hub, lines, changes, rows)


async def _judge(wish: Wish, sheet: Sheet[models.UserLine], lines: Lines, rows: Rows) -> None:
    desk, named = wish.desk, wish.desk.people.credentials.user_id
    queues = {row.queue_id for row in await desk.reads.queues()}
    agents = {row.agent_id for row in await desk.reads.agents()}
    for line in lines:
        of, was = line.of, line.was
        moved = differ(of, was, ChangeRoleAsk)
        if of.role is Role.SERVICE:
            sheet.fault(line.number, "role", "enum")
        if of.agent_id is not None and of.agent_id not in agents and (was is None or moved):
            sheet.fault(line.number, "agent_id", "unknown_agent")
        if of.queues is not None and not set(of.queues) <= queues and (was is None or moved):
            sheet.fault(line.number, "queues", "unknown_queue")
        if was is None and not of.active:
            sheet.fault(line.number, "active", "not_here")
        if was is not None and was.name != of.name:
            sheet.fault(line.number, "name", "name_stays")
        if was is not None and moved and not was.active and not of.active:
            sheet.fault(line.number, "role", "let_go")
        if named(of.login) == wish.identity.user_id and was is not None and (moved or not of.active):
            sheet.fault(line.number, "login", "yourself")
    _somebody_remains(sheet, {named(line.of.login): line for line in lines}, rows)


def _somebody_remains(
    sheet: Sheet[models.UserLine], lines: Mapping[UserId, Line[models.UserLine]], rows: Rows
) -> None:
    """Who runs the users now and will not: none of them may, when nobody else would be left."""
    before = {user_id for user_id, row in rows.items() if _runs(row, row.role, row.stage is Stage.ACTIVE)}
    after = {
        user_id
        for user_id, row in rows.items()
        if (_runs(row, line.of.role, line.of.active) if (line := lines.get(user_id)) else user_id in before)
    }
    for user_id in before if not after else ():
        of = lines[user_id].of
        sheet.fault(lines[user_id].number, "role" if of.active else "active", "last_admin")


def _runs(row: view.Row, role: Role, active: bool) -> bool:
    """Whether they can run the users, being this: not without a password, and not while they are locked."""
    return role in _ADMINS and active and row.activated and not row.locked


def _change(user_id: UserId, line: Line[models.UserLine]) -> models.UserChange:
    now = models.line_cells(line.of)
    was = None if line.was is None else models.line_cells(line.was)
    return models.UserChange(
        line=line.number,
        user_id=user_id,
        login=now["login"],
        name=now["name"],
        invited=was is None,
        differences=[
            models.Difference(column=column, before=was and was[column], after=now[column])
            for column in models.USER_COLUMNS
            if column != "login" and (was is None or was[column] != now[column])
        ],
    )


async def _set(
    wish: Wish, hub: AtHub, lines: Lines, changes: Sequence[models.UserChange], rows: Rows
) -> Response:
    """What is asked is told apart by ids and rights: a digest of the table could be tried out."""
    named = wish.desk.people.credentials.user_id
    asked = [
        [named(line.of.login), line.of.model_dump(mode="json", exclude={"login", "name"})] for line in lines
    ]
    digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]
    wish = replace(wish, cause=replace(wish.cause, source=f"request:users:{digest}"))
    wanted = [(named(line.of.login), command) for line in lines for command in _of_user(wish, line)]
    accepted = await wish.want_all([command for _, command in wanted])
    known = {user_id: one for (user_id, _), one in zip(wanted, accepted, strict=True)}
    for user_id in (named(line.of.login) for line in lines if not line.of.active):
        await sign_out(wish, user_id, Ending.DEACTIVATED)
    for user_id in known.keys() & rows.keys():
        await in_force(wish, hub, user_id, position_word(known[user_id].position))
    links = [line for line in lines if await _invited(wish, line, rows)]
    expires_at = wish.desk.clock.now() + LINK
    told = models.ImportedUsers(
        lines=len(lines),
        changes=list(changes),
        invitations=[await _link(wish.desk, line, expires_at) for line in links],
    )
    headers = {"Idempotency-Key": wish.key}
    if accepted:
        headers["Position"] = position_word(accepted[-1].position)
    return JSONResponse(told.model_dump(mode="json"), 200, headers)


async def _invited(wish: Wish, line: Line[models.UserLine], rows: Rows) -> bool:
    """Whether this wish brought them in, now or when it came before, and they have chosen no password yet."""
    user_id = wish.desk.people.credentials.user_id(line.of.login)
    row = rows.get(user_id)
    if row is None:
        return True
    if row.stage is not Stage.INVITED or not line.of.active:
        return False
    return isinstance(await wish.desk.outcomes.outcome(wish.part(f"{user_id}/invited")), Accepted)


async def _link(desk: Desk, line: Line[models.UserLine], expires_at: datetime) -> models.HandedOut:
    login = line.of.login.strip()
    word = await desk.people.credentials.new_link(desk.people.credentials.user_id(login), expires_at)
    return models.HandedOut(login=login, name=line.of.name, word=word, expires_at=expires_at)


def _of_user(wish: Wish, line: Line[models.UserLine]) -> list[Command]:
    """What makes somebody as their line says: the wishes of the screen, so that each is let through."""
    of, was = line.of, line.was
    user_id = wish.desk.people.credentials.user_id(of.login)
    whose: dict[str, Any] = {"user_id": user_id, "by": wish.identity.user_id}
    rights: dict[str, Any] = {
        "role": of.role,
        "agent_id": None if of.agent_id is None else AgentId(of.agent_id),
        "queues": queues_of(of.queues),
    }

    def own(what: str) -> dict[str, Any]:
        return {"id": wish.part(f"{user_id}/{what}"), "cause": wish.cause, **whose}

    if was is None:
        return [InviteUser(**own("invited"), name=of.name, login=of.login.strip(), **rights)]
    commands: list[Command] = []
    if of.active and not was.active:
        commands.append(ReactivateUser(**own("active")))
    if differ(of, was, ChangeRoleAsk):
        commands.append(ChangeRole(**own("role"), **rights))
    if was.active and not of.active:
        commands.append(DeactivateUser(**own("active")))
    return commands
