"""Opening, closing, taking up again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION, Stage
from domain.queue import Priority, due
from tests.domain.facts import (
    ANA,
    ANSWERED,
    BIA,
    CAIO,
    CHANNEL,
    CLOSED,
    SERVED,
    WAITS,
    at,
    claimed,
    closed,
    opened,
    said,
    started,
    taken,
    waiting,
    wrote,
)
from tests.spec import given

THEIRS = c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), Stage.IN_SERVICE, ANA)
MACHINE = (opened(), said("oi", 0), c.BurstRead(said("oi", 0).message_id, "greeting", 0, at(1)))


# ── opened by agents ─────────────────────────────────────────────────────────────────────────────


def test_an_agent_opens_an_episode_that_waits_on_the_customer_without_a_clock() -> None:
    contact = c.ContactKnown(phone="5511900000000")
    done = given(CONVERSATION).when(c.open_episode, ANA, channel_id=CHANNEL, contact=contact, at=at(0))
    state = done.then(THEIRS, contact).state
    assert (state.stage, state.agent_id, state.awaiting) == (Stage.IN_SERVICE, ANA, c.Awaiting.CUSTOMER)
    assert (state.due_at, state.first) == (None, False)


def test_there_is_one_open_episode_at_a_time() -> None:
    opening = {"channel_id": CHANNEL, "at": at(20)}
    given(CONVERSATION, THEIRS).when(c.open_episode, ANA, **opening).then_nothing()
    given(CONVERSATION, THEIRS).when(c.open_episode, BIA, **opening).then_refused(c.AlreadyAttended, by=ANA)
    given(CONVERSATION, *WAITS).when(c.open_episode, ANA, **opening).then_refused(c.AlreadyOpen)
    again = given(CONVERSATION, *CLOSED).when(c.open_episode, ANA, **opening)
    again.then(c.Opened(2, CHANNEL, c.Opener.AGENT, at(20), Stage.IN_SERVICE, ANA))


def test_the_answer_to_what_an_agent_opened_starts_a_next_response_clock() -> None:
    state = given(CONVERSATION, THEIRS).when(c.receive, said("m", 5), channel_id=CHANNEL).after.state
    assert (state.due_at, state.first) == (at(35), False)


# ── closing ──────────────────────────────────────────────────────────────────────────────────────


def closing(**fields: object) -> dict[str, object]:
    return {
        "reason": "technical/solved",
        "outcome": "Voltou a funcionar",
        "at": at(10),
        "seen_version": None,
    } | fields


def test_closing_says_why_and_what_came_of_it_in_one_line() -> None:
    done = given(CONVERSATION, *ANSWERED).when(c.close, ANA, **closing(outcome="  Voltou a\nfuncionar "))
    state = done.then(replace(closed(10), agent_id=ANA)).state
    assert (state.stage, state.agent_id, state.last_agent, state.due_at) == (Stage.CLOSED, None, ANA, None)


def test_a_queue_that_names_its_reasons_is_closed_with_no_other() -> None:
    named = closing(reasons=("technical/solved",))
    assert given(CONVERSATION, *ANSWERED).when(c.close, ANA, **named).after.state.stage is Stage.CLOSED
    other = closing(reasons=("billing/paid",))
    given(CONVERSATION, *ANSWERED).when(c.close, ANA, **other).then_refused(c.UnknownReason)


@pytest.mark.parametrize("reason", ["solved", "technical/", "/solved", "Technical/solved", "a/b/c", ""])
def test_a_closing_reason_has_two_levels(reason: str) -> None:
    given(CONVERSATION, *ANSWERED).when(c.close, ANA, **closing(reason=reason)).then_refused(c.UnknownReason)


@pytest.mark.parametrize("outcome", [None, "", " \n "])
def test_closing_needs_an_outcome(outcome: str | None) -> None:
    given(CONVERSATION, *ANSWERED).when(c.close, ANA, **closing(outcome=outcome)).then_refused(c.NeedsOutcome)


def test_closing_twice_is_nothing_and_closing_what_another_closed_names_them() -> None:
    given(CONVERSATION, *CLOSED).when(c.close, ANA, **closing(seen_version=4)).then_nothing()
    given(CONVERSATION, *CLOSED).when(c.close, BIA, **closing(seen_version=4)).then_refused(c.Changed, by=ANA)
    given(CONVERSATION, *CLOSED).when(c.close, BIA, **closing()).then_refused(c.NotOpen)


def test_a_customer_message_is_no_conflict_for_closing_but_a_change_of_hands_is() -> None:
    wrote_again = (*ANSWERED, said("m2", 8, due_at=at(38)))
    assert given(CONVERSATION, *wrote_again).when(c.close, ANA, **closing(seen_version=7)).events
    moved = (*SERVED, c.Transferred(ANA, BIA, None, None, at(5)), c.Assigned(BIA, "transferred", at(5)))
    given(CONVERSATION, *moved).when(c.close, ANA, **closing(seen_version=4)).then_refused(c.Changed, by=BIA)


def test_only_who_has_it_closes_unless_they_may_for_others() -> None:
    given(CONVERSATION, *SERVED).when(c.close, CAIO, **closing()).then_refused(c.NotOwner, owner=ANA)
    assert given(CONVERSATION, *SERVED).when(c.close, CAIO, **closing(for_another=True)).events
    assert given(CONVERSATION, *WAITS).when(c.close, CAIO, **closing()).events


def test_silence_closes_automation_and_what_waits_on_the_customer() -> None:
    for history, had_it in ((MACHINE, None), (ANSWERED, ANA)):
        done = given(CONVERSATION, *history).when(c.close_by_silence, seen_version=None, at=at(60))
        done.then(c.Closed(1, "silence", None, "silence", at(60), had_it))
    given(CONVERSATION, *CLOSED).when(c.close_by_silence, seen_version=None, at=at(60)).then_nothing()


@pytest.mark.parametrize(
    "history",
    [
        WAITS,
        SERVED,
        (*ANSWERED, c.Snoozed(None, at(600), at(5))),
        (*ANSWERED, said("m2", 8, due_at=at(38))),
        (opened(), said("oi", 0)),
        (c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), Stage.IN_SERVICE, ANA), said("m", 1, due_at=at(31))),
    ],
    ids=["waiting", "with agent", "third party", "unanswered", "unread", "answer to an agent"],
)
def test_silence_never_closes_over_somebody_who_waits_for_us(history: tuple[c.Event, ...]) -> None:
    done = given(CONVERSATION, *history).when(c.close_by_silence, seen_version=None, at=at(60))
    done.then_refused(c.CustomerWaits)


def test_silence_that_was_broken_since_it_was_seen_closes_nothing() -> None:
    history = (*ANSWERED, said("t", 8, "obrigado", thanks=True), wrote("a2", 9), started("a2", 9))
    seen = given(CONVERSATION, *history, taken("a2", 9))
    seen.when(c.close_by_silence, seen_version=7, at=at(60)).then_refused(c.CustomerWaits)


def test_automation_closes_quietly_what_is_its_own_and_nothing_newer_than_it_saw() -> None:
    quiet = c.Closed(1, "quiet", None, "automation", at(60))
    given(CONVERSATION, *MACHINE).when(c.close_quietly, seen_version=3, at=at(60)).then(quiet)
    given(CONVERSATION, *MACHINE).when(c.close_quietly, seen_version=1, at=at(60)).then_refused(
        c.CustomerWaits
    )
    given(CONVERSATION, *SERVED).when(c.close_quietly, seen_version=None, at=at(60)).then_refused(
        c.CustomerWaits
    )


# ── taking up again ──────────────────────────────────────────────────────────────────────────────


def test_an_agent_reopens_within_24_hours_the_end_included() -> None:
    last = 10 + 24 * 60
    done = given(CONVERSATION, *CLOSED).when(c.reopen, BIA, at=at(last), seen_version=None)
    state = done.then(c.Reopened(1, 2, Stage.IN_SERVICE, at(last), BIA)).state
    assert (state.agent_id, state.awaiting, state.due_at) == (BIA, c.Awaiting.CUSTOMER, None)
    given(CONVERSATION, *CLOSED).when(c.reopen, BIA, at=at(last + 1), seen_version=None).then_refused(
        c.ReopenTooLate, closed_at=at(10).isoformat()
    )


def test_what_is_open_cannot_be_reopened() -> None:
    given(CONVERSATION, *SERVED).when(c.reopen, ANA, at=at(5), seen_version=None).then_nothing()
    given(CONVERSATION, *SERVED).when(c.reopen, BIA, at=at(5), seen_version=None).then_refused(c.NotClosed)
    given(CONVERSATION, *SERVED).when(c.reopen, BIA, at=at(5), seen_version=1).then_refused(c.Changed, by=ANA)
    given(CONVERSATION).when(c.reopen, BIA, at=at(5), seen_version=None).then_refused(c.UnknownEpisode)


def test_a_new_demand_gets_an_episode_of_its_own_and_keeps_the_customers_clock_running() -> None:
    done = given(CONVERSATION, *SERVED).when(c.start_new_demand, ANA, at=at(9), seen_version=4)
    state = done.then(
        c.Closed(1, c.NEW_DEMAND, None, ANA, at(9), ANA),
        c.Opened(2, CHANNEL, c.Opener.CUSTOMER, at(9), Stage.IN_SERVICE, ANA),
        c.Assigned(ANA, "claimed", at(9), at(39)),
    ).state
    assert (state.episode, state.agent_id, state.first) == (2, ANA, True)
    calm = given(CONVERSATION, *ANSWERED).when(c.start_new_demand, ANA, at=at(9), seen_version=None)
    assert calm.after.state.due_at is None


def test_a_new_demand_is_owed_by_its_own_priority() -> None:
    urgent = (opened(), said("oi", 0), waiting(1, Priority.URGENT), claimed(ANA, 2))
    done = given(CONVERSATION, *urgent).when(c.start_new_demand, ANA, at=at(9), seen_version=None)
    state = done.after.state
    assert (state.priority, state.due_at) == (Priority.NORMAL, due(at(9), Priority.NORMAL))


def test_only_who_has_it_says_that_it_is_a_new_demand() -> None:
    given(CONVERSATION, *SERVED).when(c.start_new_demand, BIA, at=at(9), seen_version=None).then_refused(
        c.NotOwner, owner=ANA
    )
    given(CONVERSATION, *CLOSED).when(c.start_new_demand, ANA, at=at(11), seen_version=None).then_refused(
        c.NotOpen
    )
    given(CONVERSATION, *SERVED).when(c.start_new_demand, BIA, at=at(9), seen_version=1).then_refused(
        c.Changed, by=ANA
    )


# ── protocol numbers ─────────────────────────────────────────────────────────────────────────────


def test_an_episode_gets_one_protocol_number_once() -> None:
    first = given(CONVERSATION, *WAITS).when(c.give_protocol, 1, "20260000000001", at=at(2))
    after = first.then(c.ProtocolGiven(1, "20260000000001", at(2)))
    assert after.state.protocol == "20260000000001"
    after.when(c.give_protocol, 1, "20260000000002", at=at(3)).then_nothing()


def test_a_number_that_comes_after_the_next_episode_opened_still_belongs_to_its_own() -> None:
    history = (*CLOSED, opened(3000, episode=2))
    late = given(CONVERSATION, *history).when(c.give_protocol, 1, "20260000000001", at=at(3001))
    after = late.then(c.ProtocolGiven(1, "20260000000001", at(3001)))
    assert after.state.protocol is None
    after.when(c.give_protocol, 2, "20260000000002", at=at(3002)).then(
        c.ProtocolGiven(2, "20260000000002", at(3002))
    )


def test_no_number_is_given_to_an_episode_that_never_was() -> None:
    given(CONVERSATION, *WAITS).when(c.give_protocol, 2, "1", at=at(2)).then_refused(c.UnknownEpisode)


def test_a_new_episode_starts_from_nothing_but_what_was_heard_and_sent() -> None:
    history = (
        *WAITS,
        c.PriorityChanged(Priority.URGENT, None, ANA, at(2), at(6)),
        c.CancellationRequested(at(3)),
    )
    state = given(CONVERSATION, *history, closed(5), opened(3000, episode=2)).state
    assert (state.priority, state.queue_id, state.cancellation) == (Priority.NORMAL, None, False)
    assert (state.due_at, state.closed_at, state.unanswered) == (None, None, ())
    assert "oi" in state.heard
