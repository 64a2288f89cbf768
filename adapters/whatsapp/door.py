"""The providers' door: whose webhook it is, whether it is real, and what it says, with our own ids added."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from adapters.whatsapp.addresses import canonical_phone, contact_address, conversation_id, message_ref
from adapters.whatsapp.items import Item, malformed
from adapters.whatsapp.parser import Provider, parse
from adapters.whatsapp.signature import meta_signature_ok
from commands.door_ports import DeliveryToReceive
from domain.conversation import ContactKnown, ConversationId
from domain.delivery import DeliveryId

MOST_ITEMS: Final = 20_000  # of one body, so that a delivery fits a record; providers promise at most 1,000
_UNCLEAR = frozenset({"ignored", "quarantine", "malformed"})
_CONTACT = ("from_phone", "from_user_id", "from_parent_user_id", "sender_name")


@dataclass(frozen=True, slots=True)
class Line:
    """What a door must know of one number of ours."""

    provider: Provider
    queue_id: str
    app_secrets: Sequence[bytes] = field(default=(), repr=False)  # two while they are rotated
    verify_token: bytes | None = field(default=None, repr=False)


class ProviderDoor:
    """`key` is the deployment's index key: ids tell nothing of a phone without it."""

    def __init__(self, lines: Mapping[str, Line], key: bytes) -> None:
        self._lines, self._key = lines, key

    def knows(self, channel: str) -> bool:
        return channel in self._lines

    def verify_token_ok(self, channel: str, token: str) -> bool:
        expected = self._lines[channel].verify_token
        return bool(expected) and hmac.compare_digest(token.encode(), expected or b"")

    def signature_ok(self, channel: str, body: bytes, header: str | None) -> bool:
        return meta_signature_ok(body, header, self._lines[channel].app_secrets)

    def read_delivery(self, channel: str, body: bytes) -> DeliveryToReceive:
        line = self._lines[channel]
        items = parse(line.provider, body)
        if len(items) > MOST_ITEMS:
            items[MOST_ITEMS:] = [malformed(f"The body holds {len(items)} items; the rest was not read.")]
        for item in items:
            self._name(channel, line, item)
        understood = not any(item["event"] in _UNCLEAR for item in items)
        return DeliveryToReceive(self._delivery_id(channel, body), tuple(items), understood)

    def conversation_of(self, channel: str, phone: str) -> tuple[ConversationId, ContactKnown]:
        if channel not in self._lines:
            raise KeyError(channel)
        address = canonical_phone(phone)
        contact = ContactKnown(phone=address, digest=self._digest(channel, [address, None, None, None]))
        return ConversationId(conversation_id(self._key, channel, address)), contact

    def _name(self, channel: str, line: Line, item: Item) -> None:
        """Add what we call the people and messages an item is about."""
        item["queue_id"] = line.queue_id
        address = contact_address(item)
        if address is not None:
            item["conversation_id"] = conversation_id(self._key, channel, address)
            if address.isdigit():
                item["phone"] = address
        for theirs, ours in (("id", "ref"), ("target", "target_ref"), ("reply_to", "reply_ref")):
            if isinstance(item.get(theirs), str):
                item[ours] = message_ref(self._key, channel, item[theirs])
        contact = [item.get(name) for name in _CONTACT]
        if any(contact):
            item["contact_ref"] = self._digest(channel, contact)

    def _delivery_id(self, channel: str, body: bytes) -> DeliveryId:
        """The same body on the same channel is the same delivery."""
        digest = bytearray(
            hmac.digest(self._key, b"delivery\0" + channel.encode() + b"\0" + body, "sha256")[:16]
        )
        digest[6] = digest[6] & 0x0F | 0x80
        digest[8] = digest[8] & 0x3F | 0x80
        return DeliveryId(str(UUID(bytes=bytes(digest))))

    def _digest(self, channel: str, contact: list[Any]) -> str:
        told = json.dumps(["contact", channel, *contact])
        return hmac.digest(self._key, told.encode(), "sha256")[:16].hex()
