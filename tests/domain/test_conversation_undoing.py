"""What was done is taken back within 10 s: all is as it was, or nothing happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import assume
from hypothesis import given as hypothetically
from hypothesis import strategies as st

from domain import conversation as c
from domain.conversation import CONVERSATION, Stage, timing
from tests.domain.facts import ANA, BIA, CAIO, SALES, SERVED, TECHNICAL, WAITS, at, said, wrote
from tests.domain.test_conversation_timing import BOOK, Timed
from tests.luck import examples
from tests.projections.histories import steps
from tests.spec import given

SECOND = timedelta(seconds=1)
HANDED = (*SERVED, c.Transferred(ANA, None, SALES, None, at(6)))


def closed(by: Any = ANA, minutes: float = 6) -> c.Closed:
    return c.Closed(1, "technical/solved", "ok", by, at(minutes), ANA)


def entered() -> c.EnteredWaiting:
    return c.EnteredWaiting(
        SALES, CONVERSATION.fold(SERVED).priority, "transferred", None, at(6), at(31), True
    )


def back(history: tuple[c.Event, ...], seconds: float, by: Any = ANA) -> Any:
    return given(CONVERSATION, *history).when(c.undo, by, at=at(6) + seconds * SECOND)


def test_a_closing_is_taken_back_up_to_its_tenth_second() -> None:
    was = CONVERSATION.fold(SERVED)
    state = back((*SERVED, closed()), 10).after.state
    for name in (
        "stage",
        "agent_id",
        "queue_id",
        "awaiting",
        "due_at",
        "waiting_since",
        "first",
        "closed_at",
    ):
        assert getattr(state, name) == getattr(was, name), name
    back((*SERVED, closed()), 10.001).then_refused(c.UndoTooLate)


def test_what_was_handed_on_comes_back_to_who_handed_it_on() -> None:
    state = back((*HANDED, entered()), 5).after.state
    assert (state.stage, state.agent_id, state.queue_id) == (Stage.IN_SERVICE, ANA, TECHNICAL)
    given_away = (*SERVED, c.Transferred(ANA, BIA, None, None, at(6)), c.Assigned(BIA, "transferred", at(6)))
    undone = back(given_away, 5)
    assert undone.after.state.agent_id == ANA
    assert [event.taken_from for event in undone.events] == [BIA]


def test_an_offer_that_is_out_is_withdrawn_first() -> None:
    offered = (*HANDED, entered(), c.Offered(BIA, at(6), at(7)))
    assert [type(event) for event in back(offered, 5).events] == [c.OfferWithdrawn, c.Undone]


def test_nothing_is_taken_back_that_somebody_built_on() -> None:
    taken = (*HANDED, entered(), c.OfferAccepted(BIA, at(6)), c.Assigned(BIA, "accepted", at(6)))
    back(taken, 5).then_refused(c.Changed, by=BIA)
    back((*HANDED, entered(), said("m9", 6.05, due_at=None)), 5).then_refused(c.WrittenSince)
    passed = (*SERVED, c.Transferred(ANA, BIA, None, None, at(6)), c.Assigned(BIA, "transferred", at(6)))
    back((*passed, wrote("a9", 6.05, BIA)), 5).then_refused(c.Changed, by=BIA)
    again = c.Reopened(1, 2, Stage.IN_SERVICE, at(6), BIA)
    back((*SERVED, closed(), again), 5).then_refused(c.Changed, by=BIA)
    anew = c.Opened(2, CONVERSATION.fold(SERVED).channel_id, c.Opener.AGENT, at(6), Stage.IN_SERVICE, ANA)  # type: ignore[arg-type]
    back((*SERVED, closed(), anew), 5).then_refused(c.Changed, by=ANA)


def test_only_who_did_it_takes_it_back_and_once() -> None:
    back((*SERVED, closed()), 5, CAIO).then_refused(c.NothingToUndo)
    once = back((*SERVED, closed()), 5)
    once.after.when(c.undo, ANA, at=at(6) + 6 * SECOND).then_refused(c.NothingToUndo)
    back(SERVED, 5).then_refused(c.NothingToUndo)
    blocked = (*SERVED, c.ContactBlocked("x", True, ANA, at(6)), closed())
    back(blocked, 5).then_refused(c.NothingToUndo)


def test_a_supervisor_takes_back_what_they_did_to_a_colleague() -> None:
    moved = (*SERVED, c.Transferred(ANA, CAIO, None, "x", at(6), CAIO), c.Assigned(CAIO, "taken", at(6)))
    assert back(moved, 5, CAIO).after.state.agent_id == ANA
    assert back((*WAITS, closed(CAIO)), 5, CAIO).after.state.stage is Stage.WAITING


@examples(80)
@hypothetically(steps, st.booleans(), st.integers(0, 10))
def test_undone_in_time_the_clocks_are_those_they_were(
    numbers: list[tuple[int, int]], close: bool, seconds: int
) -> None:
    walk = Timed()
    for choice, n in numbers:
        walk.step(choice, n)
    walk.fire()
    before = walk.state
    assume(before.stage in (Stage.WAITING, Stage.IN_SERVICE) and before.clocks.episode and not before.blocked)
    who, seen = before.agent_id or ANA, {"seen_version": None}
    if close:
        ending = {"reason": "technical/solved", "outcome": "ok", **seen}
        walk.happen(lambda: c.close(before, who, at=walk.at, **ending))  # type: ignore[arg-type]
    else:
        moving = {"to_queue": SALES, "reason": None, **seen}
        walk.happen(lambda: c.transfer(before, who, at=walk.at, **moving))  # type: ignore[arg-type]
    assert walk.state != before
    walk.at += seconds * SECOND
    done = walk.state
    events = timing.timed(done, c.undo(done, who, at=walk.at), BOOK, walk.at, TECHNICAL)
    after = CONVERSATION.fold(events, done)
    kept = ("stage", "agent_id", "queue_id", "awaiting", "wake_at", "waiting_since", "first", "unanswered")
    assert {name: getattr(after, name) for name in kept} == {name: getattr(before, name) for name in kept}
    running = {clock.number: clock.started_at for clock in before.clocks.clocks if clock.runs}
    assert {clock.number: clock.started_at for clock in after.clocks.clocks if clock.runs} == running
    told = [event for event in walk.events if isinstance(event, c.Breached)]
    told += [event for event in events if isinstance(event, c.Breached)]
    assert len({event.clock for event in told}) == len(told)
    walk.state = after
    walk.check()
