"""Who signs in here: invited, given a role, let go. And the table of what each role may do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Path, Response
from fastapi.responses import JSONResponse

from api.access import AtDesk, allowed, told
from api.admission import end_sessions
from api.documented import POSITION, READS, WRITES, problems
from api.errors import Problem
from api.examples import DECIDED, INVITATION, PERMISSIONS_TABLE, SESSION, USER, decided, example
from api.freshness import after, position_of
from api.live.hub import Hub
from api.models import people as asks
from api.models import views
from api.permissions import DOORS, PERMISSIONS, Permission
from api.routes.live import AtHub
from api.visitors import sessions_of
from api.wishes import RunningUsers, Wish, position_word
from commands.door_ports import Identity
from commands.user import ChangeRole, DeactivateUser, InviteUser, MakeLink, ReactivateUser, ResetTotp
from domain.agent import AgentId
from domain.copy.refusals import refusal
from domain.queue import QueueId
from domain.user import Ending, UserId
from projections import users as view

LINK: Final = timedelta(hours=24)
"""How long a one-time link is good."""
KNOWN_WITHIN: Final = 2.0  # seconds; later it is in force by itself, within some seconds more

OfUser = Annotated[
    str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="It names nobody")
]
Reader = Annotated[Identity, Depends(allowed(Permission.READ_USERS))]
Runner = Annotated[Identity, Depends(allowed(Permission.RUN_USERS))]

router = APIRouter(tags=["people"])


@router.get(
    "/v1/users",
    summary="Everybody who signs in, or did",
    responses={**example(200, {"items": [USER]}), **problems(*READS, "NotThereYet")},
    dependencies=[after("users")],
)
async def users(desk: AtDesk, who: Reader) -> asks.Users:
    found = asks.Users(items=[_user(row) for row in await desk.reads.users()])
    return told(who, Permission.READ_USERS, found)


@router.get(
    "/v1/users/{user_id}",
    summary="One user",
    responses={**example(200, USER), **problems(*READS, "UnknownUser", "NotThereYet")},
    dependencies=[after("users")],
)
async def user(user_id: OfUser, desk: AtDesk, who: Reader) -> asks.User:
    row = await desk.reads.user(UserId(user_id))
    if row is None:
        raise Problem("UnknownUser", status=404, detail=refusal("UnknownUser"))
    return told(who, Permission.READ_USERS, _user(row))


@router.get(
    "/v1/permissions",
    summary="What each role may do, and what each door takes",
    responses={**example(200, PERMISSIONS_TABLE), **problems(*READS)},
    dependencies=[Depends(allowed(Permission.READ_USERS))],
)
async def permissions() -> asks.Permissions:
    return table()


def table() -> asks.Permissions:
    """All of it, as it stands in the code."""
    return asks.Permissions(
        roles={
            role: {p: views.Held(scope=g.scope, masks=sorted(g.masks)) for p, g in held.items()}
            for role, held in PERMISSIONS.items()
        },
        doors={door: str(needed.value) for door, needed in DOORS.items()},
    )


_INVITED: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "model": asks.Invitation,
        "description": "Decided, and a link that works once",
        "headers": POSITION,
        "content": {"application/json": {"example": INVITATION}},
    }
}


@router.post(
    "/v1/users",
    status_code=201,
    summary="Invite somebody",
    responses={**_INVITED, **problems(*WRITES, "AlreadyInvited", "NoPrograms")},
)
async def invite(
    ask: Annotated[
        asks.Invite,
        Body(
            examples=[
                {"login": "bia@provedor.example", "name": "Bia", "role": "agent", "agent_id": "bia"},
            ]
        ),
    ],
    wish: RunningUsers,
) -> Response:
    """They choose their password with the link, within a day. Nobody else ever knows one."""
    user_id = wish.desk.people.credentials.user_id(ask.login)
    command = InviteUser(
        id=wish.id,
        # the digest of what was sent could be tried out: the user's id says as much to us
        cause=replace(wish.cause, source=f"request:invite:{user_id}"),
        user_id=user_id,
        by=wish.identity.user_id,
        name=ask.name,
        login=ask.login.strip(),
        role=ask.role,
        agent_id=None if ask.agent_id is None else AgentId(ask.agent_id),
        queues=queues_of(ask.queues),
    )
    return await _with_link(wish, command, user_id)


@router.post(
    "/v1/users/{user_id}/link",
    status_code=201,
    summary="Make another one-time link",
    responses={**_INVITED, **problems(*WRITES, "UnknownUser", "UserDeactivated")},
)
async def make_link(user_id: OfUser, wish: RunningUsers) -> Response:
    """For whoever lost the first one, forgot their password or is locked out. Links made before are worth
    nothing; the password and the second factor stay as they are until it is used."""
    command = MakeLink(
        id=wish.id, cause=wish.cause, user_id=UserId(user_id), expires_at=wish.desk.clock.now() + LINK
    )
    return await _with_link(wish, command, UserId(user_id))


async def _with_link(wish: Wish, command: InviteUser | MakeLink, user_id: UserId) -> Response:
    accepted = await wish.want(command)
    expires_at: datetime = wish.desk.clock.now() + LINK
    word = await wish.desk.people.credentials.new_link(user_id, expires_at)
    position = position_word(accepted.position)
    made = asks.Invitation(user_id=user_id, position=position, word=word, expires_at=expires_at)
    return JSONResponse(
        made.model_dump(mode="json"), 201, {"Position": position, "Idempotency-Key": wish.key}
    )


@router.put(
    "/v1/users/{user_id}/role",
    summary="Say what somebody may do from now on",
    responses={
        **decided(DECIDED),
        **problems(*WRITES, "UnknownUser", "UserDeactivated", "NotYourself", "NoPrograms"),
    },
)
async def change_role(
    user_id: OfUser,
    ask: Annotated[asks.ChangeRole, Body(examples=[{"role": "supervisor", "queues": ["suporte"]}])],
    wish: RunningUsers,
    hub: AtHub,
) -> Response:
    """In force at their next request, and on what they look at: what they hold from before is asked to be
    renewed."""
    command = ChangeRole(
        id=wish.id,
        cause=wish.cause,
        user_id=UserId(user_id),
        by=wish.identity.user_id,
        role=ask.role,
        agent_id=None if ask.agent_id is None else AgentId(ask.agent_id),
        queues=queues_of(ask.queues),
    )
    answer = await wish.decide(command)
    await in_force(wish, hub, UserId(user_id), answer.headers.get("Position"))
    return answer


@router.post(
    "/v1/users/{user_id}/deactivate",
    summary="Let somebody go",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownUser", "NotYourself")},
)
async def deactivate(user_id: OfUser, wish: RunningUsers, hub: AtHub) -> Response:
    """They are signed out everywhere. Users are deactivated, never deleted: history names them."""
    id_ = UserId(user_id)
    answer = await wish.decide(
        DeactivateUser(id=wish.id, cause=wish.cause, user_id=id_, by=wish.identity.user_id)
    )
    await sign_out(wish, id_, Ending.DEACTIVATED)
    await in_force(wish, hub, id_, answer.headers.get("Position"))
    return answer


@router.post(
    "/v1/users/{user_id}/reactivate",
    summary="Take somebody back",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownUser")},
)
async def reactivate(user_id: OfUser, wish: RunningUsers, hub: AtHub) -> Response:
    """With the role and the password they had."""
    id_ = UserId(user_id)
    answer = await wish.decide(ReactivateUser(id=wish.id, cause=wish.cause, user_id=id_))
    await in_force(wish, hub, id_, answer.headers.get("Position"))
    return answer


@router.delete(
    "/v1/users/{user_id}/second-factor",
    summary="Take a lost second factor away",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownUser")},
)
async def reset_second_factor(user_id: OfUser, wish: RunningUsers, hub: AtHub) -> Response:
    """They are signed out everywhere, and enrol another when they come back."""
    id_ = UserId(user_id)
    answer = await wish.decide(ResetTotp(id=wish.id, cause=wish.cause, user_id=id_))
    await wish.desk.people.credentials.forget_second_factor(id_)
    await sign_out(wish, id_, Ending.REVOKED)
    await in_force(wish, hub, id_, answer.headers.get("Position"))
    return answer


@router.get(
    "/v1/users/{user_id}/sessions",
    summary="Where somebody is signed in",
    responses={**example(200, {"items": [SESSION]}), **problems(*READS)},
)
async def sessions(user_id: OfUser, desk: AtDesk, who: Runner) -> asks.Sessions:
    return await sessions_of(desk, who, UserId(user_id))


@router.delete(
    "/v1/users/{user_id}/sessions",
    status_code=204,
    summary="Sign somebody out everywhere",
    response_class=Response,
    responses={204: {"description": "Nobody is signed in as them"}, **problems(*WRITES)},
)
async def end_all_sessions(user_id: OfUser, wish: RunningUsers, hub: AtHub) -> Response:
    """Their access tokens are worth nothing from here on."""
    await sign_out(wish, UserId(user_id), Ending.REVOKED)
    await hub.rights_changed(user_id)
    return Response(status_code=204, headers={"Idempotency-Key": wish.key})


async def in_force(wish: Wish, hub: Hub, user_id: UserId, position: str | None) -> None:
    """What they look at follows what was decided, as soon as it can be looked up."""
    if position is not None:
        await wish.desk.people.standings.arrived(position_of(position), KNOWN_WITHIN)
    await hub.rights_changed(user_id)


async def sign_out(wish: Wish, user_id: UserId, ending: Ending) -> None:
    gone = await wish.desk.people.sessions.end(user_id, ending, wish.desk.clock.now())
    wish.desk.people.standings.forget(user_id)
    await end_sessions(wish.desk, user_id, gone, ending, wish.cause.correlation, wish.cause)


def queues_of(named: list[str] | None) -> tuple[QueueId, ...] | None:
    return None if named is None else tuple(QueueId(one) for one in sorted(set(named)))


def _user(row: view.Row) -> asks.User:
    return asks.User(
        user_id=row.user_id,
        name=row.name,
        login=row.login,
        role=row.role,
        stage=row.stage,
        agent_id=row.agent_id,
        queues=None if row.queues is None else list(row.queues),
        second_factor=row.totp,
        locked=row.locked,
        invited_at=row.invited_at,
        link_until=row.link_until,
        signed_in_at=row.signed_in_at,
    )
