"""Who has it, whose turn it is, and until when an answer is due."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION, MessageId, Stage
from domain.queue import Priority
from tests.domain.facts import (
    ANA,
    ANSWERED,
    BIA,
    CAIO,
    CHANNEL,
    CLOSED,
    SALES,
    SERVED,
    TECHNICAL,
    WAITS,
    at,
    claimed,
    opened,
    said,
    started,
    taken,
    waiting,
    wrote,
)
from tests.spec import given

MACHINE = (opened(), said("oi", 0))
RELEASED = (
    *SERVED,
    c.Released(ANA, "pausa", None, at(6)),
    waiting(6, waiting_since=at(1), reason="returned"),
)


# ── waiting ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("priority", "minutes"), [("urgent", 5), ("high", 15), ("normal", 30), ("low", 60)], ids=lambda v: str(v)
)
def test_waiting_always_has_a_due_time_by_its_priority(priority: str, minutes: int) -> None:
    handed = given(CONVERSATION, *MACHINE).when(
        c.enter_waiting,
        queue_id=TECHNICAL,
        priority=Priority(priority),
        reason="subject",
        subject="technical",
        at=at(1),
    )
    handed.then(waiting(1, Priority(priority), subject="technical", due_at=at(1 + minutes)))
    assert handed.after.state.stage is Stage.WAITING
    assert handed.after.state.due_at == at(1 + minutes)


def test_handing_over_twice_is_nothing() -> None:
    given(CONVERSATION, *WAITS).when(
        c.enter_waiting, queue_id=TECHNICAL, priority=Priority.NORMAL, reason="x", subject=None, at=at(20)
    ).then_nothing()


def test_another_queue_while_waiting_keeps_the_start_of_the_wait() -> None:
    handed = given(CONVERSATION, *WAITS).when(
        c.enter_waiting, queue_id=SALES, priority=Priority.HIGH, reason="cancel", subject=None, at=at(5)
    )
    handed.then(
        c.EnteredWaiting(SALES, Priority.HIGH, "cancel", None, at(5), at(16), True, waiting_since=at(1))
    )


def test_automation_cannot_hand_over_what_a_human_has_or_what_is_closed() -> None:
    handing = {"queue_id": SALES, "priority": Priority.LOW, "reason": "x", "subject": None, "at": at(20)}
    given(CONVERSATION, *SERVED).when(c.enter_waiting, **handing).then_refused(c.HumanOwns, by=ANA)
    given(CONVERSATION, *CLOSED).when(c.enter_waiting, **handing).then_refused(c.NotOpen)


# ── claiming ─────────────────────────────────────────────────────────────────────────────────────


def test_an_agent_claims_what_waits_and_the_clock_runs_on() -> None:
    state = (
        given(CONVERSATION, *WAITS).when(c.claim, ANA, at=at(2), seen_version=3).then(claimed(ANA, 2)).state
    )
    assert (state.stage, state.agent_id, state.due_at) == (Stage.IN_SERVICE, ANA, at(31))


def test_claiming_what_one_has_already_is_nothing() -> None:
    given(CONVERSATION, *SERVED).when(c.claim, ANA, at=at(3), seen_version=3).then_nothing()


def test_two_agents_cannot_attend_the_same_conversation_and_the_loser_learns_who_won() -> None:
    given(CONVERSATION, *SERVED).when(c.claim, BIA, at=at(3), seen_version=3).then_refused(
        c.AlreadyAttended, by=ANA
    )


def test_claiming_what_changed_hands_since_it_was_seen_is_a_conflict() -> None:
    given(CONVERSATION, *RELEASED).when(c.claim, BIA, at=at(7), seen_version=3).then_refused(
        c.Changed, by=ANA
    )
    given(CONVERSATION, *RELEASED).when(c.claim, BIA, at=at(7), seen_version=6).then(claimed(BIA, 7))


def test_what_is_merely_said_is_no_conflict_for_a_claim() -> None:
    history = (*WAITS, said("m2", 2), c.NoteAdded(MessageId("n"), BIA, "liga depois", at(2)))
    given(CONVERSATION, *history).when(c.claim, ANA, at=at(3), seen_version=3).then(claimed(ANA, 3))


def test_what_was_closed_since_it_was_seen_names_who_closed_it() -> None:
    given(CONVERSATION, *CLOSED).when(c.claim, BIA, at=at(11), seen_version=3).then_refused(c.Changed, by=ANA)
    given(CONVERSATION, *CLOSED).when(c.claim, BIA, at=at(11), seen_version=None).then_refused(c.NotOpen)


def test_taken_out_of_automation_the_first_response_clock_starts() -> None:
    state = (
        given(CONVERSATION, *MACHINE)
        .when(c.assign, ANA, at=at(2), seen_version=None)
        .then(c.Assigned(ANA, "assigned", at(2), at(32)))
        .state
    )
    assert (state.waiting_since, state.due_at, state.first) == (at(2), at(32), True)


# ── transfer and release ─────────────────────────────────────────────────────────────────────────


def transfer(to_agent: object = None, to_queue: object = None, **fields: object) -> dict[str, object]:
    return {
        "to_agent": to_agent,
        "to_queue": to_queue,
        "reason": None,
        "at": at(6),
        "seen_version": None,
    } | fields


def test_a_transfer_to_an_agent_keeps_the_clock_and_whose_turn_it_is() -> None:
    moved = given(CONVERSATION, *SERVED).when(c.transfer, ANA, **transfer(BIA))
    state = moved.then(
        c.Transferred(ANA, BIA, None, None, at(6)), c.Assigned(BIA, "transferred", at(6))
    ).state
    assert (state.agent_id, state.last_agent, state.due_at) == (BIA, BIA, at(31))
    asleep = given(CONVERSATION, *ANSWERED).when(c.transfer, ANA, **transfer(BIA)).after.state
    assert (asleep.awaiting, asleep.due_at) == (c.Awaiting.CUSTOMER, None)


def test_a_transfer_to_a_queue_keeps_the_running_clock() -> None:
    moved = given(CONVERSATION, *SERVED).when(c.transfer, ANA, **transfer(to_queue=SALES))
    state = moved.then(
        c.Transferred(ANA, None, SALES, None, at(6)),
        c.EnteredWaiting(
            SALES, Priority.NORMAL, "transferred", None, at(6), at(31), True, waiting_since=at(1)
        ),
    ).state
    assert (state.stage, state.agent_id, state.last_agent) == (Stage.WAITING, None, ANA)


def test_a_transfer_to_a_queue_after_an_answer_owes_the_next_one_from_the_entry() -> None:
    moved = given(CONVERSATION, *ANSWERED).when(c.transfer, ANA, **transfer(to_queue=SALES))
    assert moved.events[-1] == c.EnteredWaiting(
        SALES, Priority.NORMAL, "transferred", None, at(6), at(36), False
    )


def test_a_transfer_names_one_receiver() -> None:
    both, neither = transfer(BIA, SALES), transfer()
    given(CONVERSATION, *SERVED).when(c.transfer, ANA, **both).then_refused(c.NeedsReceiver)
    given(CONVERSATION, *SERVED).when(c.transfer, ANA, **neither).then_refused(c.NeedsReceiver)


def test_a_transfer_to_who_has_it_is_nothing() -> None:
    given(CONVERSATION, *SERVED).when(c.transfer, ANA, **transfer(ANA)).then_nothing()


def test_only_who_has_it_hands_it_on_unless_they_may_for_others() -> None:
    given(CONVERSATION, *SERVED).when(c.transfer, CAIO, **transfer(BIA)).then_refused(c.NotOwner, owner=ANA)
    moved = given(CONVERSATION, *SERVED).when(c.transfer, CAIO, **transfer(BIA, for_another=True, reason="x"))
    moved.then(c.Transferred(ANA, BIA, None, "x", at(6), CAIO), c.Assigned(BIA, "transferred", at(6)))


def test_a_transfer_of_what_changed_hands_is_a_conflict_naming_the_winner() -> None:
    history = (*SERVED, c.Transferred(ANA, BIA, None, None, at(5)), c.Assigned(BIA, "transferred", at(5)))
    given(CONVERSATION, *history).when(c.transfer, ANA, **transfer(CAIO, seen_version=4)).then_refused(
        c.Changed, by=BIA
    )


def test_releasing_keeps_the_due_time_of_the_original_wait() -> None:
    given_back = given(CONVERSATION, *SERVED).when(
        c.release, ANA, reason="pausa", note=None, at=at(6), seen_version=4
    )
    state = given_back.then(*RELEASED[-2:]).state
    assert (state.stage, state.due_at, state.queue_id) == (Stage.WAITING, at(31), TECHNICAL)


def test_releasing_after_an_unanswered_message_owes_the_answer_from_that_message() -> None:
    message = said("m2", 8, due_at=at(38))
    given_back = given(CONVERSATION, *ANSWERED, message).when(
        c.release, ANA, reason="pausa", note=None, at=at(9), seen_version=None
    )
    assert given_back.events[-1] == waiting(9, waiting_since=at(8), reason="returned", first=False)


def test_what_came_from_no_queue_needs_one_to_be_released() -> None:
    history = (c.Opened(1, CHANNEL, c.Opener.AGENT, at(0), Stage.IN_SERVICE, ANA),)
    releasing = {"reason": "pausa", "note": None, "at": at(6), "seen_version": None}
    given(CONVERSATION, *history).when(c.release, ANA, **releasing).then_refused(c.NeedsQueue)
    named = given(CONVERSATION, *history).when(c.release, ANA, **releasing, queue_id=SALES)
    assert named.after.state.queue_id == SALES


def test_only_what_is_in_service_can_be_released() -> None:
    releasing = {"reason": "pausa", "note": None, "at": at(6), "seen_version": None}
    given(CONVERSATION, *WAITS).when(c.release, ANA, **releasing).then_refused(c.NotInService)
    given(CONVERSATION, *CLOSED).when(c.release, ANA, **releasing).then_refused(c.NotOpen)
    given(CONVERSATION, *SERVED).when(c.release, BIA, **releasing).then_refused(c.NotOwner, owner=ANA)


# ── priority, snooze, notes ──────────────────────────────────────────────────────────────────────


def test_another_priority_counts_from_the_same_start() -> None:
    raised = given(CONVERSATION, *WAITS).when(
        c.change_priority, Priority.URGENT, by=ANA, reason="sem internet", at=at(20)
    )
    raised.then(c.PriorityChanged(Priority.URGENT, "sem internet", ANA, at(20), at(6)))
    raised.after.when(c.change_priority, Priority.URGENT, by=BIA, reason=None, at=at(21)).then_nothing()


def test_another_priority_starts_no_clock_where_none_runs() -> None:
    raised = given(CONVERSATION, *ANSWERED).when(
        c.change_priority, Priority.HIGH, by=ANA, reason=None, at=at(6)
    )
    raised.then(c.PriorityChanged(Priority.HIGH, None, ANA, at(6), None))


def test_what_is_closed_has_no_priority() -> None:
    given(CONVERSATION, *CLOSED).when(
        c.change_priority, Priority.HIGH, by=ANA, reason=None, at=at(11)
    ).then_refused(c.NotOpen)


def snooze(until_minutes: float) -> dict[str, object]:
    return {"reason": "técnico", "until": at(until_minutes), "at": at(5)}


def test_waiting_on_a_third_party_ends_by_its_wake_up() -> None:
    asleep = given(CONVERSATION, *ANSWERED).when(c.snooze, ANA, **snooze(60))
    after = asleep.then(c.Snoozed("técnico", at(60), at(5)), c.FellSilent(ANA, at(5)))
    assert (after.state.awaiting, after.state.wake_at) == (c.Awaiting.THIRD_PARTY, at(60))
    after.when(c.snooze, ANA, **snooze(60)).then_nothing()
    after.when(c.wake, due_at=at(60), at=at(59)).then_nothing()
    after.when(c.wake, due_at=at(60), at=at(60)).then(c.Woke(at(60)), c.Stirred(ANA, at(60)))
    after.when(c.wake, due_at=None, at=at(7)).then(c.Woke(at(7)), c.Stirred(ANA, at(7)))


def test_a_wake_up_armed_for_another_time_wakes_nobody() -> None:
    history = (*ANSWERED, c.Snoozed(None, at(60), at(5)), c.Snoozed(None, at(90), at(6)))
    given(CONVERSATION, *history).when(c.wake, due_at=at(60), at=at(60)).then_nothing()
    given(CONVERSATION, *ANSWERED).when(c.wake, due_at=at(60), at=at(60)).then_nothing()


def test_a_wake_up_is_in_the_future_and_within_five_days() -> None:
    limit = 5 + 5 * 24 * 60
    given(CONVERSATION, *ANSWERED).when(c.snooze, ANA, **snooze(5)).then_refused(c.BadWakeUp)
    given(CONVERSATION, *ANSWERED).when(c.snooze, ANA, **snooze(limit + 0.001)).then_refused(c.BadWakeUp)
    last = given(CONVERSATION, *ANSWERED).when(c.snooze, ANA, **snooze(limit)).after.state
    assert last.wake_at == at(5) + timedelta(days=5)


def test_only_the_owner_sets_aside_and_only_in_service() -> None:
    given(CONVERSATION, *ANSWERED).when(c.snooze, BIA, **snooze(60)).then_refused(c.NotOwner, owner=ANA)
    given(CONVERSATION, *WAITS).when(c.snooze, ANA, **snooze(60)).then_refused(c.NotInService)


def test_an_answer_while_a_third_party_is_awaited_does_not_end_that() -> None:
    history = (*ANSWERED, c.Snoozed(None, at(60), at(5)), wrote("a2", 6), started("a2", 6), taken("a2", 7))
    assert given(CONVERSATION, *history).state.awaiting is c.Awaiting.THIRD_PARTY


def test_notes_touch_no_clock_and_need_an_episode() -> None:
    note = c.NoteAdded(MessageId("n"), BIA, "cliente antigo", at(5))
    noted = given(CONVERSATION, *SERVED).when(c.add_note, MessageId("n"), BIA, "cliente antigo", at=at(5))
    assert noted.then(note).state.due_at == at(31)
    given(CONVERSATION, *CLOSED).when(c.add_note, MessageId("n"), BIA, "cliente antigo", at=at(5)).then(note)
    given(CONVERSATION).when(c.add_note, MessageId("n"), BIA, "x", at=at(5)).then_refused(c.UnknownEpisode)


FROM_THE_PHONE = (
    c.Opened(1, CHANNEL, c.Opener.DEVICE, at(0), Stage.IN_SERVICE, c.DEVICE),
    said("e", 0, echo=True),
    said("m", 1, due_at=at(31)),
)


def test_what_the_device_owns_anybody_may_take_and_its_clock_runs_on() -> None:
    taken_on = given(CONVERSATION, *FROM_THE_PHONE).when(c.claim, ANA, at=at(2), seen_version=3)
    assert taken_on.then(claimed(ANA, 2)).state.due_at == at(31)
    moved = given(CONVERSATION, *FROM_THE_PHONE).when(c.transfer, ANA, **transfer(to_queue=SALES))
    assert moved.after.state.due_at == at(31)
    closing = {"reason": "a/b", "outcome": "visto na loja", "at": at(5), "seen_version": None}
    assert given(CONVERSATION, *FROM_THE_PHONE).when(c.close, ANA, **closing).events
