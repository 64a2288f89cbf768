"""What holds for every history."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from domain.conversation import Sending, Stage
from domain.journal import Recorded
from projections.answer import fold
from projections.catalogue import PROJECTIONS
from projections.first_line import FIRST_LINE
from projections.inbox import INBOX
from projections.outgoing import OUTGOING, given_up
from projections.transcript import TRANSCRIPT, Status
from tests.projections.histories import Walk, steps, told, walk

BEFORE_ANY_RECEIPT = {
    Sending.REQUESTED: Status.REQUESTED,
    Sending.STARTED: Status.STARTED,
    Sending.POSTPONED: Status.REQUESTED,
    Sending.UNKNOWN: Status.UNKNOWN,
    Sending.ACCEPTED: Status.QUEUED,
    Sending.FAILED: Status.FAILED,
}


@given(steps)
def test_the_inbox_never_disagrees_with_the_conversation_itself(numbers: list[tuple[int, int]]) -> None:
    going = walk(numbers)
    rows = fold(INBOX, told(*going.events))
    state = going.state
    if not rows:
        assert state.episode == 0
        return
    [row] = rows.values()
    assert (row.stage, row.episode, row.period) == (state.stage, state.episode, state.period)
    assert (row.agent_id, row.last_agent_id) == (state.agent_id, state.last_agent)
    assert (row.priority, row.queue_id, row.subject) == (state.priority, state.queue_id, state.subject)
    assert (row.protocol, row.silenced) == (state.protocol, state.silenced)
    assert row.window_until == state.window_ends_at
    assert [w[0] for w in row.unanswered] == [u.version for u in state.unanswered]
    assert row.unanswered_since == (state.unanswered[0].since if state.unanswered else None)
    assert row.wake_at == state.wake_at
    assert (row.offered_to, row.offer_expires_at) == (state.offered_to, state.expires_at)
    assert (row.tried, row.restart_at, row.relaxed) == (state.tried, state.restart_at, state.relaxed)
    assert row.silent == state.silent
    assert row.version >= max(state.moved_version, state.wrote_version)
    if row.stage is not Stage.CLOSED:
        assert (row.due_at, row.waiting_since, row.first) == (state.due_at, state.waiting_since, state.first)
    if row.stage is Stage.IN_SERVICE:
        assert row.awaiting is state.awaiting


@given(steps)
def test_what_is_on_its_way_out_is_what_the_conversation_has_not_done(numbers: list[tuple[int, int]]) -> None:
    going = walk(numbers)
    rows = fold(OUTGOING, told(*going.events))
    pending = [send for send in going.state.sends.values() if not send.done]
    listed = [send for row in rows.values() for send in row.pending if not given_up(send)]
    assert [send["message_id"] for send in listed] == [send.message_id for send in pending]
    assert [(s["status"], s["attempt"], s["possibly_twice"]) for s in listed] == [
        (s.status, s.attempt, s.possibly_twice) for s in pending
    ]
    for row in rows.values():
        assert row.head_id == (pending[0].message_id if pending else None)
        assert row.status == (pending[0].status if pending else None)


@given(steps)
def test_the_transcript_shows_of_each_message_what_the_conversation_knows(
    numbers: list[tuple[int, int]],
) -> None:
    going = walk(numbers)
    rows = fold(TRANSCRIPT, told(*going.events))
    for send in going.state.sends.values():
        line = rows["c1", send.message_id]
        if send.receipt is None:
            assert line.status == BEFORE_ANY_RECEIPT[send.status]
        else:
            assert line.status == send.receipt
        assert (line.attempt, line.possibly_twice) == (send.attempt, send.possibly_twice)
    for message_id in going.state.heard:
        if message_id.startswith("in-"):
            assert rows["c1", message_id].text is not None
    places = [line.place for line in rows.values()]
    assert len(set(places)) == len(places)


@given(steps)
def test_the_first_line_owes_what_the_conversation_has_not_read(numbers: list[tuple[int, int]]) -> None:
    going = walk(numbers)
    state = going.state
    for row in fold(FIRST_LINE, told(*going.events)).values():
        assert (row.open, row.episode) == (state.is_open, state.episode)
        assert row.automation == (state.stage is Stage.AUTOMATION)
        assert (row.silenced, row.through) == (state.silenced, state.last_message)
        assert row.unread_from == state.burst_at
        assert (row.unread_to is None) == (not row.unread) == (row.unread_from is None)
        assert row.numbered == (state.protocol is not None)
        assert row.standing.automated == (state.stage is Stage.AUTOMATION and not state.silenced)


@given(st.lists(steps, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_rows_are_the_same_however_streams_are_interleaved_and_cut(
    several: list[list[tuple[int, int]]], luck: random.Random
) -> None:
    histories = [
        told(*walk(numbers).events, stream=f"conversation-c{n}") for n, numbers in enumerate(several)
    ]
    one_by_one = [fact for history in histories for fact in history]
    mixed = _interleave(histories, luck)
    for projection in PROJECTIONS.values():
        whole = fold(projection, one_by_one)
        in_steps: dict[tuple[object, ...], object] = {}
        for fact in mixed:
            in_steps = fold(projection, [fact], in_steps)
        assert in_steps == whole
        assert fold(projection, one_by_one) == whole


def _interleave(histories: Sequence[Sequence[Recorded]], luck: random.Random) -> list[Recorded]:
    left = [list(history) for history in histories]
    mixed: list[Recorded] = []
    while any(left):
        chosen = luck.choice([history for history in left if history])
        mixed.append(chosen.pop(0))
    return mixed


@given(steps, st.integers(0, 60))
def test_every_fold_takes_a_history_whose_beginning_it_never_saw(
    numbers: list[tuple[int, int]], missing: int
) -> None:
    facts = told(*walk(numbers).events)
    for projection in PROJECTIONS.values():
        for row in fold(projection, facts[missing:]).values():
            assert isinstance(row, projection.row)


def test_the_walks_reach_every_stage_and_the_rare_events() -> None:
    """So that the laws above speak of something."""
    luck = random.Random(7)
    events: set[str] = set()
    stages: set[Stage] = set()
    for _ in range(60):
        going = Walk()
        for _ in range(80):
            going.step(luck.randrange(30), luck.randrange(1000))
            stages.add(going.state.stage)
        events |= {type(event).__name__ for event in going.events}
    assert stages == set(Stage)
    assert {
        "BurstRead",
        "AnswerVoided",
        "AnswerArrived",
        "SendUnknown",
        "ReceiptParked",
        "Reopened",
        "Released",
        "Woke",
        "OfferAccepted",
        "OfferExpired",
        "OfferWithdrawn",
        "RoundEnded",
        "RoundRestarted",
        "SkillsRelaxed",
        "FellSilent",
        "Stirred",
    } <= events
