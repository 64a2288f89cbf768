"""Each item of a delivery goes to its conversation, and what became of it is folded back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from commands import conversation as commands
from commands.catalogue import HANDLERS
from commands.delivery import SettleDelivery
from commands.intention import Command
from commands.ports import Accepted, Broken, Decision, Denied
from commands.processes.sorter import react, settle
from commands.template import HearTemplateCategory, HearTemplateQuality, HearTemplateStatus
from domain.conversation import DEVICE, Consent, ContactKnown, Receipt
from domain.delivery import Outcome, Received
from domain.journal import Cause, Position, Recorded
from domain.template import Category, Quality, Status
from tests.domain.facts import CHANNEL, at

AT = "2026-03-12T12:00:00Z"
KNOWN: dict[str, Any] = {"conversation_id": "c1", "ref": "r1", "id": "wamid.1", "at": AT}
MESSAGE = KNOWN | {
    "event": "message",
    "kind": "text",
    "text": "sem internet",
    "from_phone": "5511900000000",
    "sender_name": "Cliente Um",
    "phone": "5511900000000",
    "reply_ref": "r0",
    "forwarded": True,
    "contact_ref": "d1",
}
STATUS = KNOWN | {"event": "status", "status": "delivered", "correlation": "a1.2", "errors": [131026]}


def knock(*items: Any, source: str = "delivery-d1") -> Recorded:
    received = Received(CHANNEL, items, None, at(1))
    cause = Cause(f"channel:{CHANNEL}", "thread", "request:0")
    return Recorded(source, 1, Position(3, 9), at(1), UUID(int=1), cause, received)


def one(item: dict[str, Any]) -> Any:
    [command] = react(knock(item))
    return command


def outcomes(recorded: Recorded, *decisions: Decision) -> list[tuple[str, str | None]]:
    [settled] = settle(recorded, decisions)
    assert isinstance(settled, SettleDelivery)
    assert settled.delivery_id == "d1"
    assert [outcome.item for outcome in settled.outcomes] == list(range(len(settled.outcomes)))
    return [(outcome.outcome, outcome.reason) for outcome in settled.outcomes]


def accepted(*events: str, repeated: bool = False, source: str = "") -> Accepted:
    return Accepted(Position(3, 9), tuple(f"conversation.{event}" for event in events), repeated, source)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def test_a_message_goes_to_its_conversation_with_everything_it_carries() -> None:
    command = one(MESSAGE | {"referral": {"source": "ad"}, "queue_id": "vendas"})
    assert isinstance(command, commands.HearMessage)
    assert (command.conversation_id, command.message_id, command.provider_id) == ("c1", "r1", "wamid.1")
    assert (command.kind, command.text, command.content) == (
        "text",
        "sem internet",
        {"referral": {"source": "ad"}},
    )
    assert (command.sent_at, command.received_at) == (at(0), at(1))
    assert (command.reply_to, command.forwarded, command.thanks) == ("r0", True, False)
    assert command.queue_id == "vendas"
    assert command.contact == ContactKnown("5511900000000", "5511900000000", None, None, "Cliente Um", "d1")


def test_the_same_message_has_the_same_command_in_every_delivery() -> None:
    [first] = react(knock(MESSAGE))
    [again] = react(knock(MESSAGE | {"text": "outra"}, source="delivery-d2"))
    assert first.id == again.id == commands.heard_id("c1", "r1")
    assert one(MESSAGE | {"ref": "r2"}).id != first.id


def test_thanks_are_recognised_here() -> None:
    assert one(MESSAGE | {"text": "Obrigado! 🙏"}).thanks


@pytest.mark.parametrize(
    ("item", "command"),
    [
        ({"kind": "reaction", "emoji": "👍", "target_ref": "r0"}, commands.HearReaction),
        ({"kind": "edited", "new": "text", "text": "x", "target_ref": "r0"}, commands.HearEdit),
        ({"kind": "deleted", "target_ref": "r0"}, commands.HearDeletion),
        ({"kind": "system", "new_wa_id": "5511911111111"}, commands.HearNumberChange),
        ({"kind": "system", "system_type": "x"}, commands.HearMessage),
        ({"kind": "unsupported", "raw_type": "poll"}, commands.HearMessage),
        ({"event": "echo", "to_phone": "5511900000000"}, commands.HearEcho),
        ({"event": "echo", "kind": "reaction", "emoji": "👍", "target_ref": "r0"}, commands.HearReaction),
        ({"event": "status", "status": "read"}, commands.HearReceipt),
        ({"event": "call", "call_event": "terminate"}, commands.HearCall),
        ({"event": "identity_link", "phone": "5511900000000"}, commands.LearnContact),
    ],
)
def test_every_kind_has_its_command(item: dict[str, Any], command: type[Command]) -> None:
    assert type(one(MESSAGE | item)) is command


def test_a_reaction_taken_back_has_no_emoji_and_one_from_the_phone_is_the_devices() -> None:
    reaction = MESSAGE | {"kind": "reaction", "emoji": "👍", "target_ref": "r0"}
    assert one(reaction | {"removed": True}).emoji is None
    assert (one(reaction).emoji, one(reaction).agent_id) == ("👍", None)
    assert one(reaction | {"event": "echo"}).agent_id == DEVICE


def test_a_status_carries_our_own_id_back() -> None:
    command = one(STATUS | {"pricing": {"category": "utility"}})
    assert (command.receipt, command.codes, command.category) == (Receipt.DELIVERED, (131026,), "utility")
    assert (command.correlation, command.provider_ref) == (("a1", 2), "r1")
    assert one(STATUS | {"correlation": "somebody else's"}).correlation is None


def test_every_status_of_a_message_is_a_command_of_its_own_and_a_repeated_one_is_not() -> None:
    ids = [
        one(STATUS | change).id for change in ({}, {"status": "read"}, {"at": AT.replace(":00Z", ":01Z")}, {})
    ]
    assert len(set(ids)) == 3
    assert ids[0] == ids[3]


def test_what_has_no_readable_time_happened_when_it_came() -> None:
    for unreadable in (None, "ontem", 7, "0001-01-01T00:00:00+14:00"):
        assert one(MESSAGE | {"at": unreadable}).sent_at == at(1)
    assert one(MESSAGE | {"at": "2026-03-12T12:00:00"}).sent_at == at(0)


ACCOUNT = {"event": "account_event", "at": AT, "field": "message_template_status_update"}
TEMPLATE = ACCOUNT | {
    "detail_event": "PAUSED",
    "detail_message_template_name": "segunda_via",
    "detail_message_template_language": "pt_BR",
    "detail_reason": "NONE",
}


def test_what_the_account_tells_of_a_template_goes_to_the_registry() -> None:
    status = one(TEMPLATE)
    assert isinstance(status, HearTemplateStatus)
    assert (status.status, status.reason, status.told_at) == (Status.PAUSED, None, at(0))
    assert one(TEMPLATE).id == status.id
    moved = {"field": "template_category_update", "detail_new_category": "MARKETING"}
    category = one(TEMPLATE | moved)
    assert isinstance(category, HearTemplateCategory)
    assert category.category is Category.MARKETING
    quality = one(TEMPLATE | {"field": "message_template_quality_update", "detail_new_quality_score": "RED"})
    assert isinstance(quality, HearTemplateQuality)
    assert quality.quality is Quality.RED


def test_a_template_without_a_name_is_malformed_and_other_fields_of_the_account_are_ignored() -> None:
    recorded = knock(ACCOUNT, {"event": "account_event", "field": "account_update"})
    assert [outcome for outcome, _ in outcomes(recorded)] == ["malformed", "ignored"]


def test_the_customers_own_switch_for_offers_is_recorded_as_consent() -> None:
    item = {"event": "marketing_preference", "conversation_id": "c1", "at": AT, "value": "stop"}
    stopped, resumed = one(item), one(item | {"value": "resume"})
    assert isinstance(stopped, commands.WithdrawConsent)
    assert isinstance(resumed, commands.GiveConsent)
    assert (stopped.consent, stopped.source, stopped.by) == (Consent.MARKETING, "preference", None)


# ── what becomes of it ───────────────────────────────────────────────────────────────────────────


def test_what_nobody_needs_to_decide_is_an_outcome_at_once() -> None:
    recorded = knock(
        {"event": "ignored", "reason": "Group message."},
        {"event": "quarantine", "reason": "no usable sender identity"},
        {"event": "malformed", "reason": "Not JSON."},
        {"event": "history_message", "id": "x"},
        {"event": "no such thing"},
        {"event": ["message"]},
        "not an object",
        MESSAGE | {"ref": None},
        MESSAGE | {"conversation_id": ""},
        MESSAGE | {"kind": "reaction", "target_ref": None},
        STATUS | {"status": "teleported"},
    )
    assert react(recorded) == []
    assert outcomes(recorded) == [
        ("ignored", "Group message."),
        ("quarantined", "no usable sender identity"),
        ("malformed", "Not JSON."),
        ("ignored", "history is not imported"),
        ("ignored", "an item of an unknown kind"),
        ("ignored", "an item of an unknown kind"),
        ("malformed", "an item is not an object"),
        ("malformed", "an item without ref"),
        ("malformed", "an item without conversation_id"),
        ("malformed", "an item without target_ref"),
        ("malformed", "a status without a known status"),
    ]


def test_what_the_conversations_decided_is_folded_back_in_the_order_of_the_items() -> None:
    items = [MESSAGE | {"ref": f"r{n}"} for n in range(5)]
    recorded = knock(items[0], {"event": "ignored"}, *items[1:], STATUS)
    decided = outcomes(
        recorded,
        accepted("Opened", "MessageReceived"),
        accepted(),
        accepted("MessageReceived", repeated=True, source="delivery-d0@1"),
        Denied("NotOpen", {}, Position(3, 9)),
        Broken("KeyError", Position(3, 9)),
        accepted("ReceiptParked"),
    )
    assert decided == [
        ("accepted", None),
        ("ignored", None),
        ("duplicate", None),
        ("duplicate", None),
        ("refused", "NotOpen"),
        ("broken", "KeyError"),
        ("parked", None),
    ]


def test_run_again_after_a_crash_the_outcomes_are_the_same() -> None:
    recorded = knock(MESSAGE, STATUS)
    first = outcomes(recorded, accepted("MessageReceived"), accepted("ReceiptParked"))
    again = outcomes(
        recorded,
        accepted("MessageReceived", repeated=True, source="delivery-d1@1"),
        accepted("ReceiptParked", repeated=True, source="delivery-d1@1"),
    )
    assert first == again == [("accepted", None), ("parked", None)]


def test_the_same_item_twice_in_one_body_is_a_duplicate_the_second_time() -> None:
    mine = {"repeated": True, "source": "delivery-d1@1"}
    decided = outcomes(
        knock(MESSAGE, MESSAGE), accepted("MessageReceived"), accepted("MessageReceived", **mine)
    )
    assert decided == [("accepted", None), ("duplicate", None)]


def test_an_empty_delivery_is_settled_with_nothing() -> None:
    assert outcomes(knock()) == []


# ── whatever comes ───────────────────────────────────────────────────────────────────────────────

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from(
    sorted({*MESSAGE, *STATUS, "kind", "new", "target_ref", "removed", "pricing", "call_event"})
)
EVENTS = [
    "message",
    "echo",
    "status",
    "call",
    "identity_link",
    "ignored",
    "quarantine",
    "malformed",
    "group_event",
]
KINDS = ["text", "reaction", "edited", "deleted", "system", "sticker", "order"]
damaged = st.builds(
    lambda whole, damage, event, kind: whole | {"event": event, "kind": kind} | damage,
    st.sampled_from([MESSAGE, STATUS]),
    st.dictionaries(names, values, max_size=4),
    st.sampled_from(EVENTS),
    st.sampled_from(KINDS),
)


@given(st.lists(damaged | values, max_size=4))
def test_no_shape_breaks_the_sorter_and_every_item_has_an_outcome(items: list[Any]) -> None:
    recorded = knock(*items)
    wanted = react(recorded)
    [settled] = settle(recorded, [accepted("MessageReceived") for _ in wanted])
    assert isinstance(settled, SettleDelivery)
    assert len(settled.outcomes) == len(items)
    for command in wanted:
        handler = HANDLERS[type(command)]
        assert (
            handler.decide(command, handler.stream.initial, datetime(2026, 3, 12, 12, 2, tzinfo=UTC))
            is not None
        )


@pytest.mark.parametrize("item", [MESSAGE, STATUS, MESSAGE | {"event": "call", "call_event": "connect"}])
def test_commands_of_the_sorter_survive_a_journey_as_json(item: dict[str, Any]) -> None:
    command = one(item)
    kind = TypeAdapter(type(command))
    assert kind.validate_json(kind.dump_json(command)) == command


def test_a_settled_delivery_says_it_once() -> None:
    handler = HANDLERS[SettleDelivery]
    [command] = settle(knock(MESSAGE), [accepted("MessageReceived")])
    events = handler.decide(command, handler.stream.initial, at(2))
    assert events[0].outcomes == (Outcome(0, "accepted"),)
    assert handler.decide(command, handler.stream.fold(events), at(2)) == []
