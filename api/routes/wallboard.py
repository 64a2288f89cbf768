"""The wall: how queues and agents stand, and nothing of any conversation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import AtDesk, allowed
from api.documented import READS, problems
from api.errors import Problem
from api.examples import WALLBOARD, example
from api.models import wallboard as views
from api.permissions import Permission, grant
from api.wallboard import shown
from commands.door_ports import Identity

router = APIRouter(tags=["desk"])


@router.get(
    "/v1/wallboard",
    summary="How every queue and every agent stands",
    responses={**example(200, WALLBOARD), **problems(*READS)},
)
async def wallboard(
    desk: AtDesk, who: Annotated[Identity, Depends(allowed(Permission.READ_WALLBOARD))]
) -> views.Wallboard:
    """The live topic `wallboard` tells the same as it changes. A screen on a wall has a token of its own, of
    the role `service` and the scope `wallboard.read`."""
    held = grant(who, Permission.READ_WALLBOARD)
    if held is None:
        raise Problem("Forbidden")
    return shown(await desk.reads.wallboard(desk.clock.now()), who, held)
