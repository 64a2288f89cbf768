"""One person, one address: the ninth digit, and the identifiers computed from it."""

from __future__ import annotations

from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.whatsapp.addresses import (
    candidate_phones,
    canonical_phone,
    contact_address,
    conversation_id,
    message_ref,
)
from tests.adapters.whatsapp.webhooks import (
    ANA,
    ANA_PARENT,
    ANA_SCOPED,
    OURS,
    read,
    said,
    status,
    text,
    twilio,
)

KEY = b"index key"
areas = st.from_regex(r"[1-9][1-9]", fullmatch=True)
mobiles = st.builds("55{}{}".format, areas, st.from_regex(r"[6-9][0-9]{7}", fullmatch=True))
landlines = st.builds("55{}{}".format, areas, st.from_regex(r"[2-5][0-9]{7}", fullmatch=True))


@given(mobiles)
def test_a_mobile_is_one_address_with_and_without_its_ninth_digit(short: str) -> None:
    long = f"{short[:4]}9{short[4:]}"
    assert canonical_phone(short) == canonical_phone(long) == canonical_phone(f"+{short}") == long
    assert candidate_phones(short) == candidate_phones(long) == (long, short)
    assert conversation_id(KEY, "c", short) == conversation_id(KEY, "c", long)


@given(landlines)
def test_a_landline_never_gets_a_ninth_digit(landline: str) -> None:
    assert canonical_phone(landline) == landline
    assert candidate_phones(landline) == (landline,)


@given(st.text(st.characters(blacklist_categories=()), max_size=30) | mobiles | landlines)
def test_the_canonical_form_of_a_canonical_form_is_itself(address: str) -> None:
    once = canonical_phone(address)
    assert canonical_phone(once) in (once, once.removeprefix("+"))


@pytest.mark.parametrize(
    "phone",
    [
        "16505551234",
        "5511",
        "550187654321",
        "551087654321",
        "5551198765432100",
        "351912345678",
        "BR.1A2B",
        "",
    ],
)
def test_other_numbers_are_left_alone(phone: str) -> None:
    assert canonical_phone(phone) == phone
    assert candidate_phones(phone) == (phone,)


def test_a_mobile_that_would_be_a_landline_without_its_nine_has_one_form() -> None:
    assert candidate_phones("5511923456789") == ("5511923456789",)


# Computed identifiers


def test_identifiers_are_the_same_for_ever() -> None:
    assert conversation_id(KEY, "principal", ANA) == "7f8f492f-9de8-894e-967d-04af4eb178d2"
    assert message_ref(KEY, "principal", "wamid.1") == "1099f62d0d4204d8a01091c329ddad25"


@given(st.binary(max_size=64), st.text(max_size=10), st.text(max_size=20))
def test_a_conversation_has_a_uuid(key: bytes, channel: str, address: str) -> None:
    found = UUID(conversation_id(key, channel, address))
    assert str(found) == conversation_id(key, channel, address)
    assert (found.version, found.variant) == (8, RFC_4122)


@given(st.text(max_size=10), st.text(max_size=20))
def test_a_message_has_32_hexadecimal_digits(channel: str, provider_id: str) -> None:
    found = message_ref(KEY, channel, provider_id)
    assert len(found) == 32
    assert set(found) <= set("0123456789abcdef")


names = st.text(st.sampled_from('a",\\\x00['), max_size=3)


@given(st.tuples(names, names), st.tuples(names, names))
def test_different_names_never_run_together(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (conversation_id(KEY, *one) == conversation_id(KEY, *other)) == (one == other)
    assert (message_ref(KEY, *one) == message_ref(KEY, *other)) == (one == other)


def test_without_the_key_nothing_can_be_recomputed() -> None:
    assert conversation_id(KEY, "c", ANA) != conversation_id(b"another", "c", ANA)
    assert message_ref(KEY, "c", "wamid.1") != message_ref(b"another", "c", "wamid.1")
    assert conversation_id(KEY, "c", ANA).replace("-", "") != message_ref(KEY, "c", ANA)


# Whom an item is about


def test_a_message_is_about_the_phone_when_there_is_one() -> None:
    [link, item] = said(messages=[text(from_="551187654321", from_user_id=ANA_SCOPED)])
    assert contact_address(item) == contact_address(link) == ANA


def test_a_message_without_a_phone_is_about_the_scoped_id() -> None:
    assert contact_address(said(messages=[text(from_="", from_user_id=ANA_SCOPED)])[0]) == ANA_SCOPED
    assert contact_address(said(messages=[text(from_=ANA_PARENT)])[0]) == ANA_PARENT


def test_every_item_about_a_customer_has_an_address() -> None:
    echo = {"from": OURS, "to": ANA, "type": "text"}
    us = {"from": OURS, "to": ANA, "direction": "BUSINESS_INITIATED"}
    them = {"from": ANA, "to": OURS, "direction": "USER_INITIATED"}
    items = [
        *said("smb_message_echoes", message_echoes=[echo]),
        *said(statuses=[status()]),
        *said("calls", calls=[us, them], statuses=[status()]),
        *said("history", history=[{"threads": [{"id": ANA, "messages": [text(from_=OURS), text()]}]}]),
        *said("history", messages=[text(), text(from_=OURS, to=ANA)]),
        *said("user_preferences", user_preferences=[{"wa_id": ANA}]),
        *said("smb_app_state_sync", state_sync=[{"contact": {"phone_number": f"+{ANA}"}}]),
        *twilio(Body="oi"),
    ]
    assert len(items) == 12
    assert {contact_address(item) for item in items} == {ANA}


def test_an_item_about_no_customer_has_none() -> None:
    group = status(recipient_id="120363", recipient_type="group")
    for item in (*said(statuses=[group]), *said(errors=[{"code": 1}]), *said("security"), *read(None)):
        assert contact_address(item) is None
