"""Given what waits, in order, and who is there: who gets what now, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from domain.agent import AgentId
from domain.queue import QueueId
from domain.queueing import RETURNING, ROUND_PAUSE, Mode, Rules
from domain.routing.choosing import barred, barrier, has, ranked, weighed
from domain.routing.words import Barrier, Chosen, Give, Outcome, QueueNow, RoundOver, Waiting, Why, Worker


def match(
    at: datetime,
    waiting: Iterable[Waiting],
    queues: Mapping[QueueId, QueueNow],
    workers: Iterable[Worker],
) -> list[Outcome]:
    """What follows now. `waiting` drains in the order given: each takes a place before the next one looks,
    and one that nobody can take holds up nobody. Nobody gets more than there is room for. What a customer
    reopens goes back to its last agent whatever the mode and the hours of its queue."""
    there = {worker.agent_id: worker for worker in workers}
    free = {worker.agent_id for worker in there.values() if worker.load.has_room}
    outcomes: list[Outcome] = []
    turn = max((worker.turn for worker in there.values()), default=0)
    for item in waiting:
        queue = queues.get(item.queue_id)
        if queue is None or item.offered_to is not None:
            continue
        outcome: Outcome | None = _returned(item, queue.rules, there, at)
        if outcome is None and _may_be_given(item, queue, at):
            outcome = _outcome(item, queue.rules, there, free, at)
        if outcome is None:
            continue
        outcomes.append(outcome)
        if isinstance(outcome, Give):
            turn += 1
            given = there[outcome.agent_id] = _given(there[outcome.agent_id], item, outcome, at, turn)
            if not given.load.has_room:
                free.discard(outcome.agent_id)
    return outcomes


def _may_be_given(item: Waiting, queue: QueueNow, at: datetime) -> bool:
    return queue.hands_out and (item.not_before is None or at >= item.not_before)


def _returned(item: Waiting, rules: Rules, there: Mapping[AgentId, Worker], at: datetime) -> Give | None:
    """To the last agent, if available and with room."""
    if not item.reopened or item.returning_to is None or at > item.entered_at + RETURNING:
        return None
    worker = there.get(item.returning_to)
    if worker is None or not worker.present or not worker.load.has_room:
        return None
    why = _why(item, rules, there, at, Chosen.LAST_AGENT, (worker,))
    return Give(item.conversation_id, item.queue_id, worker.agent_id, Mode.ASSIGN, None, why)


def _outcome(
    item: Waiting, rules: Rules, there: Mapping[AgentId, Worker], free: Iterable[AgentId], at: datetime
) -> Outcome | None:
    """`free`: who has room at all; nobody else is looked at, however many are there."""
    last = _last_agent(item, rules, there, at)
    if isinstance(last, Barrier):
        return None
    able = [there[one] for one in free if barrier(there[one], item, rules, at) is None]
    left = [worker for worker in able if worker.agent_id not in item.tried]
    if not left:
        if item.tried and item.restart_at is None and rules.mode is Mode.OFFER:
            why = _why(item, rules, there, at, None, ())
            return RoundOver(item.conversation_id, item.queue_id, item.tried, at + ROUND_PAUSE, why)
        return None
    if last is not None:
        others, _, _ = ranked(left, item, rules)
        order, chosen = [last, *(w for w in others if w is not last)], Chosen.LAST_AGENT
    else:
        order, chosen, _ = ranked(left, item, rules)
    why = _why(item, rules, there, at, chosen, order)
    expires_at = at + rules.offer_for if rules.mode is Mode.OFFER else None
    return Give(item.conversation_id, item.queue_id, order[0].agent_id, rules.mode, expires_at, why)


def _last_agent(
    item: Waiting, rules: Rules, there: Mapping[AgentId, Worker], at: datetime
) -> Worker | Barrier | None:
    """The last agent, when it is theirs; the barrier, while it is worth waiting for them; None otherwise."""
    if item.returning_to is None or item.returning_to in item.tried:
        return None
    worker, until = there.get(item.returning_to), item.entered_at + rules.prefer_last
    if worker is None or at > until or not rules.prefer_last or not worker.present:
        return None
    why = barrier(worker, item, rules, at)
    if why is None:
        return worker
    full = why is Barrier.AT_CAPACITY or why is Barrier.AT_CEILING
    return why if full and at < until else None


def _why(
    item: Waiting,
    rules: Rules,
    there: Mapping[AgentId, Worker],
    at: datetime,
    chosen: Chosen | None,
    order: Iterable[Worker],
) -> Why:
    liked = rules.liked(relaxed=item.relaxed)
    return Why(
        chosen,
        rules.strategy.value,
        item.relaxed,
        tuple(weighed(worker, liked) for worker in order),
        barred(there.values(), item, rules, at, asked=item.tried),
    )


def _given(worker: Worker, item: Waiting, give: Give, at: datetime, turn: int) -> Worker:
    """The agent with one more: a place reserved by an offer, or taken by an assignment."""
    load, offered = worker.load, give.expires_at is not None
    return replace(
        worker,
        load=replace(load, reserved=load.reserved + 1) if offered else replace(load, active=load.active + 1),
        weight=worker.weight + item.weight,
        last_offered_at=at,
        turn=turn,
        idle_since=worker.idle_since if offered else at,
    )


def next_for(worker: Worker, waiting: Iterable[Waiting], rules: Mapping[QueueId, Rules]) -> Waiting | None:
    """The one an agent takes who asks for the next: the first in order, in their queues, that they have the
    skills for and that nobody else is being asked about."""
    return next((item for item in waiting if _pullable(worker, item, rules)), None)


def passed_over(
    worker: Worker, wanted: Waiting, waiting: Iterable[Waiting], rules: Mapping[QueueId, Rules]
) -> list[Waiting]:
    """What an agent leaves behind who takes this one: none, when it is in order."""
    found: list[Waiting] = []
    for item in waiting:
        if item.conversation_id == wanted.conversation_id:
            return found
        if _pullable(worker, item, rules):
            found.append(item)
    return found


def _pullable(worker: Worker, item: Waiting, rules: Mapping[QueueId, Rules]) -> bool:
    known = rules.get(item.queue_id)
    if known is None or item.queue_id not in worker.queues:
        return False
    if item.offered_to is not None and item.offered_to != worker.agent_id:
        return False
    return has(worker.skills, known.wanted(relaxed=item.relaxed))
