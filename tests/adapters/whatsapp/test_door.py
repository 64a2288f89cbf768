"""What the door adds to what a provider says: our own ids, and a limit."""

from __future__ import annotations

import json
from typing import Any

from adapters.archive import Archive
from adapters.engine.owner import LARGEST
from adapters.keyring import HOUSE, Keyring, MemoryKeys
from adapters.whatsapp.door import MOST_ITEMS, Line, ProviderDoor
from adapters.whatsapp.parser import Provider
from commands.catalogue import STREAMS
from domain.channel import ChannelId
from domain.delivery import Received, listing
from domain.privacy import Class
from tests.domain.facts import NOON

DOOR = ProviderDoor({"principal": Line(Provider.META, "geral", [b"secret"], b"agreed")}, b"0123456789abcdef")


def body(*values: dict[str, Any]) -> bytes:
    changes = [{"field": "messages", "value": value} for value in values]
    told = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}
    return json.dumps(told, separators=(",", ":")).encode()


def text(id_: str, sender: str, name: str = "Cliente Exemplo") -> dict[str, Any]:
    return {
        "contacts": [{"wa_id": sender, "profile": {"name": name}}],
        "messages": [
            {"id": id_, "from": sender, "timestamp": "1773336720", "type": "text", "text": {"body": "oi"}}
        ],
    }


def test_both_forms_of_a_mobile_are_one_conversation_and_a_message_has_one_name() -> None:
    with_nine, without = (
        DOOR.read_delivery("principal", body(text("wamid.1", phone))).items[-1]
        for phone in ("5520900000001", "552000000001")
    )
    assert with_nine["ref"] == without["ref"]
    assert with_nine["queue_id"] == "geral"
    known, contact = DOOR.conversation_of("principal", "5520900000001")
    assert with_nine["conversation_id"] == known
    assert contact.phone == "5520900000001"


def test_a_new_name_is_another_contact_and_nothing_of_it_can_be_read() -> None:
    before, after = (
        DOOR.read_delivery("principal", body(text("wamid.1", "5520900000001", name))).items[-1]
        for name in ("Cliente Exemplo", "Cliente Renomeada")
    )
    assert before["contact_ref"] != after["contact_ref"]
    assert "Cliente" not in before["contact_ref"]


def test_the_same_body_is_the_same_delivery_on_its_channel() -> None:
    first = DOOR.read_delivery("principal", body(text("wamid.1", "5520900000001")))
    again = DOOR.read_delivery("principal", body(text("wamid.1", "5520900000001")))
    other = DOOR.read_delivery("principal", body(text("wamid.2", "5520900000001")))
    assert first.delivery_id == again.delivery_id != other.delivery_id


def test_an_unset_token_is_never_the_one_agreed_on() -> None:
    closed = ProviderDoor({"principal": Line(Provider.META, "geral")}, b"0123456789abcdef")
    assert not closed.verify_token_ok("principal", "")
    assert DOOR.verify_token_ok("principal", "agreed")
    assert not DOOR.verify_token_ok("principal", "agreeD")


def test_a_body_full_of_the_smallest_items_still_fits_a_record() -> None:
    status = {"id": "w", "status": "sent", "timestamp": "1", "recipient_id": "5"}
    full = body({"statuses": [status] * 45_000})
    assert 2_500_000 < len(full) < 3 * 1024 * 1024
    delivery = DOOR.read_delivery("principal", full)
    assert len(delivery.items) == MOST_ITEMS + 1
    assert delivery.items[-1]["event"] == "malformed"
    assert not delivery.understood
    keyring = Keyring(MemoryKeys())
    keyring.hold([(HOUSE, Class.TRANSIT)], NOON.date())
    received = Received(ChannelId("principal"), delivery.items, "raw/x", NOON, listing(delivery.items))
    _, _, stored = Archive(STREAMS.values(), keyring).write(received, "delivery-d1", 1, None)
    assert len(stored) < LARGEST
