"""What comes in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION, MessageId, Stage
from domain.queue import Priority, due
from tests.domain.facts import (
    ANA,
    ANSWERED,
    BIA,
    CHANNEL,
    CLOSED,
    SALES,
    SERVED,
    TECHNICAL,
    WAITS,
    at,
    claimed,
    closed,
    opened,
    said,
    waiting,
    wrote,
)
from tests.spec import given

ENTERED = {"reason": "late", "subject": None, "first": True}


# ── opening ──────────────────────────────────────────────────────────────────────────────────────


def test_the_first_message_opens_an_episode_in_automation() -> None:
    given(CONVERSATION).when(c.receive, said("oi", 0), channel_id=CHANNEL).then(opened(), said("oi", 0))


def test_what_we_know_of_who_writes_is_kept_when_it_is_new_and_only_then() -> None:
    contact = c.ContactKnown(wa_id="5511900000000", name="Cliente Um", digest="d1")
    known = given(CONVERSATION).when(c.receive, said("oi", 0), channel_id=CHANNEL, contact=contact)
    after = known.then(opened(), contact, said("oi", 0))
    after.when(c.receive, said("m2", 1), channel_id=CHANNEL, contact=contact).then(said("m2", 1))
    renamed = replace(contact, name="Cliente Dois", digest="d2")
    after.when(c.receive, said("m2", 1), channel_id=CHANNEL, contact=renamed).then(renamed, said("m2", 1))


def test_a_contact_without_a_digest_is_kept_once() -> None:
    contact = c.ContactKnown(wa_id="5511900000000")
    known = given(CONVERSATION).when(c.receive, said("oi", 0), channel_id=CHANNEL, contact=contact)
    after = known.then(opened(), contact, said("oi", 0))
    after.when(c.receive, said("m2", 1), channel_id=CHANNEL, contact=contact).then(said("m2", 1))


def test_of_people_we_never_met_no_address_is_kept() -> None:
    given(CONVERSATION).when(c.learn_contact, c.ContactKnown(phone="5511900000000")).then_nothing()


def test_a_message_heard_before_is_nothing() -> None:
    given(CONVERSATION, *WAITS).when(c.receive, said("oi", 5), channel_id=CHANNEL).then_nothing()


def test_closing_does_not_make_us_forget_what_we_heard() -> None:
    given(CONVERSATION, *CLOSED).when(c.receive, said("oi", 11), channel_id=CHANNEL).then_nothing()


def test_a_new_episode_does_not_make_us_forget_what_we_heard() -> None:
    history = (*CLOSED, opened(3000, episode=2), said("m2", 3000))
    given(CONVERSATION, *history).when(c.receive, said("oi", 3001), channel_id=CHANNEL).then_nothing()


def test_the_last_500_ids_are_remembered_and_no_more() -> None:
    state = given(CONVERSATION, opened(), *(said(f"m{n}", n) for n in range(510))).state
    assert list(state.heard) == [f"m{n}" for n in range(10, 510)]


def test_an_unsupported_kind_opens_like_any_other_and_keeps_what_it_was() -> None:
    poll = said("p", 0, text=None, kind="unsupported", content={"raw_type": "poll", "errors": [131051]})
    given(CONVERSATION).when(c.receive, poll, channel_id=CHANNEL).then(opened(), poll)


# ── late ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_message_more_than_ten_minutes_old_goes_straight_to_waiting() -> None:
    late = said("oi", 20, sent_at=at(9))
    heard = given(CONVERSATION).when(c.receive, late, channel_id=CHANNEL, queue_id=TECHNICAL)
    heard.then(opened(20, stage=Stage.WAITING), replace(late, late=True), waiting(20, reason="late"))


def test_a_message_exactly_ten_minutes_old_is_not_late() -> None:
    message = said("oi", 20, sent_at=at(10))
    given(CONVERSATION).when(c.receive, message, channel_id=CHANNEL).then(opened(20), message)


def test_a_late_message_takes_automation_to_waiting() -> None:
    late = said("m2", 60, sent_at=at(1))
    heard = given(CONVERSATION, opened(), said("oi", 0)).when(
        c.receive, late, channel_id=CHANNEL, queue_id=TECHNICAL
    )
    heard.then(replace(late, late=True), waiting(60, reason="late"))


def test_a_late_message_opens_the_window_only_by_its_own_time() -> None:
    five_days = said("oi", 0, sent_at=at(0) - timedelta(days=5))
    state = given(CONVERSATION).when(c.receive, five_days, channel_id=CHANNEL).after.state
    assert not state.window_open(at(0))


# ── thanks ───────────────────────────────────────────────────────────────────────────────────────


def test_thanks_within_24_hours_of_closing_reopens_nothing() -> None:
    thanks = said("t", 11, "obrigado", thanks=True)
    given(CONVERSATION, *CLOSED).when(c.receive, thanks, channel_id=CHANNEL).then(thanks)


def test_thanks_later_than_that_opens_nothing() -> None:
    thanks = said("t", 5000, "obrigado", thanks=True)
    given(CONVERSATION, *CLOSED).when(c.receive, thanks, channel_id=CHANNEL).then(thanks)


def test_thanks_in_service_starts_no_clock_but_ends_the_customers_turn() -> None:
    thanks = said("t", 6, "obrigado", thanks=True)
    state = given(CONVERSATION, *ANSWERED).when(c.receive, thanks, channel_id=CHANNEL).then(thanks).state
    assert state.due_at is None
    assert state.awaiting is c.Awaiting.AGENT


# ── reopening ────────────────────────────────────────────────────────────────────────────────────


def test_within_24_hours_the_end_included_a_message_reopens_in_the_closing_queue() -> None:
    message = said("m2", 10 + 24 * 60)
    again = given(CONVERSATION, *CLOSED).when(c.receive, message, channel_id=CHANNEL, queue_id=SALES)
    minute = 10 + 24 * 60
    again.then(
        c.Reopened(1, 2, Stage.WAITING, at(minute)),
        message,
        waiting(minute, reason="reopened"),
    )


def test_after_24_hours_a_message_opens_a_new_episode() -> None:
    message = said("m2", 10 + 24 * 60 + 0.001)
    again = given(CONVERSATION, *CLOSED).when(c.receive, message, channel_id=CHANNEL)
    again.then(opened(10 + 24 * 60 + 0.001, episode=2), message)


def test_reopened_to_the_last_agent_when_free_with_a_first_response_clock() -> None:
    message = said("m2", 20)
    again = given(CONVERSATION, *CLOSED).when(c.receive, message, channel_id=CHANNEL, to_agent=ANA)
    state = again.then(
        c.Reopened(1, 2, Stage.IN_SERVICE, at(20), ANA),
        message,
        c.Assigned(ANA, "reopened", at(20), due(at(20), Priority.NORMAL)),
    ).state
    assert (state.agent_id, state.first, state.awaiting) == (ANA, True, c.Awaiting.AGENT)
    assert state.due_at == at(50)


def test_another_agent_than_the_last_is_not_given_what_is_reopened() -> None:
    again = given(CONVERSATION, *CLOSED).when(c.receive, said("m2", 20), channel_id=CHANNEL, to_agent=BIA)
    assert again.after.state.stage is Stage.WAITING


@pytest.mark.parametrize("by", ["automation", "silence"])
def test_what_automation_or_silence_closed_reopens_in_automation(by: str) -> None:
    history = (opened(), said("oi", 0), closed(5, by, "quiet"))
    message = said("m2", 6)
    again = given(CONVERSATION, *history).when(c.receive, message, channel_id=CHANNEL, to_agent=ANA)
    again.then(c.Reopened(1, 2, Stage.AUTOMATION, at(6)), message)


def test_what_silence_closed_goes_to_no_agent_even_when_a_late_message_reopens_it() -> None:
    late = said("m2", 60, sent_at=at(40))
    again = given(CONVERSATION, *ANSWERED, closed(30, "silence", "silence")).when(
        c.receive, late, channel_id=CHANNEL, to_agent=ANA
    )
    again.then(c.Reopened(1, 2, Stage.WAITING, at(60)), replace(late, late=True), waiting(60, reason="late"))


def test_a_queue_may_reopen_for_less_than_a_day() -> None:
    within, later = (said("m2", 10 + minutes) for minutes in (60, 60.001))
    hour = {"channel_id": CHANNEL, "reopening": timedelta(hours=1)}
    assert given(CONVERSATION, *CLOSED).when(c.receive, within, **hour).after.state.period == 2
    assert given(CONVERSATION, *CLOSED).when(c.receive, later, **hour).after.state.episode == 2


def test_another_subject_opens_another_episode_within_24_hours() -> None:
    message = said("m2", 20)
    again = given(CONVERSATION, *CLOSED).when(c.receive, message, channel_id=CHANNEL, new_demand=True)
    again.then(opened(20, episode=2), message)


@pytest.mark.parametrize(
    ("text", "another"),
    [
        ("quero a segunda via do boleto", True),
        ("quero cancelar", True),
        ("minha internet caiu de novo", False),
        ("oi, ainda estou aqui", False),
        ("vocês resolveram mesmo o problema?", False),
    ],
)
def test_only_what_clearly_is_another_subject_gets_a_protocol_of_its_own(text: str, another: bool) -> None:
    technical = (opened(), said("oi", 0), waiting(1, subject="technical"), claimed(ANA, 2), closed(10))
    heard = given(CONVERSATION, *technical).when(c.receive, said("m2", 20, text), channel_id=CHANNEL)
    kind = c.Opened if another else c.Reopened
    assert isinstance(heard.events[0], kind)
    unknown = given(CONVERSATION, *CLOSED).when(c.receive, said("m2", 20, text), channel_id=CHANNEL)
    assert isinstance(unknown.events[0], c.Reopened)


def test_reopening_keeps_the_protocol_number() -> None:
    history = (*ANSWERED, c.ProtocolGiven(1, "20260000000001", at(5)), closed(10))
    state = given(CONVERSATION, *history).when(c.receive, said("m2", 20), channel_id=CHANNEL).after.state
    assert (state.episode, state.period, state.protocol) == (1, 2, "20260000000001")


# ── while somebody has it ────────────────────────────────────────────────────────────────────────


def test_more_messages_do_not_move_a_running_clock() -> None:
    state = given(CONVERSATION, *SERVED).when(c.receive, said("m2", 20), channel_id=CHANNEL).after.state
    assert state.due_at == at(31)


def test_a_message_after_our_answer_starts_the_next_response_clock() -> None:
    message = said("m2", 20)
    heard = given(CONVERSATION, *ANSWERED).when(c.receive, message, channel_id=CHANNEL)
    state = heard.then(replace(message, due_at=at(50))).state
    assert (state.waiting_since, state.awaiting) == (at(20), c.Awaiting.AGENT)


@pytest.mark.parametrize(
    ("sent", "since"), [(15, 15), (25, 20), (9, 20), (10, 10)], ids=["past", "future", "late", "limit"]
)
def test_the_next_response_clock_starts_at_provider_time_within_reason(sent: float, since: float) -> None:
    message = said("m2", 20, sent_at=at(sent))
    state = given(CONVERSATION, *ANSWERED).when(c.receive, message, channel_id=CHANNEL).after.state
    assert state.waiting_since == at(since)


def test_any_message_wakes_what_waits_on_a_third_party() -> None:
    history = (*ANSWERED, c.Snoozed("técnico", at(2000), at(5)))
    heard = given(CONVERSATION, *history).when(c.receive, said("m2", 20), channel_id=CHANNEL)
    assert heard.events[-1] == c.Woke(at(20))
    assert heard.after.state.awaiting is c.Awaiting.AGENT
    assert heard.after.state.wake_at is None


def test_a_customer_who_waits_and_writes_again_keeps_the_due_time() -> None:
    state = given(CONVERSATION, *WAITS, said("m2", 5), said("m3", 6)).state
    assert state.due_at == at(31)


# ── echoes, calls and the rest ───────────────────────────────────────────────────────────────────


def echo(name: str, minutes: float) -> c.MessageReceived:
    return said(name, minutes, "já vi aqui", echo=True)


def test_an_echo_without_an_episode_opens_one_owned_by_the_device() -> None:
    heard = given(CONVERSATION).when(c.hear_echo, echo("e", 0), channel_id=CHANNEL)
    state = heard.then(
        c.Opened(1, CHANNEL, c.Opener.DEVICE, at(0), Stage.IN_SERVICE, c.DEVICE), echo("e", 0)
    ).state
    assert (state.agent_id, state.awaiting, state.due_at) == ("aparelho", c.Awaiting.CUSTOMER, None)


def test_an_echo_silences_automation_and_the_next_message_goes_to_waiting() -> None:
    history = (opened(), said("oi", 0))
    after = (
        given(CONVERSATION, *history)
        .when(c.hear_echo, echo("e", 1), channel_id=CHANNEL)
        .then(echo("e", 1), c.AutomationSilenced(1))
    )
    again = after.when(c.receive, said("m2", 2), channel_id=CHANNEL, queue_id=TECHNICAL)
    again.then(said("m2", 2), waiting(2, reason="silenced"))


def test_a_second_echo_does_not_silence_again() -> None:
    history = (opened(), said("oi", 0), echo("e", 1), c.AutomationSilenced(1))
    given(CONVERSATION, *history).when(c.hear_echo, echo("e2", 2), channel_id=CHANNEL).then(echo("e2", 2))


def test_an_echo_is_heard_once_opens_no_window_and_answers_nobody() -> None:
    heard = given(CONVERSATION, *SERVED).when(c.hear_echo, echo("e", 9), channel_id=CHANNEL).after
    assert heard.state.due_at == at(31)
    assert heard.state.inbound_at == at(0)
    heard.when(c.hear_echo, echo("e", 9), channel_id=CHANNEL).then_nothing()


def test_silence_of_automation_ends_with_the_episode() -> None:
    history = (opened(), echo("e", 1), c.AutomationSilenced(1), closed(2), opened(3000, episode=2))
    assert not given(CONVERSATION, *history).state.silenced


def call(turn: str, minutes: float, direction: str = "USER_INITIATED") -> c.CallHeard:
    return c.CallHeard(MessageId("call"), turn, direction, at(minutes), at(minutes))


def test_an_unanswered_call_opens_an_episode_in_waiting() -> None:
    rings = given(CONVERSATION).when(c.hear_call, call("connect", 0), channel_id=CHANNEL)
    hung_up = rings.then(call("connect", 0)).when(
        c.hear_call, call("terminate", 1), channel_id=CHANNEL, queue_id=TECHNICAL
    )
    hung_up.then(
        c.Opened(1, CHANNEL, c.Opener.CALL, at(1), Stage.WAITING),
        call("terminate", 1),
        waiting(1, reason="call"),
    )


def test_an_answered_call_opens_nothing() -> None:
    history = (call("connect", 0), call("accept", 1))
    ended = given(CONVERSATION, *history).when(c.hear_call, call("terminate", 9), channel_id=CHANNEL)
    ended.then(call("terminate", 9))


def test_a_call_of_ours_opens_nothing_and_no_window() -> None:
    ours = call("terminate", 0, "BUSINESS_INITIATED")
    state = given(CONVERSATION).when(c.hear_call, ours, channel_id=CHANNEL).then(ours).state
    assert not state.window_open(at(0))


def test_a_call_within_24_hours_of_closing_reopens_the_same_demand() -> None:
    heard = given(CONVERSATION, *CLOSED).when(c.hear_call, call("terminate", 20), channel_id=CHANNEL)
    reopened = c.Reopened(1, 2, Stage.WAITING, at(20))
    heard.then(reopened, call("terminate", 20), waiting(20, reason="call"))


def test_a_call_opens_the_window_and_its_turns_are_heard_once() -> None:
    heard = given(CONVERSATION, call("connect", 0))
    assert heard.state.window_open(at(24 * 60))
    heard.when(c.hear_call, call("connect", 0), channel_id=CHANNEL).then_nothing()


def test_a_call_during_service_is_only_kept() -> None:
    given(CONVERSATION, *SERVED).when(c.hear_call, call("terminate", 5), channel_id=CHANNEL).then(
        call("terminate", 5)
    )


HEARD_AS = MessageId("says-so")
REACTED = c.Reacted(MessageId("oi"), "👍", at(20), None, HEARD_AS)
EDITED = c.MessageEdited(MessageId("oi"), "text", "sem net", at(20), HEARD_AS)
DELETED = c.MessageDeleted(MessageId("oi"), at(20), HEARD_AS)
CHANGED = c.NumberChanged("5511911111111", at(20), HEARD_AS)
TAP = said("t", 20, "Cancelar o contrato", kind="button_reply", content={"reply_id": "cancel_contract"})


@pytest.mark.parametrize(
    "history",
    [
        WAITS,
        ANSWERED,
        CLOSED,
        (opened(), said("oi", 0), said("e", 1, echo=True), c.AutomationSilenced(1)),
    ],
    ids=["waits", "answered", "closed", "silenced"],
)
def test_the_button_that_cancels_counts_wherever_automation_does_not_read_it(
    history: tuple[c.Event, ...],
) -> None:
    heard = given(CONVERSATION, *history).when(c.receive, TAP, channel_id=CHANNEL)
    assert heard.events[-1] == c.CancellationRequested(at(20))
    again = said("t2", 21, "Cancelar o contrato", kind="button_reply", content=TAP.content)
    once = heard.after.when(c.receive, again, channel_id=CHANNEL).events
    assert not any(isinstance(event, c.CancellationRequested) for event in once)


def test_automation_reads_its_own_button() -> None:
    for history in [(), (opened(), said("oi", 0))]:
        heard = given(CONVERSATION, *history).when(c.receive, TAP, channel_id=CHANNEL)
        assert not any(isinstance(event, c.CancellationRequested) for event in heard.events)


SYSTEM = said("s", 20, None, kind="system")


@pytest.mark.parametrize(
    ("decision", "event"),
    [
        (c.hear_reaction, REACTED),
        (c.hear_edit, EDITED),
        (c.hear_deletion, DELETED),
        (c.hear_number_change, CHANGED),
    ],
)
@pytest.mark.parametrize("history", [(), WAITS, ANSWERED, CLOSED], ids=["new", "waits", "answered", "closed"])
def test_reactions_edits_deletions_and_number_changes_are_kept_once_and_move_nothing(
    decision: object, event: c.Event, history: tuple[c.Event, ...]
) -> None:
    assert callable(decision)
    before = given(CONVERSATION, *history)
    after = before.when(decision, event).then(event)
    assert after.state.stage is before.state.stage
    assert after.state.due_at == before.state.due_at
    assert after.state.inbound_at == before.state.inbound_at
    after.when(decision, event).then_nothing()


SNOOZED = (*ANSWERED, c.Snoozed("técnico", at(2000), at(5)))


@pytest.mark.parametrize(
    "history",
    [(), WAITS, ANSWERED, SNOOZED, CLOSED],
    ids=["new", "waits", "answered", "snoozed", "closed"],
)
def test_a_word_from_the_system_opens_nothing_and_starts_no_clock(history: tuple[c.Event, ...]) -> None:
    before = given(CONVERSATION, *history)
    after = before.when(c.receive, SYSTEM, channel_id=CHANNEL).then(SYSTEM)
    assert after.state.inbound_at == before.state.inbound_at
    assert not after.state.wrote_since(before.state.version)


def test_what_becomes_of_a_file_is_kept() -> None:
    stored = c.MediaStored(MessageId("oi"), "key", 3, "00", "image/jpeg")
    given(CONVERSATION, *WAITS).when(c.keep_media, stored).then(stored)
    lost = c.MediaLost(MessageId("oi"), "gone")
    given(CONVERSATION, *WAITS).when(c.lose_media, lost).then(lost)


def test_the_burst_begins_with_the_first_message_automation_has_not_read() -> None:
    history = (opened(), said("oi", 0), c.BurstRead(MessageId("oi"), "greeting", 0, at(1)))
    assert given(CONVERSATION, *history).state.burst_at is None
    state = given(CONVERSATION, *history, said("m2", 3), said("m3", 4)).state
    assert (state.burst_at, state.last_message) == (at(3), "m3")
    assert given(CONVERSATION, *history, said("m2", 3), waiting(4), claimed(ANA, 5)).state.burst_at is None


def test_a_send_of_automation_makes_nobody_wait_less() -> None:
    state = given(CONVERSATION, *WAITS, wrote("g", 2, None, purpose="estimate")).state
    assert state.due_at == at(31)


def test_an_echo_or_a_call_tells_who_it_is_about_only_when_nothing_is_known() -> None:
    known, less = c.ContactKnown(name="Cliente Um", digest="d1"), c.ContactKnown(wa_id="55", digest="d2")
    fresh = given(CONVERSATION).when(c.hear_echo, echo("e", 0), channel_id=CHANNEL, contact=less)
    assert less in fresh.events
    history = (opened(), known, said("oi", 0))
    for decision, heard in ((c.hear_echo, echo("e", 1)), (c.hear_call, call("connect", 1))):
        later = given(CONVERSATION, *history).when(decision, heard, channel_id=CHANNEL, contact=less)
        assert less not in later.events
