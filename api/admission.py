"""Letting somebody in: the order in which things are asked, so that whoever guesses learns nothing.

Every attempt counts as wrong before it is looked at, and does the same work whether there is such a user or
not. History has the last word: whoever was let go a moment ago is refused by the log itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import structlog

from api.access import owes_second_factor
from api.desk import Desk
from api.errors import Problem, broken, status_of
from commands.intention import Command, person_id
from commands.people_ports import Begun, Claims, Reused
from commands.ports import Accepted, Broken, Denied
from commands.user import EndSession, LockUser, SignIn
from domain.copy.refusals import refusal
from domain.journal import Cause
from domain.user import MOST_FAILURES, Ending, Factor, Role, SessionId, User, UserId

PATIENCE: Final = 5.0  # seconds a decision may take

log = structlog.get_logger("atende.people")


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody shows at the door."""

    login: str
    password: str
    code: str | None = None
    recovery_code: str | None = None


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who is in: what they carry from here on."""

    begun: Begun
    access_token: str
    expires_at: datetime
    role: Role
    owes_second_factor: bool


async def sign_in(
    desk: Desk,
    proof: Proof,
    *,
    address: str,
    label: str,
    request_id: str,
    before: str | None = None,
    device: str | None = None,
) -> Admitted:
    """`before`: the refresh token the browser still had; its session is over, this one is new. `device`: what
    a browser kept that this user signed in with: its guesses are counted apart, so that a stranger's do not
    keep the user out. Raises Problem, Busy and Unavailable."""
    people = desk.people
    user_id = people.credentials.user_id(proof.login)
    known = None if device is None else people.credentials.device_of(user_id, device)
    account = user_id if known is None else UserId(f"{user_id}.{known}")
    guess = await people.guessing.attempt(account, address)
    if guess.wait:
        log.warning("sign_in_held_back", user=user_id, failures=guess.failures)
        raise Problem("TooManyGuesses", headers={"Retry-After": str(int(guess.wait) + 1)})
    if guess.failures >= MOST_FAILURES:
        await want(desk, LockUser(**_own(user_id, uuid4().hex, request_id), failures=guess.failures))
        people.standings.forget(user_id)
    right = await people.credentials.password_right(user_id, proof.password)
    state = await people.standings.of(user_id)
    if not right or not state.admissible:
        log.warning("sign_in_refused", user=user_id, failures=guess.failures)
        raise Problem("SignInRefused")
    factor = await _second(desk, user_id, state, proof, account, address)
    session_id = SessionId(str(uuid4()))
    wanted = SignIn(**_own(user_id, session_id, request_id), session_id=session_id, factor=factor)
    await want(desk, wanted, refused="SignInRefused")
    await people.guessing.succeeded(account, address)
    if before is not None:
        await _leave(desk, before, request_id)
    begun = await people.sessions.begin(user_id, session_id, label, desk.clock.now())
    log.info("signed_in", user=user_id, factor=factor.value)
    return _admitted(desk, begun, state)


async def _second(
    desk: Desk, user_id: UserId, state: User, proof: Proof, account: UserId, address: str
) -> Factor:
    """What was shown beside the password, which was right. Raises Problem."""
    if not state.totp:
        return Factor.NONE
    credentials = desk.people.credentials
    if proof.recovery_code is not None:
        if await credentials.recovery_code_right(user_id, proof.recovery_code):
            return Factor.RECOVERY
    elif proof.code is not None:
        if await credentials.code_right(user_id, proof.code, desk.clock.now()):
            return Factor.TOTP
    else:
        await desk.people.guessing.take_back(account, address)
        raise Problem("CodeNeeded")
    log.warning("sign_in_refused", user=user_id, factor=True)
    raise Problem("SignInRefused")


async def refresh(desk: Desk, token: str, request_id: str) -> Admitted:
    """The next ten minutes. A token that comes twice ends its session for whoever has it."""
    people, now = desk.people, desk.clock.now()
    found = await people.sessions.refresh(token, now)
    if found is None:
        raise Problem("SessionOver")
    if isinstance(found, Reused):
        session = found.session
        log.warning("refresh_token_reused", user=session.user_id, session=session.session_id)
        await end_sessions(desk, session.user_id, [session.session_id], Ending.REUSED, request_id)
        raise Problem("SessionOver")
    user_id = found.session.user_id
    people.standings.forget(user_id)
    state = await people.standings.of(user_id)
    if not state.admissible:
        gone = await people.sessions.end(user_id, Ending.DEACTIVATED, now)
        await end_sessions(desk, user_id, gone, Ending.DEACTIVATED, request_id)
        raise Problem("SessionOver")
    return _admitted(desk, found, state)


def _admitted(desk: Desk, begun: Begun, state: User) -> Admitted:
    assert state.role is not None
    claims = Claims(begun.session.user_id, begun.session.session_id, state.rights)
    token, expires_at = desk.people.bearers.issue(claims, desk.clock.now())
    return Admitted(begun, token, expires_at, state.role, owes_second_factor(desk.people, state))


async def _leave(desk: Desk, token: str, request_id: str) -> None:
    session = await desk.people.sessions.of_refresh(token)
    if session is not None:
        gone = await desk.people.sessions.end(
            session.user_id, Ending.REPLACED, desk.clock.now(), only=session.session_id
        )
        await end_sessions(desk, session.user_id, gone, Ending.REPLACED, request_id)


async def end_sessions(
    desk: Desk,
    user_id: UserId,
    gone: Sequence[SessionId],
    ending: Ending,
    request_id: str,
    cause: Cause | None = None,
) -> None:
    """History hears of sessions that are over already."""
    for session_id in gone:
        own = _own(user_id, f"end/{session_id}", request_id)
        own["cause"] = cause or own["cause"]
        await want(desk, EndSession(**own, session_id=session_id, ending=ending))


def _own(user_id: UserId, key: str, request_id: str) -> dict[str, Any]:
    """What a command says that somebody wants in their own name."""
    actor = f"user:{user_id}"
    cause = Cause(actor, request_id, "request:sign-in")
    return {"id": person_id(actor, key), "cause": cause, "user_id": user_id}


async def want(desk: Desk, command: Command, *, refused: str | None = None) -> Accepted:
    """Want it. Raises Problem when it is not granted (`refused` in place of the domain's own rule), and when
    nobody decides in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            decision = await desk.inbox.submit(command)
    except TimeoutError:
        raise Problem("Unavailable") from None
    match decision:
        case Accepted():
            return decision
        case Denied(rule=rule) if refused is None:
            raise Problem(rule, status=status_of(rule), detail=refusal(rule))
        case Denied():
            raise Problem(refused or "")
        case Broken():
            raise broken(decision, command.id)
