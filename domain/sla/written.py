"""Policies, calendars and books as text: how they are kept in events and travel with commands.

One line of JSON. What was written by an earlier release is read for ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from domain.queue import Priority, QueueId
from domain.sla.calendar import Calendar, Day
from domain.sla.policy import MINUTE, Book, Level, Policy, QueueService, QueueTerms, Targets

Json = Any


def write_calendar(calendar: Calendar) -> str:
    return _line(_calendar(calendar))


def read_calendar(text: str) -> Calendar:
    """ValueError for what is no calendar."""
    return _as_calendar(json.loads(text))


def write_policy(policy: Policy) -> str:
    return _line(_policy(policy))


def read_policy(text: str) -> Policy:
    return _as_policy(json.loads(text))


def write_book(book: Book) -> str:
    return _line(
        {
            "policy": _policy(book.policy),
            "version": book.version,
            "calendars": {name: [v, _calendar(calendar)] for name, (v, calendar) in book.calendars.items()},
            "unreachable": sorted(book.unreachable),
            "services": {
                queue_id: [own.calendar, own.reopening, own.reasons]
                for queue_id, own in book.services.items()
            },
        }
    )


@lru_cache(maxsize=64)
def read_book(text: str) -> Book:
    """The rules a command came with; those of a desk that nobody has given any when it came with none."""
    if not text:
        return Book()
    told = json.loads(text)
    return Book(
        _as_policy(told["policy"]),
        told["version"],
        {name: (version, _as_calendar(calendar)) for name, (version, calendar) in told["calendars"].items()},
        frozenset(told["unreachable"]),
        {
            QueueId(queue_id): QueueService(calendar, reopening, tuple(reasons))
            for queue_id, (calendar, reopening, reasons) in told.get("services", {}).items()
        },
    )


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _calendar(calendar: Calendar) -> Json:
    return {
        "week": calendar.week,
        "zone": calendar.zone,
        "closed": sorted(day.isoformat() for day in calendar.closed),
        "special": {day.isoformat(): hours for day, hours in calendar.special},
    }


def _as_calendar(told: Json) -> Calendar:
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = map(_day, told["week"])
    return Calendar(
        (monday, tuesday, wednesday, thursday, friday, saturday, sunday),
        told["zone"],
        frozenset(map(date.fromisoformat, told["closed"])),
        tuple((date.fromisoformat(day), _day(hours)) for day, hours in told["special"].items()),
    )


def _day(told: Iterable[Iterable[int]]) -> Day:
    return tuple((start, end) for start, end in told)


def _policy(policy: Policy) -> Json:
    return {
        "targets": _targets(policy.targets),
        "automation": policy.automation,
        "calendar": policy.calendar,
        "queues": {
            queue_id: {
                "calendar": own.calendar,
                "targets": _targets(own.targets),
                "automation": own.automation,
                "recipients": own.recipients,
            }
            for queue_id, own in policy.queues.items()
        },
        "recipients": policy.recipients,
        "echo_stops": policy.echo_stops,
        "warnings": policy.warnings,
        "steps": policy.steps,
        "postponed": policy.postponed,
        "minute": policy.minute,
    }


def _targets(targets: Mapping[Priority, Targets]) -> Json:
    return {priority: [t.first, t.next, t.resolution] for priority, t in targets.items()}


def _as_policy(told: Json) -> Policy:
    return Policy(
        targets=_as_targets(told["targets"]),
        automation=told["automation"],
        calendar=told["calendar"],
        queues={
            QueueId(queue_id): QueueTerms(
                own["calendar"], _as_targets(own["targets"]), own["automation"], _people(own["recipients"])
            )
            for queue_id, own in told["queues"].items()
        },
        recipients=_people(told["recipients"]),
        echo_stops=told["echo_stops"],
        warnings=tuple(told["warnings"]),
        steps=tuple((minutes, Level(level)) for minutes, level in told["steps"]),
        postponed=told["postponed"],
        minute=told.get("minute", MINUTE),
    )


def _as_targets(told: Json) -> dict[Priority, Targets]:
    return {Priority(priority): Targets(*minutes) for priority, minutes in told.items()}


def _people(told: Json) -> dict[Level, tuple[str, ...]]:
    return {Level(level): tuple(people) for level, people in told.items()}
