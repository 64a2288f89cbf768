"""Taking what waits by hand: the next in order, or another. Order and room are looked at here; the decision
records both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid5

from fastapi import APIRouter, Body, Response

from api.access import reach
from api.desk import Reach, Which
from api.documented import WRITES, problems
from api.errors import Problem
from api.examples import DECIDED, OUTCOMES, decided
from api.models import asks
from api.permissions import Permission
from api.routes.conversations import OfConversation
from api.wishes import Attending, Wish
from commands.conversation import ClaimConversation
from commands.conversation.taking import not_taken, place_for
from commands.ports import Unavailable
from domain.conversation import ConversationId, Stage
from domain.copy.refusals import refusal
from domain.queue import QueueId
from domain.queueing import Mode, Rules
from domain.routing import next_for, passed_over
from projections import agents, inbox, queues
from projections.floor import waits, worker

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])
PAGE = 50  # rows of what waits, looked at together
PAGES = 40  # of them at most
TRIES = 8  # the next ones, when colleagues are quicker
NO_ROOM = ("AtCapacity", "AtCeiling")
GONE = ("AlreadyAttended", "Changed", "NotOpen")
TAKES = (*WRITES, "NeedsGround", "AlreadyAttended", "Changed", "NotOpen")


@router.post(
    "/next",
    summary="Take the next in order",
    responses={
        **decided({**DECIDED, "conversation_id": OUTCOMES["items"][0]["conversation_id"]}),
        **problems(*TAKES, "NothingWaits"),
    },
)
async def take_next(
    ask: Annotated[asks.Ground, Body(examples=[{"reason": "Cliente esperando na loja."}])], wish: Attending
) -> Response:
    """The first that waits in your queues, that you have the skills for and nobody else is being asked about;
    when a colleague was quicker, the one behind it. Without room for it a reason is needed."""
    me = await wish.desk.reads.agent(wish.agent_id)
    if me is None:
        raise Problem("UnknownAgent", status=404, detail=refusal("UnknownAgent"))
    known = {row.queue_id: row for row in await wish.desk.reads.queues()}
    tries, gone = TRIES, Problem("NothingWaits")
    async for rows in _waiting(wish, _queues(me)):
        named = frozenset(row.queue_id for row in rows.values() if row.queue_id is not None)
        rules = dict.fromkeys(named, Rules()) | {queue_id: row.rules for queue_id, row in known.items()}
        taker = worker(me, frozenset(rules))
        order = [
            waits(row, known) for one, row in rows.items() if not wish.desk.taken.by_another(one, wish.id)
        ]
        while (found := next_for(taker, order, rules)) is not None:
            claim = ClaimConversation(
                id=wish.id if tries == TRIES else uuid5(wish.id, str(tries)),
                cause=wish.cause,
                conversation_id=found.conversation_id,
                agent_id=wish.agent_id,
                seen_version=rows[found.conversation_id].version,
                how="pulled",
                reason=ask.reason,
            )
            wish.desk.taken.give(found.conversation_id, wish.id)
            try:
                return await _take(wish, claim, found.queue_id, me, conversation_id=found.conversation_id)
            except Problem as problem:
                tries -= 1
                if problem.rule not in GONE:
                    wish.desk.taken.keep(found.conversation_id)
                    raise
                if not tries:
                    raise
                gone = problem
            order.remove(found)
    raise gone


@router.post(
    "/{conversation_id}/claim",
    summary="Take what waits",
    responses={**decided(DECIDED), **problems(*TAKES, "MayNotChoose")},
)
async def claim(
    conversation_id: OfConversation,
    wish: Attending,
    ask: Annotated[asks.Ground | None, Body(examples=[{"reason": "Cliente esperando na loja."}])] = None,
) -> Response:
    """Two at once: one has it, the other gets 409 with the winner's name. Without room for it a reason is
    needed. Where agents take the next by themselves (`pull`), taking another needs a permission, and is
    recorded as out of order. While lists cannot be read neither is looked at: nobody is kept from helping."""
    one = ConversationId(conversation_id)
    queue_id, left = None, 0
    try:
        me = await wish.desk.reads.agent(wish.agent_id)
        if me is not None:
            queue_id, left = await _passed_over(wish, one, me)
    except Unavailable:
        me = None
    if left and not wish.may(Permission.CHOOSE):
        raise Problem("MayNotChoose")
    claim = ClaimConversation(
        id=wish.id,
        cause=wish.cause,
        conversation_id=one,
        agent_id=wish.agent_id,
        seen_version=wish.seen_version,
        reason=None if ask is None else ask.reason,
        passed_over=left,
    )
    return await _take(wish, claim, queue_id, me)


async def _take(
    wish: Wish, claim: ClaimConversation, queue_id: QueueId | None, me: agents.Row | None, **told: Any
) -> Response:
    """Where a capacity was set the agent's own stream is asked for a place first: what lists say of it may be
    late. With a reason there may be more than there is room for."""
    if me is None or not me.equipped or queue_id is None:
        return await wish.decide(claim, **told)
    try:
        await wish.want(place_for(claim, queue_id))
    except Problem as problem:
        if problem.rule not in NO_ROOM:
            raise
        return await wish.decide(replace(claim, full=True), **told)
    try:
        return await wish.decide(claim, **told)
    except Problem:
        await wish.want(not_taken(claim))
        raise


async def _passed_over(
    wish: Wish, conversation_id: ConversationId, me: agents.Row
) -> tuple[QueueId | None, int]:
    """The queue it waits in, and how many come before it among those of queues that are pulled from, which
    this agent could take."""
    known = {row.queue_id: row for row in await wish.desk.reads.queues()}
    rules = _pulled(known)
    found = await wish.desk.reads.conversation(conversation_id)
    if found is None or found.row.stage is not Stage.WAITING or (its := found.row.queue_id) is None:
        return None, 0
    if its not in rules or found.row.offered_to == wish.agent_id:
        return its, 0
    mine = _queues(me)
    taker, wanted, left = worker(me, frozenset(rules)), waits(found.row, known), 0
    async for rows in _waiting(wish, None if mine is None else mine | {its}):
        left += len(passed_over(taker, wanted, [waits(row, known) for row in rows.values()], rules))
        if conversation_id in rows:
            break
    return its, left


def _pulled(known: Mapping[QueueId, queues.Row]) -> dict[QueueId, Rules]:
    return {queue_id: row.rules for queue_id, row in known.items() if row.mode is Mode.PULL}


def _queues(me: agents.Row) -> frozenset[QueueId] | None:
    """Which they serve; None: every one."""
    return None if me.every_queue else frozenset(me.queues)


async def _waiting(
    wish: Wish, queues_: frozenset[QueueId] | None
) -> AsyncIterator[dict[ConversationId, inbox.Row]]:
    """What waits in these queues, as far as this person may attend there, in the one order, page by page."""
    within = reach(wish.identity, Permission.ATTEND)
    if queues_ is not None:
        within = Reach(queues_ if within is None else queues_ & within.queues, None)
    which, at, after = Which(stage=Stage.WAITING, reach=within), wish.desk.clock.now(), None
    for _ in range(PAGES):
        page = await wish.desk.reads.conversations(which, at, limit=PAGE, after=after)
        yield {row.conversation_id: row for row in page.rows if row.queue_id is not None}
        if (after := page.next) is None:
            return
