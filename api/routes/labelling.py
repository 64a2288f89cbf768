"""Tags on what is demanded, and contacts that are not attended any more."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Response

from api.documented import WRITES, problems
from api.examples import DECIDED, decided
from api.models import asks
from api.permissions import Permission
from api.routes.conversations import OfConversation
from api.wishes import Attending
from commands import conversation as wanted
from domain.conversation import ConversationId

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.post(
    "/{conversation_id}/tags",
    summary="Put tags on it, or take them off",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownEpisode", "BadTag", "TooManyTags")},
)
async def tag(
    conversation_id: OfConversation,
    ask: Annotated[asks.Tags, Body(examples=[{"add": ["massiva"], "remove": ["segunda-via"]}])],
    wish: Attending,
) -> Response:
    """Tags are codes of the house, nobody's words. They belong to the present demand: the next one starts
    without. Whoever may read it may, also after it was closed; taking a tag off again undoes it."""
    command = wanted.TagConversation(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        by=wish.agent_id,
        add=tuple(ask.add),
        remove=tuple(ask.remove),
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/block",
    summary="Attend whoever writes here no more, with a reason",
    responses={
        **decided(DECIDED),
        **problems(*WRITES, "UnknownEpisode", "NotOwner", "Changed", "NeedsReason"),
    },
)
async def block(
    conversation_id: OfConversation,
    ask: Annotated[asks.Block, Body(examples=[{"reason": "Propaganda em massa.", "spam": True}])],
    wish: Attending,
) -> Response:
    """What is open is closed as `other/spam` or `other/blocked`. Whatever they write from then on is kept and
    shown, and opens nothing."""
    command = wanted.BlockContact(
        id=wish.id,
        cause=wish.cause,
        conversation_id=ConversationId(conversation_id),
        by=wish.agent_id,
        reason=ask.reason,
        spam=ask.spam,
        seen_version=wish.seen_version,
        for_another=wish.may(Permission.MOVE_FOR_ANOTHER),
    )
    return await wish.decide(command)


@router.post(
    "/{conversation_id}/unblock",
    summary="Attend them again, from their next message on",
    responses={**decided(DECIDED), **problems(*WRITES)},
)
async def unblock(conversation_id: OfConversation, wish: Attending) -> Response:
    """Nothing happens when they were not blocked."""
    command = wanted.UnblockContact(
        id=wish.id, cause=wish.cause, conversation_id=ConversationId(conversation_id), by=wish.agent_id
    )
    return await wish.decide(command)
