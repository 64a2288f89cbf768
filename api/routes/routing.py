"""Being offered and taking: what an agent answers, whether they are there, and many at once."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from api.documented import WRITES, problems
from api.examples import DECIDED, NOTHING_YET, OUTCOMES, decided
from api.models import asks
from api.routes.conversations import OfConversation
from api.routes.desk import OfAgent, OfQueue
from api.wishes import Attending, Running, Wish
from commands import conversation as wanted
from commands.agent import BecomeAvailable, ConnectAgent, EquipAgent, LogOut, PauseAgent
from commands.intention import Command
from commands.queue import PostNotice, SetRouting, SetService, TakeDownNotice
from domain.agent import AgentId, Shift
from domain.conversation import ConversationId
from domain.queue import QueueId
from domain.queueing import Rules

router = APIRouter()


@router.post(
    "/v1/conversations/{conversation_id}/accept",
    tags=["conversations"],
    summary="Accept what you are being offered",
    responses={**decided(DECIDED), **problems(*WRITES, "NotOffered")},
)
async def accept(
    conversation_id: OfConversation,
    ask: Annotated[asks.Ground, Body(examples=[{}])],
    wish: Attending,
) -> Response:
    """Up to the very instant at which the offer expires."""
    command = wanted.AcceptOffer(**_mine(wish, conversation_id), agent_id=wish.agent_id, reason=ask.reason)
    return await wish.decide(command)


@router.post(
    "/v1/conversations/{conversation_id}/decline",
    tags=["conversations"],
    summary="Decline what you are being offered",
    responses={**decided(DECIDED), **problems(*WRITES, "NotOffered")},
)
async def decline(
    conversation_id: OfConversation,
    ask: Annotated[asks.Ground, Body(examples=[{"reason": "Estou em visita técnica."}])],
    wish: Attending,
) -> Response:
    """It goes to the next, and comes back to you in another round at the earliest."""
    command = wanted.DeclineOffer(**_mine(wish, conversation_id), agent_id=wish.agent_id, reason=ask.reason)
    return await wish.decide(command)


def _mine(wish: Wish, conversation_id: str) -> dict[str, Any]:
    return {
        "id": wish.id,
        "cause": wish.cause,
        "conversation_id": ConversationId(conversation_id),
        "seen_version": wish.seen_version,
    }


# Being there


@router.put(
    "/v1/me/availability",
    tags=["desk"],
    summary="Say that you are available, or in pause and why",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownAgent", "AgentDeactivated")},
)
async def declare(
    ask: Annotated[asks.Declare, Body(examples=[{"availability": "paused", "reason": "almoco"}])],
    wish: Attending,
) -> Response:
    """A pause withdraws what you are being offered. `banheiro` is never limited nor counted."""
    named: dict[str, Any] = {"id": wish.id, "cause": wish.cause, "agent_id": wish.agent_id}
    if ask.availability == "available":
        await wish.desk.presence.beat(wish.agent_id, wish.desk.clock.now())
        return await wish.decide(BecomeAvailable(**named))
    assert ask.reason is not None
    return await wish.decide(PauseAgent(**named, reason=ask.reason))


@router.post(
    "/v1/me/heartbeat",
    tags=["desk"],
    status_code=204,
    summary="You are connected",
    response_class=Response,
    responses={204: {"description": NOTHING_YET}, **problems(*WRITES)},
)
async def heartbeat(wish: Attending) -> Response:
    """Every 10 s, from a worker and not a page's timer; after 3 missed ones the connection is lost."""
    at = wish.desk.clock.now()
    await wish.desk.presence.beat(wish.agent_id, at)
    me = await wish.desk.reads.agent(wish.agent_id)
    if me is not None and me.lost_at:
        command = ConnectAgent(id=wish.id, cause=wish.cause, agent_id=wish.agent_id)
        await wish.desk.inbox.submit(command)
    return Response(status_code=204, headers={"Idempotency-Key": wish.key})


@router.post(
    "/v1/me/logout",
    tags=["desk"],
    summary="Go offline, with a choice for each open conversation",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownAgent", "AgentDeactivated", "NeedsChoice")},
)
async def log_out(
    ask: Annotated[
        asks.LogOut,
        Body(
            examples=[
                {
                    "conversations": [
                        {
                            "conversation_id": OUTCOMES["items"][0]["conversation_id"],
                            "choice": "transfer",
                            "to_agent": "ana",
                        }
                    ]
                }
            ]
        ),
    ],
    wish: Attending,
) -> Response:
    """Returned, handed on, or kept until your next shift; one without a choice is refused and named."""
    settled = tuple(one.conversation_id for one in ask.conversations if one.choice != "keep")
    keeps = tuple(one.conversation_id for one in ask.conversations if one.choice == "keep")
    leaving: Command = LogOut(
        id=wish.id, cause=wish.cause, agent_id=wish.agent_id, settled=settled, keeps=keeps
    )
    moves = [_move(wish, n, one) for n, one in enumerate(ask.conversations, 1) if one.choice != "keep"]
    return await wish.decide_all([leaving, *moves])


def _move(wish: Wish, n: int, one: asks.Leave) -> Command:
    named: dict[str, Any] = {
        "id": wish.part(n),
        "cause": wish.cause,
        "conversation_id": ConversationId(one.conversation_id),
        "by": wish.agent_id,
    }
    if one.choice == "return":
        return wanted.ReleaseConversation(**named, reason="logged_out")
    return wanted.TransferConversation(
        **named,
        to_agent=None if one.to_agent is None else AgentId(one.to_agent),
        to_queue=None if one.to_queue is None else QueueId(one.to_queue),
    )


# Settings


@router.put(
    "/v1/agents/{agent_id}/routing",
    tags=["desk"],
    summary="Set an agent's queues, skills, capacity and shifts",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownAgent", "BadCapacity")},
)
async def equip(
    agent_id: OfAgent,
    ask: Annotated[
        asks.EquipAgent, Body(examples=[{"queues": ["suporte"], "skills": {"fibra": 3}, "capacity": 4}])
    ],
    wish: Running,
) -> Response:
    """All of it, as it is from now on. What they have stays theirs."""
    command = EquipAgent(id=wish.id, cause=wish.cause, agent_id=AgentId(agent_id), **equipment_of(ask))
    return await wish.decide(command)


@router.put(
    "/v1/queues/{queue_id}/routing",
    tags=["desk"],
    summary="Set how a queue hands out what waits",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownQueue")},
)
async def set_routing(
    queue_id: OfQueue,
    ask: Annotated[
        asks.SetRouting,
        Body(examples=[{"mode": "offer", "strategy": "load_balanced", "prefer_last": 60}]),
    ],
    wish: Running,
) -> Response:
    """All of it, as it is from now on. Offers that are out live on as they were made."""
    command = SetRouting(
        id=wish.id,
        cause=wish.cause,
        queue_id=QueueId(queue_id),
        rules=rules_of(ask),
        weights=dict(ask.weights),
    )
    return await wish.decide(command)


@router.put(
    "/v1/queues/{queue_id}/service",
    tags=["desk"],
    summary="Set whose hours a queue keeps, how long it reopens, and its closing reasons",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownQueue")},
)
async def set_service(
    queue_id: OfQueue,
    ask: Annotated[asks.SetService, Body(examples=[{"reasons": ["technical/solved"]}])],
    wish: Running,
) -> Response:
    command = SetService(
        id=wish.id,
        cause=wish.cause,
        queue_id=QueueId(queue_id),
        calendar_id=ask.calendar_id,
        reopening=ask.reopening,
        reasons=tuple(ask.reasons),
        opening_template=ask.opening_template,
        opening_language=ask.opening_language,
    )
    return await wish.decide(command)


@router.put(
    "/v1/queues/{queue_id}/notice",
    tags=["desk"],
    summary="Post a notice for whoever writes to this queue",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownQueue", "BadNotice")},
)
async def post_notice(
    queue_id: OfQueue,
    ask: Annotated[
        asks.PostNotice,
        Body(examples=[{"text": "Rompimento de fibra no centro.", "until": "2026-03-12T22:00:00-03:00"}]),
    ],
    wish: Running,
) -> Response:
    command = PostNotice(
        id=wish.id,
        cause=wish.cause,
        queue_id=QueueId(queue_id),
        text=ask.text,
        until=None if ask.until is None else ask.until.astimezone(UTC),
    )
    return await wish.decide(command)


@router.delete(
    "/v1/queues/{queue_id}/notice",
    tags=["desk"],
    summary="Take a notice down",
    responses={**decided(DECIDED), **problems(*WRITES, "UnknownQueue")},
)
async def take_down_notice(queue_id: OfQueue, wish: Running) -> Response:
    return await wish.decide(TakeDownNotice(id=wish.id, cause=wish.cause, queue_id=QueueId(queue_id)))


def equipment_of(ask: asks.EquipAgent) -> dict[str, Any]:
    """What an agent can do and how much, in the words of the command."""
    return {
        "queues": None if ask.queues is None else tuple(QueueId(queue) for queue in ask.queues),
        "skills": dict(ask.skills),
        "capacity": ask.capacity,
        "ceiling": ask.ceiling,
        "shifts": None
        if ask.shifts is None
        else tuple(Shift(shift.weekday, shift.starts, shift.ends) for shift in ask.shifts),
    }


def rules_of(ask: asks.SetRouting) -> Rules:
    return Rules(
        mode=ask.mode,
        strategy=ask.strategy,
        required=dict(ask.required),
        preferred=dict(ask.preferred),
        relax_after=None if ask.relax_after is None else timedelta(seconds=ask.relax_after),
        prefer_last=timedelta(seconds=ask.prefer_last),
        offer_for=timedelta(seconds=ask.offer_for),
        offline=ask.offline,
    )
