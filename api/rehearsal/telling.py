"""What came of a scenario, as JSON: every fact in order, and everybody and everything as it is in the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from domain.conversation import Stage
from domain.routing import barred
from domain.routing.rehearsal import START, Case, Fact, Floor, Person


def told(floor: Floor) -> dict[str, Any]:
    """One JSON object."""
    return {
        "until": plain(floor.at),
        "facts": [fact_told(fact) for fact in floor.facts],
        "waiting": [case.conversation_id for case in floor.waiting()],
        "conversations": [_case(floor, case) for case in floor.cases.values()],
        "agents": [_person(person) for person in floor.people.values()],
    }


def fact_told(fact: Fact) -> dict[str, Any]:
    who = {"conversation": fact.conversation, "agent": fact.agent, "queue": fact.queue}
    named = {name: value for name, value in who.items() if value is not None}
    details = {name: plain(value) for name, value in fact.details.items()}
    return {"at": plain(fact.at), "kind": fact.kind, **named, **details}


def _case(floor: Floor, case: Case) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "conversation": case.conversation_id,
        "queue": case.queue_id,
        "stage": case.stage,
        "priority": case.priority,
        "agent": case.agent_id,
        "last_agent": case.last_agent,
        "offered_to": case.offered_to,
        "waiting_since": case.since,
        "due_at": case.due_at,
        "breached": case.breached,
        "awaiting": case.awaiting if case.stage is Stage.IN_SERVICE else None,
        "silent": case.silent,
        "kept_until_next_shift": case.shelved,
    }
    if case.stage is Stage.WAITING:
        workers = [person.worker(floor.lines) for person in floor.people.values() if not person.deactivated]
        rules = floor.lines[case.queue_id].rules
        shown["barred"] = barred(workers, case.waits(1), rules, floor.at, asked=case.tried)
    return {name: plain(value) for name, value in shown.items()}


def _person(person: Person) -> dict[str, Any]:
    load = person.load
    return {
        "agent": person.agent_id,
        "availability": person.availability.value,
        "pause_reason": person.pause_reason,
        "lost_at": plain(person.lost_at),
        "deactivated": person.deactivated,
        "active": load.active,
        "silent": load.silent,
        "reserved": load.reserved,
        "capacity": load.capacity,
        "ceiling": load.ceiling,
        "expired_in_a_row": person.expired,
        "conversations": sorted(person.cases),
        "offers": sorted(person.offers),
    }


_NAMES = {"agent_id": "agent", "conversation_id": "conversation", "queue_id": "queue"}


def plain(value: Any) -> Any:
    """As JSON knows it: instants as seconds from the start."""
    match value:
        case Enum():
            return value.value
        case datetime():
            seconds = round((value - START).total_seconds(), 6)
            return int(seconds) if seconds.is_integer() else seconds
        case Mapping():
            return {str(plain(key)): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {_NAMES.get(f.name, f.name): plain(getattr(value, f.name)) for f in fields(value)}
        case _:
            return value
