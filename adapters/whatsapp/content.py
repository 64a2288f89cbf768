"""What a message of Meta's says, by the type it declares.

The declared type is trusted: an image that says it is a PDF stays an image with the reported mime. A type we
do not know, and a known type without its content, is `unsupported` with the type it declared.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from adapters.whatsapp.items import (
    Item,
    Json,
    as_it_came,
    business_scoped,
    codes,
    flag,
    named,
    number,
    obj,
    objects,
    words,
)

UNDECLARED = frozenset({"unsupported", "unknown"})  # Meta itself could not tell what was sent


def said(message: Json) -> Item:
    """`kind` and the fields of that kind, and the codes of the errors beside it."""
    raw_type = named(message.get("type")) or _type_of_its_content(message)
    content = _READERS[raw_type](message) if raw_type in _READERS else None
    return (content or _unsupported(message, raw_type)) | {"errors": codes(message.get("errors"))}


def said_around(message: Json) -> Item:
    """What a message says beside its content: what it answers, where it was forwarded or led from."""
    context = obj(message.get("context"))
    forwarded = context.get("forwarded") is True or context.get("frequently_forwarded") is True
    return {
        "reply_to": None if forwarded else named(context.get("id")),
        "forwarded": True if forwarded else None,
        "referral": as_it_came(obj(message.get("referral"))),
        "referred_product": as_it_came(obj(context.get("referred_product"))),
    }


def _type_of_its_content(message: Json) -> str | None:
    return next(
        (name for name in _READERS if name in message and isinstance(message[name], dict | list)), None
    )


def _unsupported(message: Json, raw_type: str | None) -> Item:
    if raw_type in UNDECLARED:
        raw_type = named(obj(message.get("unsupported")).get("type")) or raw_type
    return {"kind": "unsupported", "raw_type": raw_type}


def _text(message: Json) -> Item | None:
    body = words(obj(message.get("text")).get("body"))
    return None if body is None else {"kind": "text", "text": body}


def _media(name: str, kind: str | None = None) -> Callable[[Json], Item | None]:
    def read(message: Json) -> Item | None:
        content = obj(message.get(name))
        return _media_fields(kind or name, content) if content else None

    return read


def _media_fields(kind: str, content: Json) -> Item:
    return {
        "kind": kind,
        "media_id": named(content.get("id")),
        "mime": named(content.get("mime_type")),
        "caption": words(content.get("caption")),
        "filename": named(content.get("filename")),
        "url": named(content.get("url")) or named(content.get("link")),
        "voice": flag(content.get("voice")),
        "animated": flag(content.get("animated")),
    }


def _voice(message: Json) -> Item | None:
    """The old name of a recorded note."""
    content = obj(message.get("voice")) or obj(message.get("audio"))
    return _media_fields("audio", content) | {"voice": True} if content else None


def _location(message: Json) -> Item | None:
    content = obj(message.get("location"))
    found = {
        "lat": number(content.get("latitude")),
        "lon": number(content.get("longitude")),
        "place_name": named(content.get("name")),
        "address": named(content.get("address")),
        "url": named(content.get("url")),
    }
    return {"kind": "location"} | found if any(value is not None for value in found.values()) else None


def _contacts(message: Json) -> Item | None:
    cards = message.get("contacts")
    if not isinstance(cards, list) or not cards:
        return None
    names = (_name_on(card) for card in objects(cards))
    return {"kind": "contacts", "count": len(cards), "names": [name for name in names if name]}


def _name_on(card: Json) -> str | None:
    name = obj(card.get("name"))
    parts = (named(name.get("first_name")), named(name.get("last_name")))
    return named(name.get("formatted_name")) or " ".join(part for part in parts if part) or None


def _interactive(message: Json) -> Item | None:
    content = obj(message.get("interactive"))
    declared = named(content.get("type"))
    sort = declared or next((name for name in _INTERACTIVE if isinstance(content.get(name), dict)), "")
    reply = obj(content.get(sort))
    return _INTERACTIVE[sort](reply) if sort in _INTERACTIVE and reply else None


def _button_reply(reply: Json) -> Item:
    return {"kind": "button_reply", "reply_id": words(reply.get("id")), "text": words(reply.get("title"))}


def _list_reply(reply: Json) -> Item:
    return {
        "kind": "list_reply",
        "reply_id": words(reply.get("id")),
        "text": words(reply.get("title")),
        "description": words(reply.get("description")),
    }


def _flow_reply(reply: Json) -> Item:
    answers = reply.get("response_json")
    if isinstance(answers, dict | list):  # it should have been text
        answers = json.dumps(as_it_came(answers), ensure_ascii=False)
    return {"kind": "flow_reply", "text": words(reply.get("body")), "response_json": words(answers)}


def _call_permission_reply(reply: Json) -> Item:
    return {"kind": "call_permission_reply", "response": named(reply.get("response"))}


def _template_button(message: Json) -> Item | None:
    button = obj(message.get("button"))
    text, payload = words(button.get("text")), words(button.get("payload"))
    if text is None and payload is None:
        return None
    return {"kind": "template_button", "text": text, "payload": payload}


def _reaction(message: Json) -> Item:
    """Never unsupported: without an emoji it takes one back, and without a target nobody can use it."""
    reaction = obj(message.get("reaction"))
    emoji = named(reaction.get("emoji"))
    return {
        "kind": "reaction",
        "target": named(reaction.get("message_id")),
        "emoji": emoji,
        "removed": emoji is None,
    }


def _order(message: Json) -> Item | None:
    order = obj(message.get("order"))
    products = order.get("product_items")
    found = {
        "items": len(products) if isinstance(products, list) else None,
        "catalog_id": named(order.get("catalog_id")),
        "text": words(order.get("text")),
    }
    return {"kind": "order"} | found if order else None


def _system(message: Json) -> Item | None:
    system = obj(message.get("system"))
    if not system:
        return None
    kind = named(system.get("type"))
    keeps_number = kind is not None and "number" not in kind
    return {
        "kind": "system",
        "system_type": kind,
        "new_wa_id": None if keeps_number else named(system.get("new_wa_id")) or named(system.get("wa_id")),
        "new_user_id": business_scoped(system.get("user_id")),
        "text": words(system.get("body")),
    }


def _edited(message: Json) -> Item | None:
    edit = obj(message.get("edit"))
    target, new = _target(edit), obj(edit.get("message"))
    if target is None or not new or new.get("type") == "edit":
        return None
    content = said({name: value for name, value in new.items() if name != "edit"})
    text = content.get("text")
    return {
        "kind": "edited",
        "target": target,
        "new": content["kind"],
        "text": content.get("caption") if text is None else text,
    }


def _deleted(message: Json) -> Item | None:
    target = _target(obj(message.get("revoke")))
    return None if target is None else {"kind": "deleted", "target": target}


def _target(change: Json) -> str | None:
    return named(change.get("original_message_id"))


_INTERACTIVE: dict[str, Callable[[Json], Item]] = {
    "button_reply": _button_reply,
    "list_reply": _list_reply,
    "nfm_reply": _flow_reply,
    "call_permission_reply": _call_permission_reply,
}

_READERS: dict[str, Callable[[Json], Item | None]] = {
    "text": _text,
    "image": _media("image"),
    "video": _media("video"),
    "audio": _media("audio"),
    "document": _media("document"),
    "sticker": _media("sticker"),
    "voice": _voice,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _template_button,
    "reaction": _reaction,
    "order": _order,
    "system": _system,
    "edit": _edited,
    "revoke": _deleted,
}
