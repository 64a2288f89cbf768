"""What holds for every history, possible or not."""

from __future__ import annotations

import typing
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import conversation as c
from domain.conversation import CONVERSATION, Author, Conversation, Event, MessageId, Receipt, Stage
from domain.conversation.weighing import RECEIPT_RANK
from domain.grammar import Refused, changed
from domain.privacy import Class
from domain.queue import Priority, QueueId
from tests.domain.facts import ANA, ANSWERED, BIA, CHANNEL, NOON, SERVED, TECHNICAL, at, said
from tests.luck import examples

MARK = "palavras-de-alguém"
EVENTS = typing.get_args(Event)

instants = st.integers(0, 6000).map(at)
ids = st.sampled_from(["m1", "m2", "m3", "ref-m1"])
VALUES: dict[object, st.SearchStrategy[object]] = {
    str: ids,
    int: st.integers(0, 3),
    float: st.floats(0, 100),
    bool: st.booleans(),
    datetime: instants,
    type(None): st.none(),
}


def personal(hint: object) -> bool:
    return any(isinstance(mark, Class) for mark in getattr(hint, "__metadata__", ()))


def value_of(hint: object) -> st.SearchStrategy[object]:
    """Any value of a field's type; what is someone's own holds the mark."""
    if typing.get_origin(hint) is typing.Annotated:
        inner = typing.get_args(hint)[0]
        if personal(hint):
            return st.just({"text": MARK} if typing.get_origin(inner) is dict else MARK)
        return value_of(inner)
    if typing.get_origin(hint) is dict:
        return st.dictionaries(st.sampled_from(["strategy", "relaxed"]), st.integers(), max_size=2)
    if args := [arg for arg in typing.get_args(hint) if arg is not Ellipsis]:
        if typing.get_origin(hint) is tuple:
            return st.lists(value_of(args[0]), max_size=2).map(tuple)
        return st.one_of([value_of(arg) for arg in args])
    if isinstance(hint, typing.NewType):
        return value_of(hint.__supertype__)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return any_of(hint)
    return VALUES[hint]


def any_of(event: type) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(event, include_extras=True)
    return st.builds(event, **{field.name: value_of(hints[field.name]) for field in fields(event)})


events = st.one_of([any_of(event) for event in EVENTS])


# ── memory ───────────────────────────────────────────────────────────────────────────────────────


@given(st.lists(events, max_size=40))
def test_any_sequence_of_events_can_be_remembered_and_holds_nobodys_words(history: list[Event]) -> None:
    state = CONVERSATION.fold(history)
    assert state.version == len(history)
    assert MARK not in repr(state)


def test_the_law_above_would_notice_words_in_the_state() -> None:
    words = [name for event in EVENTS for name, hint in hints_of(event).items() if MARK in repr_of(hint)]
    assert {"text", "outcome", "provider_id", "wa_id", "name"} <= set(words)


def hints_of(event: type) -> dict[str, object]:
    return typing.get_type_hints(event, include_extras=True)


def repr_of(hint: object) -> str:
    """The mark, if any part of the type is someone's own."""
    return MARK if personal(hint) or any(map(personal, typing.get_args(hint))) else ""


@given(st.lists(events, max_size=20), events)
def test_remembering_changes_no_earlier_state(history: list[Event], event: Event) -> None:
    before = CONVERSATION.fold(history)
    told = repr(before)
    CONVERSATION.evolve(before, event)
    assert repr(before) == told


# ── heard once ───────────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.integers(0, 8), max_size=30))
def test_whatever_is_repeated_and_shuffled_is_heard_once(order: list[int]) -> None:
    state, heard = CONVERSATION.initial, []
    for minute, n in enumerate(order):
        message = said(f"m{n}", minute, sent_at=at(n))
        events = c.receive(state, message, channel_id=CHANNEL)
        heard += [e.message_id for e in events if isinstance(e, c.MessageReceived)]
        state = CONVERSATION.fold(events, state)
    assert sorted(heard) == sorted({f"m{n}" for n in order})


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────

receipts = st.lists(st.tuples(st.sampled_from(Receipt), st.integers(5, 8)), max_size=8)


@given(receipts, st.randoms(use_true_random=False))
def test_receipts_in_any_order_and_repetition_end_at_the_same_rank(
    told: list[tuple[Receipt, int]], luck: typing.Any
) -> None:
    def ends(order: list[tuple[Receipt, int]]) -> tuple[Receipt | None, set[object]]:
        state, kept = CONVERSATION.fold(ANSWERED), []
        for receipt, minute in order:
            events = c.hear_receipt(state, MessageId("ref-a1"), receipt, sent_at=at(minute), at=at(minute))
            kept += [(e.receipt, e.at) for e in events if isinstance(e, c.ReceiptHeard)]
            state = CONVERSATION.fold(events, state)
        assert len(kept) == len(set(kept))
        return state.sends[MessageId("a1")].receipt, set(kept)

    again = [*told, *told[::2]]
    luck.shuffle(again)
    assert ends(told) == ends(again)


@given(st.lists(st.sampled_from(Receipt), min_size=1))
def test_failed_stands_only_when_nothing_proves_arrival(heard: list[Receipt]) -> None:
    stands = None
    for receipt in heard:
        stands = c.highest(stands, receipt)
    arrived = {Receipt.DELIVERED, Receipt.READ, Receipt.PLAYED} & set(heard)
    if arrived:
        assert stands is max(arrived, key=RECEIPT_RANK.__getitem__)
    elif Receipt.FAILED in heard:
        assert stands is Receipt.FAILED


@given(receipts, st.integers(0, 8))
def test_receipts_before_and_after_our_id_end_the_same(told: list[tuple[Receipt, int]], early: int) -> None:
    state = CONVERSATION.fold(ANSWERED[:-1])

    def hear(state: Conversation, part: list[tuple[Receipt, int]]) -> Conversation:
        for receipt, minute in part:
            state = CONVERSATION.fold(
                c.hear_receipt(state, MessageId("ref-a1"), receipt, sent_at=at(minute), at=at(minute)), state
            )
        return state

    state = hear(state, told[:early])
    accepted = c.send_accepted(
        state,
        MessageId("a1"),
        attempt=1,
        provider_ref=MessageId("ref-a1"),
        provider_id=None,
        wa_id=None,
        at=at(4),
    )
    state = hear(CONVERSATION.fold(accepted, state), told[early:])
    expected = hear(CONVERSATION.fold(ANSWERED), told)
    assert state.sends[MessageId("a1")].receipt is expected.sends[MessageId("a1")].receipt
    assert (state.due_at, state.first) == (expected.due_at, expected.first)


# ── walks through real decisions ─────────────────────────────────────────────────────────────────

steps = st.lists(st.tuples(st.integers(0, 21), st.integers(0, 3)), max_size=50)


def step(state: Conversation, number: int, pick: int, n: int, now: datetime) -> list[Event]:
    """One decision somebody may ask for."""
    agent = (ANA, BIA)[pick % 2]
    name = MessageId(f"m{n}")
    send = list(state.sends)[-1 - pick % 2] if len(state.sends) > 1 else MessageId("none")
    attempt = state.sends[send].attempt if send in state.sends else 0
    text = {"kind": "text", "content": {"text": "Oi"}, "at": now}
    match number:
        case 0 | 1 | 2 | 3:
            sent = now - timedelta(minutes=(0, 5, 11, -3)[pick])
            message = said(name, 0, sent_at=sent, received_at=now, thanks=number == 3)
            return c.receive(state, message, channel_id=CHANNEL, to_agent=agent if pick > 1 else None)
        case 4:
            queue = {"queue_id": TECHNICAL, "reason": "subject", "subject": None, "at": now}
            return c.enter_waiting(state, priority=list(Priority)[pick], **queue)  # type: ignore[arg-type]
        case 5:
            return c.claim(state, agent, at=now, seen_version=state.version - pick)
        case 6 | 7 | 8:
            return c.request_send(
                state,
                message_id=name,
                author=Author.AGENT,
                agent_id=agent,
                purpose="reply",
                takeover=pick > 1,
                **text,  # type: ignore[arg-type]
            )
        case 9:
            return c.request_send(
                state,
                message_id=name,
                author=Author.AUTOMATION,
                agent_id=None,
                purpose="menu",
                **text,  # type: ignore[arg-type]
            )
        case 10 | 11:
            return c.start_send(state, send, attempt=attempt + 1, token=str(n), at=now)
        case 12 | 13:
            return c.send_accepted(
                state,
                send,
                attempt=attempt,
                provider_ref=MessageId(f"ref-{send}"),
                provider_id=None,
                wa_id=None,
                at=now,
            )
        case 14:
            receipt = list(Receipt)[pick + 2]
            return c.hear_receipt(state, MessageId(f"ref-{send}"), receipt, sent_at=now, at=now)
        case 15:
            return c.send_unknown(state, send, attempt=attempt, at=now)
        case 16:
            return c.transfer(
                state,
                agent,
                to_agent=BIA if pick > 1 else None,
                to_queue=None if pick > 1 else QueueId("vendas"),
                reason=None,
                at=now,
                seen_version=None,
            )
        case 17:
            return c.release(state, agent, reason="pausa", note=None, at=now, seen_version=None)
        case 18:
            return c.close(state, agent, reason="a/b", outcome="ok", at=now, seen_version=None)
        case 19:
            return c.change_priority(state, list(Priority)[pick], by=agent, reason=None, at=now)
        case 20:
            return c.snooze(state, agent, reason=None, until=now + timedelta(hours=1), at=now)
        case _:
            return c.close_by_silence(state, seen_version=None, at=now)


@examples(200)
@given(steps)
def test_whatever_is_asked_for_the_desk_stays_in_order(asked: list[tuple[int, int]]) -> None:
    state, history, now = CONVERSATION.initial, [], NOON
    for n, (number, pick) in enumerate(asked):
        now += timedelta(minutes=7 * pick + 1)
        try:
            events = step(state, number, pick, n, now)
        except Refused:
            continue
        for event in events:
            if isinstance(event, c.SendStarted):
                earlier = list(state.sends)[: list(state.sends).index(event.message_id)]
                assert all(state.sends[name].done for name in earlier)
            if isinstance(event, c.SendRequested) and event.author is Author.AUTOMATION:
                assert state.agent_id is None
        history += events
        state = CONVERSATION.fold(events, state)
        if state.stage is Stage.WAITING:
            assert state.due_at is not None
            assert state.agent_id is None
            assert state.queue_id is not None
        assert (state.agent_id is not None) == (state.stage is Stage.IN_SERVICE)
        assert (state.due_at is None) == (state.waiting_since is None) or state.stage is Stage.CLOSED
        if state.stage is Stage.CLOSED or state.stage is Stage.AUTOMATION:
            assert state.due_at is None
        if state.stage is Stage.IN_SERVICE and state.first:
            assert state.due_at is not None
        if state.unanswered and state.is_open:
            assert state.due_at is not None
        if state.wake_at is not None:
            assert state.awaiting is c.Awaiting.THIRD_PARTY
    opened = [e.episode for e in history if isinstance(e, c.Opened)]
    ended = [e.episode for e in history if isinstance(e, c.Closed)]
    assert opened == list(range(1, len(opened) + 1))
    assert ended == sorted(ended)
    for send in state.sends.values():
        calls = [e for e in history if isinstance(e, c.SendStarted) and e.message_id == send.message_id]
        assert [e.attempt for e in calls] == list(range(1, len(calls) + 1))
        assert sum(not e.possibly_twice for e in calls) <= 1
    kept = CONVERSATION.fold(history)
    assert kept == state


@pytest.mark.parametrize("seen", [None, 4])
def test_asking_twice_for_the_same_send_is_asking_once(seen: int | None) -> None:
    state = CONVERSATION.fold(SERVED)
    wish: dict[str, typing.Any] = {
        "message_id": MessageId("a1"),
        "author": Author.AGENT,
        "agent_id": ANA,
        "kind": "text",
        "content": {},
        "purpose": "reply",
        "at": datetime(2026, 3, 12, 13, 0, tzinfo=UTC),
        "seen_version": seen,
    }
    once = c.request_send(state, **wish)
    assert once
    assert c.request_send(CONVERSATION.fold(once, state), **wish) == []


@given(st.lists(events, max_size=20), st.integers(0, 99), instants)
def test_a_changed_copy_is_what_the_standard_library_would_make(
    history: list[Event], version: int, due_at: datetime
) -> None:
    state = CONVERSATION.fold(history)
    assert changed(state, version=version, due_at=due_at) == replace(state, version=version, due_at=due_at)
    for send in state.sends.values():
        assert changed(send, attempt=7) == replace(send, attempt=7)


def test_a_changed_copy_knows_no_other_fields() -> None:
    with pytest.raises(TypeError):
        changed(CONVERSATION.initial, colour=1)
