"""What Meta tells beside messages: their fates, echoes, history, calls, the account and its errors."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.whatsapp.items import EVENTS, STATUSES
from tests.adapters.whatsapp.webhooks import (
    ANA,
    ANA_PARENT,
    ANA_SCOPED,
    AT,
    AT_ISO,
    BIA,
    OURS,
    PHONE_NUMBER_ID,
    WABA,
    body,
    change,
    contact,
    entry,
    message,
    read,
    said,
    status,
    text,
    value,
)

FATE = {"event": "status", "id": "wamid.9", "status": "delivered", "recipient": ANA, "at": AT_ISO}


# Statuses


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_every_status_of_ours_is_told(name: str) -> None:
    assert said(statuses=[status(name)]) == [FATE | {"status": name}]


def test_a_status_carries_its_price_its_errors_and_our_own_id() -> None:
    pricing = {"billable": False, "pricing_model": "PMP", "type": "regular", "category": "utility", "x": 1}
    [item] = said(
        statuses=[
            status(
                "failed",
                pricing=pricing,
                errors=[{"code": 131047}, {"code": "131026"}, {"title": "no code"}, "x"],
                biz_opaque_callback_data="0190f0",
                recipient_type="individual",
                conversation={"id": "c"},
            )
        ]
    )
    del pricing["x"]
    assert item == FATE | {
        "status": "failed",
        "pricing": pricing,
        "errors": [131047, 131026],
        "correlation": "0190f0",
        "recipient_type": "individual",
    }


@pytest.mark.parametrize("name", ["deleted", "in_orbit", "", None, 7, []])
def test_an_unknown_status_is_ignored(name: object) -> None:
    [item] = said(statuses=[status() | {"status": name}])
    assert item["event"] == "ignored"
    assert item["id"] == "wamid.9"


def test_an_unknown_status_is_ignored_with_its_name() -> None:
    assert said(statuses=[status("deleted")])[0]["status"] == "deleted"


def test_a_status_of_no_message_is_quarantined_unless_it_brings_our_id() -> None:
    [lost] = said(statuses=[status(id=None)])
    [found] = said(statuses=[status(id=None, biz_opaque_callback_data="0190f0")])
    assert lost["event"] == "quarantine"
    assert found["correlation"] == "0190f0"


def test_a_status_to_a_scoped_id_names_it() -> None:
    [item] = said(statuses=[status(recipient_id="", recipient_user_id=ANA_SCOPED)])
    assert item["recipient"] == ANA_SCOPED


@pytest.mark.parametrize(
    ("given", "contacts"),
    [
        ({"recipient_user_id": ANA_SCOPED, "recipient_parent_user_id": ANA_PARENT}, []),
        ({}, [contact(user_id=ANA_SCOPED, parent_user_id=ANA_PARENT)]),
        ({}, [{"user_id": ANA_SCOPED, "parent_user_id": ANA_PARENT}]),
    ],
)
def test_a_status_links_a_phone_to_its_scoped_id(given: dict[str, str], contacts: list[Any]) -> None:
    link, item = said(contacts=contacts, statuses=[status(**given)])
    assert link == {
        "event": "identity_link",
        "phone": ANA,
        "user_id": ANA_SCOPED,
        "parent_user_id": ANA_PARENT,
    }
    assert item["event"] == "status"


def test_a_status_of_a_group_names_the_group_and_links_the_participant() -> None:
    link, item = said(
        statuses=[
            status(
                recipient_id="g1",
                recipient_type="group",
                recipient_participant_id=ANA,
                recipient_participant_user_id=ANA_SCOPED,
            )
        ]
    )
    assert (link["phone"], link["user_id"]) == (ANA, ANA_SCOPED)
    assert (item["recipient"], item["recipient_type"]) == ("g1", "group")


def test_messages_statuses_and_errors_of_one_value_are_all_read_in_its_order() -> None:
    items = said(
        errors=[{"code": 131000}, {"code": 130429}],
        statuses=[status("sent"), status("read")],
        messages=[text("um"), text("dois")],
    )
    told = [item.get("text") or item.get("status") or item.get("errors") for item in items]
    assert told == [[131000, 130429], "sent", "read", "um", "dois"]
    assert items[0] == {
        "event": "channel_error",
        "errors": [131000, 130429],
        "phone_number_id": PHONE_NUMBER_ID,
    }


def test_an_error_of_code_zero_is_an_error() -> None:
    assert said(errors=[{"code": 0, "title": "auth"}])[0]["errors"] == [0]


# Echoes

ECHO = {"from": OURS, "to": ANA, "id": "wamid.5", "timestamp": AT}


@pytest.mark.parametrize("field", ["smb_message_echoes", "message_echoes"])
def test_what_was_sent_from_the_phone_is_an_echo(field: str) -> None:
    echo = ECHO | {"type": "text", "text": {"body": "já resolvo"}, "context": {"id": "wamid.1"}}
    assert said(field, message_echoes=[echo]) == [
        {
            "event": "echo",
            "id": "wamid.5",
            "at": AT_ISO,
            "to_phone": ANA,
            "reply_to": "wamid.1",
            "kind": "text",
            "text": "já resolvo",
        }
    ]


def test_an_echo_links_and_names_the_customer_not_us() -> None:
    echo = ECHO | {"type": "text", "text": {"body": "x"}, "to_user_id": ANA_SCOPED}
    link, item = said("smb_message_echoes", message_echoes=[echo])
    assert link == {"event": "identity_link", "phone": ANA, "user_id": ANA_SCOPED}
    assert (item["to_phone"], item["to_user_id"], item.get("from_phone")) == (ANA, ANA_SCOPED, None)


def test_edits_and_deletions_from_the_phone_are_echoes_too() -> None:
    edit = {"original_message_id": "wamid.4", "message": {"type": "text", "text": {"body": "novo"}}}
    items = said(
        "smb_message_echoes",
        message_echoes=[
            ECHO | {"type": "edit", "edit": edit},
            ECHO | {"type": "revoke", "revoke": {"original_message_id": "wamid.4"}},
        ],
    )
    assert [(item["event"], item["kind"], item["target"]) for item in items] == [
        ("echo", "edited", "wamid.4"),
        ("echo", "deleted", "wamid.4"),
    ]


def test_an_echo_to_nobody_is_quarantined_and_one_to_a_group_ignored() -> None:
    nobody, group = said(
        "smb_message_echoes",
        message_echoes=[ECHO | {"to": "", "type": "text"}, ECHO | {"group_id": "g1", "type": "text"}],
    )
    assert nobody == {"event": "quarantine", "id": "wamid.5", "reason": "no usable recipient identity"}
    assert (group["event"], group["group_id"]) == ("ignored", "g1")


# History and contacts


def test_history_tells_who_said_it_and_in_which_thread() -> None:
    context = {"history_context": {"status": "READ"}}
    threads = [
        {
            "id": ANA,
            "messages": [
                text("antes", id="h1") | context,
                text("resposta", id="h2", from_=OURS) | context,
                message("media_placeholder", id="h3", from_=OURS) | context,
            ],
        },
        {"id": BIA, "messages": [message("image", id="h4", from_=BIA, image={"id": "m1"})]},
    ]
    items = said("history", history=[{"metadata": {"phase": 0}, "threads": threads}])
    assert items[0] == {
        "event": "history_message",
        "id": "h1",
        "from_phone": ANA,
        "at": AT_ISO,
        "thread": ANA,
        "direction": "inbound",
        "history_status": "READ",
        "kind": "text",
        "text": "antes",
    }
    assert [(item["direction"], item["kind"], item["thread"]) for item in items[1:]] == [
        ("outbound", "text", ANA),
        ("outbound", "unsupported", ANA),
        ("inbound", "image", BIA),
    ]
    assert items[3]["media_id"] == "m1"


def test_our_number_is_ours_however_it_is_displayed() -> None:
    written = value(history=[{"threads": [{"id": "BR.X", "messages": [text(from_="5511998887777")]}]}])
    written["metadata"]["display_phone_number"] = "+55 11 9888-7777"
    [item] = read(body(entry(change(written, "history"))))
    assert item["direction"] == "outbound"


def test_the_media_of_a_remembered_message_comes_later() -> None:
    [item] = said("history", messages=[message("image", image={"id": "m1", "mime_type": "image/jpeg"})])
    assert item == {
        "event": "history_media",
        "id": "wamid.1",
        "from_phone": ANA,
        "at": AT_ISO,
        "direction": "inbound",
        "kind": "image",
        "media_id": "m1",
        "mime": "image/jpeg",
    }


@pytest.mark.parametrize(
    "parts", [{"history": [{"errors": [{"code": 2593109}]}]}, {"errors": [{"code": 2593109}]}]
)
def test_history_can_be_declined(parts: dict[str, Any]) -> None:
    assert said("history", **parts) == [
        {"event": "history_declined", "errors": [2593109], "phone_number_id": PHONE_NUMBER_ID}
    ]


def test_contacts_of_the_phone_are_synchronised() -> None:
    full = {"full_name": "Caio Luz", "first_name": "Caio", "phone_number": ANA}
    items = said(
        "smb_app_state_sync",
        state_sync=[
            {"type": "contact", "contact": full, "action": "add", "metadata": {"timestamp": AT}},
            {"type": "contact", "contact": {"phone_number": BIA}, "action": "remove"},
            {"type": "contact"},
        ],
    )
    assert items[:2] == [
        {"event": "contact_sync", "action": "add", "phone": ANA, "name": "Caio Luz"},
        {"event": "contact_sync", "action": "remove", "phone": BIA},
    ]
    assert items[2]["event"] == "ignored"


# Preferences, calls, groups


@pytest.mark.parametrize("wish", ["stop", "resume", "signup"])
def test_marketing_preferences_are_told(wish: str) -> None:
    preference = {"wa_id": ANA, "category": "marketing_messages", "value": wish, "timestamp": int(AT)}
    assert said("user_preferences", user_preferences=[preference]) == [
        {"event": "marketing_preference", "wa_id": ANA, "value": wish, "at": AT_ISO}
    ]


def test_someone_without_a_phone_can_stop_marketing() -> None:
    [item] = said("user_preferences", user_preferences=[{"user_id": ANA_SCOPED, "value": "stop"}])
    assert item == {"event": "marketing_preference", "user_id": ANA_SCOPED, "value": "stop"}


def test_a_preference_of_nobody_is_quarantined() -> None:
    assert said("user_preferences", user_preferences=[{"value": "stop"}])[0]["event"] == "quarantine"


def test_calls_and_their_fates_are_told() -> None:
    call = {
        "id": "wacid.1",
        "from": ANA,
        "to": OURS,
        "event": "terminate",
        "direction": "USER_INITIATED",
        "timestamp": AT,
        "status": "COMPLETED",
        "duration": 120,
        "session": {"sdp": "x"},
    }
    fate = {"id": "wacid.2", "type": "call", "status": "RINGING", "timestamp": AT, "recipient_id": ANA}
    items = said("calls", calls=[call], statuses=[fate | {"biz_opaque_callback_data": "c1"}])
    assert items == [
        {
            "event": "call",
            "id": "wacid.1",
            "call_event": "terminate",
            "direction": "USER_INITIATED",
            "from": ANA,
            "to": OURS,
            "at": AT_ISO,
            "status": "COMPLETED",
            "duration": 120,
        },
        {
            "event": "call_status",
            "id": "wacid.2",
            "status": "RINGING",
            "recipient": ANA,
            "at": AT_ISO,
            "correlation": "c1",
        },
    ]


def test_who_calls_without_a_phone_is_the_single_contact() -> None:
    link, call = said("calls", contacts=[contact(user_id=ANA_SCOPED)], calls=[{"id": "wacid.1", "from": ""}])
    assert link["event"] == "identity_link"
    assert call["from"] == ANA


def test_groups_are_told_each() -> None:
    groups = [{"group_id": "g1", "type": "group_create"}, {"group_id": "g2", "type": "group_delete"}]
    assert said("group_lifecycle_update", groups=groups) == [
        {"event": "group_event", "field": "group_lifecycle_update"} | group for group in groups
    ]


# The account


@pytest.mark.parametrize(
    ("field", "content"),
    [
        ("account_update", {"event": "ACCOUNT_OFFBOARDED", "ban_info": {"waba_ban_state": "X"}}),
        ("message_template_status_update", {"event": "APPROVED", "message_template_id": 1689556908129832}),
        ("phone_number_quality_update", {"display_phone_number": OURS, "current_limit": "TIER_1K"}),
        ("invented_tomorrow", {"anything": [1, {"a": None}], "errors": [{"code": 1}]}),
        ("standby", {"messages": [{"from": ANA}]}),
    ],
)
def test_what_concerns_the_account_is_told_whole(field: str, content: dict[str, Any]) -> None:
    details = {f"detail_{name}": detail for name, detail in content.items()}
    assert read(body(entry(change(content, field), time=int(AT)))) == [
        {"event": "account_event", "field": field, "waba_id": WABA, "at": AT_ISO} | details
    ]


def test_a_new_field_that_carries_messages_is_read_for_them() -> None:
    assert [item["event"] for item in said("messages_v2", messages=[text()])] == ["message"]
    assert [item["event"] for item in said(None, messages=[text()])] == ["message"]


def test_details_that_could_not_be_stored_are_left_out() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"a": deep}
    [item] = read(body(entry(change({"deep": deep, "n\x00me": "a\ud800b"}, "account_update"))))
    assert item["detail_nme"] == "ab"
    assert "x" not in str(item["detail_deep"])


# Wrong shapes


@pytest.mark.parametrize(
    "whole",
    [
        None,
        7,
        "x",
        [],
        {},
        {"entry": None},
        {"entry": {}},
        {"object": "page", "entry": [{"messaging": []}, {"messaging": []}]},
        body("x"),
        body({}),
        body({"changes": None}),
        body({"changes": "x"}),
        body(entry("x")),
        body(entry({})),
        body(entry(change("x"))),
        body(entry(change([]))),
        body(entry(change({}, None))),
        body(entry(change({"messages": "x"}))),
        body(entry(change({"messages": {}}))),
        body(entry(change({"messages": ["x"]}))),
        body(entry(change({"statuses": [None]}))),
        body(entry(change({"errors": "x"}))),
        body(entry(change({"message_echoes": 7}, "smb_message_echoes"))),
        body(entry(change({"history": [{"threads": "x"}]}, "history"))),
        body(entry(change({"history": [{"threads": [{"messages": ["x"]}]}]}, "history"))),
        body(entry(change({"groups": "x"}, "group_status_update"))),
    ],
    ids=str,
)
def test_what_is_not_what_it_says_is_one_malformed_item(whole: object) -> None:
    [item] = read(whole)
    assert item["event"] == "malformed"
    assert item["reason"]


def test_a_bad_part_takes_no_good_one_with_it() -> None:
    good = change(value(contacts=[contact()], messages=["x", text("um"), {"from": ""}, text("dois")]))
    items = read(body(7, entry("x", good, change(None)), entry(change({"statuses": [status(), 7]}))))
    assert [item.get("text") or item["event"] for item in items] == [
        "malformed",
        "malformed",
        "malformed",
        "um",
        "message",
        "dois",
        "malformed",
        "status",
        "malformed",
    ]


def test_a_change_that_says_nothing_known_leaves_a_trace() -> None:
    assert [item["event"] for item in said()] == ["ignored"]
    assert said(messages=[], statuses=None) == []
    assert read(body()) == []


def test_every_event_is_in_the_vocabulary_and_has_an_example() -> None:
    told = {
        item["event"]
        for whole in (
            said(contacts=[contact(user_id=ANA_SCOPED)], messages=[text(), text(group_id="g")]),
            said(statuses=[status()], errors=[{"code": 1}], messages=[text(from_="")]),
            said("smb_message_echoes", message_echoes=[ECHO]),
            said("history", history=[{"errors": [{"code": 2593109}]}], messages=[text()]),
            said("history", history=[{"threads": [{"id": ANA, "messages": [text()]}]}]),
            said("user_preferences", user_preferences=[{"wa_id": ANA}]),
            said("smb_app_state_sync", state_sync=[{"contact": {"phone_number": ANA}}]),
            said("calls", calls=[{}], statuses=[status()]),
            said("group_status_update", groups=[{}]),
            read(body(entry(change({}, "security")))),
            read(None),
        )
        for item in whole
    }
    assert told == EVENTS
