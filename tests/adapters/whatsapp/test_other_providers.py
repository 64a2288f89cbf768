"""360dialog's old and new bodies, Twilio's forms: the same words for the same things."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.whatsapp.parser import Provider, parse
from tests.adapters.whatsapp.webhooks import (
    ANA,
    ANA_PARENT,
    ANA_SCOPED,
    AT_ISO,
    OURS,
    body,
    change,
    contact,
    entry,
    read,
    status,
    text,
    twilio,
    value,
)

# 360dialog


def test_an_old_body_says_the_same_without_entries() -> None:
    parts = {"contacts": [contact()], "messages": [text()], "statuses": [status()], "errors": [{"code": 1}]}
    assert read(parts, Provider.DIALOG360) == read(body(entry(change(parts))))


def test_an_old_status_names_the_recipient_inside_its_message() -> None:
    old = {"id": "w", "status": "sent", "type": "message", "message": {"recipient_id": ANA}}
    [item] = read({"statuses": [old]}, Provider.DIALOG360)
    assert item == {"event": "status", "id": "w", "status": "sent", "recipient": ANA}


def test_a_new_body_is_read_as_metas() -> None:
    whole = body(entry(change(value(messages=[text()]))), entry(change({"event": "X"}, "account_update")))
    assert read(whole, Provider.DIALOG360) == read(whole)


@pytest.mark.parametrize("whole", [{}, [], "x", {"messages": "x"}, {"statuses": [7]}, {"meta": {}}])
def test_a_body_of_neither_form_is_malformed(whole: object) -> None:
    assert [item["event"] for item in read(whole, Provider.DIALOG360)] == ["malformed"]


def test_metas_own_bodies_have_entries() -> None:
    assert [item["event"] for item in read({"messages": [text()]})] == ["malformed"]


# Twilio

HEARD = {"event": "message", "id": "SM1", "from_phone": ANA}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"Body": "sem internet"}, {"kind": "text", "text": "sem internet"}),
        ({"Body": ""}, {"kind": "text", "text": ""}),
        (
            {"Latitude": "-23.5", "Longitude": "0.0", "Label": "Casa", "Address": "Rua A, 1"},
            {"kind": "location", "lat": -23.5, "lon": 0.0, "place_name": "Casa", "address": "Rua A, 1"},
        ),
        (
            {"MessageType": "button", "ButtonText": "Sim", "ButtonPayload": "yes", "Body": "Sim"},
            {"kind": "template_button", "text": "Sim", "payload": "yes"},
        ),
        (
            {"MessageType": "interactive", "ButtonText": "Sim", "ButtonPayload": "yes", "Body": "Sim"},
            {"kind": "button_reply", "text": "Sim", "reply_id": "yes"},
        ),
        (
            {"ListId": "r1", "ListTitle": "Fatura", "ListDescription": "2ª via", "Body": "Fatura"},
            {"kind": "list_reply", "reply_id": "r1", "text": "Fatura", "description": "2ª via"},
        ),
        (
            {
                "NumMedia": "2",
                "MediaUrl0": "https://m.example/0",
                "MediaContentType0": "image/jpeg",
                "MediaUrl1": "https://m.example/1",
                "Body": "o modem",
            },
            {
                "kind": "media",
                "attachments": [
                    {"url": "https://m.example/0", "mime": "image/jpeg"},
                    {"url": "https://m.example/1"},
                ],
                "text": "o modem",
            },
        ),
        ({"MessageType": "image", "NumMedia": "1", "Body": ""}, {"kind": "unsupported", "raw_type": "image"}),
        ({"MessageType": "location", "Latitude": "x"}, {"kind": "unsupported", "raw_type": "location"}),
        ({}, {"kind": "unsupported"}),
    ],
)
def test_every_form_of_a_message_is_told_in_the_same_words(
    fields: dict[str, str], said: dict[str, Any]
) -> None:
    assert twilio(**fields) == [HEARD | said]


def test_attachments_keep_their_order_however_many_are_announced() -> None:
    urls = {f"MediaUrl{n}": f"https://m.example/{n}" for n in (10, 2, 0)}
    [item] = twilio(NumMedia="999999999999", **urls)
    assert [one["url"][-2:].lstrip("/") for one in item["attachments"]] == ["0", "2", "10"]


def test_what_surrounds_a_message_is_told() -> None:
    [item] = twilio(
        Body="oi",
        ProfileName="Ana Prado",
        OriginalRepliedMessageSid="SM0",
        ReferralSourceUrl="https://ad.example",
        ReferralCtwaClid="x",
        ReferralNumMedia="",
    )
    assert item == HEARD | {
        "kind": "text",
        "text": "oi",
        "sender_name": "Ana Prado",
        "reply_to": "SM0",
        "referral": {"source_url": "https://ad.example", "ctwa_clid": "x"},
    }


def test_a_forwarded_message_answers_nothing() -> None:
    [item] = twilio(Body="oi", FrequentlyForwarded="true", OriginalRepliedMessageSid="SM0")
    assert (item["forwarded"], item.get("reply_to")) == (True, None)


def test_the_channels_metadata_fills_what_the_fields_leave_out() -> None:
    context = {"ProfileName": "Ana Prado", "WaId": ANA}
    metadata = json.dumps({"type": "whatsapp", "data": {"context": context}})
    [item] = twilio(From="", Body="oi", ChannelMetadata=metadata)
    assert (item["from_phone"], item["sender_name"]) == (ANA, "Ana Prado")
    for unusable in ("{", "[]", '{"data": 7}', ""):
        assert twilio(Body="oi", ChannelMetadata=unusable) == [HEARD | {"kind": "text", "text": "oi"}]


def test_a_scoped_id_may_stand_beside_the_phone_or_in_its_place() -> None:
    link, item = twilio(Body="oi", ExternalUserId=ANA_SCOPED, ParentExternalUserId=ANA_PARENT)
    assert link == {
        "event": "identity_link",
        "phone": ANA,
        "user_id": ANA_SCOPED,
        "parent_user_id": ANA_PARENT,
    }
    assert item["from_user_id"] == ANA_SCOPED
    [alone] = twilio(Body="oi", From=f"whatsapp:{ANA_SCOPED}", ExternalUserId=ANA_SCOPED)
    assert (alone["from_user_id"], alone.get("from_phone")) == (ANA_SCOPED, None)


@pytest.mark.parametrize("sender", ["", "whatsapp:", "whatsapp:bla", "messenger:x"])
def test_nobody_usable_is_quarantined(sender: str) -> None:
    assert twilio(From=sender, Body="oi") == [
        {"event": "quarantine", "id": "SM1", "reason": "no usable sender identity"}
    ]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("queued", "queued"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("failed", "failed"),
        ("undelivered", "failed"),
    ],
)
def test_every_status_is_told_in_our_words(theirs: str, ours: str) -> None:
    told = {"event": "status", "id": "SM1", "status": ours, "recipient": ANA}
    to = {"From": f"whatsapp:+{OURS}", "To": f"whatsapp:+{ANA}"}
    assert twilio(MessageStatus=theirs, SmsStatus=theirs, ErrorCode="63016", **to) == [
        told | {"errors": [63016]}
    ]
    assert twilio(MessageStatus=theirs, ErrorCode="", **to) == [told]


@pytest.mark.parametrize("status", ["accepted", "scheduled", "canceled", "in_orbit"])
def test_other_statuses_are_ignored(status: str) -> None:
    [item] = twilio(MessageStatus=status)
    assert (item["event"], item["id"], item["status"]) == ("ignored", "SM1", status)


def test_what_was_received_is_a_message_and_not_a_status() -> None:
    assert twilio(SmsStatus="received", Body="oi") == [HEARD | {"kind": "text", "text": "oi"}]


def test_the_old_name_of_the_id_is_an_id() -> None:
    [item] = parse(Provider.TWILIO, f"SmsSid=SM7&From=whatsapp%3A%2B{ANA}&Body=oi".encode())
    assert item["id"] == "SM7"


def test_the_same_fields_may_come_as_json() -> None:
    fields = {"MessageSid": "SM1", "From": f"whatsapp:+{ANA}", "Body": "olá + tchau", "NumMedia": 0}
    told = [HEARD | {"kind": "text", "text": "olá + tchau"}]
    assert read(fields, Provider.TWILIO) == told
    assert parse(Provider.TWILIO, b"\xef\xbb\xbf\n" + json.dumps(fields).encode()) == told


def test_text_that_is_not_utf8_is_still_heard() -> None:
    start = f"MessageSid=SM1&From=whatsapp%3A%2B{ANA}&Body=".encode()
    assert parse(Provider.TWILIO, start + b"ol%E1")[0]["text"] == "ol�"
    assert parse(Provider.TWILIO, start + b"a%00%ED%A0%80b+c")[0]["text"] == "ab c"
    assert parse(Provider.TWILIO, start + "não".encode())[0]["text"] == "não"


@pytest.mark.parametrize(
    "raw", [b"", b"foo=bar", b"\x00\xff", b"&&=&", b"{", b"[]", b"{}", b"MessageSid=&From=x", b"null"]
)
def test_a_body_that_names_no_message_is_malformed(raw: bytes) -> None:
    assert [item["event"] for item in parse(Provider.TWILIO, raw)] == ["malformed"]


def test_times_are_left_out_where_the_provider_gives_none() -> None:
    assert "at" not in twilio(Body="oi")[0]
    assert read(body(entry(change({"messages": [text()]}))))[0]["at"] == AT_ISO
