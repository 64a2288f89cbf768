"""360dialog's webhook bodies: today Meta's own, formerly one value without the entries around it."""

from __future__ import annotations

from adapters.whatsapp import meta_webhook
from adapters.whatsapp.bodies import json_value
from adapters.whatsapp.items import Item

_OLD = frozenset({"contacts", "messages", "statuses", "errors"})


def read(body: bytes) -> list[Item]:
    """The items of a body. Raises NotReadable where it is neither an old nor a new body."""
    value = json_value(body)
    if isinstance(value, dict) and "entry" not in value and value.keys() & _OLD:
        return list(meta_webhook.read_value(value, "messages", {}))
    return meta_webhook.read_json(value)
