"""When has a conversation something to be told, and why? One row per conversation: the next timer of its
clocks with the version it was armed for, and the clocks themselves, explained."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from domain import conversation
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.privacy import Clear
from domain.sla.clock import Clock
from domain.sla.facts import Phase
from domain.sla.state import Clocks, Held
from projections.answer import Projection, by_root

KEPT: Final = 40
"""Clocks of a conversation that are still explained here; all of them are in its history."""


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    armed: int  # the version of the conversation at which the clocks were set
    due_at: datetime | None  # of the next timer
    open: bool
    clocks: Annotated[tuple[dict[str, Any], ...], Clear()] = ()


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case conversation.ClocksSet(clocks=clocks, due_at=due_at):
            known = {} if row is None else {clock["number"]: clock for clock in row.clocks}
            for clock in clocks.clocks:
                was = known.get(clock.number, {"pauses": []})
                told = explained(clock, clocks)
                known[clock.number] = {**told, "pauses": [*was["pauses"][: clock.earlier], *told["pauses"]]}
            return Row(
                ConversationId(recorded.root),
                recorded.version,
                due_at,
                clocks.phase is not Phase.CLOSED,
                tuple(known[number] for number in sorted(known)[-KEPT:]),
            )
        case _:
            return row


def explained(clock: Clock, clocks: Clocks) -> dict[str, Any]:
    """A clock with all that its verdict rests on; instants as ISO 8601."""
    breach = clock.breach
    return {
        "number": clock.number,
        "kind": clock.kind.value,
        "episode": clock.episode,
        "period": clock.period,
        "state": "paused" if clock.paused else "running" if clock.runs else "ended",
        "verdict": None if clock.verdict is None else clock.verdict.value,
        "started_at": _at(clock.started_at),
        "due_at": _at(clock.due_at),
        "target_minutes": clock.target,
        "queue_id": clock.queue_id,
        "priority": clock.priority.value,
        "policy_version": clock.policy_version,
        "calendar": clock.calendar_id,
        "calendar_version": clock.calendar_version,
        "pauses": [
            {"from": _at(p.since), "to": _at(p.until), "waiting_on": p.why.value} for p in clock.pauses
        ],
        "owners": _owners(clock, clocks.owners if clock.period == clocks.period else ()),
        "breach": None
        if breach is None
        else {
            "at": _at(breach.at),
            "due_at": _at(breach.due_at),
            "cause": breach.cause.value,
            "owner": breach.owner,
            "target_minutes": breach.target,
            "queue_id": breach.queue_id,
            "priority": breach.priority.value,
            "policy_version": breach.policy_version,
            "calendar": breach.calendar_id,
            "calendar_version": breach.calendar_version,
        },
        "warned": clock.sent,
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
    }


def _owners(clock: Clock, owners: tuple[Held, ...]) -> list[dict[str, Any]]:
    """Who had it, and from when on, while the clock ran."""
    ended = clock.ended_at
    upto = [held for held in owners if ended is None or held.since < ended]
    first = max((n for n, held in enumerate(upto) if held.since <= clock.started_at), default=0)
    return [{"from": _at(max(held.since, clock.started_at)), "owner": held.owner} for held in upto[first:]]


def _at(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


DEADLINES = Projection("deadlines", 2, Row, by_root, evolve, (conversation.ClocksSet,))
