"""Who could take it, and who of them first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.agent import AgentId
from domain.presence import Availability, unreached
from domain.queueing import Rules, Strategy
from domain.routing.words import Barrier, Chosen, Waiting, Weighed, Worker

NEVER: Final = datetime.min.replace(tzinfo=UTC)


def barrier(worker: Worker, item: Waiting, rules: Rules, at: datetime) -> Barrier | None:
    """What keeps this agent from being given the conversation automatically; None when nothing does."""
    if item.queue_id not in worker.queues:
        return Barrier.NOT_IN_QUEUE
    match worker.availability:
        case Availability.OFFLINE:
            return Barrier.OFFLINE
        case Availability.PAUSED:
            return Barrier.PAUSED
        case _:
            pass
    if unreached(worker.lost_at, at):
        return Barrier.LOST
    if not has(worker.skills, rules.wanted(relaxed=item.relaxed)):
        return Barrier.LACKS_SKILL
    if not worker.load.below_capacity:
        return Barrier.AT_CAPACITY
    if not worker.load.below_ceiling:
        return Barrier.AT_CEILING
    return None


def has(skills: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    """Whether every wanted skill is there, at its level or above."""
    return all(skills.get(skill, 0) >= level for skill, level in wanted.items())


def weighed(worker: Worker, liked: Mapping[str, int]) -> Weighed:
    """What speaks for an agent: how many preferred skills they have, and how far in them they are."""
    met = [skill for skill, level in liked.items() if worker.skills.get(skill, 0) >= level]
    return Weighed(
        worker.agent_id,
        worker.weight,
        worker.load,
        len(met),
        sum(worker.skills[skill] for skill in met),
        worker.last_offered_at,
        worker.idle_since,
    )


def ranked(
    workers: Iterable[Worker], item: Waiting, rules: Rules
) -> tuple[list[Worker], Chosen, tuple[Weighed, ...]]:
    """Everybody given, best first, what told the first from the second, and what was looked at. Never empty.

    Whoever gave the conversation back is asked after everybody else.
    """
    liked = rules.liked(relaxed=item.relaxed)
    keyed = sorted(((_key(worker, item, rules.strategy, liked), worker) for worker in workers), key=_first)
    order = [worker for _, worker in keyed]
    seen = tuple(weighed(worker, liked) for worker in order)
    if len(keyed) == 1:
        return order, Chosen.ONLY_ONE, seen
    best, second = keyed[0][0], keyed[1][0]
    reasons = (Chosen.GAVE_BACK_LAST, *_REASONS[rules.strategy], Chosen.NAME)
    chosen = next(reason for reason, mine, other in zip(reasons, best, second, strict=True) if mine != other)
    return order, chosen, seen


_REASONS: Final[dict[Strategy, tuple[Chosen, ...]]] = {
    Strategy.ROUND_ROBIN: (Chosen.LEAST_RECENTLY_OFFERED,),
    Strategy.LOAD_BALANCED: (Chosen.LOWEST_LOAD, Chosen.LONGEST_IDLE, Chosen.LEAST_RECENTLY_OFFERED),
    Strategy.SKILL_BASED: (
        Chosen.SKILLS,
        Chosen.LOWEST_LOAD,
        Chosen.LONGEST_IDLE,
        Chosen.LEAST_RECENTLY_OFFERED,
    ),
}


def _first(pair: tuple[tuple[Any, ...], Worker]) -> tuple[Any, ...]:
    return pair[0]


def _key(worker: Worker, item: Waiting, strategy: Strategy, liked: Mapping[str, int]) -> tuple[Any, ...]:
    """The smallest comes first; one part for each reason, in the same order."""
    offered = (worker.last_offered_at or NEVER, worker.turn)
    load: tuple[Any, ...] = (worker.weight, worker.idle_since or NEVER)
    gave_back = worker.agent_id == item.gave_back
    match strategy:
        case Strategy.ROUND_ROBIN:
            return (gave_back, offered, worker.agent_id)
        case Strategy.LOAD_BALANCED:
            return (gave_back, *load, offered, worker.agent_id)
        case Strategy.SKILL_BASED:
            seen = weighed(worker, liked)
            return (gave_back, (-seen.skills_met, -seen.levels), *load, offered, worker.agent_id)


def barred(
    workers: Iterable[Worker], item: Waiting, rules: Rules, at: datetime, *, asked: frozenset[AgentId]
) -> dict[AgentId, Barrier]:
    """Everybody who cannot be given it now, and why."""
    found: dict[AgentId, Barrier] = {}
    for worker in workers:
        why = barrier(worker, item, rules, at) or (Barrier.ASKED if worker.agent_id in asked else None)
        if why is not None:
            found[worker.agent_id] = why
    return found
