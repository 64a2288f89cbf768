"""Offers and assignments on the floor: what the matching says, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from domain.conversation import Stage
from domain.presence import NOT_ANSWERING, Availability, pauses_after
from domain.routing.matching import match
from domain.routing.rehearsal.being import pause
from domain.routing.rehearsal.floor import Floor, loads
from domain.routing.rehearsal.moving import end_offer, take
from domain.routing.rehearsal.people import Case, Person
from domain.routing.words import Give, RoundOver, Why


def hand_out(floor: Floor) -> None:
    """Who gets what now; what comes of it is told and armed."""
    items = [case.waits(floor.lines[case.queue_id].weight(case.priority)) for case in floor.waiting()]
    if not items:
        return
    queues = {line.queue_id: line.now(floor.at) for line in floor.lines.values()}
    workers = [person.worker(floor.lines) for person in floor.people.values() if not person.deactivated]
    for outcome in match(floor.at, items, queues, workers):
        case = floor.cases[outcome.conversation_id]
        match outcome:
            case Give(agent_id=agent_id, expires_at=expires_at, why=why):
                person = floor.people[agent_id]
                floor.turns += 1
                person.turn, person.last_offered_at = floor.turns, floor.at
                if expires_at is None:
                    take(floor, case, person, "assigned", why=why)
                else:
                    _offer(floor, case, person, expires_at, why)
            case RoundOver(restart_at=restart_at, why=why, asked=asked):
                case.restart_at = restart_at
                asked_ids = sorted(asked)
                floor.tell(
                    "alert", case, reason="full_round", asked=asked_ids, restart_at=restart_at, why=why
                )
                floor.arm(restart_at, partial(_restart, floor, case, restart_at))


def _offer(floor: Floor, case: Case, person: Person, expires_at: datetime, why: Why) -> None:
    case.offered_to, case.expires_at, case.offers = person.agent_id, expires_at, case.offers + 1
    person.offers[case.conversation_id] = case
    floor.tell("offered", case, person, expires_at=expires_at, why=why, **loads(person))
    for after, answer in ((person.accepts_after, accept), (person.declines_after, decline)):
        if after is not None:
            floor.arm(floor.at + after, partial(_answered, floor, case, case.offers, answer))
    floor.arm(expires_at, partial(_expire, floor, case, case.offers))


def _answered(floor: Floor, case: Case, offer: int, answer: Callable[[Floor, Case, Person], None]) -> None:
    if case.offers == offer and case.offered_to is not None:
        answer(floor, case, floor.people[case.offered_to])


def _expire(floor: Floor, case: Case, offer: int) -> None:
    if case.offers != offer or case.offered_to is None:
        return
    person = end_offer(floor, case)
    case.tried |= {person.agent_id}
    person.expired += 1
    floor.tell("expired", case, person, in_a_row=person.expired)
    if pauses_after(person.expired) and person.availability is Availability.AVAILABLE:
        pause(floor, person, NOT_ANSWERING, by="expired_offers")


def _restart(floor: Floor, case: Case, at: datetime) -> None:
    if case.stage is Stage.WAITING and case.restart_at == at:
        case.tried, case.restart_at = frozenset(), None
        floor.tell("round_restarted", case)


def accept(floor: Floor, case: Case, person: Person, reason: str | None = None) -> None:
    end_offer(floor, case)
    person.expired = 0
    take(floor, case, person, "accepted", reason=reason)


def decline(floor: Floor, case: Case, person: Person, reason: str | None = None) -> None:
    end_offer(floor, case)
    person.expired = 0
    case.tried |= {person.agent_id}
    floor.tell("declined", case, person, reason=reason)
