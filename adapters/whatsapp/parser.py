"""Any webhook body of any provider, read into items."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from adapters.whatsapp import dialog360_webhook, meta_webhook, twilio_webhook
from adapters.whatsapp.bodies import NotReadable
from adapters.whatsapp.items import Item, malformed


class Provider(StrEnum):
    META = "meta"
    DIALOG360 = "dialog360"
    TWILIO = "twilio"


def parse(provider: Provider, body: bytes) -> list[Item]:
    """What a body says, in its order. Reads any bytes, and never raises: a body that is not what it says is
    one malformed item."""
    try:
        return _read(provider, body)
    except NotReadable as why:
        return [malformed(str(why))]


def _read(provider: Provider, body: bytes) -> list[Item]:
    match provider:
        case Provider.META:
            return meta_webhook.read(body)
        case Provider.DIALOG360:
            return dialog360_webhook.read(body)
        case Provider.TWILIO:
            return twilio_webhook.read(body)
    assert_never(provider)
