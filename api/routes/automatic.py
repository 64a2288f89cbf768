"""What customers answered when they were asked how it was, and what agents wrote for later."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Response

from api.access import AtDesk, allowed, reach, told
from api.desk import WhichRatings
from api.documented import READS, WRITES, problems
from api.examples import DECIDED, RATING, SCHEDULED, decided, example
from api.freshness import after
from api.models import asks, automatic
from api.permissions import Permission
from api.routes.conversations import OfConversation
from api.routes.serving import TEMPLATE_RULES, template_of
from api.wishes import Attending
from commands.conversation import CancelSchedule, ScheduleSend
from commands.door_ports import Identity
from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.queue import QueueId

router = APIRouter(tags=["conversations"])

OfSchedule = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        examples=["0b9f6c3e-2f0a-5d7e-9c53-6f3b1c2d4e5f"],
    ),
]
Reader = Annotated[Identity, Depends(allowed(Permission.READ_CONVERSATIONS))]


@router.get(
    "/v1/ratings",
    summary="What customers answered when they were asked how it was",
    responses={**example(200, {"items": [RATING]}), **problems(*READS, "NotThereYet")},
    dependencies=[after("ratings")],
)
async def ratings(
    desk: AtDesk,
    who: Reader,
    queue_id: Annotated[str | None, Query(max_length=64)] = None,
    agent_id: Annotated[str | None, Query(max_length=64)] = None,
    alerted: Annotated[bool | None, Query(description="Only those of 1 or 2, or only the others")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> automatic.Ratings:
    """The newest first, as far as you may see: those of your queues, and your own."""
    which = WhichRatings(
        queue_id=None if queue_id is None else QueueId(queue_id),
        agent_id=None if agent_id is None else AgentId(agent_id),
        alerted=alerted,
        reach=reach(who, Permission.READ_CONVERSATIONS),
        limit=limit,
    )
    rows = await desk.reads.ratings(which)
    found = automatic.Ratings(items=[automatic.Rating.model_validate(row) for row in rows])
    return told(who, Permission.READ_CONVERSATIONS, found)


@router.get(
    "/v1/conversations/{conversation_id}/scheduled",
    summary="What is to leave later, and what became of what was",
    responses={**example(200, {"items": [SCHEDULED]}), **problems(*READS, "NotThereYet")},
    dependencies=[after("scheduled")],
)
async def scheduled(conversation_id: OfConversation, desk: AtDesk, who: Reader) -> automatic.ScheduledSends:
    rows = await desk.reads.scheduled(ConversationId(conversation_id))
    found = automatic.ScheduledSends(items=[automatic.ScheduledSend.model_validate(row) for row in rows])
    return told(who, Permission.READ_CONVERSATIONS, found)


@router.post(
    "/v1/conversations/{conversation_id}/scheduled",
    summary="Write to the customer later",
    responses={
        **decided(DECIDED),
        **problems(*WRITES, "NotOwner", "NotOpen", "BadSendTime", *TEMPLATE_RULES),
    },
)
async def schedule(
    conversation_id: OfConversation,
    ask: Annotated[
        asks.Schedule,
        Body(
            examples=[
                {
                    "send_at": "2026-03-13T09:00:00-03:00",
                    "message": {"kind": "text", "text": "Bom dia! A visita técnica é hoje à tarde."},
                }
            ]
        ),
    ],
    wish: Attending,
) -> Response:
    """Its id is the command's. When its time comes, the window, the consent, the template and who attends are
    looked at again; what may not leave then is dropped, and the list says why. Files cannot wait."""
    message = ask.message
    command = ScheduleSend(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        agent_id=wish.agent_id,
        kind=message.kind,
        content=message.content(),
        send_at=ask.send_at.astimezone(UTC),
        template=await template_of(wish, conversation_id, message),
        seen_version=wish.seen_version,
    )
    return await wish.decide(command)


@router.delete(
    "/v1/conversations/{conversation_id}/scheduled/{schedule_id}",
    summary="Take back what was to leave later",
    responses={**decided(DECIDED), **problems(*WRITES, "NotOwner", "UnknownSchedule")},
)
async def cancel(conversation_id: OfConversation, schedule_id: OfSchedule, wish: Attending) -> Response:
    command = CancelSchedule(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        schedule_id=schedule_id,
        by=wish.agent_id,
        for_another=wish.may(Permission.MOVE_FOR_ANOTHER),
        seen_version=wish.seen_version,
    )
    return await wish.decide(command)
