"""The matchmaker: whenever somebody becomes free or something waits, who gets what, by `domain.routing`.

It is woken by events, never by sweep. What it wants are places on agents' streams; the porter hands over what
was reserved. Two looks at once may want the same: an agent's stream takes one of them, or has no place left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from commands.agent import ReservePlace
from commands.conversation import EndRound
from commands.floor_ports import Floor
from commands.intention import Command, caused_by, process_id
from commands.ports import Clock, Decision, Denied
from commands.roles import Courier
from domain import agent, conversation, queue
from domain.journal import Position, Recorded
from domain.routing import Give, Outcome, RoundOver, Waiting, Why, match

NAME: Final = "matchmaker"
TOLD: Final = 5  # candidates that are kept with a decision, best first

WAKES: Final = (
    agent.BecameAvailable,
    agent.Connected,
    agent.Equipped,
    agent.Hushed,
    agent.LetGo,
    conversation.EnteredWaiting,
    conversation.OfferDeclined,
    conversation.OfferExpired,
    conversation.OfferWithdrawn,
    conversation.Ripened,
    conversation.RoundRestarted,
    conversation.SkillsRelaxed,
    conversation.Undone,
    queue.Opened,
    queue.RoutingSet,
)


class Desk(Protocol):
    @property
    def clock(self) -> Clock: ...

    @property
    def floor(self) -> Floor: ...


async def carry(recorded: Recorded, ports: Desk) -> list[Command]:
    """A place for each conversation that somebody should have now; the end of each round that is over."""
    return await gather([recorded], ports)


async def gather(facts: Sequence[Recorded], ports: Desk) -> list[Command]:
    """One look for all of them, no earlier than any: what two looks at once see, both want."""
    since = {fact.position.partition: fact.position for fact in facts}  # the last of each, in their order
    return await _matched(facts, ports, "", *since.values())


async def settle(recorded: Recorded, decisions: Sequence[Decision], ports: Desk) -> list[Command]:
    """Whoever had no place after all was seen too early: another look, as late as their no."""
    denied = [decision.position for decision in decisions if isinstance(decision, Denied)]
    if not denied:
        return []
    turn = "/".join(f"{position.partition}:{position.ordinal}" for position in denied)
    return await _matched([recorded], ports, turn, *denied)


async def _matched(facts: Sequence[Recorded], ports: Desk, turn: str, *since: Position) -> list[Command]:
    at = max(ports.clock.now(), *map(_began, facts))  # whoever woke us may have a faster clock
    now = await ports.floor.now(at, *since)
    weights = {item.conversation_id: item for item in now.waiting}
    outcomes = match(at, now.waiting, now.queues, now.workers)
    return [_wish(facts[-1], outcome, weights[outcome.conversation_id], turn) for outcome in outcomes]


def _began(recorded: Recorded) -> datetime:
    event = recorded.event
    return max(recorded.at, event.opened_at) if isinstance(event, queue.Opened) else recorded.at


def _wish(recorded: Recorded, outcome: Outcome, item: Waiting, turn: str) -> Command:
    """`turn` tells the looks apart that one event led to."""
    which = f"{outcome.conversation_id}{turn}"
    match outcome:
        case Give():
            return ReservePlace(
                id=process_id(recorded, NAME, ReservePlace.__name__, which),
                cause=caused_by(recorded, NAME),
                agent_id=outcome.agent_id,
                conversation_id=outcome.conversation_id,
                queue_id=outcome.queue_id,
                mode=outcome.how,
                expires_at=outcome.expires_at,
                weight=item.weight,
                why=inputs(outcome.why),
                seen_version=item.version,
            )
        case RoundOver():
            return EndRound(
                id=process_id(recorded, NAME, EndRound.__name__, which),
                cause=caused_by(recorded, NAME),
                conversation_id=outcome.conversation_id,
                asked=tuple(sorted(outcome.asked)),
                restart_at=outcome.restart_at,
            )


def inputs(why: Why) -> dict[str, Any]:
    """The inputs of a decision as they are kept: the best candidates, and how many were barred by what."""
    barred: dict[str, int] = {}
    for barrier in why.barred.values():
        barred[barrier.value] = barred.get(barrier.value, 0) + 1
    return {
        "chosen_by": None if why.chosen_by is None else why.chosen_by.value,
        "strategy": why.strategy,
        "relaxed": why.relaxed,
        "candidates": [
            {
                "agent_id": one.agent_id,
                "weight": one.weight,
                "active": one.load.active,
                "silent": one.load.silent,
                "reserved": one.load.reserved,
                "capacity": one.load.capacity,
                "skills_met": one.skills_met,
                "levels": one.levels,
                "last_offered_at": _word(one.last_offered_at),
                "idle_since": _word(one.idle_since),
            }
            for one in why.candidates[:TOLD]
        ],
        "could": len(why.candidates),
        "barred": dict(sorted(barred.items())),
    }


def _word(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def matchmaker() -> Courier:
    return Courier(NAME, WAKES, carry, settle, gather)
