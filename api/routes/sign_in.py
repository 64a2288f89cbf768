"""Signing in, going on, and leaving. What keeps a browser signed in is a cookie that no script reads and no
other page sends; whatever it is good for also asks whether the request came from a page of ours."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Body, Cookie, Header, Path, Request, Response

from api import admission
from api.access import AtDesk, Someone
from api.admission import Proof, end_sessions, want
from api.documented import Responses, problems
from api.errors import Problem, request_id_of
from api.examples import NOTHING_YET, SESSION, SIGNED_IN, example
from api.models import people as asks
from api.visitors import (
    COOKIE,
    DEVICE,
    KNOWN,
    address_of,
    carry,
    keep,
    label_of,
    person,
    prove,
    same_site,
    sessions_of,
)
from commands.user import ChoosePassword
from domain.journal import Cause
from domain.user import Ending, SessionId

router = APIRouter(tags=["people"])

Kept = Annotated[str | None, Cookie(alias=COOKIE, max_length=200)]
Known = Annotated[str | None, Cookie(alias=DEVICE, max_length=200)]
Asked = Annotated[
    str | None,
    Header(alias="X-Atende", description="`1`: no page but ours can send it", examples=["1"]),
]
PROBLEMS: Final = ("Invalid", "CrossSite", "Busy", "Unavailable")
GONE: Final[Responses] = {204: {"description": NOTHING_YET}}


@router.post(
    "/v1/sign-in",
    summary="Sign in",
    responses={
        **example(200, SIGNED_IN),
        **problems(*PROBLEMS, "SignInRefused", "CodeNeeded", "TooManyGuesses"),
    },
)
async def sign_in(
    request: Request,
    response: Response,
    desk: AtDesk,
    ask: Annotated[
        asks.SignIn,
        Body(examples=[{"login": "bia@provedor.example", "password": "uma frase longa que só eu sei"}]),
    ],
    kept: Kept = None,
    known: Known = None,
) -> asks.SignedIn:
    """One answer for whatever is wrong: nobody learns who is a user. After five wrong passwords each waits
    twice as long as the one before. Once the password was right, an enrolled second factor is asked for."""
    same_site(request)
    proof = Proof(
        ask.login,
        ask.password.get_secret_value(),
        None if ask.code is None else ask.code.get_secret_value(),
        None if ask.recovery_code is None else ask.recovery_code.get_secret_value(),
    )
    admitted = await admission.sign_in(
        desk,
        proof,
        address=address_of(request),
        label=label_of(request),
        request_id=request_id_of(request) or "",
        before=kept,
        device=known,
    )
    user_id = admitted.begun.session.user_id
    if known is None or desk.people.credentials.device_of(user_id, known) is None:
        keep(response, DEVICE, desk.people.credentials.device_word(user_id), KNOWN)
    return carry(response, admitted)


@router.post(
    "/v1/session/refresh",
    summary="Ten minutes more",
    responses={**example(200, SIGNED_IN), **problems(*PROBLEMS, "SessionOver")},
)
async def refresh(
    request: Request, response: Response, desk: AtDesk, kept: Kept = None, asked: Asked = None
) -> asks.SignedIn:
    """The cookie is good once, and replaced by the next. One that comes a second time ends the session."""
    same_site(request)
    if asked != "1":
        raise Problem("CrossSite")
    if kept is None:
        raise Problem("SessionOver")
    return carry(response, await admission.refresh(desk, kept, request_id_of(request) or ""))


@router.delete(
    "/v1/session",
    status_code=204,
    summary="Sign out",
    response_class=Response,
    responses={**GONE, **problems("Unauthenticated", "AccessChanged", "NotAPerson", "Unavailable")},
)
async def sign_out(request: Request, desk: AtDesk, identity: Someone) -> Response:
    """Access tokens of the session are worth nothing from here on."""
    user_id = person(identity)
    gone = await desk.people.sessions.end(
        user_id, Ending.SIGNED_OUT, desk.clock.now(), only=identity.session_id
    )
    await end_sessions(desk, user_id, gone, Ending.SIGNED_OUT, request_id_of(request) or "")
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return response


@router.get(
    "/v1/sessions",
    summary="Where you are signed in",
    responses={
        **example(200, {"items": [SESSION]}),
        **problems("Unauthenticated", "AccessChanged", "NotAPerson", "Unavailable"),
    },
)
async def sessions(desk: AtDesk, identity: Someone) -> asks.Sessions:
    return await sessions_of(desk, identity, person(identity))


@router.post(
    "/v1/sessions/{session_id}/end",
    status_code=204,
    summary="Sign out somewhere else",
    response_class=Response,
    responses={
        **GONE,
        **problems(
            "Unauthenticated",
            "AccessChanged",
            "NotAPerson",
            "Invalid",
            "WrongPassword",
            "TooManyGuesses",
            "UnknownSession",
            "Unavailable",
        ),
    },
)
async def end_session(
    session_id: Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")],
    request: Request,
    desk: AtDesk,
    identity: Someone,
    ask: Annotated[asks.Prove, Body(examples=[{"password": "uma frase longa que só eu sei"}])],
) -> Response:
    """Of your own sessions alone, and with the password: whoever found a page open does not put its owner
    out. Signing out here, `DELETE /v1/session`, takes none."""
    user_id, now = person(identity), desk.clock.now()
    await prove(request, desk, user_id, ask.password.get_secret_value())
    gone = await desk.people.sessions.end(user_id, Ending.REVOKED, now, only=SessionId(session_id))
    if not gone:
        raise Problem("UnknownSession")
    await end_sessions(desk, user_id, gone, Ending.REVOKED, request_id_of(request) or "")
    return Response(status_code=204)


@router.post(
    "/v1/activation",
    status_code=204,
    summary="Choose a password with a one-time link",
    response_class=Response,
    responses={
        **GONE,
        **problems(
            *PROBLEMS, "LinkRefused", "PasswordTooShort", "PasswordTooLong", "PasswordKnown", "PasswordWeak"
        ),
    },
)
async def activate(
    request: Request,
    desk: AtDesk,
    ask: Annotated[
        asks.Activate,
        Body(examples=[{"word": "convite_…", "password": "uma frase longa que só eu sei"}]),
    ],
) -> Response:
    """The link is used up by a password that will do. Whoever was signed in as this user is not any more."""
    same_site(request)
    credentials, now = desk.people.credentials, desk.clock.now()
    word, password = ask.word.get_secret_value(), ask.password.get_secret_value()
    user_id = await credentials.link_of(word, now)
    if user_id is None:
        raise Problem("LinkRefused")
    row = await desk.reads.user(user_id)
    about = () if row is None else (row.name, row.login)
    if weakness := credentials.weakness(password, *about):
        raise Problem(weakness)
    if await credentials.use_link(word, now) is None:
        raise Problem("LinkRefused")  # somebody was quicker
    request_id, actor = request_id_of(request) or "", f"user:{user_id}"
    command = ChoosePassword(
        id=uuid4(),
        cause=Cause(actor, request_id, "request:activation"),
        user_id=user_id,
        by_link=True,
    )
    await want(desk, command)
    await credentials.keep_password(user_id, password)
    await desk.people.guessing.succeeded(user_id, address_of(request))
    gone = await desk.people.sessions.end(user_id, Ending.PASSWORD, now)
    await end_sessions(desk, user_id, gone, Ending.PASSWORD, request_id)
    desk.people.standings.forget(user_id)
    return Response(status_code=204)
