"""How a conversation moves on the floor: into a queue, to an agent, into silence and back, and its clock."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from domain.conversation import Awaiting, Stage
from domain.queueing import SILENT_AFTER
from domain.routing.rehearsal.floor import Floor, loads
from domain.routing.rehearsal.people import MANAGER_STEP, Case, Person


def enter(floor: Floor, case: Case, reason: str, *, before: Person | None = None, **details: Any) -> None:
    """Into its queue. A running clock runs on, from its start; else one starts now."""
    leave(floor, case)
    case.stage, case.entry, case.entered_at = Stage.WAITING, case.entry + 1, floor.at
    case.relaxed, case.tried, case.restart_at = False, frozenset(), None
    if not case.running:
        start_clock(floor, case, floor.at)
    floor.tell(
        "entered_waiting",
        case,
        before,
        reason=reason,
        priority=case.priority,
        waiting_since=case.since,
        due_at=case.due_at,
        **details,
    )
    arm_waits(floor, case)


def arm_waits(floor: Floor, case: Case) -> None:
    """What ends by time while it waits: what is required, the wait for the last agent, and that it may still
    be undone."""
    assert case.entered_at is not None
    rules = floor.lines[case.queue_id].rules
    if rules.required and rules.relax_after is not None:
        floor.arm(case.entered_at + rules.relax_after, partial(_relax, floor, case, case.entry))
    if case.returning_to is not None and rules.prefer_last:
        floor.arm(case.entered_at + rules.prefer_last)
    if case.not_before is not None:
        floor.arm(case.not_before)


def _relax(floor: Floor, case: Case, entry: int) -> None:
    rules = floor.lines[case.queue_id].rules
    if case.stage is not Stage.WAITING or case.entry != entry or case.relaxed:
        return
    required, after = rules.required, rules.relax_after
    if required and after is not None and case.entered_at is not None and floor.at >= case.entered_at + after:
        case.relaxed = True
        floor.tell("relaxed", case, required=dict(required))


def take(floor: Floor, case: Case, person: Person, how: str, **details: Any) -> None:
    """It is this agent's now; whether that is above capacity is told."""
    over = not person.load.has_room
    leave(floor, case)
    case.stage, case.agent_id, case.last_agent = Stage.IN_SERVICE, person.agent_id, person.agent_id
    case.awaiting = Awaiting.AGENT
    case.tried, case.restart_at = frozenset(), None
    person.cases[case.conversation_id] = case
    person.idle_since = floor.at
    floor.tell("assigned", case, person, how=how, over_capacity=over, **details, **loads(person))


def leave(floor: Floor, case: Case) -> None:
    """Nobody's any more: whoever had it has a place again, and is idle from now."""
    if case.agent_id is not None:
        before = floor.people[case.agent_id]
        del before.cases[case.conversation_id]
        before.idle_since = floor.at
    case.agent_id, case.silent, case.shelved = None, False, False
    case.turns += 1


def end_offer(floor: Floor, case: Case) -> Person:
    assert case.offered_to is not None
    person = floor.people[case.offered_to]
    del person.offers[case.conversation_id]
    case.offered_to = case.expires_at = None
    return person


def withdraw(floor: Floor, case: Case, reason: str) -> None:
    """An offer that ends by something else than its agent: it counts for nothing."""
    if case.offered_to is not None:
        floor.tell("withdrawn", case, end_offer(floor, case), reason=reason)


# Clocks


def start_clock(floor: Floor, case: Case, since: datetime) -> None:
    case.since, case.breached, case.past_manager = since, False, False
    aim(floor, case)


def aim(floor: Floor, case: Case, cause: str = "time") -> None:
    """The due time from the start of the clock, by queue and priority as they are now. Too late already is
    late now; what was late stays so."""
    if case.since is None:
        return
    line = floor.lines[case.queue_id]
    case.due_at = line.due(case.since, case.priority)
    if case.due_at is None:
        return
    if case.due_at <= floor.at and not case.breached:
        _breach(floor, case, case.due_at, cause)
    floor.arm(case.due_at, partial(_breach, floor, case, case.due_at, "time"))
    step = line.hours.after(case.since, MANAGER_STEP)
    if step is not None:
        floor.arm(max(step, case.due_at), partial(_past_manager, floor, case, case.due_at))


def stop_clock(case: Case) -> None:
    case.since = case.due_at = case.unanswered = None
    case.breached = case.past_manager = False


def _breach(floor: Floor, case: Case, due_at: datetime, cause: str) -> None:
    if case.due_at == due_at and case.stage is not Stage.CLOSED and not case.breached:
        case.breached = True
        floor.tell("breached", case, due_at=due_at, cause=cause)


def _past_manager(floor: Floor, case: Case, due_at: datetime) -> None:
    if case.due_at == due_at and case.stage is not Stage.CLOSED and not case.past_manager:
        case.past_manager = True
        floor.tell("manager_step", case)


# Whose turn it is


def rest(floor: Floor, case: Case) -> None:
    """The customer owes the answer: silent, when it stays so."""
    case.awaiting, case.turns = Awaiting.CUSTOMER, case.turns + 1
    floor.arm(floor.at + SILENT_AFTER, partial(_silence, floor, case, case.turns))


def _silence(floor: Floor, case: Case, turns: int) -> None:
    if case.stage is Stage.IN_SERVICE and case.turns == turns and not case.silent:
        hush(floor, case, "customer")


def hush(floor: Floor, case: Case, waits_on: str) -> None:
    """It takes no place any more."""
    assert case.agent_id is not None
    case.silent = True
    person = floor.people[case.agent_id]
    floor.tell("silent", case, person, waits_on=waits_on, **loads(person))


def wake(floor: Floor, case: Case, cause: str) -> None:
    """The agent's turn again, even above capacity."""
    assert case.agent_id is not None
    case.awaiting, case.turns = Awaiting.AGENT, case.turns + 1
    if case.silent:
        case.silent = False
        person = floor.people[case.agent_id]
        over = person.load.busy > person.load.capacity
        floor.tell("woke", case, person, cause=cause, over_capacity=over, **loads(person))
