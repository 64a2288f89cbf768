"""What a webhook said, in our own words: one JSON object per thing that happened, whoever the provider is.

Every function here is total: it takes any JSON value and answers, or answers None for "not there". Absent
values are left out of an item. Text loses what cannot be stored (NUL, lone surrogates) and nothing else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

Item = dict[str, Any]
Json = dict[str, Any]

EVENTS = frozenset(
    {
        "message",
        "echo",
        "status",
        "history_message",
        "history_media",
        "history_declined",
        "marketing_preference",
        "contact_sync",
        "call",
        "call_status",
        "group_event",
        "account_event",
        "channel_error",
        "identity_link",
        "ignored",
        "quarantine",
        "malformed",
    }
)

KINDS = frozenset(
    {
        "text",
        "image",
        "video",
        "audio",
        "document",
        "sticker",
        "location",
        "contacts",
        "button_reply",
        "list_reply",
        "flow_reply",
        "template_button",
        "call_permission_reply",
        "reaction",
        "order",
        "system",
        "edited",
        "deleted",
        "unsupported",
        "media",
    }
)

STATUSES = frozenset({"queued", "sent", "delivered", "read", "played", "failed"})

NO_SENDER = "no usable sender identity"
NO_RECIPIENT = "no usable recipient identity"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PHONE = re.compile(r"\+?([0-9]+)")
_BUSINESS_SCOPED = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,40}(?:\.[0-9]+)?\s*")
_CODE = re.compile(r"-?[0-9]{1,18}")
_DEEPEST = 32  # of what is kept as it came; deeper is left out, so that writing it down can never fail


# Items


def item(event: str, fields: Mapping[str, Any]) -> Item:
    """One thing that happened; what is absent is left out."""
    return {"event": event} | {name: value for name, value in fields.items() if value not in (None, [], {})}


def ignored(reason: str, **fields: str | None) -> Item:
    return item("ignored", fields | {"reason": reason})


def quarantine(reason: str, **fields: str | None) -> Item:
    return item("quarantine", fields | {"reason": reason})


def malformed(reason: str) -> Item:
    return item("malformed", {"reason": reason})


def each(value: Json, name: str, read: Callable[[Json], Iterator[Item]]) -> Iterator[Item]:
    """Read every object of a list; what is not an object is one malformed item, and the others go on."""
    things = value.get(name)
    if things is None:
        return
    if not isinstance(things, list):
        yield malformed(f"{name} is not a list.")
        return
    for thing in things:
        if isinstance(thing, dict):
            yield from read(thing)
        else:
            yield malformed(f"An element of {name} is not an object.")


# Values


def clean(text: str) -> str:
    return _UNSTORABLE.sub("", text)


def words(value: object) -> str | None:
    """Text as it came, the empty one too; a number is read as its digits."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None


def named(value: object) -> str | None:
    """An identifier or a name: blank counts as absent."""
    text = words(value)
    return text if text and not text.isspace() else None


def flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def number(value: object) -> int | float | None:
    """A finite number, also when it was sent as text."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def obj(value: object) -> Json:
    """The object, or an empty one where there is none."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[Json]:
    """The objects of a list (or the one object that should have been in one)."""
    things = value if isinstance(value, list) else [value]
    return [thing for thing in things if isinstance(thing, dict)]


def as_it_came(value: object, deepest: int = _DEEPEST) -> Any:
    """Any JSON value, storable: cleaned text, finite numbers, bounded depth."""
    match value:
        case str():
            return clean(value)
        case float():
            return value if math.isfinite(value) else None
        case dict():
            if not deepest:
                return None
            return {clean(str(name)): as_it_came(inner, deepest - 1) for name, inner in value.items()}
        case list():
            return [as_it_came(inner, deepest - 1) for inner in value] if deepest else None
        case bool() | int():
            return value
        case _:
            return None


def instant(value: object) -> str | None:
    """`2026-03-12T14:32:00Z`, from seconds or (from 1e12 on) milliseconds, sent as text or as a number."""
    moment = number(value)
    if moment is None or moment < 0:
        return None
    seconds = int(moment) // 1000 if moment >= 1e12 else int(moment)
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None


def codes(errors: object) -> list[int]:
    """The codes of a list of errors; titles and details are the provider's words and stay there."""
    found = (code(error.get("code")) for error in objects(errors))
    return [known for known in found if known is not None]


def code(value: object) -> int | None:
    if isinstance(value, str) and _CODE.fullmatch(value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def phone(value: object) -> str | None:
    """The digits of a phone number, with or without its plus sign."""
    found = _PHONE.fullmatch(words(value) or "")
    return found[1] if found else None


def business_scoped(value: object) -> str | None:
    """An identifier a provider gives a person towards one business: `BR.1A2B`, `BR.ENT.1A2B`."""
    text = words(value) or ""
    return text if _BUSINESS_SCOPED.fullmatch(text) else None


def is_parent(user_id: str) -> bool:
    return user_id[3:7] == "ENT."
