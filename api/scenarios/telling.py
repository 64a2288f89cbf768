"""What became of a scenario, as JSON: every clock explained, and what was said when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from api.scenarios.playing import Play, Thread, Told, held
from domain.conversation import Place
from domain.sla.calendar import ALWAYS
from domain.sla.clock import Breach, Clock
from domain.sla.facts import Phase
from domain.sla.policy import Kind
from domain.sla.verdicts import (
    Breached,
    Ended,
    Escalated,
    EscalationAcknowledged,
    Paused,
    Reckoned,
    Resumed,
    Started,
    StopVoided,
    Warned,
)

Json = dict[str, Any]
TIERS: Final = ("past_manager", "hurried", "running", "resting")


def told(play: Play) -> Json:
    """The whole of it, in the order it happened."""
    ended = play.at
    clocks = [
        _clock(play, thread, clock, ended)
        for thread in play.threads.values()
        for clock in thread.clocks.values()
    ]
    said = [(each, _said(play, each)) for each in play.said]
    return {
        "until": _at(ended) if play.threads else None,
        "policy_version": play.book.version,
        "calendar_versions": {name: version for name, (version, _) in play.book.calendars.items()},
        "conversations": [_thread(thread) for thread in play.threads.values()],
        "clocks": sorted(clocks, key=lambda clock: (clock["started_at"], clock["id"])),
        "warnings": [line for each, line in said if isinstance(each.what, Warned)],
        "breaches": [line for each, line in said if isinstance(each.what, Breached)],
        "escalations": [line for each, line in said if isinstance(each.what, Escalated)],
        "acknowledgements": [line for each, line in said if isinstance(each.what, EscalationAcknowledged)],
        "voids": [line for each, line in said if isinstance(each.what, StopVoided)],
        "history": [line for _, line in said],
        "order": _order(play.order(), play),
        "looks": [{"at": _at(at), "order": _order(order, play)} for at, order in play.looks],
        "counts": _counts(play),
        "refused": [
            {
                "index": refusal.index,
                "at": _at(refusal.at),
                "event": refusal.event,
                "conversation": refusal.conversation,
                "reason": refusal.reason,
            }
            for refusal in play.refused
        ],
    }


def _at(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _minutes(span: timedelta) -> float:
    minutes = span / timedelta(minutes=1)
    return int(minutes) if minutes == int(minutes) else round(minutes, 6)


def _id(thread: str, number: int) -> str:
    return f"{thread}#{number}"


def _thread(thread: Thread) -> Json:
    state = thread.state
    turn = state.turn.value if state.phase is Phase.IN_SERVICE else None
    return {
        "conversation": thread.name,
        "stage": state.phase.value,
        "owner": state.owner or None if thread.open else None,
        "queue": state.queue_id,
        "priority": state.priority.value,
        "waiting_on": turn,
        "wake_at": _at(state.wake_at),
        "episode": state.episode,
        "period": state.period,
        "unanswered": [wait.message_id for wait in state.unanswered],
        "closed_at": _at(thread.closed_at),
    }


def _clock(play: Play, thread: Thread, clock: Clock, ended: datetime) -> Json:
    until = clock.ended_at or max(ended, clock.started_at)
    calendar = play.shelf.get((clock.calendar_id, clock.calendar_version), ALWAYS)
    return {
        "id": _id(thread.name, clock.number),
        "conversation": thread.name,
        "kind": clock.kind.value,
        "episode": clock.episode,
        "period": clock.period,
        "state": "paused" if clock.paused else "running" if clock.runs else "ended",
        "verdict": None if clock.verdict is None else clock.verdict.value,
        "started_at": _at(clock.started_at),
        "due_at": _at(clock.due_at),
        "target_minutes": clock.target,
        "used_minutes": _minutes(clock.used(calendar, until)),
        "queue": clock.queue_id,
        "priority": None if clock.kind is Kind.AUTOMATION else clock.priority.value,
        "policy_version": clock.policy_version,
        "calendar": clock.calendar_id,
        "calendar_version": clock.calendar_version,
        "pauses": [
            {"from": _at(p.since), "to": _at(p.until), "waiting_on": p.why.value} for p in clock.pauses
        ],
        "owners": [
            {"from": _at(start), "to": _at(end), "owner": owner}
            for start, end, owner in held(thread.owners[clock.episode, clock.period], clock.started_at, until)
        ],
        "highest_warning": clock.sent or None,
        "breach": None if clock.breach is None else _breach(clock.breach),
        "steps": [
            {
                "after_minutes": step.minutes,
                "level": step.level.value,
                "at": _at(step.at),
                "postponed": step.postponed,
                "done_at": _at(step.done_at),
            }
            for step in clock.steps
        ],
        "ended_at": _at(clock.ended_at),
        "ended_by": None if clock.ending is None else clock.ending.value,
        "stopped_by_message": clock.stopped_by,
    }


def _breach(breach: Breach) -> Json:
    return {
        "at": _at(breach.at),
        "due_at": _at(breach.due_at),
        "cause": breach.cause.value,
        "owner": breach.owner,
        "target_minutes": breach.target,
        "queue": breach.queue_id,
        "priority": breach.priority.value,
        "policy_version": breach.policy_version,
        "calendar": breach.calendar_id,
        "calendar_version": breach.calendar_version,
    }


def _said(play: Play, each: Told) -> Json:
    what = each.what
    clock = play.threads[each.thread].clocks[what.clock]
    line: Json = {
        "at": _at(what.at),
        "conversation": each.thread,
        "clock": _id(each.thread, what.clock),
        "kind": clock.kind.value,
    }
    match what:
        case Started(started_at=started_at, due_at=due_at):
            return {**line, "what": "started", "started_at": _at(started_at), "due_at": _at(due_at)}
        case Paused(why=why):
            return {**line, "what": "paused", "waiting_on": why.value}
        case Resumed(due_at=due_at):
            return {**line, "what": "resumed", "due_at": _at(due_at)}
        case Reckoned(cause=cause, due_at=due_at):
            return {**line, "what": "reckoned", "cause": cause.value, "due_at": _at(due_at)}
        case Ended(ending=ending, message_id=message_id):
            return {**line, "what": "ended", "ended_by": ending.value, "message": message_id}
        case StopVoided(message_id=message_id, due_at=due_at):
            return {**line, "what": "voided", "message": message_id, "due_at": _at(due_at)}
        case Warned(percent=percent, due_at=due_at):
            return {**line, "what": "warned", "percent": percent, "due_at": _at(due_at)}
        case Breached(breach=breach, told=people):
            return {**line, "what": "breached", **_breach(breach), "told": list(people)}
        case Escalated():
            return {
                **line,
                "what": "escalated",
                "after_minutes": what.minutes,
                "level": what.level.value,
                "reached": None if what.reached is None else what.reached.value,
                "recipients": list(what.recipients),
                "passed": [level.value for level in what.passed],
            }
        case EscalationAcknowledged(by=by, postponed=postponed, until=until):
            return {
                **line,
                "what": "acknowledged",
                "by": by,
                "postponed": None if postponed is None else postponed.value,
                "until": _at(until),
            }


def _order(order: Iterable[tuple[Place, str]], play: Play) -> list[Json]:
    lines = []
    for place, name in order:
        state = play.threads[name].state
        lines.append(
            {
                "conversation": name,
                "tier": TIERS[place.tier],
                "queue": state.queue_id,
                "stage": state.phase.value,
                "priority": state.priority.value,
                "due_at": None if state.response is None else _at(state.response.due_at),
            }
        )
    return lines


def _counts(play: Play) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for (agent, what), n in sorted(play.counts.items()):
        counts.setdefault(agent, {})[what] = n
    return counts
