"""Webhook bodies of people who do not exist."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from adapters.whatsapp.items import Item
from adapters.whatsapp.parser import Provider, parse

ANA = "5511987654321"
ANA_SCOPED = "BR.1A2B3C"
ANA_PARENT = "BR.ENT.9Z8Y"
BIA = "5521976543210"
OURS = "551140028922"
PHONE_NUMBER_ID = "106540352242922"
WABA = "102290129340398"
AT = "1773325920"
AT_ISO = "2026-03-12T14:32:00Z"

Json = dict[str, Any]


def contact(wa_id: str | None = ANA, name: str | None = "Ana Prado", **more: Any) -> Json:
    found = {"profile": {"name": name}, "wa_id": wa_id} | more
    return {key: value for key, value in found.items() if value is not None}


def message(type: str | None = "text", **content: Any) -> Json:
    """A message of Ana's; what is given as None is left out. `from_` stands for `from`."""
    given = {key.removesuffix("_"): value for key, value in content.items()}
    found = {"from": ANA, "id": "wamid.1", "timestamp": AT, "type": type} | given
    return {key: value for key, value in found.items() if value is not None}


def text(body: str = "oi", **more: Any) -> Json:
    return message("text", text={"body": body}, **more)


def status(name: str = "delivered", **more: Any) -> Json:
    return {"id": "wamid.9", "status": name, "timestamp": AT, "recipient_id": ANA} | more


def value(**parts: Any) -> Json:
    about = {"display_phone_number": OURS, "phone_number_id": PHONE_NUMBER_ID}
    return {"messaging_product": "whatsapp", "metadata": about} | parts


def change(content: Any, field: str | None = "messages") -> Json:
    return {"value": content} | ({} if field is None else {"field": field})


def entry(*changes: Any, **more: Any) -> Json:
    return {"id": WABA, "changes": list(changes)} | more


def body(*entries: Any) -> Json:
    return {"object": "whatsapp_business_account", "entry": list(entries)}


def read(whole: Any, provider: Provider = Provider.META) -> list[Item]:
    return parse(provider, json.dumps(whole).encode())


def said(field: str | None = "messages", **parts: Any) -> list[Item]:
    """What one change says."""
    return read(body(entry(change(value(**parts), field))))


def heard(one: Json, contacts: list[Json] | None = None) -> Item:
    """The only item of one message."""
    [item] = said(contacts=[contact()] if contacts is None else contacts, messages=[one])
    return item


def twilio(**fields: str) -> list[Item]:
    given = {"MessageSid": "SM1", "From": f"whatsapp:+{ANA}", "To": f"whatsapp:+{OURS}"} | fields
    return parse(Provider.TWILIO, urlencode(given).encode())
