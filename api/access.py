"""Who is at the door, and whether they may."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from api.desk import Desk, Reach
from api.errors import Problem
from api.masking import masked
from api.models import views
from api.permissions import AS_AGENT, About, Permission, Scope, everywhere, grant
from commands.door_ports import Identity
from commands.people_ports import People
from domain.conversation import ConversationId, Stage
from domain.user import User
from projections import inbox

BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    bearerFormat="atende_…",
    description="What `POST /v1/sign-in` answers; or one made by `atende token` for a program, or an agent.",
)
_CONVERSATION: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_TOKEN: Final = "atende_"  # noqa: S105  how those of programs begin

V = TypeVar("V", bound=BaseModel)


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]


async def who(
    request: Request,
    desk: AtDesk,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Identity:
    """The bearer of a token that is good now. Raises Problem, and Unavailable."""
    identity = None if credentials is None else await identified(desk, credentials.credentials)
    if identity is None:
        raise Problem("Unauthenticated")
    request.scope["actor"], request.scope["identity"] = identity.actor, identity
    return identity


async def identified(desk: Desk, token: str, shown_at: datetime | None = None) -> Identity | None:
    """Whose token it is now; None: nobody's. What lasts longer than a request asks again, and says when it
    was shown. Raises Problem when what its bearer may do has changed, or their session is over, and
    Unavailable."""
    if token.startswith(_TOKEN):
        return await desk.tokens.lookup(token)
    return await _signed_in(desk, token, shown_at)


async def _signed_in(desk: Desk, token: str, shown_at: datetime | None) -> Identity | None:
    """Whose access token it is. Raises Problem when their session is over, or what they may do has changed
    since: a new one says the new rights."""
    now = desk.clock.now()
    claims = desk.people.bearers.read(token, shown_at or now)
    if claims is None:
        return None
    if not await desk.people.sessions.alive(claims.session_id, now):
        raise Problem("AccessChanged")
    state = await desk.people.standings.of(claims.user_id)
    if not state.admissible or state.rights != claims.rights or state.role is None:
        raise Problem("AccessChanged")
    return Identity(
        actor=f"agent:{state.agent_id}" if state.agent_id else f"user:{claims.user_id}",
        name="",  # it is in a view, and asked for by who tells it
        role=state.role,
        agent_id=state.agent_id,
        queues=None if state.queues is None else frozenset(state.queues),
        user_id=claims.user_id,
        session_id=claims.session_id,
        owes_second_factor=owes_second_factor(desk.people, state),
    )


def owes_second_factor(people: People, state: User) -> bool:
    return state.role in people.second_factor and not state.totp


Someone = Annotated[Identity, Depends(who)]


async def asked_again(
    desk: AtDesk, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Callable[[], Awaitable[Identity | None]]:
    """For what lasts longer than a request: who it is, asked anew; None once their session is over, the token
    is no good, or what they may do has changed. An access token need not outlive what was begun with it."""
    token, begun = "" if credentials is None else credentials.credentials, desk.clock.now()

    async def again() -> Identity | None:
        try:
            return await identified(desk, token, begun)
        except Problem:
            return None

    return again


def allowed(permission: Permission) -> Callable[..., Awaitable[Identity]]:
    """A dependency: whoever is at the door may do this, and to this conversation, if it is about one."""

    async def check(request: Request, desk: AtDesk, identity: Someone) -> Identity:
        request.scope["permission"] = permission
        if grant(identity, permission) is None:
            raise Problem(_why_not(identity, permission))
        told = request.path_params.get("conversation_id")
        if told and _CONVERSATION.fullmatch(told) and not everywhere(identity, permission):
            await _in_reach(desk, identity, permission, ConversationId(told))
        return identity

    check.__name__ = f"may_{permission.name.lower()}"
    check.permission = permission  # type: ignore[attr-defined]  # for the test that walks the doors
    return check


def _why_not(identity: Identity, permission: Permission) -> str:
    if identity.owes_second_factor:
        return "SecondFactorOwed"
    return "NotAnAgent" if permission in AS_AGENT and identity.agent_id is None else "Forbidden"


async def _in_reach(desk: Desk, identity: Identity, permission: Permission, id_: ConversationId) -> None:
    found = await desk.reads.conversation(id_)
    if found is None:
        raise Problem("UnknownConversation")
    if grant(identity, permission, about(found.row)) is None:
        raise Problem("OutOfReach")


def about(row: inbox.Row) -> About:
    """Where a conversation stands: with whoever has it, or had it last."""
    return About(row.last_agent_id if row.stage is Stage.CLOSED else row.agent_id, row.queue_id)


def seen_by(identity: Identity, row: inbox.Row) -> views.Conversation | None:
    """A conversation as somebody sees it now; None: not at all. What exports and streams tell goes through
    here, row by row."""
    held = grant(identity, Permission.READ_CONVERSATIONS, about(row))
    return None if held is None else masked(views.conversation(row), held.masks)


def reach(identity: Identity, permission: Permission) -> Reach | None:
    """What of a list somebody gets; None: all of it."""
    if everywhere(identity, permission):
        return None
    held = grant(identity, permission)
    of_queues = held is not None and held.scope is Scope.QUEUE and identity.queues is not None
    return Reach(identity.queues if of_queues and identity.queues else frozenset(), identity.agent_id)


def told(identity: Identity, permission: Permission, view: V) -> V:
    """The view as somebody may see it."""
    held = grant(identity, permission)
    if held is None:
        raise Problem("Forbidden")
    return masked(view, held.masks)
