"""How a customer is addressed, and the identifiers computed from it.

The identifiers are keyed: without the deployment's index key they tell nothing about a person, with it the
door computes them without looking anything up.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from domain.conversation import MessageId

# Country, area (two digits, neither zero), then a subscriber number: mobiles start with 6 to 9 and carry a
# leading ninth digit since 2016; landlines start with 2 to 5 and never do.
_MOBILE_WITHOUT = re.compile(r"(55[1-9][1-9])([6-9][0-9]{7})")
_MOBILE_WITH = re.compile(r"(55[1-9][1-9])9([6-9][0-9]{7})")
_ADDRESSED = {  # where each kind of item names the customer: a phone, then business-scoped ids
    "message": ("from_phone", "from_user_id", "from_parent_user_id"),
    "echo": ("to_phone", "to_user_id", "to_parent_user_id"),
    "status": ("recipient",),
    "call_status": ("recipient",),
    "history_message": ("thread",),
    "history_media": ("thread",),
    "marketing_preference": ("wa_id", "user_id"),
    "contact_sync": ("phone",),
    "identity_link": ("phone", "user_id", "parent_user_id"),
}


def canonical_phone(phone: str) -> str:
    """The digits of a phone in the one form we compare: Brazilian mobiles with the ninth digit.

    Landlines, other countries, business-scoped ids and anything else come back unchanged, but for a plus
    sign in front.
    """
    phone = phone.removeprefix("+")
    mobile = _MOBILE_WITHOUT.fullmatch(phone)
    return f"{mobile[1]}9{mobile[2]}" if mobile else phone


def candidate_phones(phone: str) -> tuple[str, ...]:
    """Every form the same phone is known under at the providers, the canonical one first."""
    canonical = canonical_phone(phone)
    mobile = _MOBILE_WITH.fullmatch(canonical)
    return (canonical, f"{mobile[1]}{mobile[2]}") if mobile else (canonical,)


def contact_address(item: Mapping[str, Any]) -> str | None:
    """The canonical address of the customer an item is about: their phone when it is there, else their
    business-scoped id; None when the item is about no customer, or about a group."""
    if item.get("recipient_type") == "group":
        return None
    event = str(item.get("event"))
    fields = _ADDRESSED.get(event, ())
    if event == "call":
        fields = ("to",) if item.get("direction") == "BUSINESS_INITIATED" else ("from",)
    elif event == "history_media" and item.get("direction") == "inbound":
        fields = ("thread", "from_phone")
    address = next((item[name] for name in fields if item.get(name)), None)
    return None if address is None else canonical_phone(address)


@lru_cache(20_000)
def conversation_id(key: bytes, channel: str, address: str) -> str:
    """The UUID of the conversation with an address on a channel; both forms of a mobile give the same."""
    digest = bytearray(_keyed(key, "conversation", channel, canonical_phone(address))[:16])
    digest[6] = digest[6] & 0x0F | 0x80  # version 8: computed in our own way
    digest[8] = digest[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(digest)))


def message_ref(key: bytes, channel: str, provider_id: str) -> str:
    """What we call a message of a provider: 32 hexadecimal digits (the provider's id spells a phone)."""
    return _keyed(key, "message", channel, provider_id)[:16].hex()


def _keyed(key: bytes, *names: str) -> bytes:
    return hmac.digest(key, json.dumps(names).encode(), "sha256")


class KeyedNames:
    """The port `Names`: keyed hashes in place of what could reveal a person."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def message_ref(self, channel_id: str, provider_id: str) -> MessageId:
        return MessageId(message_ref(self._key, channel_id, provider_id))

    def recipient_ref(self, channel_id: str, address: str) -> str:
        return _keyed(self._key, "recipient", channel_id, canonical_phone(address))[:16].hex()
