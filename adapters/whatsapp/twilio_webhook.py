"""Twilio's webhook bodies: form fields, every one optional but the id; also the same fields as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.whatsapp.bodies import NotReadable, form_fields, json_value
from adapters.whatsapp.items import (
    NO_SENDER,
    STATUSES,
    Item,
    Json,
    code,
    ignored,
    item,
    named,
    number,
    obj,
    quarantine,
    words,
)
from adapters.whatsapp.people import Links, Person, person

_RECEIVED = frozenset({"received", "receiving"})  # not the fate of a message of ours: somebody wrote to us
_CALLED_OTHERWISE = {"undelivered": "failed"}
_CHANNEL = "whatsapp:"
_MEDIA_URL = re.compile(r"MediaUrl([0-9]{1,3})")
_REFERRAL = re.compile(r"Referral(\w+)")
_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def read(body: bytes) -> list[Item]:
    """The items of a body. Raises NotReadable where it names no message."""
    fields = _fields(body)
    id = _first(fields, "MessageSid", "SmsSid", "SmsMessageSid")
    if id is None:
        raise NotReadable("The body names no message.")
    status = (_first(fields, "MessageStatus") or _first(fields, "SmsStatus") or "received").lower()
    return list(_message(id, fields) if status in _RECEIVED else _status(id, status, fields))


def _fields(body: bytes) -> Json:
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return dict(form_fields(body))
    fields = json_value(body)
    if not isinstance(fields, dict):
        raise NotReadable("The body is not an object.")
    return fields


def _first(fields: Json, *names: str) -> str | None:
    return next((found for found in map(named, map(fields.get, names)) if found), None)


def _message(id: str, fields: Json) -> Iterator[Item]:
    sender = _sender(fields)
    if not sender.is_known:
        yield quarantine(NO_SENDER, id=id)
        return
    yield from Links().of(sender)
    forwarded = _is_true(fields.get("Forwarded")) or _is_true(fields.get("FrequentlyForwarded"))
    around = {
        "id": id,
        "from_phone": sender.phone,
        "from_user_id": sender.user_id,
        "from_parent_user_id": sender.parent_user_id,
        "sender_name": sender.name,
        "reply_to": None if forwarded else named(fields.get("OriginalRepliedMessageSid")),
        "forwarded": True if forwarded else None,
        "referral": _referral(fields),
        "errors": _errors(fields),
    }
    yield item("message", around | _said(fields))


def _status(id: str, status: str, fields: Json) -> Iterator[Item]:
    status = _CALLED_OTHERWISE.get(status, status)
    if status not in STATUSES:
        yield ignored("A status that is not followed here.", id=id, status=status)
        return
    recipient = _person(fields, "To")
    yield from Links().of(recipient)
    address = recipient.phone or recipient.user_id or recipient.parent_user_id
    yield item("status", {"id": id, "status": status, "recipient": address, "errors": _errors(fields)})


def _sender(fields: Json) -> Person:
    told = obj(
        obj(_metadata(fields).get("data")).get("context")
    )  # the same again, or for some fields only here
    own = _person(fields, "From").completed_by(person(fields.get("WaId")))
    name = named(fields.get("ProfileName")) or named(told.get("ProfileName"))
    return own.completed_by(person(told.get("WaId"))).completed_by(Person(name=name))


def _person(fields: Json, name: str) -> Person:
    address = (words(fields.get(name)) or "").removeprefix(_CHANNEL)
    user_id, parent = (
        (words(fields.get(scoped)) or "").removeprefix(_CHANNEL)
        for scoped in ("ExternalUserId", "ParentExternalUserId")
    )
    return person(address.strip(), user_id, parent)


def _metadata(fields: Json) -> Json:
    metadata = fields.get("ChannelMetadata")
    if isinstance(metadata, str):
        try:
            metadata = json_value(metadata.encode("utf-8", "surrogatepass"))
        except NotReadable:
            return {}
    return obj(metadata)


def _said(fields: Json) -> Item:
    """Twilio tells the kind by which fields are there; the declared type names what came without content."""
    return (
        _location(fields)
        or _list_reply(fields)
        or _button(fields)
        or _media(fields)
        or _text(fields)
        or {"kind": "unsupported", "raw_type": _type(fields)}
    )


def _type(fields: Json) -> str | None:
    declared = named(fields.get("MessageType"))
    return declared.lower() if declared else None


def _location(fields: Json) -> Item | None:
    lat, lon = number(fields.get("Latitude")), number(fields.get("Longitude"))
    if _type(fields) not in (None, "location") or lat is None or lon is None:
        return None
    return {
        "kind": "location",
        "lat": lat,
        "lon": lon,
        "place_name": named(fields.get("Label")),
        "address": named(fields.get("Address")),
    }


def _list_reply(fields: Json) -> Item | None:
    reply_id, title = named(fields.get("ListId")), named(fields.get("ListTitle"))
    if reply_id is None and title is None:
        return None
    return {
        "kind": "list_reply",
        "reply_id": reply_id,
        "text": title or named(fields.get("Body")),
        "description": named(fields.get("ListDescription")),
    }


def _button(fields: Json) -> Item | None:
    """A button of a template, unless the type says that it hung on a message inside the window."""
    text, payload = named(fields.get("ButtonText")), named(fields.get("ButtonPayload"))
    if text is None and payload is None:
        return None
    text = text or named(fields.get("Body"))
    if _type(fields) == "interactive":
        return {"kind": "button_reply", "reply_id": payload, "text": text}
    return {"kind": "template_button", "text": text, "payload": payload}


def _media(fields: Json) -> Item | None:
    numbers = sorted(int(found[1]) for found in map(_MEDIA_URL.fullmatch, fields) if found)
    attachments = [
        {"url": url} | ({"mime": mime} if (mime := named(fields.get(f"MediaContentType{n}"))) else {})
        for n in numbers
        if (url := named(fields.get(f"MediaUrl{n}")))
    ]
    if not attachments:
        return None
    return {"kind": "media", "attachments": attachments, "text": words(fields.get("Body"))}


def _text(fields: Json) -> Item | None:
    body = words(fields.get("Body"))
    if body is None or (not body and _type(fields) not in (None, "text")):
        return None
    return {"kind": "text", "text": body}


def _referral(fields: Json) -> Item:
    """What led the customer here, under the names Meta gives the same things."""
    found = ((match, named(fields[match[0]])) for match in map(_REFERRAL.fullmatch, fields) if match)
    return {_WORD_START.sub("_", match[1]).lower(): value for match, value in found if value}


def _errors(fields: Json) -> list[int]:
    found = code(fields.get("ErrorCode"))
    return [found] if found else []


def _is_true(value: object) -> bool:
    return value is True or str(value).lower() == "true"
