"""What people do on the floor by hand. `No` says why it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from domain.agent import AgentId
from domain.agent.load import ceiling_of
from domain.conversation import LONGEST_SNOOZE, REOPENING, Awaiting, ConversationId, Stage
from domain.presence import Availability
from domain.queue import Priority, QueueId
from domain.queueing import OfflinePolicy, Rules
from domain.routing.matching import next_for, passed_over
from domain.routing.rehearsal import being
from domain.routing.rehearsal.floor import Floor, No, loads
from domain.routing.rehearsal.moving import (
    aim,
    arm_waits,
    enter,
    hush,
    leave,
    rest,
    start_clock,
    stop_clock,
    take,
    wake,
    withdraw,
)
from domain.routing.rehearsal.offering import accept, decline
from domain.routing.rehearsal.people import Case, Person


def arrive(
    floor: Floor,
    conversation_id: ConversationId,
    queue_id: QueueId,
    priority: Priority,
    *,
    last_agent: AgentId | None = None,
    opened_at: datetime | None = None,
    waiting_since: datetime | None = None,
) -> None:
    """A customer's conversation enters WAITING."""
    known = floor.cases.get(conversation_id)
    if known is not None and known.stage is not Stage.CLOSED:
        raise No("AlreadyOpen")
    if known is not None and last_agent is None:
        last_agent = known.last_agent
    case = Case(conversation_id, queue_id, priority, opened_at or floor.at, floor.at, last_agent=last_agent)
    if known is not None:
        case.offers, case.entry, case.turns = known.offers, known.entry, known.turns
    case.unanswered, case.returning_to = waiting_since or floor.at, last_agent
    floor.cases[conversation_id] = case
    start_clock(floor, case, waiting_since or floor.at)
    enter(floor, case, "arrived", last_agent=last_agent)


def pending(floor: Floor, agent_id: AgentId, conversation_id: ConversationId) -> bool:
    """Whether this agent is being asked about it."""
    case = floor.cases.get(conversation_id)
    return case is not None and case.offered_to == agent_id


def answer_offer(
    floor: Floor, agent_id: AgentId, conversation_id: ConversationId, *, accepts: bool, reason: str | None
) -> None:
    case = floor.case(conversation_id)
    if case.offered_to != agent_id:
        raise No("NotOffered", offered_to=case.offered_to)
    (accept if accepts else decline)(floor, case, floor.people[agent_id], reason)


def pull(floor: Floor, agent_id: AgentId, reason: str | None) -> None:
    """The next in order."""
    person = _present(floor, agent_id)
    cases = floor.waiting()
    found = next_for(person.worker(floor.lines), [case.waits(1) for case in cases], _rules(floor))
    if found is None:
        raise No("NothingWaits")
    _take_by_hand(floor, floor.case(found.conversation_id), person, "pulled", reason, 0)


def claim(floor: Floor, agent_id: AgentId, conversation_id: ConversationId, reason: str | None) -> None:
    """This one. Out of order it needs the permission `escolher`, and is told as such."""
    person, case = _present(floor, agent_id), floor.case(conversation_id)
    if case.stage is Stage.CLOSED:
        raise No("NotOpen")
    if case.stage is Stage.IN_SERVICE:
        if case.agent_id == agent_id:
            return
        raise No("AlreadyAttended", by=case.agent_id)
    order = [each.waits(1) for each in floor.waiting()]
    over = passed_over(person.worker(floor.lines), case.waits(1), order, _rules(floor))
    if case.offered_to == agent_id:
        accept(floor, case, person, reason)
        return
    if over and not person.may_choose:
        raise No("MayNotChoose", next=over[0].conversation_id)
    _take_by_hand(floor, case, person, "claimed", reason, len(over))


def _take_by_hand(
    floor: Floor, case: Case, person: Person, how: str, reason: str | None, passed: int
) -> None:
    if case.offered_to == person.agent_id:
        accept(floor, case, person, reason)
        return
    if not person.load.has_room and not reason:
        raise No("NeedsReason")
    withdraw(floor, case, "claimed")
    take(floor, case, person, how, reason=reason, out_of_order=passed > 0, passed_over=passed)


def _present(floor: Floor, agent_id: AgentId) -> Person:
    person = floor.people[agent_id]
    if person.availability is Availability.OFFLINE:
        raise No("AgentOffline")
    return person


def _rules(floor: Floor) -> dict[QueueId, Rules]:
    return {line.queue_id: line.rules for line in floor.lines.values()}


# In service


def owned(
    floor: Floor, agent_id: AgentId, conversation_id: ConversationId, *, for_another: bool = False
) -> Case:
    """A conversation in service that this agent may write in or move."""
    case = floor.case(conversation_id)
    if case.stage is Stage.CLOSED:
        raise No("NotOpen")
    if case.stage is not Stage.IN_SERVICE:
        raise No("NotInService")
    if case.agent_id != agent_id and not for_another:
        raise No("NotOwner", owner=case.agent_id)
    return case


def open_one(
    floor: Floor, agent_id: AgentId, conversation_id: ConversationId, queue_id: QueueId, priority: Priority
) -> None:
    """An agent starts a conversation: theirs at once, the customer's turn, no clock."""
    person, known = _present(floor, agent_id), floor.cases.get(conversation_id)
    if known is not None and known.stage is not Stage.CLOSED:
        raise No("AlreadyOpen")
    case = Case(conversation_id, queue_id, priority, floor.at, floor.at)
    floor.cases[conversation_id] = case
    take(floor, case, person, "opened")
    rest(floor, case)


def answer(floor: Floor, agent_id: AgentId, conversation_id: ConversationId) -> None:
    """A public message of the agent, accepted: the clock stops, the customer owes the answer."""
    case = owned(floor, agent_id, conversation_id)
    case.active_at = floor.at
    stop_clock(case)
    if case.awaiting is Awaiting.AGENT:
        rest(floor, case)


def customer_writes(floor: Floor, conversation_id: ConversationId) -> None:
    case = floor.case(conversation_id)
    case.active_at = floor.at
    match case.stage:
        case Stage.WAITING:
            case.unanswered = case.unanswered or floor.at
        case Stage.IN_SERVICE:
            _heard(floor, case)
        case _:
            _reopened(floor, case)


def _heard(floor: Floor, case: Case) -> None:
    assert case.agent_id is not None
    case.unanswered = case.unanswered or floor.at
    if not case.running:
        start_clock(floor, case, floor.at)
    kept = case.shelved or floor.lines[case.queue_id].rules.offline is OfflinePolicy.KEEP
    if floor.people[case.agent_id].gone and not kept:
        being.give_back(floor, case, "wrote_while_agent_gone")
    elif case.awaiting is not Awaiting.AGENT:
        wake(floor, case, "customer_wrote")


def _reopened(floor: Floor, case: Case) -> None:
    """Within 24 h of closing: to the last agent if available and under capacity, else into its queue."""
    if case.closed_at is None or floor.at > case.closed_at + REOPENING:
        raise No("ReopenTooLate")
    case.closed_at, case.unanswered = None, floor.at
    case.gave_back = case.not_before = None
    last = None if case.last_agent is None else floor.people[case.last_agent]
    start_clock(floor, case, floor.at)
    if last is not None and not last.deactivated and last.worker(floor.lines).present and last.load.has_room:
        take(floor, case, last, "reopened")
        return
    case.returning_to = case.last_agent
    enter(floor, case, "reopened", last_agent=case.last_agent)


def set_aside(
    floor: Floor, agent_id: AgentId, conversation_id: ConversationId, until: datetime | None
) -> None:
    """Waits on a third party, until then at the latest."""
    case = owned(floor, agent_id, conversation_id)
    until = until or floor.at + LONGEST_SNOOZE
    if not floor.at < until <= floor.at + LONGEST_SNOOZE:
        raise No("BadWakeUp")
    case.wake_at = until
    _third_party(floor, case, tell=not case.silent)


def _third_party(floor: Floor, case: Case, *, tell: bool) -> None:
    assert case.wake_at is not None
    case.awaiting, case.turns = Awaiting.THIRD_PARTY, case.turns + 1
    if tell:
        hush(floor, case, "third_party")
    floor.arm(case.wake_at, partial(_wake_up, floor, case, case.turns))


def _wake_up(floor: Floor, case: Case, turns: int) -> None:
    if case.turns == turns:
        wake(floor, case, "wake_up")


def resume(floor: Floor, agent_id: AgentId, conversation_id: ConversationId) -> None:
    """The agent goes on by themselves."""
    case = owned(floor, agent_id, conversation_id)
    if case.awaiting is Awaiting.THIRD_PARTY:
        wake(floor, case, "resumed")


def transfer(
    floor: Floor,
    agent_id: AgentId,
    conversation_id: ConversationId,
    *,
    to_agent: AgentId | None,
    to_queue: QueueId | None,
    reason: str,
    for_another: bool,
) -> None:
    """To a person it is at once, above capacity too; to a queue it is matched when it cannot be undone."""
    case = floor.case(conversation_id)
    if case.stage is not Stage.WAITING:
        case = owned(floor, agent_id, conversation_id, for_another=for_another)
    if case.agent_id is not None and case.agent_id == to_agent:
        return
    case.active_at = floor.at
    withdraw(floor, case, "transferred")
    if to_agent is not None:
        if floor.people[to_agent].deactivated:
            raise No("AgentDeactivated")
        awaiting, silent = case.awaiting, case.silent
        take(floor, case, floor.people[to_agent], "transferred", reason=reason, by=agent_id)
        if awaiting is not Awaiting.AGENT:
            _same_turn(floor, case, awaiting, silent=silent)
        return
    assert to_queue is not None
    being.to_queue(floor, case, to_queue, "transferred", floor.people[agent_id], note=reason)


def _same_turn(floor: Floor, case: Case, awaiting: Awaiting, *, silent: bool) -> None:
    """Handed on, it is still the turn of whose turn it was."""
    if awaiting is Awaiting.THIRD_PARTY:
        _third_party(floor, case, tell=True)
    elif awaiting is Awaiting.CUSTOMER and silent:
        case.awaiting = awaiting
        hush(floor, case, "customer")
    elif awaiting is Awaiting.CUSTOMER:
        rest(floor, case)


def release(
    floor: Floor, agent_id: AgentId, conversation_id: ConversationId, reason: str, *, for_another: bool
) -> None:
    """Back to its queue, with a reason."""
    case = owned(floor, agent_id, conversation_id, for_another=for_another)
    being.give_back(floor, case, "released", note=reason)


def close(floor: Floor, agent_id: AgentId, conversation_id: ConversationId, *, for_another: bool) -> None:
    case = floor.case(conversation_id)
    if case.stage is Stage.CLOSED:
        raise No("NotOpen")
    if case.agent_id not in (None, agent_id) and not for_another:
        raise No("NotOwner", owner=case.agent_id)
    withdraw(floor, case, "closed")
    before = None if case.agent_id is None else floor.people[case.agent_id]
    leave(floor, case)
    stop_clock(case)
    case.stage, case.closed_at = Stage.CLOSED, floor.at
    floor.tell("closed", case, before, by=agent_id)


def change_priority(floor: Floor, conversation_id: ConversationId, priority: Priority, reason: str) -> None:
    case = floor.case(conversation_id)
    if case.stage is Stage.CLOSED:
        raise No("NotOpen")
    if case.priority is priority:
        return
    before, case.priority = case.priority, priority
    aim(floor, case, "priority_change")
    floor.tell("priority_changed", case, before=before, priority=priority, reason=reason, due_at=case.due_at)


# Settings


def change_agent(
    floor: Floor,
    agent_id: AgentId,
    *,
    capacity: int | None = None,
    ceiling: int | None = None,
    skills: Mapping[str, int] | None = None,
    queues: frozenset[QueueId] | None = None,
) -> None:
    """What is None stays as it is. What they have stays theirs; a lower capacity stops what is new."""
    person = floor.people[agent_id]
    person.capacity = person.capacity if capacity is None else capacity
    person.ceiling = person.ceiling if ceiling is None else ceiling
    person.skills = person.skills if skills is None else skills
    person.queues = person.queues if queues is None else queues
    if ceiling_of(person.capacity, person.ceiling) < person.capacity:
        person.ceiling = person.capacity
    floor.tell(
        "agent_changed",
        person=person,
        skills=dict(person.skills),
        queues=sorted(person.queues),
        **loads(person),
    )


def change_queue(floor: Floor, queue_id: QueueId, rules: Rules) -> None:
    """Offers that are out live on as they were made."""
    floor.lines[queue_id].rules = rules
    floor.tell("queue_changed", queue=queue_id)
    for case in floor.waiting():
        if case.queue_id == queue_id:
            arm_waits(floor, case)


def show(floor: Floor, queue_id: QueueId | None) -> None:
    """What waits, in order."""
    listed = [case for case in floor.waiting() if queue_id in (None, case.queue_id)]
    floor.tell("listed", queue=queue_id, order=[case.conversation_id for case in listed])
