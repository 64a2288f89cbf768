"""Who am I, as this house sees me?"""

from __future__ import annotations

from fastapi import APIRouter

from api.access import Someone
from api.documented import problems
from api.examples import ME, example
from api.models import views
from api.permissions import Permission, may

router = APIRouter(tags=["desk"])


@router.get(
    "/v1/me",
    summary="Whose token this is, and what it may do",
    responses={**example(200, ME), **problems("Unauthenticated", "Unavailable")},
)
async def me(identity: Someone) -> views.Me:
    return views.Me(
        actor=identity.actor,
        name=identity.name,
        role=identity.role,
        agent_id=identity.agent_id,
        permissions=sorted(p.value for p in Permission if may(identity, p)),
    )
