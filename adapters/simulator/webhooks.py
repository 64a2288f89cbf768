"""Webhooks as Meta writes them: bodies built from people and messages, signed, and delivered.

Every builder answers one element of `messages` or `statuses`; `body` puts any number of them into one
delivery. The names here are made up by whoever calls; nothing is drawn by chance.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Number:
    """A business number, as webhooks name it."""

    phone_number_id: str
    display: str  # digits, as in `display_phone_number`
    waba_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A synthetic customer. Without a `wa_id` the phone is hidden behind a username."""

    name: str
    wa_id: str | None = None
    user_id: str | None = None  # business-scoped, `BR.…`
    username: str | None = None

    @property
    def address(self) -> str:
        """What the provider knows the customer by."""
        return self.wa_id or self.user_id or ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file the provider holds for us."""

    media_id: str
    mime: str
    sha256: str  # base64, as webhooks tell it


def body(
    number: Number,
    *,
    people: Sequence[Person] = (),
    messages: Sequence[Item] = (),
    statuses: Sequence[Item] = (),
) -> Item:
    """One delivery with one entry and one change."""
    value: Item = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.display, "phone_number_id": number.phone_number_id},
    }
    if people:
        value["contacts"] = [_contact(person) for person in people]
    if messages:
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = list(statuses)
    change = {"value": value, "field": "messages"}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": number.waba_id, "changes": [change]}],
    }


def text(person: Person, message_id: str, at: datetime, words: str) -> Item:
    return _message(person, message_id, at, "text", {"body": words})


def image(
    person: Person, message_id: str, at: datetime, attachment: Attachment, caption: str | None = None
) -> Item:
    return _message(person, message_id, at, "image", _file(attachment, caption=caption))


def voice(person: Person, message_id: str, at: datetime, attachment: Attachment) -> Item:
    """A note spoken into the phone."""
    return _message(person, message_id, at, "audio", _file(attachment, voice=True))


def document(
    person: Person,
    message_id: str,
    at: datetime,
    attachment: Attachment,
    filename: str | None = None,
    caption: str | None = None,
) -> Item:
    return _message(person, message_id, at, "document", _file(attachment, filename=filename, caption=caption))


def sticker(
    person: Person, message_id: str, at: datetime, attachment: Attachment, animated: bool = False
) -> Item:
    return _message(person, message_id, at, "sticker", _file(attachment, animated=animated))


def location(
    person: Person,
    message_id: str,
    at: datetime,
    latitude: float,
    longitude: float,
    name: str | None = None,
    address: str | None = None,
) -> Item:
    place = {"latitude": latitude, "longitude": longitude, "name": name, "address": address}
    return _message(person, message_id, at, "location", _given(place))


def reaction(person: Person, message_id: str, at: datetime, target: str, emoji: str | None) -> Item:
    """No emoji takes an earlier reaction back."""
    return _message(person, message_id, at, "reaction", _given({"message_id": target, "emoji": emoji}))


def button_reply(
    person: Person, message_id: str, at: datetime, number: Number, target: str, reply_id: str, title: str
) -> Item:
    """A tap on one of the buttons of our message `target`."""
    reply = {"type": "button_reply", "button_reply": {"id": reply_id, "title": title}}
    return replying(_message(person, message_id, at, "interactive", reply), number, target)


def list_reply(
    person: Person,
    message_id: str,
    at: datetime,
    number: Number,
    target: str,
    reply_id: str,
    title: str,
    description: str | None = None,
) -> Item:
    """A choice from the list of our message `target`."""
    row = _given({"id": reply_id, "title": title, "description": description})
    made = _message(person, message_id, at, "interactive", {"type": "list_reply", "list_reply": row})
    return replying(made, number, target)


def template_button(
    person: Person, message_id: str, at: datetime, number: Number, target: str, words: str, payload: str
) -> Item:
    """A tap on the quick reply of a template."""
    made = _message(person, message_id, at, "button", {"text": words, "payload": payload})
    return replying(made, number, target)


def edit(person: Person, message_id: str, at: datetime, target: str, words: str) -> Item:
    """The customer changed the text of an earlier message of theirs."""
    new = {"type": "text", "text": {"body": words}}
    return _message(person, message_id, at, "edit", {"original_message_id": target, "message": new})


def revoke(person: Person, message_id: str, at: datetime, target: str) -> Item:
    """The customer deleted an earlier message of theirs for everyone."""
    return _message(person, message_id, at, "revoke", {"original_message_id": target})


def replying(message: Item, number: Number, target: str) -> Item:
    """The same message, as an answer to one of ours."""
    return message | {"context": {"from": number.display, "id": target}}


def status(
    message_id: str,
    state: str,
    at: datetime,
    recipient: Person,
    *,
    opaque: str | None = None,
    category: str | None = None,
    errors: Sequence[int] = (),
) -> Item:
    """`state` is sent, delivered, read, played or failed; `category` adds the price, `errors` codes."""
    item: Item = {"id": message_id, "status": state, "timestamp": _seconds(at)}
    if recipient.wa_id is not None:
        item["recipient_id"] = recipient.wa_id
    if recipient.user_id is not None:
        item["recipient_user_id"] = recipient.user_id
    if opaque is not None:
        item["biz_opaque_callback_data"] = opaque
    if category is not None:
        free = category == "service"
        item["pricing"] = {
            "billable": not free,
            "pricing_model": "PMP",
            "type": "free_customer_service" if free else "regular",
            "category": category,
        }
    if errors:
        item["errors"] = [
            {
                "code": code,
                "title": f"Error {code}",
                "message": f"Error {code}",
                "error_data": {"details": "Simulated."},
                "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
            }
            for code in errors
        ]
    return item


def encoded(delivery: Mapping[str, Any]) -> bytes:
    """The bytes on the wire: ASCII, everything else as `\\uXXXX`, as Meta sends it."""
    return json.dumps(delivery, separators=(",", ":")).encode("ascii")


def signature(secret: str, raw: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


async def deliver(
    client: httpx.AsyncClient, url: str, secret: str, delivery: Mapping[str, Any] | bytes
) -> httpx.Response:
    """Post one signed delivery, once. Bytes go as they are. Raises httpx's errors; judges no answer."""
    raw = delivery if isinstance(delivery, bytes) else encoded(delivery)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature-256": signature(secret, raw),
    }
    return await client.post(url, content=raw, headers=headers)


def _message(person: Person, message_id: str, at: datetime, kind: str, content: Item) -> Item:
    item: Item = {"id": message_id, "timestamp": _seconds(at), "type": kind, kind: content}
    if person.wa_id is not None:
        item["from"] = person.wa_id
    if person.user_id is not None:
        item["from_user_id"] = person.user_id
    return item


def _contact(person: Person) -> Item:
    profile = _given({"name": person.name, "username": person.username})
    return _given({"profile": profile, "wa_id": person.wa_id, "user_id": person.user_id})


def _file(attachment: Attachment, **about: Any) -> Item:
    return {"id": attachment.media_id, "mime_type": attachment.mime, "sha256": attachment.sha256} | _given(
        about
    )


def _given(fields: Item) -> Item:
    return {name: value for name, value in fields.items() if value is not None}


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
