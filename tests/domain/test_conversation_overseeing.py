"""What a supervisor does in a conversation that is not theirs."""

from __future__ import annotations

import pytest

from domain import conversation as c
from domain.conversation import CONVERSATION, MessageId, Stage
from tests.domain.facts import ANA, BIA, CLOSED, SALES, SERVED, WAITS, at
from tests.spec import given

NOTE = MessageId("n")


def test_reading_along_is_recorded_each_time_and_touches_nothing() -> None:
    before = given(CONVERSATION, *SERVED)
    read = before.when(c.listen, BIA, at=at(6))
    read.then(c.ListenedTo(BIA, ANA, at(6)))
    after, was = read.after.state, CONVERSATION.fold(SERVED)
    assert (after.agent_id, after.moved_version, after.due_at) == (
        was.agent_id,
        was.moved_version,
        was.due_at,
    )
    read.after.when(c.listen, BIA, at=at(7)).then(c.ListenedTo(BIA, ANA, at(7)))


def test_nobody_listens_to_themselves_nor_to_what_never_was() -> None:
    given(CONVERSATION, *SERVED).when(c.listen, ANA, at=at(6)).then_nothing()
    given(CONVERSATION).when(c.listen, BIA, at=at(6)).then_refused(c.UnknownEpisode)


def test_a_whisper_is_a_note_to_who_attends() -> None:
    whispered = given(CONVERSATION, *SERVED).when(c.whisper, NOTE, BIA, "ofereça a visita", at=at(6))
    whispered.then(c.NoteAdded(NOTE, BIA, "ofereça a visita", at(6), whispered_to=ANA))


@pytest.mark.parametrize("history", [WAITS, CLOSED], ids=["waits", "closed"])
def test_there_is_nobody_to_whisper_to_where_nobody_attends(history: tuple[c.Event, ...]) -> None:
    given(CONVERSATION, *history).when(c.whisper, NOTE, BIA, "oi", at=at(90)).then_refused(c.NotInService)


def test_taking_over_moves_it_with_its_reason_and_its_running_clock() -> None:
    due_at = CONVERSATION.fold(SERVED).due_at
    taken = given(CONVERSATION, *SERVED).when(
        c.take_over, BIA, reason="pediu o  responsável", at=at(6), seen_version=None
    )
    taken.then(
        c.Transferred(ANA, BIA, None, "pediu o responsável", at(6), by=BIA), c.Assigned(BIA, "taken", at(6))
    )
    assert (taken.after.state.agent_id, taken.after.state.due_at) == (BIA, due_at)
    taken.after.when(c.take_over, BIA, reason="de novo", at=at(7), seen_version=None).then_nothing()


def test_taking_over_takes_a_reason_and_somebody_to_take_it_from() -> None:
    asked = {"at": at(90), "seen_version": None}
    given(CONVERSATION, *SERVED).when(c.take_over, BIA, reason=" ", **asked).then_refused(c.NeedsReason)
    given(CONVERSATION, *WAITS).when(c.take_over, BIA, reason="x", **asked).then_refused(c.NotInService)
    given(CONVERSATION, *CLOSED).when(c.take_over, BIA, reason="x", **asked).then_refused(c.NotOpen)


def test_taking_over_what_was_handed_on_meanwhile_is_refused_with_the_name_of_who_did_it() -> None:
    moved = (*SERVED, c.Transferred(ANA, None, SALES, "vendas", at(6)))
    given(CONVERSATION, *moved).when(
        c.take_over, BIA, reason="x", at=at(7), seen_version=len(SERVED)
    ).then_refused(c.Changed, by=ANA)


def test_moving_what_a_colleague_attends_takes_a_reason() -> None:
    asked = {"to_queue": SALES, "at": at(6), "seen_version": None, "for_another": True}
    given(CONVERSATION, *SERVED).when(c.transfer, BIA, reason=None, **asked).then_refused(c.NeedsReason)
    moved = given(CONVERSATION, *SERVED).when(c.transfer, BIA, reason="vendas", **asked)
    assert moved.after.state.stage is Stage.WAITING
    own = given(CONVERSATION, *SERVED).when(c.transfer, ANA, reason=None, **asked)
    assert own.after.state.stage is Stage.WAITING
