"""What holds for any body at all, and for any damage done to a good one."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.whatsapp.items import EVENTS, KINDS, STATUSES, Item
from adapters.whatsapp.parser import Provider, parse
from tests.adapters.whatsapp.test_messages import CONTENT
from tests.adapters.whatsapp.webhooks import (
    ANA,
    ANA_SCOPED,
    BIA,
    OURS,
    body,
    change,
    contact,
    entry,
    message,
    read,
    status,
    text,
    value,
)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(blacklist_categories=()), max_size=20)
    | st.sampled_from(["", "\x00", "\ud800", "\udc00x", "1e999", "5511987654321", 10**30, 1e308, -0.0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)

ECHO = {"from": OURS, "to": ANA, "id": "wamid.5", "type": "text", "text": {"body": "x"}}
CHANGES: list[dict[str, Any]] = [
    change(value(contacts=[contact(user_id=ANA_SCOPED)], messages=[message(kind, **content)]))
    for kind, content, _ in CONTENT
] + [
    change(
        value(messages=[text(group_id="g"), text(from_=""), text(context={"id": "w"}, referral={"a": "b"})])
    ),
    change(
        value(
            contacts=[contact(), contact(BIA)],
            statuses=[
                status(pricing={"category": "x", "billable": True}, errors=[{"code": 1}]),
                status("odd"),
            ],
            errors=[{"code": 131000}],
        )
    ),
    change(value(message_echoes=[ECHO]), "smb_message_echoes"),
    change(
        value(history=[{"threads": [{"id": ANA, "messages": [text()]}]}, {"errors": [{"code": 2593109}]}]),
        "history",
    ),
    change(value(user_preferences=[{"wa_id": ANA, "value": "stop"}]), "user_preferences"),
    change(value(state_sync=[{"contact": {"phone_number": ANA}, "action": "add"}]), "smb_app_state_sync"),
    change(value(calls=[{"id": "c", "from": ANA}], statuses=[status(type="call")]), "calls"),
    change(value(groups=[{"group_id": "g", "type": "t"}]), "group_status_update"),
    change({"event": "X", "info": {"a": [1]}}, "account_update"),
]
FORM = {
    "MessageSid": "SM1",
    "From": f"whatsapp:+{ANA}",
    "ExternalUserId": ANA_SCOPED,
    "Body": "oi",
    "MediaUrl0": "https://m.example/0",
    "Latitude": "1",
    "Longitude": "2",
    "ListId": "r",
    "ButtonText": "b",
    "MessageType": "text",
    "MessageStatus": "sent",
    "SmsStatus": "received",
    "ErrorCode": "1",
    "ChannelMetadata": '{"data": {"context": {"WaId": "1"}}}',
    "ReferralBody": "x",
}

providers = st.sampled_from(list(Provider))
entries = st.lists(
    st.lists(st.sampled_from(CHANGES), max_size=3).map(lambda changes: entry(*changes, time=1773325920)),
    max_size=3,
)


def is_sound(items: list[Item]) -> bool:
    """Items in our vocabulary that can be written down anywhere."""
    for item in items:
        assert item["event"] in EVENTS
        assert item.get("kind", "text") in KINDS
        assert item["event"] != "status" or item["status"] in STATUSES
        assert item["event"] not in ("malformed", "ignored", "quarantine") or item["reason"]
        assert None not in item.values()
        written = json.dumps(item, ensure_ascii=False, allow_nan=False)
        written.encode("utf-8")  # no lone surrogates
        assert "\\u0000" not in written.replace("\\\\", "")
    return True


@given(providers, st.binary(max_size=200))
def test_any_bytes_give_items(provider: Provider, raw: bytes) -> None:
    assert is_sound(parse(provider, raw))


@given(providers, anything)
def test_any_json_gives_items(provider: Provider, whole: Any) -> None:
    assert is_sound(read(whole, provider))


@given(anything)
def test_any_value_of_any_change_gives_items(content: Any) -> None:
    fields = [one["field"] for one in CHANGES]
    assert is_sound(read(body(entry(*(change(content, field) for field in fields)))))


@given(st.sampled_from(sorted({key for one in CHANGES for key in one["value"]})), anything)
def test_any_part_of_a_value_gives_items(part: str, content: Any) -> None:
    for damaged in (content, [content], {"0": content}):
        assert is_sound(read(body(*(entry(change({part: damaged}, one["field"])) for one in CHANGES))))


@given(st.sampled_from(CHANGES), st.randoms(use_true_random=False), anything, st.integers(1, 3))
def test_damage_at_any_depth_is_survived_and_touches_no_other_change(
    good: dict[str, Any], luck: random.Random, instead: Any, times: int
) -> None:
    damaged = json.loads(json.dumps(good))
    for _ in range(times):
        damaged = damaged or {"field": deepcopy(instead)}  # where nothing is left, something comes back
        holder, key = luck.choice(list(places(damaged)))
        match luck.randrange(3):
            case 0:
                holder[key] = deepcopy(instead)
            case 1 if isinstance(holder, dict):
                del holder[key]
            case _:
                holder[key] = [holder[key], deepcopy(instead)]
    items = read(body(entry(CHANGES[0], damaged, CHANGES[1])))
    assert is_sound(items)
    before, after = read(body(entry(CHANGES[0]))), read(body(entry(CHANGES[1])))
    assert items[: len(before)] == before
    assert items[len(items) - len(after) :] == after


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a tree where something hangs."""
    for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield tree, key
        if isinstance(inner, dict | list):
            yield from places(inner)


@given(
    st.dictionaries(st.sampled_from(sorted(FORM)), st.text(max_size=12)),
    st.sets(st.sampled_from(sorted(FORM))),
)
def test_any_form_gives_items(changed: dict[str, str], missing: set[str]) -> None:
    fields = {name: text for name, text in (FORM | changed).items() if name not in missing}
    assert is_sound(parse(Provider.TWILIO, urlencode(fields).encode()))
    assert is_sound(read(fields, Provider.TWILIO))


@given(st.dictionaries(st.sampled_from(sorted(FORM)), anything))
def test_any_fields_as_json_give_items(changed: dict[str, Any]) -> None:
    assert is_sound(read(FORM | changed, Provider.TWILIO))


@given(entries)
def test_a_batch_says_what_its_parts_say_one_after_the_other(batch: list[dict[str, Any]]) -> None:
    apart = [body(entry(one, time=1773325920)) for whole in batch for one in whole["changes"]]
    assert read(body(*batch)) == [item for part in apart for item in read(part)]


@given(st.lists(st.sampled_from(["oi", "", "caiu", "👍"]), max_size=30))
def test_messages_keep_their_order(texts: list[str]) -> None:
    messages = [text(body, id=f"wamid.{n}") for n, body in enumerate(texts)]
    heard = [(item["id"], item["text"]) for item in read(body(entry(change(value(messages=messages)))))]
    assert heard == [(f"wamid.{n}", body) for n, body in enumerate(texts)]


@given(st.sampled_from(CHANGES))
def test_reading_twice_says_the_same(one: dict[str, Any]) -> None:
    assert read(body(entry(one))) == read(body(entry(one)))


def test_a_thousand_messages_of_a_thousand_people_are_all_heard() -> None:
    people = [f"55119{n:08}" for n in range(70_000_000, 70_001_000)]
    contacts = [contact(phone, f"Pessoa {phone}", user_id=f"BR.{phone}") for phone in people]
    messages = [text(from_=phone, id=f"wamid.{phone}") for phone in people]
    items = read(body(entry(change(value(contacts=contacts, messages=messages)))))
    heard = [item["sender_name"] for item in items if item["event"] == "message"]
    assert heard == [f"Pessoa {phone}" for phone in people]


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 1_000_000,
        b'{"a":' * 500_000,
        b'{"entry":' + b"9" * 10_000 + b"}",
        b'{"entry": NaN}',
        b"\xff\xfe{\x00}\x00",
        b'\xef\xbb\xbf{"entry": {}}',
        b'{"entry": [], "entry": 7}',
        b"nul",
        b"",
        b" ",
    ],
    ids=range(10),
)
@pytest.mark.parametrize("provider", list(Provider))
def test_a_body_that_is_not_what_it_says_is_one_malformed_item(provider: Provider, raw: bytes) -> None:
    assert [item["event"] for item in parse(provider, raw)] == ["malformed"]


def test_numbers_json_does_not_have_do_not_take_the_message_with_them() -> None:
    raw = json.dumps(body(entry(change(value(messages=[text(timestamp=float("nan"), x=float("inf"))])))))
    [item] = parse(Provider.META, raw.replace('"wamid.1"', "9" * 5000).encode())
    assert (item["text"], item["id"], "at" in item) == ("oi", "9" * 5000, False)


def test_control_characters_and_raw_surrogates_do_not_take_the_message_with_them() -> None:
    raw = json.dumps(body(entry(change(value(messages=[text("aXb")]))))).encode()
    [item] = parse(Provider.META, b"\xef\xbb\xbf" + raw.replace(b"X", b"\x00\n\xed\xa0\x80"))
    assert item["text"] == "a\nb"


def test_reasons_repeat_nothing_of_what_was_said() -> None:
    secret = "segredo"
    for provider in Provider:
        for whole in (secret, [secret], {secret: secret}, {"entry": secret}, body(secret, {secret: secret})):
            assert secret not in json.dumps(read(whole, provider))
