"""Tokens for programs: limited to what they need, and with an end."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from api.access import AtDesk, allowed
from api.admission import want
from api.documented import READS, problems
from api.errors import Problem, request_id_of
from api.examples import NEW_TOKEN, NOTHING_YET, TOKEN, example
from api.models import people as asks
from api.permissions import PERMISSIONS, Permission
from api.routes.live import AtHub
from commands.access import RecordRevocation, RecordToken
from commands.door_ports import Identity
from commands.intention import person_id
from commands.ports import Busy, Unavailable
from domain.access import TokenMade
from domain.agent import AgentId
from domain.journal import Cause
from domain.queue import QueueId

router = APIRouter(tags=["people"])

Run: Final = Depends(allowed(Permission.RUN_TOKENS))
Maker = Annotated[Identity, Run]
_MADE: Final[dict[int | str, dict[str, Any]]] = example(201, NEW_TOKEN)


@router.get(
    "/v1/tokens",
    summary="All tokens ever made, the newest first",
    responses={**example(200, {"items": [TOKEN]}), **problems(*READS)},
    dependencies=[Run],
)
async def tokens(desk: AtDesk) -> asks.Tokens:
    return asks.Tokens(
        items=[
            asks.Token(
                token_id=str(one.id),
                name=one.identity.name,
                role=one.identity.role,
                agent_id=one.identity.agent_id,
                queues=None if one.identity.queues is None else sorted(one.identity.queues),
                scopes=None if one.identity.scopes is None else sorted(one.identity.scopes),
                created_at=one.created_at,
                expires_at=one.expires_at,
                revoked_at=one.revoked_at,
            )
            for one in await desk.tokens.listed()
        ]
    )


@router.post(
    "/v1/tokens",
    status_code=201,
    summary="Make a token",
    responses={**_MADE, **problems(*READS, "BadBody", "TooLarge", "UnknownScope", "Busy")},
)
async def make(
    request: Request,
    desk: AtDesk,
    who: Maker,
    ask: Annotated[
        asks.MakeToken,
        Body(
            examples=[
                {
                    "name": "Painel da recepção",
                    "role": "service",
                    "scopes": ["conversations.read"],
                    "expires_at": "2026-12-31T23:59:59-03:00",
                }
            ]
        ),
    ],
) -> asks.NewToken:
    """Told now and never again. It does what its role may, and of that only its scopes."""
    if ask.scopes is not None and not set(ask.scopes) <= set(PERMISSIONS[ask.role]):
        raise Problem("UnknownScope")
    issued = await desk.tokens.make(
        ask.name,
        ask.role,
        agent_id=None if ask.agent_id is None else AgentId(ask.agent_id),
        queues=None if ask.queues is None else frozenset(QueueId(one) for one in ask.queues),
        scopes=None if ask.scopes is None else frozenset(scope.value for scope in ask.scopes),
        expires_at=ask.expires_at,
    )
    made = TokenMade(
        str(issued.id),
        ask.role,
        issued.identity.agent_id,
        None if ask.scopes is None else tuple(sorted(scope.value for scope in ask.scopes)),
        ask.expires_at,
    )
    try:
        await want(desk, RecordToken(**_own(request, who, f"made/{issued.id}"), made=made))
    except (Problem, Busy, Unavailable):
        await desk.tokens.revoke(issued.id)  # what nobody can account for is worth nothing
        raise
    return asks.NewToken(token_id=issued.id, token=issued.token)


@router.delete(
    "/v1/tokens/{token_id}",
    status_code=204,
    summary="Revoke a token",
    response_class=Response,
    responses={204: {"description": NOTHING_YET}, **problems(*READS, "UnknownToken", "Busy")},
)
async def revoke(
    token_id: Annotated[UUID, Path()], request: Request, desk: AtDesk, who: Maker, hub: AtHub
) -> Response:
    """Other processes may believe it a moment more."""
    if not await desk.tokens.revoke(token_id):
        raise Problem("UnknownToken")
    own = _own(request, who, f"revoked/{token_id}")
    await want(desk, RecordRevocation(**own, token_id=str(token_id)))
    await hub.rights_changed(f"token:{token_id}")
    return Response(status_code=204)


def _own(request: Request, who: Identity, key: str) -> dict[str, Any]:
    cause = Cause(who.actor, request_id_of(request) or "", "request:tokens")
    return {"id": person_id(who.actor, f"token/{key}"), "cause": cause, "actor": who.actor}
