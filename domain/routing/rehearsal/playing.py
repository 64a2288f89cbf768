"""A day played through in simulated time, by the functions the desk decides with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import Final

from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.routing.rehearsal.floor import Floor, No
from domain.routing.rehearsal.offering import hand_out
from domain.routing.rehearsal.people import Fact, Line, Person
from domain.routing.rehearsal.wishes import pending

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The instant 0 of every rehearsal."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something from outside, at its time. `answers`: it answers an offer, and waits for it if that is only
    made at this very instant."""

    at: datetime
    what: str
    act: Callable[[Floor], None]
    conversation_id: ConversationId | None = None
    agent_id: AgentId | None = None
    answers: bool = False

    def early(self, floor: Floor) -> bool:
        if not self.answers or self.agent_id is None or self.conversation_id is None:
            return False
        return not pending(floor, self.agent_id, self.conversation_id)


def play(
    lines: Iterable[Line],
    people: Iterable[Person],
    happenings: Sequence[Happening],
    until: datetime,
    *,
    to_the_end: bool = True,
) -> Floor:
    """The floor as it is in the end, with everything that came of it; not `to_the_end`: as it is when nothing
    more is due, if that is before `until`.

    At one instant: first what happens from outside, in the order given, and what follows from it; then what
    is due by the clock, and what follows from that.
    """
    floor = Floor(START, lines, people)
    _arm_hours(floor)
    told = sorted((h for h in happenings if h.at <= until), key=lambda happening: happening.at)
    for at, group in groupby(told, key=lambda happening: happening.at):
        _pass(floor, at, before=True)
        floor.at = at
        _happen(floor, list(group))
    _pass(floor, until, before=False)
    if to_the_end:
        floor.at = until
    return floor


def _pass(floor: Floor, until: datetime, *, before: bool) -> None:
    """What is due by the clock, up to an instant; `before`: that instant itself is not reached."""
    while (at := floor.next_ring()) is not None and (at < until if before else at <= until):
        floor.at = at
        floor.ring()
        hand_out(floor)


def _happen(floor: Floor, group: list[Happening]) -> None:
    early: list[Happening] = []
    for happening in group:
        if happening.early(floor):
            early.append(happening)
        else:
            _do(floor, happening)
    hand_out(floor)
    for happening in early:
        _do(floor, happening)
        hand_out(floor)


def _do(floor: Floor, happening: Happening) -> None:
    try:
        happening.act(floor)
    except No as no:
        details = {"what": happening.what, "rule": no.rule, **no.fields}
        floor.facts.append(
            Fact(floor.at, "refused", happening.conversation_id, happening.agent_id, details=details)
        )


def _arm_hours(floor: Floor) -> None:
    for line in floor.lines.values():
        for at, opens in line.hours.edges():
            if at >= START:
                kind = "queue_opened" if opens else "queue_closed"
                floor.arm(at, partial(floor.tell, kind, queue=line.queue_id))
