"""What an agent began to write: theirs alone, restored wherever they sign in, and no part of history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from api.access import AtDesk, allowed
from api.documented import READS, WRITES, problems
from api.examples import DRAFT, NOTHING_YET, example
from api.models import drafts as models
from api.permissions import Permission
from api.routes.conversations import OfConversation
from api.wishes import Attending
from commands.door_ports import Draft, Identity
from domain.conversation import ConversationId

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
Writer = Annotated[Identity, Depends(allowed(Permission.ATTEND))]


@router.get(
    "/{conversation_id}/draft",
    summary="What you began to write",
    responses={**example(200, DRAFT), **problems(*READS, "NotAnAgent")},
)
async def draft(conversation_id: OfConversation, desk: AtDesk, who: Writer) -> models.Draft:
    """Empty when nothing is kept. A week after it was saved it is gone."""
    assert who.agent_id is not None  # the permission takes being one
    kept = await desk.drafts.find(ConversationId(conversation_id), who.agent_id)
    return models.Draft() if kept is None else models.Draft.model_validate(kept)


@router.put(
    "/{conversation_id}/draft",
    status_code=204,
    summary="Keep what you began to write",
    response_class=Response,
    responses={204: {"description": NOTHING_YET}, **problems(*WRITES)},
)
async def keep(
    conversation_id: OfConversation,
    ask: Annotated[models.PutDraft, Body(examples=[{"text": "Estou vendo o sinal do seu"}])],
    wish: Attending,
) -> Response:
    """In place of what was kept before; nothing but blanks keeps nothing."""
    of = ConversationId(conversation_id)
    if ask.text.strip():
        kept = Draft(ask.text, ask.note, wish.desk.clock.now())
        await wish.desk.drafts.keep(of, wish.agent_id, kept)
    else:
        await wish.desk.drafts.drop(of, wish.agent_id)
    return Response(status_code=204, headers={"Idempotency-Key": wish.key})


@router.delete(
    "/{conversation_id}/draft",
    status_code=204,
    summary="Keep it no longer",
    response_class=Response,
    responses={204: {"description": NOTHING_YET}, **problems(*WRITES)},
)
async def drop(conversation_id: OfConversation, wish: Attending) -> Response:
    await wish.desk.drafts.drop(ConversationId(conversation_id), wish.agent_id)
    return Response(status_code=204, headers={"Idempotency-Key": wish.key})
