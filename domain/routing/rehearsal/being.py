"""How agents come and go on the floor, and what becomes of what they have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.presence import UNREACHED, Availability, counted, declared_lost_at, policy_at
from domain.queue import QueueId
from domain.queueing import UNDO, OfflinePolicy
from domain.routing.rehearsal.floor import Floor, No
from domain.routing.rehearsal.moving import aim, enter, take, withdraw
from domain.routing.rehearsal.people import Case, Person


@dataclass(frozen=True, slots=True)
class Leaving:
    """What becomes of one conversation when its agent logs out: kept until the next shift, unless it is
    returned, or handed to an agent or a queue."""

    returned: bool = False
    to_agent: AgentId | None = None
    to_queue: QueueId | None = None


def pause(floor: Floor, person: Person, reason: str, by: str = "agent") -> None:
    """A pause goes on from where it began, whatever its reason becomes; what does not count begins none."""
    if person.availability is not Availability.PAUSED or not counted(person.pause_reason):
        person.paused_at = floor.at
    person.availability, person.pause_reason = Availability.PAUSED, reason
    floor.tell("paused", person=person, reason=reason, by=by)
    _withdraw_all(floor, person, "agent_paused")
    _arm_policy(floor, person)


def become_available(floor: Floor, person: Person) -> None:
    if person.deactivated:
        raise No("AgentDeactivated")
    if person.availability is Availability.AVAILABLE:
        return
    person.availability, person.pause_reason, person.paused_at = Availability.AVAILABLE, None, None
    person.expired = 0
    for case in person.cases.values():
        case.shelved = False
    _back(person)
    floor.tell("available", person=person)


def go_offline(floor: Floor, person: Person) -> None:
    """Declared: nobody waits for them, and the offline policies hold at once."""
    if person.availability is Availability.OFFLINE:
        return
    _declare_offline(floor, person, "offline")
    _apply(floor, person, "offline")


def log_out(floor: Floor, person: Person, choices: Mapping[ConversationId, Leaving]) -> None:
    """Every conversation they have asks for a choice."""
    missing = sorted(set(person.cases) - set(choices))
    if missing:
        raise No("NeedsChoice", conversations=missing)
    for choice in choices.values():
        if choice.to_agent == person.agent_id:
            raise No("NeedsReceiver")
    _declare_offline(floor, person, "logged_out")
    person.gone = True
    for case in list(person.cases.values()):
        hand_on(floor, case, person, choices[case.conversation_id])


def hand_on(floor: Floor, case: Case, person: Person, choice: Leaving) -> None:
    case.active_at = floor.at
    if choice.to_agent is not None:
        take(floor, case, floor.people[choice.to_agent], "transferred", reason="logged_out")
    elif choice.to_queue is not None:
        to_queue(floor, case, choice.to_queue, "transferred", person)
    elif choice.returned:
        give_back(floor, case, "logged_out")
    else:
        case.shelved = True
        floor.tell("kept", case, person, reason="until_next_shift")


def deactivate(floor: Floor, person: Person) -> None:
    """Everything they have goes back; they are never deleted."""
    if person.deactivated:
        return
    if person.availability is not Availability.OFFLINE:
        _declare_offline(floor, person, "deactivated")
    person.deactivated = person.gone = True
    for case in list(person.cases.values()):
        give_back(floor, case, "deactivated")


def to_queue(
    floor: Floor, case: Case, queue_id: QueueId, reason: str, before: Person | None, **told: object
) -> None:
    """Handed on to a queue: matched once it can no longer be undone; the clock takes that queue's targets."""
    case.gave_back = case.agent_id
    case.returning_to = None
    case.not_before = floor.at + UNDO
    moved, case.queue_id = case.queue_id != queue_id, queue_id
    if moved:
        aim(floor, case, "change")
    enter(floor, case, reason, before=before, **told)


def give_back(floor: Floor, case: Case, reason: str, **told: object) -> None:
    """Back to its own queue, with the due time it had."""
    before = None if case.agent_id is None else floor.people[case.agent_id]
    case.gave_back, case.returning_to, case.not_before = case.agent_id, None, None
    enter(floor, case, reason, before=before, **told)


# Connections


def stop_beating(floor: Floor, person: Person) -> None:
    """The last heartbeat came now."""
    person.beats += 1
    floor.arm(declared_lost_at(floor.at), partial(_missed, floor, person, person.beats))


def _missed(floor: Floor, person: Person, beats: int) -> None:
    if person.beats == beats:
        lose(floor, person)


def lose(floor: Floor, person: Person) -> None:
    """The connection is declared lost now; everything else counts from here."""
    if person.lost_at is not None:
        return
    person.lost_at, person.beats = floor.at, person.beats + 1
    floor.tell("lost", person=person)
    floor.arm(floor.at + UNREACHED, partial(_unreached, floor, person, floor.at))
    _arm_policy(floor, person)


def _unreached(floor: Floor, person: Person, lost_at: datetime) -> None:
    if person.lost_at == lost_at:
        floor.tell("no_more_offers", person=person, reason="lost", lost_at=lost_at)


def connect(floor: Floor, person: Person) -> None:
    person.beats += 1
    if person.lost_at is None:
        return
    person.lost_at = None
    _back(person)
    floor.tell("connected", person=person)


def _back(person: Person) -> None:
    if person.availability is Availability.AVAILABLE and person.lost_at is None:
        person.gone = False


# Offline policies


def _arm_policy(floor: Floor, person: Person) -> None:
    due = _policy_at(person)
    if due is not None and not person.gone:
        floor.arm(due, partial(_policy, floor, person))


def _policy_at(person: Person) -> datetime | None:
    return policy_at(
        person.availability,
        pause_reason=person.pause_reason,
        paused_at=person.paused_at,
        lost_at=person.lost_at,
    )


def _policy(floor: Floor, person: Person) -> None:
    due = _policy_at(person)
    if due is None or person.gone:
        return
    if due <= floor.at:
        _apply(floor, person, "lost" if person.lost_at is not None and due != _pause_due(person) else "pause")


def _pause_due(person: Person) -> datetime | None:
    return policy_at(
        person.availability, pause_reason=person.pause_reason, paused_at=person.paused_at, lost_at=None
    )


def _apply(floor: Floor, person: Person, cause: str) -> None:
    person.gone = True
    floor.tell("offline_policy", person=person, cause=cause)
    for case in sorted(person.cases.values(), key=Case.place):
        if case.shelved:
            continue
        policy = floor.lines[case.queue_id].rules.offline
        returns = policy is OfflinePolicy.RETURN_ALL
        if returns or (policy is OfflinePolicy.RETURN_WAITING and case.running):
            give_back(floor, case, "offline_policy", policy=policy)
        else:
            floor.tell("kept", case, person, reason="offline_policy", policy=policy)


def _declare_offline(floor: Floor, person: Person, reason: str) -> None:
    person.availability, person.pause_reason, person.paused_at = Availability.OFFLINE, None, None
    floor.tell("offline", person=person, reason=reason)
    _withdraw_all(floor, person, "agent_offline")


def _withdraw_all(floor: Floor, person: Person, reason: str) -> None:
    for case in list(person.offers.values()):
        if case.expires_at is None or case.expires_at > floor.at:  # else it expires, now
            withdraw(floor, case, reason)
