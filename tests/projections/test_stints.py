"""Where a conversation was: stints follow one another without a hole, and tell of any moment what was known
then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import get_type_hints

from hypothesis import given
from hypothesis import strategies as st

from domain import conversation
from domain.conversation import Awaiting, Conversation, Stage
from domain.journal import Recorded
from domain.queue import Priority
from domain.sla.clock import Breach
from domain.sla.facts import Cause
from domain.sla.policy import Kind
from projections.answer import fold
from projections.stints import STINTS, Row, State, lasted, tally
from tests.projections.histories import ANA, BIA, CHANNEL, QUEUES, START, Walk, steps, told, walk

onward = st.lists(st.integers(0, 90), max_size=40)
"""Seconds from one event to the next."""
paces = st.lists(st.integers(-40, 90), max_size=40)
"""… where the clocks of several machines may go back a little."""


def timed(facts: Sequence[Recorded], pace: Sequence[int]) -> list[Recorded]:
    at, timed_ = START, []
    for n, fact in enumerate(facts):
        at += timedelta(seconds=pace[n % len(pace)] if pace else 1)
        timed_.append(replace(fact, at=at))
    return timed_


def stints(facts: Sequence[Recorded]) -> list[Row]:
    """In order, the one that lasts at the end."""
    return sorted(fold(STINTS, facts).values(), key=lambda row: row.began)


def at(rows: Sequence[Row], moment: datetime) -> Row | None:
    found = [row for row in rows if lasted(row, moment)]
    assert len(found) < 2
    return found[0] if found else None


def same(one: Row | None, other: Row | None, moment: datetime) -> bool:
    """What both say of that moment."""

    def says(row: Row | None) -> object:
        if row is None:
            return None
        late = row.late_at is not None and row.late_at <= moment
        return row.state, row.queue_id, row.agent_id, row.priority, row.since, late

    return says(one) == says(other)


def state_of(state: Conversation) -> State:
    if state.stage is Stage.WAITING:
        return State.OFFERED if state.offered_to else State.WAITING
    if state.stage is Stage.IN_SERVICE and state.awaiting is Awaiting.THIRD_PARTY:
        return State.SNOOZED
    return State(state.stage.value)


@given(steps, paces)
def test_stints_never_overlap_and_leave_no_hole(numbers: list[tuple[int, int]], pace: list[int]) -> None:
    rows = stints(timed(told(*walk(numbers).events), pace))
    for row, following in pairwise(rows):
        assert row.until == following.since
        assert row.began < row.ended <= following.began
        assert row.since < row.until
    assert [row.ended for row in rows if row.until is None] == [0] * bool(rows)


@given(steps, onward)
def test_asking_for_a_moment_is_folding_what_had_happened_by_then(
    numbers: list[tuple[int, int]], pace: list[int]
) -> None:
    facts = timed(told(*walk(numbers).events), pace)
    rows = stints(facts)
    for n, fact in enumerate(facts):
        following = facts[n + 1].at if n + 1 < len(facts) else fact.at + timedelta(seconds=1)
        if fact.at == following:
            continue  # more happened at that moment
        known = stints(facts[: n + 1])
        for moment in (fact.at, following - timedelta(microseconds=1)):
            assert same(at(rows, moment), at(known, moment), moment)


@given(steps)
def test_the_stint_that_lasts_says_what_the_conversation_says_of_itself(
    numbers: list[tuple[int, int]],
) -> None:
    going = Walk()
    for choice, n in numbers:
        going.step(choice, n)
        rows, state = stints(told(*going.events)), going.state
        if not rows:
            assert state.episode == 0
            continue
        row = rows[-1]
        assert (row.until, row.queue_id, row.priority) == (None, state.queue_id, state.priority)
        assert row.state is state_of(state)
        assert row.agent_id == (state.offered_to if row.state is State.OFFERED else state.agent_id)


@given(steps)
def test_what_is_said_and_sent_makes_no_stint(numbers: list[tuple[int, int]]) -> None:
    facts = told(*walk(numbers).events)
    talk = (conversation.MessageReceived, conversation.SendRequested, conversation.ClocksSet)
    assert not {*talk} & {*STINTS.wakes}
    assert stints([fact for fact in facts if not isinstance(fact.event, talk)]) == stints(facts)


def test_nothing_in_a_stint_is_anybodys_own() -> None:
    told = get_type_hints(Row, include_extras=True).values()
    assert not [hint for hint in told if hasattr(hint, "__metadata__")]


OPENED = conversation.Opened(1, CHANNEL, conversation.Opener.CUSTOMER, START, Stage.AUTOMATION)
WAITS = conversation.EnteredWaiting(
    QUEUES[0], Priority.HIGH, "subject", "technical", START, START + timedelta(minutes=15), True
)
LATE = conversation.Breached(
    1,
    Kind.FIRST,
    Breach(START, START, Cause.DUE, "queue", 15, QUEUES[0], Priority.HIGH, 1, "comercial", 1),
    (),
)


def test_a_stint_for_each_change_and_none_for_what_was_over_at_once() -> None:
    facts = told(
        OPENED,
        WAITS,
        conversation.Offered(ANA, START, START),
        conversation.OfferExpired(ANA, START),
        conversation.Assigned(BIA, "claimed", START),
        conversation.Assigned(BIA, "claimed", START),
        conversation.Closed(1, "technical/solved", None, BIA, START, BIA),
    )
    facts[3] = replace(facts[3], at=facts[4].at)
    assert [(row.state.value, row.queue_id, row.agent_id) for row in stints(facts)] == [
        ("automation", None, None),
        ("waiting", QUEUES[0], None),
        ("offered", QUEUES[0], ANA),
        ("in_service", QUEUES[0], BIA),
        ("closed", QUEUES[0], None),
    ]


def test_who_was_late_at_a_moment_was_not_a_moment_before() -> None:
    facts = told(OPENED, WAITS, LATE, conversation.Assigned(BIA, "claimed", START))
    rows, moments = stints(facts), [fact.at for fact in facts]
    assert len(rows) == 3
    late = [tally([row for row in rows if lasted(row, moment)], moment) for moment in moments]
    assert late == [(0, 0, 0), (1, 0, 0), (1, 0, 1), (0, 1, 1)]


def test_a_new_period_is_not_late_because_the_one_before_was() -> None:
    reopened = conversation.Reopened(1, 2, Stage.WAITING, START)
    closed = conversation.Closed(1, "technical/solved", None, BIA, START, BIA)
    rows = stints(told(OPENED, WAITS, LATE, closed, reopened, WAITS))
    assert [row.late_at is not None for row in rows] == [False, True, True, False]
