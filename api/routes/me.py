"""Who am I, as this house sees me? And what I prove it with."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Body, Request, Response

from api.access import AtDesk, Someone
from api.admission import end_sessions, want
from api.documented import problems
from api.errors import Problem, request_id_of
from api.examples import ME, NOTHING_YET, RECOVERY_CODES, SECOND_FACTOR, example
from api.models import people as asks
from api.models import views
from api.permissions import Permission, grant
from api.visitors import address_of, count, person, prove
from commands.door_ports import Identity
from commands.user import ChoosePassword, EnrolTotp
from domain.journal import Cause
from domain.user import Ending

router = APIRouter(tags=["people"])

MINE: Final = ("Unauthenticated", "AccessChanged", "NotAPerson", "Invalid", "TooManyGuesses", "Unavailable")


@router.get(
    "/v1/me",
    summary="Who you are, and what you may do",
    responses={**example(200, ME), **problems("Unauthenticated", "AccessChanged", "Unavailable")},
)
async def me(identity: Someone, desk: AtDesk) -> views.Me:
    row = None if identity.user_id is None else await desk.reads.user(identity.user_id)
    held = {p.value: found for p in Permission if (found := grant(identity, p)) is not None}
    return views.Me(
        actor=identity.actor,
        name=identity.name if row is None else row.name,
        role=identity.role,
        agent_id=identity.agent_id,
        permissions=sorted(held),
        grants={p: views.Held(scope=g.scope, masks=sorted(g.masks)) for p, g in sorted(held.items())},
        queues=None if identity.queues is None else sorted(identity.queues),
        user_id=identity.user_id,
        login=None if row is None else row.login,
        second_factor=row is not None and row.totp,
        owes_second_factor=identity.owes_second_factor,
    )


@router.put(
    "/v1/me/password",
    status_code=204,
    summary="Choose another password",
    response_class=Response,
    responses={
        204: {"description": NOTHING_YET},
        **problems(
            *MINE, "WrongPassword", "PasswordTooShort", "PasswordTooLong", "PasswordKnown", "PasswordWeak"
        ),
    },
)
async def change_password(
    request: Request,
    desk: AtDesk,
    identity: Someone,
    ask: Annotated[
        asks.ChangePassword,
        Body(examples=[{"current": "a frase de antes, longa", "new": "uma frase longa que só eu sei"}]),
    ],
) -> Response:
    """Everywhere else you are signed out."""
    user_id = person(identity)
    await prove(request, desk, user_id, ask.current.get_secret_value())
    row, new = await desk.reads.user(user_id), ask.new.get_secret_value()
    about = () if row is None else (row.name, row.login)
    if weakness := desk.people.credentials.weakness(new, *about):
        raise Problem(weakness)
    await want(
        desk,
        ChoosePassword(id=uuid4(), cause=_cause(request, identity), user_id=user_id, by_link=False),
    )
    await desk.people.credentials.keep_password(user_id, new)
    gone = await desk.people.sessions.end(user_id, Ending.PASSWORD, desk.clock.now(), but=identity.session_id)
    await end_sessions(desk, user_id, gone, Ending.PASSWORD, request_id_of(request) or "")
    return Response(status_code=204)


@router.post(
    "/v1/me/second-factor",
    summary="Begin to enrol an authenticator app",
    responses={**example(200, SECOND_FACTOR), **problems(*MINE, "WrongPassword")},
)
async def begin_second_factor(
    request: Request,
    desk: AtDesk,
    identity: Someone,
    ask: Annotated[asks.Prove, Body(examples=[{"password": "uma frase longa que só eu sei"}])],
) -> asks.SecondFactor:
    """Told once. The one enrolled before counts until this one is confirmed."""
    user_id = person(identity)
    await prove(request, desk, user_id, ask.password.get_secret_value())
    row = await desk.reads.user(user_id)
    seed = await desk.people.credentials.new_seed(user_id, user_id if row is None else row.login)
    return asks.SecondFactor(uri=seed.uri, secret=seed.secret, svg=seed.svg)


@router.put(
    "/v1/me/second-factor",
    summary="Confirm it with a code",
    responses={**example(200, RECOVERY_CODES), **problems(*MINE, "WrongCode")},
)
async def confirm_second_factor(
    request: Request,
    desk: AtDesk,
    identity: Someone,
    ask: Annotated[asks.Confirm, Body(examples=[{"code": "492039"}])],
) -> asks.RecoveryCodes:
    """From here on signing in takes a code, or one of these to recover with."""
    user_id = person(identity)
    credentials = desk.people.credentials
    await count(request, desk, user_id)
    if not await credentials.confirm_seed(user_id, ask.code.get_secret_value(), desk.clock.now()):
        raise Problem("WrongCode")
    await desk.people.guessing.succeeded(user_id, address_of(request))
    await want(desk, EnrolTotp(id=uuid4(), cause=_cause(request, identity), user_id=user_id))
    desk.people.standings.forget(user_id)
    return asks.RecoveryCodes(codes=list(await credentials.new_recovery_codes(user_id)))


@router.post(
    "/v1/me/recovery-codes",
    summary="New codes to recover with",
    responses={**example(200, RECOVERY_CODES), **problems(*MINE, "WrongCode")},
)
async def new_recovery_codes(
    request: Request,
    desk: AtDesk,
    identity: Someone,
    ask: Annotated[asks.Confirm, Body(examples=[{"code": "492039"}])],
) -> asks.RecoveryCodes:
    """The former ones are worth nothing from here on."""
    user_id = person(identity)
    await count(request, desk, user_id)
    if not await desk.people.credentials.code_right(user_id, ask.code.get_secret_value(), desk.clock.now()):
        raise Problem("WrongCode")
    await desk.people.guessing.succeeded(user_id, address_of(request))
    return asks.RecoveryCodes(codes=list(await desk.people.credentials.new_recovery_codes(user_id)))


def _cause(request: Request, identity: Identity) -> Cause:
    return Cause(identity.actor, request_id_of(request) or "", "request:me")
