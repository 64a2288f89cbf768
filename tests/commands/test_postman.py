"""The postman: in order per customer, concurrent across customers, never two calls for one token."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.conversation import HearReceipt, ReportUnknown, StartSend
from commands.ports import Unavailable
from commands.processes.postman import Postman
from commands.processes.postman.letters import Delivered, Later, Refused, judge, with_other_form
from commands.whatsapp_port import (
    Action,
    MediaUnavailable,
    NotSent,
    Outcome,
    Rejected,
    Sent,
    Unknown,
    Unsendable,
)
from domain import conversation as c
from domain.channel import ChannelId
from domain.conversation import CONVERSATION, Author, MessageId
from tests.commands.desk import SOMEBODY, Desk
from tests.luck import examples

CHANNEL = ChannelId("matriz")


class Office(Desk):
    """A desk with a postman, customers who have written, and messages that shall leave."""

    def __init__(self, **changes: Any) -> None:
        super().__init__()
        tokens = count(1)
        self.postman = Postman(self, token=lambda: f"t{next(tokens)}", jitter=lambda: 0.5, **changes)

    def customer(self, who: str, phone: str = "5511912345678", channel: ChannelId = CHANNEL) -> None:
        at = self.clock.now()
        self.inbox.record(
            CONVERSATION.id(who),
            [
                c.Opened(1, channel, c.Opener.CUSTOMER, at, c.Stage.AUTOMATION),
                c.ContactKnown(phone=phone),
                c.MessageReceived(MessageId(f"{who}-0"), "wamid", "text", "oi", {}, at, at),
            ],
        )

    def write(self, who: str, *names: str, **fields: Any) -> None:
        for name in names:
            fields = {"kind": "text", "content": {"text": name}, "purpose": "reply"} | fields
            self.inbox.record(
                CONVERSATION.id(who),
                [
                    c.SendRequested(
                        message_id=MessageId(name),
                        author=Author.AUTOMATION,
                        agent_id=None,
                        reply_to=None,
                        requested_at=self.clock.now(),
                        **fields,
                    )
                ],
            )

    async def round(self) -> int:
        """One round, and everybody back."""
        went = await self.postman.go_round()
        await self.postman.come_home()
        await asyncio.sleep(0)
        return went

    async def rounds(self, n: int, seconds: float = 0) -> None:
        for _ in range(n):
            await self.round()
            self.clock.pass_by(seconds)

    @property
    def called(self) -> list[str]:
        return [call.opaque for call in self.whatsapp.calls]

    def happened(self, kind: type) -> list[Any]:
        return self.inbox.events(kind)


def play(scene: Callable[[Office], Coroutine[Any, Any, None]], **changes: Any) -> Office:
    office = Office(**changes)
    asyncio.run(scene(office))
    return office


def test_what_is_asked_for_leaves_in_order_and_is_reported() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b", "c")
        await office.rounds(3)

    office = play(scene)
    assert office.called == ["a.1", "b.1", "c.1"]
    assert [(e.message_id, e.provider_ref) for e in office.happened(c.SendAccepted)] == [
        ("a", "ref:wamid.a.1"),
        ("b", "ref:wamid.b.1"),
        ("c", "ref:wamid.c.1"),
    ]
    tomorrow = office.clock.now() + timedelta(days=1)
    assert asyncio.run(office.outgoing.ready(tomorrow, 10)) == []


def test_nothing_is_called_before_its_token_is_decided() -> None:
    seen: list[bool] = []

    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        office.whatsapp.before = lambda message: seen.append(
            office.happened(c.SendStarted)[-1].message_id == message.message_id
        )
        await office.round()

    play(scene)
    assert seen == [True]


def test_a_slow_customer_holds_up_nobody_else() -> None:
    async def scene(office: Office) -> None:
        office.customer("slow", "5511900000001")
        office.write("slow", "s")
        office.whatsapp.held = asyncio.Event()
        await office.postman.go_round()
        await asyncio.sleep(0.01)
        held, office.whatsapp.held = office.whatsapp.held, None
        office.customer("quick", "5511900000002")
        office.write("quick", "q")
        await office.postman.go_round()
        while not office.happened(c.SendAccepted):
            await asyncio.sleep(0)
        assert [e.message_id for e in office.happened(c.SendAccepted)] == ["q"]
        held.set()
        await office.postman.come_home()

    office = play(scene)
    assert [e.message_id for e in office.happened(c.SendAccepted)] == ["q", "s"]


def test_only_so_many_calls_are_made_at_once() -> None:
    async def scene(office: Office) -> None:
        for n in range(20):
            office.customer(f"c{n}", f"55119{n:08d}")
            office.write(f"c{n}", f"m{n}")
        await office.rounds(10)

    office = play(scene, at_once=4)
    assert len(office.called) == 20
    assert office.whatsapp.most_at_once == 4


def test_two_postmen_make_one_call() -> None:
    async def scene(office: Office) -> None:
        other = Postman(office, token=lambda: "other", jitter=lambda: 0.5)
        office.customer("ana")
        office.write("ana", "a")
        await asyncio.gather(office.postman.go_round(), other.go_round())
        await asyncio.gather(office.postman.come_home(), other.come_home())

    office = play(scene)
    assert office.called == ["a.1"]
    assert len({ask.token for ask in office.inbox.asked if isinstance(ask, StartSend)}) == 2


def test_a_list_that_lags_behind_makes_nobody_call_twice() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        await office.round()
        office.outgoing.behind = 2  # neither SendStarted nor SendAccepted was seen
        await office.rounds(5, seconds=10)

    office = play(scene)
    assert office.called == ["a.1"]
    assert len([ask for ask in office.inbox.asked if isinstance(ask, StartSend)]) == 1


def test_a_postman_who_forgot_is_refused_by_the_domain() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        await office.round()
        office.outgoing.behind = 2
        await Postman(office).go_round()
        await asyncio.sleep(0.01)

    assert play(scene).called == ["a.1"]


# Nobody knows


def test_what_is_unknown_is_tried_once_more_after_thirty_seconds_and_marked() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b")
        office.whatsapp.outcomes["a"] = [Unknown("timeout")]
        await office.rounds(6, seconds=5)
        assert office.called == ["a.1"]  # 30 s have not passed before the last round
        await office.rounds(2)

    office = play(scene)
    assert office.called == ["a.1", "a.2", "b.1"]
    assert [e.possibly_twice for e in office.happened(c.SendStarted)] == [False, True, False]


def test_a_status_settles_what_was_unknown_and_nothing_is_sent_again() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b")
        office.whatsapp.outcomes["a"] = [Unknown("timeout")]
        await office.round()
        office.clock.pass_by(10)
        await office.inbox.submit(
            HearReceipt(
                id=UUID(int=7),
                cause=SOMEBODY,
                conversation_id=c.ConversationId("ana"),
                provider_ref=MessageId("ref:wamid.a"),
                receipt=c.Receipt.SENT,
                sent_at=office.clock.now(),
                correlation=(MessageId("a"), 1),
            )
        )
        await office.rounds(10, seconds=10)

    office = play(scene)
    assert office.called == ["a.1", "b.1"]


def test_unknown_twice_is_left_alone_and_the_next_message_leaves() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b")
        office.whatsapp.outcomes["a"] = [Unknown("timeout"), Unknown("timeout")]
        await office.rounds(10, seconds=31)

    assert play(scene).called == ["a.1", "a.2", "b.1"]


def test_a_campaign_that_is_unknown_is_never_tried_again() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", purpose=c.CAMPAIGN)
        office.whatsapp.outcomes["a"] = [Unknown("timeout")]
        await office.rounds(5, seconds=60)

    assert play(scene).called == ["a.1"]


def test_a_call_that_never_ends_is_unknown_at_its_deadline() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        office.whatsapp.held = asyncio.Event()
        await office.round()

    office = play(scene, deadline=timedelta(milliseconds=10))
    assert [e.message_id for e in office.happened(c.SendUnknown)] == ["a"]


def test_what_a_dead_process_started_is_reported_unknown_once_its_call_cannot_end_any_more() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        office.inbox.record(
            CONVERSATION.id("ana"), [c.SendStarted(MessageId("a"), 1, "dead", office.clock.now())]
        )
        office.clock.pass_by(60)
        await office.round()
        assert not office.happened(c.SendUnknown)  # it might still be calling
        office.clock.pass_by(16)
        await office.rounds(3)
        assert len(office.happened(c.SendUnknown)) == 1
        assert office.called == []
        office.clock.pass_by(30)
        await office.round()

    office = play(scene)
    assert office.called == ["a.2"]
    assert office.happened(c.SendStarted)[-1].possibly_twice
    assert len([ask for ask in office.inbox.asked if isinstance(ask, ReportUnknown)]) == 1


def test_an_outcome_that_cannot_be_reported_yet_is_reported_when_it_can() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        decide, fails = office.inbox.decide, iter([False, True, True])

        def sometimes(command: Any) -> Any:
            if next(fails, False):
                raise Unavailable
            return decide(command)

        office.inbox.decide = sometimes  # type: ignore[method-assign]
        await office.round()

    office = play(scene)
    assert office.called == ["a.1"]
    assert len(office.happened(c.SendAccepted)) == 1


# What the provider says


def test_a_passing_weakness_is_tried_again_later_and_the_order_is_kept() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b")
        office.whatsapp.outcomes["a"] = [Rejected(131000, Action.RETRY, 4.0)]
        await office.rounds(2, seconds=2)
        assert office.called == ["a.1"]
        await office.rounds(3, seconds=1)

    office = play(scene)
    assert office.called == ["a.1", "a.2", "b.1"]
    assert [e.code for e in office.happened(c.SendPostponed)] == [131000]


def test_a_weakness_that_does_not_pass_fails_after_five_tries() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b")
        office.whatsapp.outcomes["a"] = [Rejected(131000, Action.RETRY, 1.0)] * 9
        await office.rounds(10, seconds=60)

    office = play(scene)
    assert office.called == ["a.1", "a.2", "a.3", "a.4", "a.5", "b.1"]
    assert [(e.message_id, e.code) for e in office.happened(c.SendFailed)] == [("a", 131000)]


@pytest.mark.parametrize(
    ("action", "one"), [(Action.SLOW_RECIPIENT, "one:5511912345678"), (Action.SLOW_NUMBER, None)]
)
def test_who_asks_us_to_be_slower_is_heard(action: Action, one: str | None) -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        office.whatsapp.outcomes["a"] = [Rejected(131056, action, 16.0)]
        await office.round()

    assert play(scene).pacing.holds == [("matriz", 16.0, one)]


@pytest.mark.parametrize(
    "action",
    [
        a
        for a in Action
        if a
        not in {
            Action.RETRY,
            Action.SLOW_NUMBER,
            Action.SLOW_ACCOUNT,
            Action.SLOW_RECIPIENT,
            Action.OPEN_CIRCUIT,
            Action.SEND_MEDIA_AGAIN,
            Action.TRY_OTHER_NUMBER_FORM,
        }
    ],
)
def test_a_refusal_for_good_fails_and_the_next_message_leaves(action: Action) -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b")
        office.whatsapp.outcomes["a"] = [Rejected(999, action)]
        await office.rounds(2)

    office = play(scene)
    assert office.called == ["a.1", "b.1"]
    assert [(e.message_id, e.code) for e in office.happened(c.SendFailed)] == [("a", 999)]


def test_a_number_without_whatsapp_is_tried_once_in_its_other_form() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana", "5511987654321")
        office.write("ana", "a")
        office.whatsapp.outcomes["a"] = [Rejected(131026, Action.TRY_OTHER_NUMBER_FORM)] * 3
        await office.rounds(4, seconds=1)

    office = play(scene)
    assert [call.to for call in office.whatsapp.calls] == ["5511987654321", "551187654321"]
    assert len(office.happened(c.SendFailed)) == 1


@pytest.mark.parametrize(
    ("to", "other"),
    [
        ("5511987654321", "551187654321"),
        ("551187654321", "5511987654321"),
        ("551133334444", None),  # a landline never gets one
        ("351912345678", None),
        (None, None),
    ],
)
def test_only_brazilian_mobiles_have_another_form(to: str | None, other: str | None) -> None:
    assert with_other_form(to) == other


def test_a_message_that_breaks_a_limit_fails_and_is_not_tried_again() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        office.whatsapp.outcomes["a"] = [Unsendable("text", "is too long")]
        await office.rounds(3, seconds=60)

    office = play(scene)
    assert len(office.happened(c.SendFailed)) == 1
    assert office.called == ["a.1"]


def test_a_message_to_nobody_fails_without_a_call() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana", phone="")
        office.write("ana", "a")
        await office.rounds(2)

    office = play(scene)
    assert office.called == []
    assert len(office.happened(c.SendFailed)) == 1


# The channel


def test_while_a_channel_is_closed_nothing_is_started_and_then_one_goes_ahead() -> None:
    async def scene(office: Office) -> None:
        for n in range(5):
            office.customer(f"c{n}", f"55119{n:08d}")
            office.write(f"c{n}", f"m{n}")
        closed: list[Outcome | Exception] = [NotSent("circuit_open", 30.0)]
        office.whatsapp.outcomes = {f"m{n}": list(closed) for n in range(5)}  # type: ignore[assignment]
        await office.round()
        before = len(office.called)
        await office.rounds(4, seconds=5)
        assert len(office.called) == before  # resting
        office.clock.pass_by(15)
        for n in range(5):
            office.whatsapp.outcomes[f"m{n}"] = [NotSent("circuit_open", 30.0)]
        await office.round()
        assert len(office.called) == before + 1  # one went ahead, in vain
        office.whatsapp.outcomes.clear()
        for n in range(5):
            office.whatsapp.outcomes[f"m{n}"] = []
        await office.rounds(12, seconds=10)

    office = play(scene)
    assert len(office.happened(c.SendAccepted)) == 5
    assert not office.happened(c.SendFailed)


def test_another_channel_goes_on() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana", "5511900000001")
        office.customer("bia", "5511900000002", ChannelId("filial"))
        office.write("ana", "a")
        office.whatsapp.outcomes["a"] = [Rejected(190, Action.OPEN_CIRCUIT)]
        await office.round()
        office.write("ana", "a2")
        office.write("bia", "b")
        await office.round()

    office = play(scene)
    assert office.called == ["a.1", "b.1"]
    assert [e.code for e in office.happened(c.SendPostponed)] == [190]


def test_a_channel_nobody_configured_keeps_its_messages() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        office.whatsapp.outcomes["a"] = [KeyError("matriz")]
        await office.round()
        office.clock.pass_by(61)
        await office.round()

    assert play(scene).called == ["a.1", "a.2"]


# Files, pace, stopping


def test_a_file_of_ours_is_lent_to_the_provider_once() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write(
            "ana", "a", "b", kind="image", content={"key": "file", "mime": "image/png", "caption": "x"}
        )
        await office.rounds(2)

    office = play(scene)
    assert [call.content for call in office.whatsapp.calls] == [{"media_id": "lent-1", "caption": "x"}] * 2
    assert office.whatsapp.uploads == ["file"]


def test_a_file_that_is_gone_fails_without_a_call() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", kind="image", content={"key": "nowhere", "mime": "image/png"})
        await office.round()

    office = play(scene)
    assert office.called == []
    assert len(office.happened(c.SendFailed)) == 1


def test_a_file_that_cannot_be_lent_now_waits_without_an_attempt() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", kind="image", content={"key": "file", "mime": "image/png"})
        lend, fails = office.whatsapp.upload_media, iter([True])

        async def sometimes(*args: Any, **kwargs: Any) -> str:
            if next(fails, False):
                raise MediaUnavailable("timeout", again=True)
            return await lend(*args, **kwargs)

        office.whatsapp.upload_media = sometimes  # type: ignore[method-assign]
        await office.rounds(2, seconds=5)

    assert play(scene).called == ["a.1"]


def test_the_pace_is_kept_before_anything_is_started() -> None:
    order: list[str] = []

    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        reserve = office.pacing.reserve

        async def noted(*args: str) -> float:
            order.append("place")
            assert not office.happened(c.SendStarted)
            return await reserve(*args)

        office.pacing.reserve = noted  # type: ignore[method-assign]
        await office.round()

    office = play(scene)
    assert order == ["place"]
    assert office.pacing.reserved == ["one:5511912345678"]


def test_told_to_stop_he_lets_the_call_end_and_reports_it() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a", "b")
        office.whatsapp.held = asyncio.Event()
        stop = asyncio.Event()
        walk = asyncio.create_task(office.postman.run(stop))
        while not office.called:
            await asyncio.sleep(0.001)
        stop.set()
        await asyncio.sleep(0.01)
        assert not walk.done()
        office.whatsapp.held.set()
        await walk

    office = play(scene)
    assert office.called == ["a.1"]
    assert [e.message_id for e in office.happened(c.SendAccepted)] == ["a"]


def test_told_to_stop_while_waiting_for_his_turn_he_starts_nothing() -> None:
    async def scene(office: Office) -> None:
        office.customer("ana")
        office.write("ana", "a")
        office.pacing.wait = 3_600
        stop = asyncio.Event()
        walk = asyncio.create_task(office.postman.run(stop))
        while not office.pacing.reserved:
            await asyncio.sleep(0.001)
        stop.set()
        await walk

    office = play(scene)
    assert not office.happened(c.SendStarted)


# Laws

OUTCOMES = st.sampled_from(
    [
        Sent("wamid.x"),
        Unknown("timeout"),
        NotSent("connect"),
        NotSent("circuit_open", 5.0),
        Rejected(131000, Action.RETRY, 1.0),
        Rejected(131056, Action.SLOW_RECIPIENT, 4.0),
        Rejected(131047, Action.OUTSIDE_WINDOW),
        Rejected(190, Action.OPEN_CIRCUIT),
    ]
)


@examples(60)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(OUTCOMES, max_size=4)), min_size=1, max_size=6))
def test_whatever_the_provider_does_order_is_kept_and_nothing_is_sent_twice_without_its_mark(
    messages: list[tuple[str, list[Outcome]]],
) -> None:
    async def scene(office: Office) -> None:
        office.customer("a", "5511900000001")
        office.customer("b", "5511900000002")
        for n, (who, outcomes) in enumerate(messages):
            office.write(who, f"{who}{n}")
            office.whatsapp.outcomes[f"{who}{n}"] = list(outcomes)
        await office.rounds(60, seconds=31)

    office = play(scene)
    assert not office.whatsapp.overlapped
    for who in "ab":
        order = [call.message_id for call in office.whatsapp.calls if call.message_id.startswith(who)]
        assert order == sorted(order, key=lambda name: int(name[1:]))  # never back to an earlier one
    assert len(office.called) == len(set(office.called))
    ends = office.happened(c.SendAccepted) + office.happened(c.SendFailed) + office.happened(c.SendUnknown)
    assert {end.message_id for end in ends} == {f"{who}{n}" for n, (who, _) in enumerate(messages)}
    unknown = {(end.message_id, end.attempt) for end in office.happened(c.SendUnknown)}
    for begun in office.happened(c.SendStarted):
        earlier = any(name == begun.message_id and n < begun.attempt for name, n in unknown)
        assert begun.possibly_twice == earlier


@given(st.integers(1, 30), st.floats(0, 1))
def test_every_outcome_gets_a_verdict_and_waits_are_bounded(attempt: int, jitter: float) -> None:
    head: Any = None
    for outcome in (NotSent("connect"), Rejected(131000, Action.RETRY), Rejected(4, Action.SLOW_ACCOUNT)):
        verdict = judge(outcome, head, attempt, jitter)
        assert isinstance(verdict, Later | Refused)
        if isinstance(verdict, Later):
            assert 0 < verdict.seconds <= 60
    assert isinstance(judge(Sent("x"), head, attempt, jitter), Delivered)
