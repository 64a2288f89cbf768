"""What became of it: deliveries item by item, and commands that were not decided while somebody waited."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request

from api.access import AtDesk, allowed
from api.documented import READS, problems
from api.errors import Problem, refused
from api.examples import COMMAND, DELIVERY, example
from api.freshness import after
from api.models import views
from api.permissions import Permission
from api.wishes import position_word
from commands.ports import Accepted, Broken, Denied
from domain.delivery import DeliveryId

router = APIRouter(tags=["journal"])


@router.get(
    "/v1/deliveries/{delivery_id}",
    summary="What became of each item of a webhook",
    responses={**example(200, DELIVERY), **problems(*READS, "UnknownDelivery", "NotThereYet")},
    dependencies=[Depends(allowed(Permission.READ_DELIVERIES)), after("deliveries")],
)
async def delivery(
    delivery_id: Annotated[
        str, Path(pattern=r"^[0-9a-f-]{16,64}$", description="`Delivery-Id` of the answer to the webhook")
    ],
    desk: AtDesk,
) -> views.Delivery:
    """`accepted`, `duplicate`, `parked` until its message comes, `ignored`, `quarantined`, `malformed`,
    `refused` or `broken`; null until it is decided. What the items said is not told here."""
    row = await desk.reads.delivery(DeliveryId(delivery_id))
    if row is None:
        raise Problem("UnknownDelivery")
    return views.delivery(row)


@router.get(
    "/v1/commands/{command_id}",
    summary="What became of a command that answered 202",
    responses={**example(200, COMMAND), **problems(*READS, "UnknownCommand")},
    dependencies=[Depends(allowed(Permission.READ_COMMANDS))],
)
async def command(
    command_id: Annotated[UUID, Path(description="From `Location`")], desk: AtDesk, request: Request
) -> views.Command:
    """404 as long as nothing is known of it: it may still be decided. Sending it again with the same key is
    always safe."""
    decision = await desk.outcomes.outcome(command_id)
    if decision is None:
        raise Problem("UnknownCommand", headers={"Retry-After": "1"})
    position = position_word(decision.position)
    match decision:
        case Accepted(events=events):
            return views.Command(
                command_id=command_id, outcome="accepted", position=position, changed=bool(events)
            )
        case Denied(rule=rule, fields=fields):
            problem = await refused(decision, desk, request.app.state.zone)
            return views.Command(
                command_id=command_id,
                outcome="refused",
                position=position,
                rule=rule,
                detail=problem.detail,
                fields=fields,
            )
        case Broken(error=error):
            return views.Command(
                command_id=command_id, outcome="broken", position=position, fields={"error": error}
            )
