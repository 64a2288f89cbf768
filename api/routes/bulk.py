"""Many conversations at once, each decided by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body

from api.access import about
from api.documented import WRITES, problems
from api.errors import Problem, refused
from api.examples import OUTCOMES, example
from api.models import asks, views
from api.permissions import Permission, everywhere, grant
from api.routes.serving import known_agent, known_queue
from api.wishes import Attending, Wish
from commands import conversation as wanted
from commands.intention import Command
from commands.ports import Accepted, Broken, Decision, Denied
from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.copy.refusals import refusal
from domain.queue import Priority, QueueId

router = APIRouter(tags=["conversations"])


@router.post(
    "/v1/conversations/bulk",
    summary="Move, close, hurry or tag many at once",
    responses={
        **example(200, OUTCOMES),
        **problems(*WRITES, "UrgentNotAllowed", "NeedsReceiver", "UnknownAgent", "UnknownQueue"),
    },
)
async def bulk(
    ask: Annotated[
        asks.Bulk,
        Body(
            examples=[
                {
                    "conversations": [OUTCOMES["items"][0]["conversation_id"]],
                    "do": "transfer",
                    "to_queue": "suporte",
                    "reason": "Massiva no bairro.",
                }
            ]
        ),
    ],
    wish: Attending,
) -> views.Outcomes:
    """Each is decided by itself, in the order given, and has an outcome of its own. The same key again
    answers the same, and does what was left undone."""
    if ask.priority is Priority.URGENT and not wish.may(Permission.RAISE_TO_URGENT):
        raise Problem("UrgentNotAllowed")
    if ask.do == "transfer":
        await _known_receiver(ask, wish)
    beyond = await _beyond(ask, wish)
    near = [n for n, one in enumerate(ask.conversations) if one not in beyond]
    try:
        async with asyncio.timeout(wish.patience):
            decisions = await wish.desk.inbox.submit_all([_command(ask, wish, n) for n in near])
    except TimeoutError:
        raise Problem("Unavailable") from None
    came = dict(zip(near, decisions, strict=True))
    return views.Outcomes(
        items=[
            await _outcome(one, came[n], wish) if n in came else _not_done(one, beyond[one])
            for n, one in enumerate(ask.conversations)
        ]
    )


async def _known_receiver(ask: asks.Bulk, wish: Wish) -> None:
    if (ask.to_agent is None) == (ask.to_queue is None):
        raise Problem("NeedsReceiver", status=422, detail=refusal("NeedsReceiver"))
    if ask.to_agent is not None:
        await known_agent(wish, ask.to_agent)
    if ask.to_queue is not None:
        await known_queue(wish, ask.to_queue)


async def _beyond(ask: asks.Bulk, wish: Wish) -> Mapping[str, Problem]:
    """Those that are not in reach of whoever asks, and why."""
    if everywhere(wish.identity, Permission.ATTEND):
        return {}
    ids = [ConversationId(one) for one in ask.conversations]
    found = {row.conversation_id: row for row in await wish.desk.reads.by_ids(ids, limit=len(ids))}
    return {
        one: Problem("UnknownConversation" if one not in found else "OutOfReach")
        for one in ids
        if one not in found or grant(wish.identity, Permission.ATTEND, about(found[one])) is None
    }


async def _outcome(one: str, decision: Decision, wish: Wish) -> views.Outcome:
    """Raises Problem when the key was used for something else."""
    if decision.repeated and decision.source and decision.source != wish.cause.source:
        raise Problem("KeyReused", headers={"Idempotency-Key": wish.key})
    match decision:
        case Accepted():
            return views.Outcome(conversation_id=one, done=True)
        case Denied():
            return _not_done(one, await refused(decision, wish.desk, wish.zone))
        case Broken():
            return views.Outcome(conversation_id=one, done=False, rule="Broken")


def _not_done(one: str, problem: Problem) -> views.Outcome:
    return views.Outcome(conversation_id=one, done=False, rule=problem.rule, detail=problem.detail)


def _command(ask: asks.Bulk, wish: Wish, n: int) -> Command:
    named: dict[str, Any] = {
        "id": wish.part(n),
        "cause": wish.cause,
        "conversation_id": ConversationId(ask.conversations[n]),
        "by": wish.agent_id,
    }
    for_another = wish.may(Permission.MOVE_FOR_ANOTHER)
    match ask.do:
        case "transfer":
            return wanted.TransferConversation(
                **named,
                to_agent=None if ask.to_agent is None else AgentId(ask.to_agent),
                to_queue=None if ask.to_queue is None else QueueId(ask.to_queue),
                reason=ask.reason,
                for_another=for_another,
            )
        case "release":
            return wanted.ReleaseConversation(
                **named, reason="returned", note=ask.reason, for_another=for_another
            )
        case "close":
            assert ask.reason is not None
            return wanted.CloseConversation(
                **named, reason=ask.reason, outcome=ask.outcome, for_another=for_another
            )
        case "priority":
            assert ask.priority is not None
            return wanted.ChangePriority(**named, priority=ask.priority, reason=ask.reason)
        case "tag":
            return wanted.TagConversation(**named, add=tuple(ask.add), remove=tuple(ask.remove))
