"""Who is at the door, and whether they may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.desk import Desk
from api.errors import Problem
from api.permissions import Permission, may
from commands.door_ports import Identity

BEARER: Final = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    bearerFormat="atende_…",
    description="A token made by `atende token`. It acts as the agent or the program it was made for.",
)


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]


async def who(
    request: Request,
    desk: AtDesk,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Identity:
    """The bearer of a token that is good now."""
    identity = None if credentials is None else await desk.tokens.lookup(credentials.credentials)
    if identity is None:
        raise Problem("Unauthenticated")
    request.scope["actor"] = identity.actor
    return identity


Someone = Annotated[Identity, Depends(who)]


async def asked_again(
    desk: AtDesk, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]
) -> Callable[[], Awaitable[Identity | None]]:
    """For what lasts longer than a request: who it is, asked anew; None once the token is no good."""
    token = "" if credentials is None else credentials.credentials

    async def again() -> Identity | None:
        return await desk.tokens.lookup(token)

    return again


def allowed(permission: Permission) -> Callable[[Identity], Awaitable[Identity]]:
    """A dependency: whoever is at the door may do this."""

    async def check(identity: Someone) -> Identity:
        if not may(identity, permission):
            no_agent = permission is Permission.ATTEND and identity.agent_id is None
            raise Problem("NotAnAgent" if no_agent else "Forbidden")
        return identity

    check.__name__ = f"may_{permission.name.lower()}"
    return check
