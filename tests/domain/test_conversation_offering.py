"""Being offered: one agent at a time, the clock running, and nobody loses to somebody who moved it."""

from __future__ import annotations

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION
from domain.sla.policy import Book, Level, Policy
from tests.domain.facts import ANA, BIA, CHANNEL, SERVED, TECHNICAL, WAITS, at, said, waiting
from tests.spec import given

ASKED = (*WAITS, c.Offered(ANA, at(5), at(6)))


def test_what_waits_is_offered_to_one_agent_and_its_clock_runs() -> None:
    before = given(CONVERSATION, *WAITS)
    after = before.when(c.offer, ANA, expires_at=at(6), why=None, entered_at=None, at=at(5)).then(
        c.Offered(ANA, at(5), at(6))
    )
    assert after.state.due_at == before.state.due_at is not None
    assert (after.state.stage, after.state.offered_to) == (c.Stage.WAITING, ANA)
    after.when(c.offer, ANA, expires_at=at(9), why=None, entered_at=None, at=at(5)).then_nothing()
    after.when(c.offer, BIA, expires_at=at(9), why=None, entered_at=None, at=at(5)).then_refused(
        c.AlreadyOffered, by=ANA
    )


def test_an_offer_for_another_wait_than_the_one_seen_is_refused() -> None:
    given(CONVERSATION, *WAITS).when(
        c.offer, ANA, expires_at=at(6), why=None, entered_at=at(99), at=at(5)
    ).then_refused(c.Changed, by="automation")
    given(CONVERSATION, *SERVED).when(
        c.offer, BIA, expires_at=at(6), why=None, entered_at=None, at=at(5)
    ).then_refused(c.NotWaiting)


def test_an_offer_by_a_look_at_how_it_was_before_is_refused() -> None:
    again = given(CONVERSATION, *SERVED, c.Released(ANA, "returned", None, at(4)), waiting(4))
    seen = len(SERVED)
    stale = again.when(c.offer, BIA, expires_at=at(6), why=None, entered_at=None, seen_version=seen, at=at(5))
    assert type(stale.refusal) is c.Changed
    again.when(
        c.offer, BIA, expires_at=at(6), why=None, entered_at=None, seen_version=seen + 2, at=at(5)
    ).then(c.Offered(BIA, at(5), at(6)))


def test_who_accepts_has_it_and_nobody_else_can() -> None:
    asked = given(CONVERSATION, *ASKED)
    asked.when(c.accept_offer, BIA, reason=None, at=at(6)).then_refused(c.NotOffered, by=ANA)
    taken = asked.when(c.accept_offer, ANA, reason=None, at=at(6)).then(
        c.OfferAccepted(ANA, at(6)), c.Assigned(ANA, "accepted", at(6))
    )
    assert (taken.state.agent_id, taken.state.offered_to) == (ANA, None)
    taken.when(c.accept_offer, ANA, reason=None, at=at(7)).then_nothing()


def test_an_offer_expires_at_its_time_and_only_the_one_that_was_armed() -> None:
    asked = given(CONVERSATION, *ASKED)
    asked.when(c.expire_offer, expires_at=at(6), at=at(5)).then_nothing()
    asked.when(c.expire_offer, expires_at=at(7), at=at(7)).then_nothing()
    gone = asked.when(c.expire_offer, expires_at=at(6), at=at(6)).then(c.OfferExpired(ANA, at(6)))
    assert (gone.state.offered_to, gone.state.tried) == (None, (ANA,))
    gone.when(c.accept_offer, ANA, reason=None, at=at(6)).then_refused(c.NotOffered, by=None)


@pytest.mark.parametrize(
    ("decision", "moved"),
    [
        (lambda s: c.claim(s, BIA, at=at(6), seen_version=None), c.Assigned(BIA, "claimed", at(6))),
        (lambda s: c.assign(s, BIA, at=at(6), seen_version=None), c.Assigned(BIA, "assigned", at(6))),
    ],
)
def test_who_takes_an_offered_row_withdraws_the_offer(decision: object, moved: object) -> None:
    first, then = given(CONVERSATION, *ASKED).when(decision).events  # type: ignore[arg-type]
    assert isinstance(first, c.OfferWithdrawn)
    assert (first.agent_id, then) == (ANA, moved)


def test_claiming_what_is_offered_to_oneself_is_accepting_it() -> None:
    given(CONVERSATION, *ASKED).when(c.claim, ANA, at=at(6), seen_version=None).then(
        c.OfferAccepted(ANA, at(6)), c.Assigned(ANA, "accepted", at(6))
    )


def test_claiming_without_room_says_why_and_is_recorded() -> None:
    waits = given(CONVERSATION, *WAITS)
    waits.when(c.claim, ANA, at=at(6), seen_version=None, full=True).then_refused(c.NeedsGround)
    waits.when(c.claim, ANA, at=at(6), seen_version=None, full=True, reason="na loja", passed_over=2).then(
        c.Assigned(ANA, "claimed", at(6), None, "na loja", over_capacity=True, passed_over=2)
    )


def test_a_round_ends_once_and_restarts_at_its_time() -> None:
    declined = (*ASKED, c.OfferDeclined(ANA, None, at(6)))
    open_round = given(CONVERSATION, *declined)
    book = Book(Policy(recipients={Level.SUPERVISOR: ("sofia",)}))
    open_round.when(c.end_round, [ANA, BIA], restart_at=at(8), book=book, at=at(7)).then_nothing()
    over = open_round.when(c.end_round, [ANA], restart_at=at(8), book=book, at=at(7)).then(
        c.RoundEnded((ANA,), at(8), at(7), ("sofia",), TECHNICAL)
    )
    over.when(c.end_round, [ANA], restart_at=at(9), book=book, at=at(8)).then_nothing()
    over.when(c.restart_round, restart_at=at(8), at=at(7)).then_nothing()
    again = over.when(c.restart_round, restart_at=at(8), at=at(8)).then(c.RoundRestarted(at(8)))
    assert (again.state.tried, again.state.restart_at) == ((), None)


def test_skills_are_relaxed_once_in_the_wait_that_was_seen() -> None:
    waits = given(CONVERSATION, *WAITS)
    entered = waits.state.entered_at
    assert entered is not None
    relaxed = waits.when(c.relax, entered_at=entered, at=at(9)).then(c.SkillsRelaxed(at(9)))
    relaxed.when(c.relax, entered_at=entered, at=at(9)).then_nothing()
    waits.when(c.relax, entered_at=at(99), at=at(99)).then_nothing()


def test_a_conversation_falls_silent_and_stirs_when_the_customer_writes() -> None:
    rests = given(CONVERSATION, *SERVED, c.Snoozed(None, at(60), at(5)))
    quiet = rests.when(c.fall_silent, since_version=None, at=at(15)).then(c.FellSilent(ANA, at(15)))
    quiet.when(c.fall_silent, since_version=None, at=at(16)).then_nothing()
    told = quiet.when(c.receive, said("m9", 20), channel_id=CHANNEL).events
    assert told[-1] == c.Stirred(ANA, at(20))
    given(CONVERSATION, *SERVED).when(c.fall_silent, since_version=None, at=at(15)).then_nothing()
