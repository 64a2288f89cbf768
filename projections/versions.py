"""What was a thing of the desk set to, by whom, and what did each change change? From its own history."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain import agent, calendar, canned, channel, policy, queue
from domain.grammar import Stream
from domain.journal import Recorded
from domain.privacy import MASKED
from domain.queueing import Rules
from domain.sla.policy import REOPENING, Policy
from domain.sla.written import write_policy

NEVER: Final = frozenset({"active"})
"""What no version brings back: whoever was let go comes back by a wish of its own, a queue never does."""
Fields = Mapping[str, Any]
"""By name; what holds several has them by theirs. Values are those of JSON."""


@dataclass(frozen=True, slots=True)
class Change:
    """`field`: the way to it, `targets.urgent.first`. None: it said nothing. Words of a person are MASKED."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Version:
    """`restores`: what would change if it were said again now."""

    number: int
    at: datetime
    actor: str
    event: Any
    changes: tuple[Change, ...]
    restores: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """`says`: what an event says from then on, each of it whole. `usual`: what holds where nobody said
    anything; `first`: the number of the first version that somebody made."""

    stream: Stream[Any, Any]
    events: tuple[type, ...]
    says: Callable[[Any], Fields]
    usual: Fields
    first: int = 1


def versions(setting: Setting, history: Iterable[Recorded]) -> list[Version]:
    """In order; what the history says of anything else is passed over."""
    facts = [fact for fact in history if isinstance(fact.event, setting.events)]
    now = dict(setting.usual)
    for fact in facts:
        now |= setting.says(fact.event)
    held = dict(setting.usual)
    told = []
    for number, fact in enumerate(facts, start=setting.first):
        said = setting.says(fact.event)
        changes = tuple(_changed(held, said))
        restores = tuple(change for change in _changed(now, said) if change.field not in NEVER)
        told.append(Version(number, fact.at, fact.cause.actor, fact.event, changes, restores))
        held |= said
    return told


def _changed(before: Fields, said: Fields) -> Iterator[Change]:
    was, is_ = dict(_flat({name: before.get(name) for name in said})), dict(_flat(said))
    for field in sorted(was.keys() | is_.keys()):
        one, other = was.get(field), is_.get(field)
        if one != other or other == MASKED:
            yield Change(field, one, other)


def _flat(fields: Fields, way: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{way}{name}.")
        else:
            yield f"{way}{name}", value


def _queue(event: queue.Event) -> Fields:
    match event:
        case queue.Created(name=name, active=active):
            return {"name": name, "active": active}
        case queue.Renamed(name=name):
            return {"name": name}
        case queue.Retired():
            return {"active": False}
        case queue.RoutingSet():
            return {
                "mode": event.mode.value,
                "strategy": event.strategy.value,
                "required": dict(event.required),
                "preferred": dict(event.preferred),
                "relax_after": event.relax_after,
                "prefer_last": event.prefer_last,
                "offer_for": event.offer_for,
                "offline": event.offline.value,
                "weights": {priority.value: weight for priority, weight in event.weights.items()},
            }
        case queue.ServiceSet():
            return {
                "calendar_id": event.calendar_id,
                "reopening": event.reopening,
                "reasons": list(event.reasons),
                "opening_template": event.opening_template,
                "opening_language": event.opening_language,
            }
        case queue.NoticePosted(text=text, until=until):
            return {"notice": {"text": text, "until": None if until is None else until.isoformat()}}
        case _:
            return {"notice": {}}


def _agent(event: agent.Event) -> Fields:
    match event:
        case agent.Welcomed():
            return {"name": MASKED, "active": True}
        case agent.Renamed():
            return {"name": MASKED}
        case agent.Equipped():
            return {
                "queues": None if event.queues is None else list(event.queues),
                "skills": dict(event.skills),
                "capacity": event.capacity,
                "ceiling": event.ceiling,
                "shifts": [[shift.weekday, shift.starts, shift.ends] for shift in event.shifts],
            }
        case _:
            return {"active": isinstance(event, agent.Reactivated)}


def _calendar(event: calendar.Edited) -> Fields:
    told = json.loads(event.hours)
    return {**told, "week": {str(day): hours for day, hours in enumerate(told["week"])}}


def _policy(event: policy.Edited) -> Fields:
    return _rules(event.rules)


def _rules(written: str) -> Fields:
    told = json.loads(written)
    queues = {name: {**own, "targets": _targets(own["targets"])} for name, own in told["queues"].items()}
    return {**told, "targets": _targets(told["targets"]), "queues": queues}


def _targets(told: Mapping[str, list[int]]) -> Fields:
    return {of: dict(zip(("first", "next", "resolution"), to, strict=True)) for of, to in told.items()}


def _canned(event: canned.Event) -> Fields:
    match event:
        case canned.Written(title=title, text=text, queues=queues):
            return {"title": title, "text": text, "queues": list(queues), "ready": True}
        case canned.Withdrawn():
            return {"ready": False}


def _channel(event: channel.Event) -> Fields:
    return {
        "name": event.name,
        "provider": event.provider,
        "number_id": event.number_id,
        "queue_id": event.queue_id,
    }


_USUAL: Final = Rules()

SETTINGS: Final[Mapping[str, Setting]] = {
    "queue": Setting(
        queue.QUEUE,
        tuple(event for event in queue.QUEUE.events if event is not queue.Opened),
        _queue,
        {
            **_queue(
                queue.RoutingSet(
                    0,
                    _USUAL.mode,
                    _USUAL.strategy,
                    {},
                    {},
                    None,
                    _USUAL.prefer_last.total_seconds(),
                    _USUAL.offer_for.total_seconds(),
                    _USUAL.offline,
                    {},
                )
            ),
            **_queue(queue.ServiceSet(0, None, REOPENING, ())),
        },
    ),
    "agent": Setting(
        agent.AGENT,
        (agent.Welcomed, agent.Renamed, agent.Deactivated, agent.Reactivated, agent.Equipped),
        _agent,
        _agent(agent.Equipped(None, {}, agent.CAPACITY, None)),
    ),
    "calendar": Setting(calendar.CALENDAR, (calendar.Edited,), _calendar, {}),
    "policy": Setting(policy.POLICY, (policy.Edited,), _policy, _rules(write_policy(Policy())), first=2),
    "canned": Setting(canned.CANNED, (canned.Written, canned.Withdrawn), _canned, {}),
    "channel": Setting(channel.CHANNEL, (channel.Connected,), _channel, {}),
}
"""By the kind of the stream."""
