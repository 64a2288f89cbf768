"""What a supervisor does in a conversation that is not theirs, and for a colleague."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from api.documented import WRITES, problems
from api.examples import DECIDED, LINE_DECIDED, decided
from api.models import asks
from api.routes.conversations import OfConversation
from api.routes.desk import OfAgent
from api.wishes import Overseeing, SettingOthers, Wish
from commands import conversation as wanted
from commands.agent import BecomeAvailable, PauseAgent
from domain.agent import AgentId
from domain.conversation import ConversationId

router = APIRouter(prefix="/v1/conversations/{conversation_id}", tags=["conversations"])
router_of_agents = APIRouter()


@router.post(
    "/listen",
    summary="Say that you read along",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownEpisode")},
)
async def listen(conversation_id: OfConversation, wish: Overseeing) -> Response:
    """Whenever you open it: its history names you, and whoever attends sees it. The customer's ticks stay as
    they are."""
    return await wish.decide(wanted.ListenTo(**_of(wish, conversation_id)))


@router.post(
    "/whisper",
    status_code=201,
    summary="Leave a note for who attends",
    responses={**decided(LINE_DECIDED, 201), **problems(*WRITES, "NotInService")},
)
async def whisper(
    conversation_id: OfConversation,
    ask: Annotated[asks.Note, Body(examples=[{"text": "Ofereça a visita de hoje às 16h."}])],
    wish: Overseeing,
) -> Response:
    """A note of the kind `whisper`. It is never sent, and touches no clock."""
    command = wanted.Whisper(**_of(wish, conversation_id), text=ask.text)
    return await wish.decide(command, line_id=str(wish.id))


@router.post(
    "/take-over",
    summary="Take it from who attends",
    responses={
        **decided(DECIDED),
        **problems(*WRITES, "NotInService", "NotOpen", "Changed", "NeedsReason"),
    },
)
async def take_over(
    conversation_id: OfConversation,
    ask: Annotated[asks.TakeOver, Body(examples=[{"reason": "Cliente pediu o responsável."}])],
    wish: Overseeing,
) -> Response:
    """It is yours from here on, with its clocks as they run; its history tells from whom, and why."""
    return await wish.decide(wanted.TakeOver(**_of(wish, conversation_id), reason=ask.reason))


@router_of_agents.put(
    "/v1/agents/{agent_id}/availability",
    tags=["desk"],
    summary="Say that a colleague is available, or in pause and why",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownAgent", "AgentDeactivated")},
)
async def declare_for(
    agent_id: OfAgent,
    ask: Annotated[asks.Declare, Body(examples=[{"availability": "paused", "reason": "treinamento"}])],
    wish: SettingOthers,
) -> Response:
    """For whoever forgot to. History tells who said it; whether they are connected stays as it is."""
    named: dict[str, Any] = {"id": wish.id, "cause": wish.cause, "agent_id": AgentId(agent_id)}
    if ask.availability == "available":
        return await wish.decide(BecomeAvailable(**named))
    assert ask.reason is not None
    return await wish.decide(PauseAgent(**named, reason=ask.reason))


def _of(wish: Wish, conversation_id: str) -> dict[str, Any]:
    return {
        "id": wish.id,
        "cause": wish.cause,
        "conversation_id": ConversationId(conversation_id),
        "by": wish.agent_id,
        "seen_version": wish.seen_version,
    }
