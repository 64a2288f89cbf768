"""A message of ours as Meta wants to read it. Pure; every limit is checked before anything leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from commands.whatsapp_port import Kind, OutgoingMessage, Unsendable

TEXT = 4096
BODY = 1024  # of anything with buttons or rows, and of captions
HEADER = FOOTER = 60
BUTTONS, BUTTON, BUTTON_ID = 3, 20, 256
ROWS, ROW, ROW_ID, ROW_DESCRIPTION = 10, 24, 200, 72
LIST_BUTTON = 20
SECTION = 24
OPAQUE = 512

_PHONE = re.compile(r"[0-9]{6,15}", re.ASCII)
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,160}", re.ASCII)

Content = Mapping[str, Any]


def body_of(message: OutgoingMessage) -> dict[str, Any]:
    """The request's JSON. Raises `Unsendable`, which names the field and the rule, never the words."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    if message.to is not None:
        if not _PHONE.fullmatch(message.to):
            raise Unsendable("to", "digits with country code")
        body["to"] = message.to
    else:
        if not _USER_ID.fullmatch(message.recipient or ""):
            raise Unsendable("recipient", "a business-scoped user id")
        body["recipient"] = message.recipient
    content = message.content
    match message.kind:
        case Kind.TEXT:
            text = {"body": _words(content, "text", TEXT), "preview_url": bool(content.get("preview"))}
            body |= {"type": "text", "text": text}
        case Kind.REACTION:
            body |= {"type": "reaction", "reaction": _reaction(content)}
        case Kind.TEMPLATE:
            body |= {"type": "template", "template": _template(content)}
        case Kind.BUTTONS:
            body |= {"type": "interactive", "interactive": _buttons(content)}
        case Kind.LIST:
            body |= {"type": "interactive", "interactive": _list(content)}
        case Kind.IMAGE | Kind.VIDEO | Kind.AUDIO | Kind.DOCUMENT | Kind.STICKER as kind:
            body |= {"type": kind.value, kind.value: _media(kind, content)}
    if message.reply_to is not None and message.kind is not Kind.REACTION:
        body["context"] = {"message_id": message.reply_to}
    if len(message.opaque) > OPAQUE:
        raise Unsendable("message_id", f"at most {OPAQUE} characters")
    body["biz_opaque_callback_data"] = message.opaque
    return body


def encoded(body: Mapping[str, Any]) -> bytes:
    """The bytes to send. Raises `Unsendable` for characters that have no bytes."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise Unsendable("content", "lone surrogates cannot be sent") from None


def read_receipt(provider_id: str, typing: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": provider_id}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def _words(content: Content, field: str, limit: int) -> str:
    words = content.get(field)
    if not isinstance(words, str) or not words.strip():
        raise Unsendable(field, "needed")
    if len(words) > limit:
        raise Unsendable(field, f"at most {limit} characters")
    return words


def _words_if_any(content: Content, field: str, limit: int) -> str | None:
    return None if content.get(field) in (None, "") else _words(content, field, limit)


def _items(content: Content, field: str, limit: int) -> Sequence[Content]:
    items = content.get(field)
    if not isinstance(items, list | tuple) or not items:
        raise Unsendable(field, "needed")
    if len(items) > limit:
        raise Unsendable(field, f"at most {limit}")
    if not all(isinstance(item, Mapping) for item in items):
        raise Unsendable(field, "objects")
    return items


def _reaction(content: Content) -> dict[str, Any]:
    emoji = content.get("emoji")
    if not isinstance(emoji, str) or len(emoji) > 32:
        raise Unsendable("emoji", "one emoji, or an empty text to take it back")
    return {"message_id": _words(content, "target", 256), "emoji": emoji}


def _media(kind: Kind, content: Content) -> dict[str, Any]:
    media_id, link = content.get("media_id"), content.get("link")
    if bool(media_id) == bool(link):
        raise Unsendable("media_id", "exactly one of media_id and link is needed")
    if media_id:
        media = {"id": _words(content, "media_id", 256)}
    else:
        media = {"link": _words(content, "link", 2048)}
        parts = urlsplit(media["link"])
        if parts.scheme != "https" or not parts.hostname:
            raise Unsendable("link", "https with a host")
    captioned = kind in {Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT}
    extras: dict[str, Any] = {}
    if caption := _words_if_any(content, "caption", BODY):
        if not captioned:
            raise Unsendable("caption", f"not with {kind.value}")
        extras["caption"] = caption
    if filename := _words_if_any(content, "filename", 240):
        if kind is not Kind.DOCUMENT:
            raise Unsendable("filename", f"not with {kind.value}")
        extras["filename"] = filename
    if content.get("voice"):
        if kind is not Kind.AUDIO:
            raise Unsendable("voice", f"not with {kind.value}")
        extras["voice"] = True
    return media | extras


def _template(content: Content) -> dict[str, Any]:
    template: dict[str, Any] = {
        "name": _words(content, "name", 512),
        "language": {"code": _words(content, "language", 15)},
    }
    if content.get("components"):
        template["components"] = list(_items(content, "components", 20))
    return template


def _interactive(kind: str, content: Content, action: dict[str, Any]) -> dict[str, Any]:
    interactive: dict[str, Any] = {"type": kind, "body": {"text": _words(content, "text", BODY)}}
    if header := _words_if_any(content, "header", HEADER):
        interactive["header"] = {"type": "text", "text": header}
    if footer := _words_if_any(content, "footer", FOOTER):
        interactive["footer"] = {"text": footer}
    return interactive | {"action": action}


def _different(field: str, ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        raise Unsendable(field, "ids must differ")


def _buttons(content: Content) -> dict[str, Any]:
    replies = [
        {"id": _words(button, "id", BUTTON_ID), "title": _words(button, "title", BUTTON)}
        for button in _items(content, "buttons", BUTTONS)
    ]
    _different("buttons", [reply["id"] for reply in replies])
    return _interactive(
        "button", content, {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}
    )


def _list(content: Content) -> dict[str, Any]:
    given: Sequence[Content] = [{"rows": content.get("rows")}]
    if "sections" in content:
        given = _items(content, "sections", ROWS)
    sections: list[dict[str, Any]] = []
    for section in given:
        rows = [_row(row) for row in _items(section, "rows", ROWS)]
        title = _words(section, "title", SECTION) if len(given) > 1 else None
        title = title or _words_if_any(section, "title", SECTION)
        sections.append(({"title": title} if title else {}) | {"rows": rows})
    every = [row["id"] for section in sections for row in section["rows"]]
    if len(every) > ROWS:
        raise Unsendable("rows", f"at most {ROWS} in all sections together")
    _different("rows", every)
    return _interactive(
        "list", content, {"button": _words(content, "button", LIST_BUTTON), "sections": sections}
    )


def _row(row: Content) -> dict[str, str]:
    made = {"id": _words(row, "id", ROW_ID), "title": _words(row, "title", ROW)}
    if description := _words_if_any(row, "description", ROW_DESCRIPTION):
        made["description"] = description
    return made
