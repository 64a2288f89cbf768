"""Leaving the house exactly as often as meant."""

from __future__ import annotations

from typing import Any

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION, Author, MessageId, Receipt
from domain.queue import Priority
from domain.template import Category, Shape, Status, Template
from tests.domain.facts import (
    ANA,
    ANSWERED,
    BIA,
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

DAY = 24 * 60
MACHINE = (opened(), said("oi", 0))
RETURNING = Template(Shape("Podemos continuar?"), Category.UTILITY, Status.APPROVED)
SENT = (*SERVED, wrote("a1", 3), started("a1", 3))
UNSURE = (*SENT, c.SendUnknown(MessageId("a1"), 1, at(4)))


def text(name: str, minutes: float, agent: str | None = ANA, **fields: Any) -> dict[str, Any]:
    return {
        "message_id": MessageId(name),
        "author": Author.AUTOMATION if agent is None else Author.AGENT,
        "agent_id": agent,
        "kind": "text",
        "content": {"text": "Oi"},
        "purpose": "reply",
        "at": at(minutes),
    } | fields


# ── who may write ────────────────────────────────────────────────────────────────────────────────


def test_the_owner_writes() -> None:
    given(CONVERSATION, *SERVED).when(c.request_send, **text("a1", 3)).then(wrote("a1", 3))


def test_the_same_message_is_asked_for_once() -> None:
    given(CONVERSATION, *ANSWERED).when(c.request_send, **text("a1", 5)).then_nothing()


def test_others_do_not_write_unless_they_take_it_over() -> None:
    given(CONVERSATION, *SERVED).when(c.request_send, **text("b1", 3, BIA)).then_refused(
        c.NotOwner, owner=ANA
    )
    given(CONVERSATION, *WAITS).when(c.request_send, **text("b1", 3, BIA)).then_refused(
        c.NotOwner, owner=None
    )
    taken_over = given(CONVERSATION, *SERVED).when(c.request_send, **text("b1", 3, BIA, takeover=True))
    taken_over.then(c.Assigned(BIA, "taken", at(3)), wrote("b1", 3, BIA))
    picked = given(CONVERSATION, *WAITS).when(c.request_send, **text("b1", 3, BIA, takeover=True))
    picked.then(claimed(BIA, 3), wrote("b1", 3, BIA))


def test_what_changed_hands_since_it_was_seen_is_not_taken_over_blindly() -> None:
    over = given(CONVERSATION, *SERVED).when(
        c.request_send, **text("b1", 3, BIA, takeover=True, seen_version=3)
    )
    over.then_refused(c.Changed, by=ANA)
    seen = given(CONVERSATION, *SERVED).when(
        c.request_send, **text("b1", 3, BIA, takeover=True, seen_version=4)
    )
    seen.then(c.Assigned(BIA, "taken", at(3)), wrote("b1", 3, BIA))


def test_nobody_writes_into_what_is_closed() -> None:
    given(CONVERSATION, *CLOSED).when(c.request_send, **text("a2", 11)).then_refused(c.NotOpen)


def test_automation_keeps_still_once_a_human_owns_it_but_for_notices() -> None:
    given(CONVERSATION, *SERVED).when(c.request_send, **text("g", 3, None)).then_refused(c.HumanOwns, by=ANA)
    notice = given(CONVERSATION, *SERVED).when(c.request_send, **text("g", 3, None, purpose="protocol"))
    notice.then(wrote("g", 3, None, purpose="protocol"))
    assert given(CONVERSATION, *WAITS).when(c.request_send, **text("g", 3, None)).events


def test_silenced_automation_keeps_still() -> None:
    history = (*MACHINE, said("e", 1, echo=True), c.AutomationSilenced(1))
    given(CONVERSATION, *history).when(c.request_send, **text("g", 3, None)).then_refused(
        c.AutomationIsSilent
    )


# ── no blind replies ─────────────────────────────────────────────────────────────────────────────


def test_a_message_that_arrived_since_what_the_agent_saw_is_a_conflict() -> None:
    history = (*SERVED, said("m2", 5))
    given(CONVERSATION, *history).when(c.request_send, **text("a1", 6, seen_version=4)).then_refused(
        c.CustomerWrote, version=5
    )
    seen = given(CONVERSATION, *history).when(c.request_send, **text("a1", 6, seen_version=5))
    seen.then(wrote("a1", 6))


def test_send_anyway_is_recorded_only_when_it_mattered() -> None:
    history = (*SERVED, said("m2", 5))
    over = given(CONVERSATION, *history).when(c.request_send, **text("a1", 6, seen_version=4, anyway=True))
    over.then(wrote("a1", 6, anyway=True))
    idle = given(CONVERSATION, *SERVED).when(c.request_send, **text("a1", 6, seen_version=4, anyway=True))
    idle.then(wrote("a1", 6, anyway=False))


def test_send_anyway_covers_what_arrives_within_ten_seconds_of_what_was_told() -> None:
    second = 1 / 60
    within = (*SERVED, said("m2", 5), said("m3", 5 + 10 * second))
    asked = text("a1", 6, seen_version=4, anyway=True)
    given(CONVERSATION, *within).when(c.request_send, **asked).then(wrote("a1", 6, anyway=True))
    later = given(CONVERSATION, *SERVED, said("m2", 5), said("m3", 5 + 11 * second))
    later.when(c.request_send, **asked).then_refused(c.CustomerWrote, version=6)
    later.when(c.request_send, **asked | {"seen_version": 5}).then(wrote("a1", 6, anyway=True))
    later.when(c.request_send, **asked | {"seen_version": 6}).then(wrote("a1", 6))


def test_a_long_burst_is_not_covered_by_its_end() -> None:
    burst = [said(f"b{n}", 5 + n / 12) for n in range(40)]  # one every five seconds
    history = given(CONVERSATION, *SERVED, *burst)
    history.when(c.request_send, **text("a1", 9, seen_version=4, anyway=True)).then_refused(
        c.CustomerWrote, version=44
    )
    history.when(c.request_send, **text("a1", 9, seen_version=41, anyway=True)).then(
        wrote("a1", 9, anyway=True)
    )


def test_statuses_reactions_and_notes_are_no_conflict() -> None:
    history = (
        *ANSWERED,
        c.ReceiptHeard(MessageId("a1"), Receipt.READ, at(5)),
        c.Reacted(MessageId("a1"), "👍", at(5), None, MessageId("r")),
        c.NoteAdded(MessageId("n"), BIA, "cliente antigo", at(5)),
    )
    given(CONVERSATION, *history).when(c.request_send, **text("a2", 6, seen_version=7)).then(wrote("a2", 6))


# ── the 24 h window ──────────────────────────────────────────────────────────────────────────────


def test_free_text_leaves_until_24_hours_after_the_customers_last_message_the_end_included() -> None:
    given(CONVERSATION, *SERVED).when(c.request_send, **text("a1", DAY)).then(wrote("a1", DAY))
    given(CONVERSATION, *SERVED).when(c.request_send, **text("a1", DAY + 0.001)).then_refused(
        c.WindowClosed, ended_at=at(DAY).isoformat()
    )


def test_a_template_leaves_at_any_time() -> None:
    late = text("a1", DAY + 60, kind="template", content={"name": "retomar"}, template=RETURNING)
    given(CONVERSATION, *SERVED).when(c.request_send, **late).then(
        wrote("a1", DAY + 60, kind="template", content={"name": "retomar"})
    )


def test_to_a_customer_who_never_wrote_only_a_template_leaves() -> None:
    theirs = c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), c.Stage.IN_SERVICE, ANA)
    given(CONVERSATION, theirs).when(c.request_send, **text("a1", 1)).then_refused(
        c.WindowClosed, ended_at=None
    )


def test_what_we_send_does_not_extend_the_window() -> None:
    assert given(CONVERSATION, *ANSWERED).state.window_ends_at == at(DAY)


def test_an_older_message_that_comes_later_does_not_shorten_the_window() -> None:
    history = (*SERVED, said("m2", 30), said("m1", 31, sent_at=at(25)))
    assert given(CONVERSATION, *history).state.window_ends_at == at(DAY + 30)


# ── only the decided token may call ──────────────────────────────────────────────────────────────


def start(name: str, attempt: int, minutes: float, token: str | None = None) -> dict[str, Any]:
    return {
        "message_id": MessageId(name),
        "attempt": attempt,
        "token": token or f"token-{attempt}",
        "at": at(minutes),
    }


def test_whoever_is_recorded_first_may_call_and_nobody_else() -> None:
    history = (*SERVED, wrote("a1", 3))
    first = given(CONVERSATION, *history).when(c.start_send, **start("a1", 1, 3))
    first.then(started("a1", 3)).when(c.start_send, **start("a1", 1, 3, "another")).then_refused(
        c.AlreadyStarted, attempt=1
    )
    first.after.when(c.start_send, **start("a1", 2, 3, "another")).then_refused(c.AlreadyStarted, attempt=1)


def test_attempts_are_counted_without_gaps() -> None:
    history = (*SERVED, wrote("a1", 3))
    given(CONVERSATION, *history).when(c.start_send, **start("a1", 2, 3)).then_refused(
        c.WrongAttempt, expected=1
    )


def test_what_was_never_asked_for_does_not_leave() -> None:
    given(CONVERSATION, *SERVED).when(c.start_send, **start("a1", 1, 3)).then_refused(c.UnknownSend)


@pytest.mark.parametrize(
    "end", [taken("a1", 4), c.SendFailed(MessageId("a1"), 1, 131026, at(4))], ids=["accepted", "failed"]
)
def test_what_is_done_is_not_started_again(end: c.Event) -> None:
    given(CONVERSATION, *SENT, end).when(c.start_send, **start("a1", 2, 9)).then_refused(c.AlreadyDone)


def test_what_was_postponed_is_tried_again_from_its_time_on_and_not_as_a_possible_double() -> None:
    history = (*SENT, c.SendPostponed(MessageId("a1"), 1, 130429, at(5)))
    given(CONVERSATION, *history).when(c.start_send, **start("a1", 2, 4.9)).then_refused(
        c.NotYet, retry_at=at(5).isoformat()
    )
    given(CONVERSATION, *history).when(c.start_send, **start("a1", 2, 5)).then(started("a1", 5, 2))


def test_what_is_unknown_is_tried_once_more_after_30_seconds_and_marked() -> None:
    given(CONVERSATION, *UNSURE).when(c.start_send, **start("a1", 2, 4.49)).then_refused(
        c.NotYet, retry_at=at(4.5).isoformat()
    )
    again = given(CONVERSATION, *UNSURE).when(c.start_send, **start("a1", 2, 4.5))
    after = again.then(started("a1", 4.5, 2, possibly_twice=True))
    unsure = after.when(c.send_unknown, MessageId("a1"), attempt=2, at=at(5)).after
    unsure.when(c.start_send, **start("a1", 3, 60)).then_refused(c.AlreadyDone)


def test_a_possible_double_stays_one_when_its_retry_is_postponed() -> None:
    history = (
        *UNSURE,
        started("a1", 5, 2, possibly_twice=True),
        c.SendPostponed(MessageId("a1"), 2, 130429, at(6)),
    )
    again = given(CONVERSATION, *history).when(c.start_send, **start("a1", 3, 6))
    again.then(started("a1", 6, 3, possibly_twice=True))


def test_a_campaign_is_never_tried_again_after_an_unknown_end() -> None:
    history = (
        wrote("k", 3, None, purpose="campaign", kind="template"),
        started("k", 3),
        c.SendUnknown(MessageId("k"), 1, at(4)),
    )
    given(CONVERSATION, *history).when(c.start_send, **start("k", 2, 60)).then_refused(c.AlreadyDone)


# ── order ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "earlier",
    [(), (started("a1", 3),), (started("a1", 3), c.SendPostponed(MessageId("a1"), 1, None, at(9)))],
    ids=["asked for", "under way", "postponed"],
)
def test_a_later_message_waits_for_the_earlier_one(earlier: tuple[c.Event, ...]) -> None:
    history = (*SERVED, wrote("a1", 3), wrote("a2", 3), *earlier)
    given(CONVERSATION, *history).when(c.start_send, **start("a2", 1, 4)).then_refused(
        c.EarlierPending, message="a1"
    )


def test_a_later_message_waits_while_the_earlier_one_may_still_be_tried_again() -> None:
    given(CONVERSATION, *UNSURE, wrote("a2", 5)).when(c.start_send, **start("a2", 1, 5)).then_refused(
        c.EarlierPending, message="a1"
    )


@pytest.mark.parametrize(
    "end",
    [
        (taken("a1", 4),),
        (c.SendFailed(MessageId("a1"), 1, None, at(4)),),
        (
            c.SendUnknown(MessageId("a1"), 1, at(4)),
            started("a1", 5, 2, possibly_twice=True),
            c.SendUnknown(MessageId("a1"), 2, at(5)),
        ),
    ],
    ids=["accepted", "failed", "given up"],
)
def test_a_later_message_goes_once_the_earlier_one_is_out_of_the_way(end: tuple[c.Event, ...]) -> None:
    history = (*SENT, *end, wrote("a2", 6))
    given(CONVERSATION, *history).when(c.start_send, **start("a2", 1, 6)).then(started("a2", 6))


# ── what became of it ────────────────────────────────────────────────────────────────────────────


def accept(name: str, minutes: float, attempt: int = 1) -> dict[str, Any]:
    return {
        "message_id": MessageId(name),
        "attempt": attempt,
        "provider_ref": MessageId(f"ref-{name}"),
        "provider_id": f"wamid.{name}",
        "wa_id": None,
        "at": at(minutes),
    }


def test_the_first_human_answer_ends_the_wait_and_says_how_long_it_was() -> None:
    state = (
        given(CONVERSATION, *SENT)
        .when(c.send_accepted, **accept("a1", 4))
        .then(taken("a1", 4, first_answer=True, waited=180.0))
        .state
    )
    assert (state.due_at, state.first, state.awaiting) == (None, False, c.Awaiting.CUSTOMER)


def test_the_next_answer_is_not_a_first_one_again() -> None:
    history = (*ANSWERED, said("m2", 8, due_at=at(38)), wrote("a2", 9), started("a2", 9))
    given(CONVERSATION, *history).when(c.send_accepted, **accept("a2", 10)).then(
        taken("a2", 10, waited=120.0)
    )


def test_an_answer_nobody_waited_for_ends_no_wait() -> None:
    history = (*ANSWERED, wrote("a2", 9), started("a2", 9))
    given(CONVERSATION, *history).when(c.send_accepted, **accept("a2", 10)).then(taken("a2", 10))


def test_automation_and_reactions_answer_nobody() -> None:
    automatic = (*WAITS, wrote("g", 2, None, purpose="estimate"), started("g", 2))
    state = given(CONVERSATION, *automatic).when(c.send_accepted, **accept("g", 3)).then(taken("g", 3)).state
    assert state.due_at == at(31)
    reaction = (*SERVED, wrote("r", 3, kind="reaction"), started("r", 3))
    state = given(CONVERSATION, *reaction).when(c.send_accepted, **accept("r", 4)).then(taken("r", 4)).state
    assert (state.due_at, state.awaiting) == (at(31), c.Awaiting.AGENT)


def test_a_customer_who_wrote_while_the_answer_was_on_its_way_waits_for_the_next() -> None:
    history = (*SENT, said("m2", 3.5))
    state = (
        given(CONVERSATION, *history)
        .when(c.send_accepted, **accept("a1", 4))
        .then(taken("a1", 4, first_answer=True, waited=180.0, due_at=at(33.5)))
        .state
    )
    assert (state.waiting_since, state.due_at, state.awaiting) == (at(3.5), at(33.5), c.Awaiting.AGENT)


def test_a_clock_started_after_the_words_were_written_is_not_stopped_by_them() -> None:
    history = (*ANSWERED, wrote("a2", 5), started("a2", 5), said("m2", 5.5, due_at=at(35.5)))
    state = given(CONVERSATION, *history).when(c.send_accepted, **accept("a2", 6)).then(taken("a2", 6)).state
    assert (state.due_at, state.awaiting) == (at(35.5), c.Awaiting.AGENT)


def test_an_answer_that_left_before_the_agent_gave_it_back_leaves_the_next_one_owed() -> None:
    given_back = (
        c.Released(ANA, "pausa", None, at(3.5)),
        waiting(3.5, waiting_since=at(1), reason="returned"),
    )
    answered = given(CONVERSATION, *SENT, *given_back).when(c.send_accepted, **accept("a1", 4))
    state = answered.then(
        taken("a1", 4, first_answer=True, waited=180.0),
        waiting(3.5, reason="answered", first=False),
    ).state
    assert (state.stage, state.due_at) == (c.Stage.WAITING, at(33.5))


def test_an_answer_accepted_just_after_closing_still_says_how_long_the_wait_was() -> None:
    state = (
        given(CONVERSATION, *SENT, closed(3.5))
        .when(c.send_accepted, **accept("a1", 4))
        .then(taken("a1", 4, first_answer=True, waited=180.0))
        .state
    )
    assert (state.stage, state.due_at) == (c.Stage.CLOSED, None)


def test_nothing_is_owed_in_what_is_closed() -> None:
    history = (*SENT, said("m2", 3.2), closed(3.5))
    answered = given(CONVERSATION, *history).when(c.send_accepted, **accept("a1", 4))
    answered.then(taken("a1", 4, first_answer=True, waited=180.0))


def test_an_answer_of_an_earlier_period_answers_nothing_in_the_next() -> None:
    again = (closed(3.5), c.Reopened(1, 2, c.Stage.WAITING, at(3.6)), said("m2", 3.6), waiting(3.6))
    given(CONVERSATION, *SENT, *again).when(c.send_accepted, **accept("a1", 4)).then(taken("a1", 4))


def test_reports_told_twice_or_too_late_are_nothing() -> None:
    done = given(CONVERSATION, *ANSWERED)
    done.when(c.send_accepted, **accept("a1", 9)).then_nothing()
    done.when(c.send_unknown, MessageId("a1"), attempt=1, at=at(9)).then_nothing()
    done.when(c.send_failed, MessageId("a1"), attempt=1, code=1, at=at(9)).then_nothing()
    done.when(c.send_postponed, MessageId("a1"), attempt=1, code=1, retry_at=at(9)).then_nothing()
    given(CONVERSATION, *UNSURE).when(c.send_unknown, MessageId("a1"), attempt=1, at=at(9)).then_nothing()


def test_a_report_of_an_attempt_that_never_was_is_refused() -> None:
    given(CONVERSATION, *SENT).when(c.send_accepted, **accept("a1", 4, 2)).then_refused(
        c.WrongAttempt, expected=2
    )
    given(CONVERSATION, *SENT).when(c.send_failed, MessageId("a1"), attempt=2, code=1, at=at(4)).then_refused(
        c.WrongAttempt, expected=2
    )
    given(CONVERSATION, *SENT).when(c.send_unknown, MessageId("x"), attempt=1, at=at(4)).then_refused(
        c.UnknownSend
    )


def test_a_courier_that_finds_out_after_all_settles_the_unknown() -> None:
    unsure = given(CONVERSATION, *UNSURE)
    assert unsure.when(c.send_accepted, **accept("a1", 6)).after.state.due_at is None
    unsure.when(c.send_failed, MessageId("a1"), attempt=1, code=131026, at=at(6)).then(
        c.SendFailed(MessageId("a1"), 1, 131026, at(6))
    )


def test_a_send_that_failed_stops_no_clock() -> None:
    failed = given(CONVERSATION, *SENT).when(c.send_failed, MessageId("a1"), attempt=1, code=100, at=at(4))
    assert failed.after.state.due_at == at(31)


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────


def status(receipt: Receipt, minutes: float, ref: str = "ref-a1", **fields: Any) -> dict[str, Any]:
    return {
        "provider_ref": MessageId(ref),
        "receipt": receipt,
        "sent_at": at(minutes),
        "at": at(minutes),
    } | fields


def told(receipt: Receipt, minutes: float, name: str = "a1") -> c.ReceiptHeard:
    return c.ReceiptHeard(MessageId(name), receipt, at(minutes))


def test_every_receipt_is_kept_and_the_highest_stands() -> None:
    read = given(CONVERSATION, *ANSWERED).when(c.hear_receipt, **status(Receipt.READ, 6))
    late = read.then(told(Receipt.READ, 6)).when(c.hear_receipt, **status(Receipt.DELIVERED, 5))
    state = late.then(told(Receipt.DELIVERED, 5)).state
    assert state.sends[MessageId("a1")].receipt is Receipt.READ


def test_an_identical_receipt_is_nothing() -> None:
    given(CONVERSATION, *ANSWERED, told(Receipt.READ, 6)).when(
        c.hear_receipt, **status(Receipt.READ, 6)
    ).then_nothing()


@pytest.mark.parametrize(
    ("heard", "stands"),
    [
        ((Receipt.QUEUED, Receipt.FAILED), Receipt.FAILED),
        ((Receipt.SENT, Receipt.FAILED), Receipt.FAILED),
        ((Receipt.DELIVERED, Receipt.FAILED), Receipt.DELIVERED),
        ((Receipt.FAILED, Receipt.SENT), Receipt.FAILED),
        ((Receipt.FAILED, Receipt.DELIVERED), Receipt.DELIVERED),
        ((Receipt.PLAYED, Receipt.READ), Receipt.PLAYED),
    ],
)
def test_failed_stands_only_over_queued_and_sent(heard: tuple[Receipt, ...], stands: Receipt) -> None:
    history = [told(receipt, 5 + n) for n, receipt in enumerate(heard)]
    assert given(CONVERSATION, *ANSWERED, *history).state.sends[MessageId("a1")].receipt is stands


def test_a_receipt_that_comes_before_our_id_is_parked_and_attached_with_it() -> None:
    early = given(CONVERSATION, *SENT).when(c.hear_receipt, **status(Receipt.SENT, 3.5))
    parked = early.then(c.ReceiptParked(MessageId("ref-a1"), Receipt.SENT, at(3.5)))
    parked.when(c.hear_receipt, **status(Receipt.SENT, 3.5)).then_nothing()
    answered = parked.when(c.send_accepted, **accept("a1", 4))
    state = answered.then(taken("a1", 4, first_answer=True, waited=180.0), told(Receipt.SENT, 3.5)).state
    assert state.parked == ()


def test_receipts_of_other_messages_stay_parked() -> None:
    other = c.ReceiptParked(MessageId("ref-x"), Receipt.SENT, at(3))
    state = given(CONVERSATION, *SENT, other).when(c.send_accepted, **accept("a1", 4)).after.state
    assert [parked.provider_ref for parked in state.parked] == ["ref-x"]


def test_only_so_many_receipts_are_parked() -> None:
    history = [c.ReceiptParked(MessageId(f"ref-{n}"), Receipt.SENT, at(n)) for n in range(150)]
    parked = given(CONVERSATION, *history).state.parked
    assert [p.provider_ref for p in parked] == [f"ref-{n}" for n in range(50, 150)]


def test_a_status_with_our_own_id_settles_an_unknown_attempt_at_once() -> None:
    ours = status(Receipt.SENT, 4.1, correlation=(MessageId("a1"), 1), provider_id="wamid.a1")
    settled = given(CONVERSATION, *UNSURE).when(c.hear_receipt, **ours)
    settled.then(taken("a1", 4.1, first_answer=True, waited=186.0), told(Receipt.SENT, 4.1))
    settled.after.when(c.start_send, **start("a1", 2, 9)).then_refused(c.AlreadyDone)


def test_a_status_with_our_own_id_settles_an_attempt_under_way_and_the_report_adds_nothing() -> None:
    ours = status(Receipt.SENT, 4, correlation=(MessageId("a1"), 1), provider_id="wamid.a1")
    settled = given(CONVERSATION, *SENT).when(c.hear_receipt, **ours).after
    settled.when(c.send_accepted, **accept("a1", 4.1)).then_nothing()


def test_a_status_that_claims_an_attempt_that_never_was_is_parked() -> None:
    for correlation in [(MessageId("a1"), 2), (MessageId("a1"), 0), (MessageId("x"), 1)]:
        odd = status(Receipt.SENT, 4, ref="ref-x", correlation=correlation)
        given(CONVERSATION, *SENT).when(c.hear_receipt, **odd).then(
            c.ReceiptParked(MessageId("ref-x"), Receipt.SENT, at(4))
        )


def test_two_attempts_that_both_arrived_are_one_message() -> None:
    history = (*UNSURE, started("a1", 5, 2, possibly_twice=True), taken("a1", 6, 2))
    first = status(Receipt.DELIVERED, 7, ref="ref-first", correlation=(MessageId("a1"), 1))
    given(CONVERSATION, *history).when(c.hear_receipt, **first).then(told(Receipt.DELIVERED, 7))


# ── answers that failed ──────────────────────────────────────────────────────────────────────────


VOIDED = c.AnswerVoided(MessageId("a1"), at(1), at(31), True, at(6))


def test_an_answer_that_failed_sets_its_clock_running_again_from_its_start() -> None:
    failed = given(CONVERSATION, *ANSWERED).when(c.hear_receipt, **status(Receipt.FAILED, 6))
    state = failed.then(told(Receipt.FAILED, 6), VOIDED).state
    assert (state.due_at, state.waiting_since, state.first) == (at(31), at(1), True)
    assert state.awaiting is c.Awaiting.AGENT


def test_an_answer_that_failed_before_we_knew_it_was_taken_answers_nobody() -> None:
    parked = c.ReceiptParked(MessageId("ref-a1"), Receipt.FAILED, at(3.5))
    state = given(CONVERSATION, *SENT, parked).when(c.send_accepted, **accept("a1", 6)).after.state
    assert (state.due_at, state.first) == (at(31), True)


def test_a_failure_counts_for_nothing_when_a_later_answer_stands() -> None:
    history = (*ANSWERED, wrote("a2", 5), started("a2", 5), taken("a2", 5))
    one = given(CONVERSATION, *history).when(c.hear_receipt, **status(Receipt.FAILED, 6))
    both = one.then(told(Receipt.FAILED, 6)).when(c.hear_receipt, **status(Receipt.FAILED, 7, ref="ref-a2"))
    assert both.then(
        told(Receipt.FAILED, 7, "a2"), c.AnswerVoided(MessageId("a1"), at(1), at(31), True, at(7))
    )


FAILED = (*ANSWERED, told(Receipt.FAILED, 6), VOIDED)


@pytest.mark.parametrize("proof", [Receipt.DELIVERED, Receipt.READ, Receipt.PLAYED])
def test_an_answer_that_arrives_after_all_stops_its_clock_again(proof: Receipt) -> None:
    arrived = given(CONVERSATION, *FAILED).when(c.hear_receipt, **status(proof, 7))
    after = arrived.then(told(proof, 7), c.AnswerArrived(MessageId("a1"), at(7), first_answer=True))
    state = after.state
    assert (state.due_at, state.waiting_since, state.first) == (None, None, False)
    assert state.awaiting is c.Awaiting.CUSTOMER
    after.when(c.hear_receipt, **status(Receipt.FAILED, 8, codes=(131026,))).then(
        c.ReceiptHeard(MessageId("a1"), Receipt.FAILED, at(8), (131026,))
    )


def test_who_wrote_after_an_answer_that_arrives_after_all_waits_for_the_next() -> None:
    history = (*FAILED, said("m2", 6.5))
    arrived = given(CONVERSATION, *history).when(c.hear_receipt, **status(Receipt.DELIVERED, 7))
    state = arrived.then(
        told(Receipt.DELIVERED, 7),
        c.AnswerArrived(MessageId("a1"), at(7), first_answer=True, due_at=at(36.5)),
    ).state
    assert (state.due_at, state.waiting_since, state.awaiting) == (at(36.5), at(6.5), c.Awaiting.AGENT)


def test_an_answer_that_arrives_after_all_in_a_queue_leaves_the_next_one_owed_from_the_entry() -> None:
    back = (c.Released(ANA, "pausa", None, at(6.5)), waiting(6.5, waiting_since=at(1), reason="returned"))
    arrived = given(CONVERSATION, *FAILED, *back).when(c.hear_receipt, **status(Receipt.DELIVERED, 7))
    state = arrived.after.state
    assert (state.stage, state.due_at, state.first) == (c.Stage.WAITING, at(36.5), False)


def test_what_arrives_after_another_answer_stopped_the_clock_changes_nothing() -> None:
    answered = (wrote("a2", 7), started("a2", 7), taken("a2", 8, first_answer=True, waited=420.0))
    late = given(CONVERSATION, *FAILED, *answered).when(c.hear_receipt, **status(Receipt.DELIVERED, 9))
    late.then(told(Receipt.DELIVERED, 9))


def test_what_arrives_after_closing_stops_no_clock() -> None:
    late = given(CONVERSATION, *FAILED, closed(7)).when(c.hear_receipt, **status(Receipt.DELIVERED, 9))
    late.then(told(Receipt.DELIVERED, 9))


def test_an_answer_older_than_the_one_that_was_voided_does_not_stop_its_clock() -> None:
    history = (
        *(*ANSWERED, told(Receipt.DELIVERED, 5), said("m2", 6, due_at=at(36))),
        *(wrote("a2", 7), started("a2", 7), taken("a2", 7, waited=60.0)),
        *(told(Receipt.FAILED, 8, "a2"), c.AnswerVoided(MessageId("a2"), at(6), at(36), False, at(8))),
    )
    given(CONVERSATION, *history).when(c.hear_receipt, **status(Receipt.READ, 9)).then(told(Receipt.READ, 9))


def test_a_revived_clock_is_the_only_one() -> None:
    history = (*ANSWERED, said("m2", 5, due_at=at(35)))
    failed = given(CONVERSATION, *history).when(c.hear_receipt, **status(Receipt.FAILED, 6))
    assert failed.then(told(Receipt.FAILED, 6), VOIDED).state.due_at == at(31)


def test_a_failure_after_delivery_voids_nothing() -> None:
    failed = given(CONVERSATION, *ANSWERED, told(Receipt.DELIVERED, 5)).when(
        c.hear_receipt, **status(Receipt.FAILED, 6)
    )
    failed.then(told(Receipt.FAILED, 6))


def test_a_failure_after_closing_reopens_nothing() -> None:
    failed = given(CONVERSATION, *CLOSED).when(c.hear_receipt, **status(Receipt.FAILED, 11))
    assert failed.then(told(Receipt.FAILED, 11)).state.stage is c.Stage.CLOSED


def test_an_answer_voided_is_voided_once_and_the_next_one_stops_the_clock_again() -> None:
    history = (*ANSWERED, told(Receipt.FAILED, 6), VOIDED, wrote("a2", 7), started("a2", 7))
    answered = given(CONVERSATION, *history).when(c.send_accepted, **accept("a2", 8))
    after = answered.then(taken("a2", 8, first_answer=True, waited=420.0))
    after.when(c.hear_receipt, **status(Receipt.FAILED, 9, codes=(131026,))).then(
        c.ReceiptHeard(MessageId("a1"), Receipt.FAILED, at(9), (131026,))
    )


# ── reactions of ours, and what is remembered ────────────────────────────────────────────────────


def test_an_agent_reacts_once_and_takes_it_back_with_another_wish() -> None:
    wish = {"message_id": MessageId("r1"), "target": MessageId("oi"), "emoji": "👍", "at": at(3)}
    reacted = given(CONVERSATION, *SERVED).when(c.react, ANA, **wish)
    after = reacted.then(
        c.Reacted(MessageId("oi"), "👍", at(3), ANA),
        wrote("r1", 3, kind="reaction", content={"target": "oi", "emoji": "👍"}, purpose="reaction"),
    )
    after.when(c.react, ANA, **wish).then_nothing()
    back = after.when(c.react, ANA, **wish | {"message_id": MessageId("r2"), "emoji": None})
    assert back.events[1].content == {"target": "oi", "emoji": ""}  # type: ignore[union-attr]


def test_everything_pending_and_the_last_200_finished_sends_are_remembered() -> None:
    pending = [wrote(f"p{n}", 3) for n in range(3)]
    done = [e for n in range(220) for e in (wrote(f"d{n}", 4), started(f"d{n}", 4), taken(f"d{n}", 4))]
    sends = given(CONVERSATION, *SERVED, *pending, *done).state.sends
    assert {"p0", "p1", "p2", "d219"} <= set(sends)
    assert len(sends) == c.SENDS
    assert "d10" not in sends


def test_another_priority_moves_the_due_time_a_voided_answer_comes_back_to() -> None:
    history = (*ANSWERED, c.PriorityChanged(Priority.HIGH, None, ANA, at(5), None))
    failed = given(CONVERSATION, *history).when(c.hear_receipt, **status(Receipt.FAILED, 6))
    assert failed.after.state.due_at == at(16)
