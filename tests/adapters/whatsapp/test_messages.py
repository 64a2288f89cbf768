"""What customers say, type by type, as Meta tells it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.whatsapp.items import KINDS, Item
from tests.adapters.whatsapp.webhooks import (
    ANA,
    ANA_PARENT,
    ANA_SCOPED,
    AT_ISO,
    BIA,
    contact,
    heard,
    message,
    said,
    text,
)

WHO = {"event": "message", "id": "wamid.1", "from_phone": ANA, "sender_name": "Ana Prado", "at": AT_ISO}

CONTENT: list[tuple[str, dict[str, Any], Item]] = [
    ("text", {"text": {"body": "sem internet"}}, {"kind": "text", "text": "sem internet"}),
    (
        "image",
        {
            "image": {
                "id": "m1",
                "mime_type": "image/jpeg",
                "caption": "o modem",
                "url": "https://m.example/1",
            }
        },
        {
            "kind": "image",
            "media_id": "m1",
            "mime": "image/jpeg",
            "caption": "o modem",
            "url": "https://m.example/1",
        },
    ),
    (
        "video",
        {"video": {"id": "m1", "mime_type": "video/mp4"}},
        {"kind": "video", "media_id": "m1", "mime": "video/mp4"},
    ),
    (
        "document",
        {"document": {"id": "m1", "mime_type": "application/pdf", "filename": "fatura.pdf"}},
        {"kind": "document", "media_id": "m1", "mime": "application/pdf", "filename": "fatura.pdf"},
    ),
    (
        "audio",
        {"audio": {"id": "m1", "mime_type": "audio/ogg; codecs=opus", "voice": True}},
        {"kind": "audio", "media_id": "m1", "mime": "audio/ogg; codecs=opus", "voice": True},
    ),
    (
        "sticker",
        {"sticker": {"id": "m1", "mime_type": "image/webp", "animated": False}},
        {"kind": "sticker", "media_id": "m1", "mime": "image/webp", "animated": False},
    ),
    (
        "location",
        {
            "location": {
                "latitude": 0.0,
                "longitude": -46.6,
                "name": "Casa",
                "address": "Rua A, 1",
                "url": "u",
            }
        },
        {
            "kind": "location",
            "lat": 0.0,
            "lon": -46.6,
            "place_name": "Casa",
            "address": "Rua A, 1",
            "url": "u",
        },
    ),
    (
        "contacts",
        {"contacts": [{"name": {"formatted_name": "Caio Luz"}}, {"phones": []}]},
        {"kind": "contacts", "count": 2, "names": ["Caio Luz"]},
    ),
    (
        "interactive",
        {"interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Sim"}}},
        {"kind": "button_reply", "reply_id": "b1", "text": "Sim"},
    ),
    (
        "interactive",
        {
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "r1", "title": "Fatura", "description": "2ª via"},
            }
        },
        {"kind": "list_reply", "reply_id": "r1", "text": "Fatura", "description": "2ª via"},
    ),
    (
        "interactive",
        {
            "interactive": {
                "type": "nfm_reply",
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "[1, 2]"},
            }
        },
        {"kind": "flow_reply", "text": "Sent", "response_json": "[1, 2]"},
    ),
    (
        "interactive",
        {"interactive": {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}},
        {"kind": "call_permission_reply", "response": "accept"},
    ),
    (
        "button",
        {"button": {"payload": None, "text": "Parar"}},
        {"kind": "template_button", "text": "Parar"},
    ),
    (
        "reaction",
        {"reaction": {"message_id": "wamid.0", "emoji": "👍"}},
        {"kind": "reaction", "target": "wamid.0", "emoji": "👍", "removed": False},
    ),
    (
        "order",
        {"order": {"catalog_id": "c1", "text": "pra hoje", "product_items": [{"quantity": "2"}, {}]}},
        {"kind": "order", "items": 2, "catalog_id": "c1", "text": "pra hoje"},
    ),
    (
        "system",
        {"system": {"type": "user_changed_number", "wa_id": BIA, "body": "mudou"}},
        {"kind": "system", "system_type": "user_changed_number", "new_wa_id": BIA, "text": "mudou"},
    ),
    (
        "system",
        {"system": {"type": "user_changed_number", "new_wa_id": BIA}},
        {"kind": "system", "system_type": "user_changed_number", "new_wa_id": BIA},
    ),
    (
        "system",
        {"system": {"type": "customer_identity_changed", "wa_id": ANA, "body": "x"}, "identity": {}},
        {"kind": "system", "system_type": "customer_identity_changed", "text": "x"},
    ),
    (
        "edit",
        {
            "edit": {
                "original_message_id": "wamid.0",
                "message": {"type": "text", "text": {"body": "quis dizer"}},
            }
        },
        {"kind": "edited", "target": "wamid.0", "new": "text", "text": "quis dizer"},
    ),
    (
        "edit",
        {
            "edit": {
                "original_message_id": "wamid.0",
                "message": {"type": "image", "image": {"id": "m2", "caption": "c"}},
            }
        },
        {"kind": "edited", "target": "wamid.0", "new": "image", "text": "c"},
    ),
    (
        "revoke",
        {"revoke": {"original_message_id": "wamid.0"}},
        {"kind": "deleted", "target": "wamid.0"},
    ),
    (
        "unsupported",
        {"unsupported": {"type": "poll"}, "errors": [{"code": 131051}]},
        {"kind": "unsupported", "raw_type": "poll", "errors": [131051]},
    ),
]


@pytest.mark.parametrize(("type", "content", "kind"), CONTENT, ids=lambda one: str(one)[:40])
def test_every_type_is_told_in_our_words(type: str, content: dict[str, Any], kind: Item) -> None:
    assert heard(message(type, **content)) == WHO | kind


def test_every_kind_but_twilios_has_an_example() -> None:
    assert {kind["kind"] for _, _, kind in CONTENT} == KINDS - {"media"}


# Traps of single types


def test_a_location_is_known_without_its_type() -> None:
    item = heard(message(None, location={"latitude": "-23.5", "longitude": "-46.6"}))
    assert (item["kind"], item["lat"], item["lon"]) == ("location", -23.5, -46.6)


def test_the_declared_type_wins_over_the_content_beside_it() -> None:
    item = heard(message("image", text={"body": "oi"}))
    assert item == WHO | {"kind": "unsupported", "raw_type": "image"}


def test_the_reported_mime_is_kept_even_if_it_contradicts_the_type() -> None:
    item = heard(message("video", video={"id": "m1", "mime_type": "image/jpeg"}))
    assert item == WHO | {"kind": "video", "media_id": "m1", "mime": "image/jpeg"}


def test_no_file_name_is_invented() -> None:
    assert "filename" not in heard(message("document", document={"id": "m1", "mime_type": "application/pdf"}))


def test_the_old_voice_type_is_a_recorded_audio() -> None:
    item = heard(message("voice", voice={"id": "m1", "mime_type": "audio/ogg"}))
    assert item == WHO | {"kind": "audio", "media_id": "m1", "mime": "audio/ogg", "voice": True}


def test_media_that_could_not_be_fetched_keeps_its_kind_and_its_errors() -> None:
    item = heard(message("image", image={"id": "m1"}, errors=[{"code": 400, "title": "t"}]))
    assert item == WHO | {"kind": "image", "media_id": "m1", "errors": [400]}


@pytest.mark.parametrize("emoji", ["", None])
def test_a_reaction_without_an_emoji_takes_one_back(emoji: str | None) -> None:
    item = heard(message("reaction", reaction={"message_id": "wamid.0", "emoji": emoji}))
    assert item == WHO | {"kind": "reaction", "target": "wamid.0", "removed": True}


@pytest.mark.parametrize("reaction", [{"emoji": "👍"}, {"message_id": "", "emoji": "👍"}, None, "👍"])
def test_a_reaction_to_nothing_is_ignored(reaction: object) -> None:
    item = heard(message("reaction", reaction=reaction))
    assert item["event"] == "ignored"
    assert item["id"] == "wamid.1"


@pytest.mark.parametrize(
    "type",
    [
        "text",
        "image",
        "voice",
        "location",
        "contacts",
        "interactive",
        "button",
        "order",
        "system",
        "edit",
        "revoke",
    ],
)
@pytest.mark.parametrize("content", [None, {}, [], "x", 7, True])
def test_a_known_type_without_its_content_is_unsupported(type: str, content: object) -> None:
    assert heard(message(type, **{type: content})) == WHO | {"kind": "unsupported", "raw_type": type}


def test_an_unknown_type_stays_visible() -> None:
    assert heard(message("poll", poll={"q": "?"})) == WHO | {"kind": "unsupported", "raw_type": "poll"}


def test_an_edit_inside_an_edit_is_not_followed() -> None:
    inner: dict[str, Any] = {"type": "text", "text": {"body": "oi"}}
    for _ in range(200):
        inner = {"type": "edit", "edit": {"original_message_id": "wamid.0", "message": inner}}
    assert heard(message("edit", edit=inner["edit"])) == WHO | {"kind": "unsupported", "raw_type": "edit"}


def test_answers_of_a_flow_that_are_not_text_become_text() -> None:
    reply = {"type": "nfm_reply", "nfm_reply": {"body": "Sent", "response_json": {"nota": 5}}}
    item = heard(message("interactive", interactive=reply))
    assert json.loads(item["response_json"]) == {"nota": 5}


@pytest.mark.parametrize("type", ["request_welcome", "ephemeral"])
def test_what_says_nothing_is_ignored(type: str) -> None:
    item = heard(message(type))
    assert (item["event"], item["id"]) == ("ignored", "wamid.1")


def test_a_message_in_a_group_is_ignored_with_its_group() -> None:
    item = heard(text(group_id="g1"))
    assert (item["event"], item["id"], item["group_id"]) == ("ignored", "wamid.1", "g1")


# Around the content


def test_only_a_real_reply_is_a_reply() -> None:
    assert heard(text(context={"from": "1", "id": "wamid.0"}))["reply_to"] == "wamid.0"
    for context in ({"forwarded": True}, {"frequently_forwarded": True, "id": "wamid.0"}):
        item = heard(text(context=context))
        assert "reply_to" not in item
        assert item["forwarded"] is True
    for context in ({}, None, {"id": ""}, "wamid.0", {"forwarded": False}):
        item = heard(text(context=context))
        assert "reply_to" not in item
        assert "forwarded" not in item


def test_the_ad_and_the_product_that_led_here_are_kept() -> None:
    ad = {"source_type": "ad", "source_id": "1", "ctwa_clid": "x", "welcome_message": {"text": "Oi"}}
    product = {"catalog_id": "c1", "product_retailer_id": "p1"}
    item = heard(text(referral=ad, context={"id": "wamid.0", "referred_product": product}))
    assert (item["referral"], item["referred_product"], item["reply_to"]) == (ad, product, "wamid.0")


@pytest.mark.parametrize(
    "timestamp", ["1773325920", 1773325920, 1773325920000, "1773325920000", 1773325920.0, " 1773325920 "]
)
def test_seconds_and_milliseconds_as_text_or_number_are_one_time(timestamp: object) -> None:
    assert heard(text(timestamp=timestamp))["at"] == AT_ISO


@pytest.mark.parametrize("timestamp", ["asdf", "", None, -1, True, "1e9", 10**30, "nan", [], {"x": 1}])
def test_a_time_that_is_none_is_left_out(timestamp: object) -> None:
    item = heard(text(timestamp=timestamp))
    assert item["event"] == "message"
    assert "at" not in item


def test_milliseconds_start_at_a_million_million() -> None:
    assert heard(text(timestamp=10**12))["at"] == "2001-09-09T01:46:40Z"
    assert "at" not in heard(text(timestamp=10**12 - 1))  # seconds of the year 33658: no time of ours


def test_nul_and_lone_surrogates_leave_the_text_and_nothing_else_does() -> None:
    words = "ação\x00 \ud83d 👍🏽 \n" + "x" * 70_000
    assert heard(text(words))["text"] == words.replace("\x00", "").replace("\ud83d", "")


# Who said it


def test_the_phone_and_the_scoped_id_of_a_message_both_count_and_are_linked() -> None:
    link, item = said(messages=[text(from_user_id=ANA_SCOPED, from_parent_user_id=ANA_PARENT)])
    assert link == {
        "event": "identity_link",
        "phone": ANA,
        "user_id": ANA_SCOPED,
        "parent_user_id": ANA_PARENT,
    }
    assert (item["from_phone"], item["from_user_id"], item["from_parent_user_id"]) == (
        ANA,
        ANA_SCOPED,
        ANA_PARENT,
    )


@pytest.mark.parametrize("blank", [None, "", " "])
def test_someone_without_a_phone_is_known_by_the_scoped_id(blank: str | None) -> None:
    item = heard(text(from_=blank, from_user_id=ANA_SCOPED), [contact(None, "Ana Prado", user_id=ANA_SCOPED)])
    assert (item["from_user_id"], item["sender_name"], item.get("from_phone")) == (
        ANA_SCOPED,
        "Ana Prado",
        None,
    )


def test_a_scoped_id_in_the_place_of_the_phone_is_read_as_one() -> None:
    item = heard(text(from_=ANA_SCOPED), [contact(ANA_SCOPED, user_id=ANA_SCOPED)])
    assert (item["from_user_id"], item.get("from_phone")) == (ANA_SCOPED, None)
    assert heard(text(from_=ANA_PARENT), [])["from_parent_user_id"] == ANA_PARENT


def test_an_unusable_scoped_id_is_not_passed_on() -> None:
    item = heard(text(from_user_id="foo_bar"))
    assert (item["from_phone"], item.get("from_user_id")) == (ANA, None)


def test_the_single_contact_speaks_when_the_message_does_not_say_who() -> None:
    item = heard(text(from_=""))
    assert (item["from_phone"], item["sender_name"]) == (ANA, "Ana Prado")


@pytest.mark.parametrize(
    "contacts",
    [[], None, "x", [contact(), contact(BIA, "Bia Melo")], [contact("bla")], [{}], [{"profile": None}]],
)
@pytest.mark.parametrize("from_", ["", None, "bla", "12 34", {"a": 1}, True])
def test_nobody_usable_is_quarantined(contacts: object, from_: object) -> None:
    [item] = said(contacts=contacts, messages=[text(from_=from_)])
    assert item == {"event": "quarantine", "id": "wamid.1", "reason": "no usable sender identity"}


def test_each_of_several_contacts_speaks_for_itself() -> None:
    contacts = [contact(BIA, "Bia Melo", user_id="BR.B"), contact(ANA, "Ana Prado")]
    items = said(
        contacts=contacts, messages=[text(), text(from_=BIA, id="wamid.2"), text(from_="5531912345678")]
    )
    heard = [
        (item.get("sender_name"), item.get("from_user_id")) for item in items if item["event"] == "message"
    ]
    assert heard == [("Ana Prado", None), ("Bia Melo", "BR.B"), (None, None)]


def test_a_contact_is_recognised_without_its_ninth_digit() -> None:
    contacts = [contact("551187654321", "Ana Prado"), contact(BIA, "Bia Melo")]
    assert heard(text(), contacts)["sender_name"] == "Ana Prado"


def test_the_name_of_the_one_who_was_written_to_is_not_given_to_the_one_who_writes() -> None:
    [item, _] = said(
        contacts=[contact(BIA, "Bia Melo")],
        messages=[text()],
        statuses=[{"id": "x", "status": "read", "recipient_id": BIA}],
    )
    assert "sender_name" not in item


def test_a_single_contact_under_another_number_lends_its_name_but_not_its_ids() -> None:
    item = next(
        item
        for item in said(contacts=[contact(BIA, "Ana Prado", user_id="BR.B")], messages=[text()])
        if item["event"] == "message"
    )
    assert (item["sender_name"], item["from_phone"], item.get("from_user_id")) == ("Ana Prado", ANA, None)


def test_a_contact_without_a_number_gives_its_scoped_id() -> None:
    link, item = said(contacts=[contact(None, user_id=ANA_SCOPED)], messages=[text()])
    assert link == {"event": "identity_link", "phone": ANA, "user_id": ANA_SCOPED}
    assert item["from_user_id"] == ANA_SCOPED


def test_two_addresses_of_one_person_are_linked_once() -> None:
    items = said(
        contacts=[contact(user_id=ANA_SCOPED)],
        messages=[text(from_user_id=ANA_SCOPED), text(id="wamid.2")],
        statuses=[{"id": "x", "status": "read", "recipient_id": ANA, "recipient_user_id": ANA_SCOPED}],
    )
    assert [item["event"] for item in items] == ["identity_link", "message", "message", "status"]


def test_someone_whose_scoped_id_changed_is_known_though_the_message_names_no_sender() -> None:
    changed = {"type": "user_changed_user_id", "wa_id": ANA, "user_id": "BR.NEW", "body": "x"}
    link, item = said(messages=[message("system", from_=None, system=changed)])
    assert link == {"event": "identity_link", "phone": ANA, "user_id": "BR.NEW"}
    assert (item["from_phone"], item["system_type"], item["new_user_id"]) == (
        ANA,
        "user_changed_user_id",
        "BR.NEW",
    )
    assert "new_wa_id" not in item


def test_a_new_number_is_linked_to_the_new_scoped_id_that_comes_with_it() -> None:
    changed = {"type": "user_changed_number", "wa_id": BIA, "user_id": "BR.NEW"}
    link, item = said(messages=[message("system", system=changed)])
    assert link == {"event": "identity_link", "phone": BIA, "user_id": "BR.NEW"}
    assert (item["from_phone"], item["new_wa_id"]) == (ANA, BIA)


def test_a_message_without_an_id_is_not_lost() -> None:
    item = heard(text(id=None))
    assert (item["event"], item["text"], item.get("id")) == ("message", "oi", None)
