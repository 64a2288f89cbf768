"""What the provider accepts as a message. Written from its documents, not from our own sender, so that the
two can disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Fault = tuple[int, str]  # code, details
Check = Callable[[Mapping[str, Any]], "Fault | None"]


def fault_of(body: Any) -> Fault | None:
    """Why this body is refused; None when it is a message."""
    if not isinstance(body, dict):
        return 100, "The request is not an object"
    if body.get("messaging_product") != "whatsapp":
        return 100, "(#100) The parameter messaging_product is required."
    addressed = [name for name in ("to", "recipient") if body.get(name)]
    if not addressed or not all(isinstance(body[name], str) for name in addressed):
        return 100, "The parameter to is required."
    kind = body.get("type", "text")
    check = CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        return 100, "Param type must be one of the message types"
    content = body.get(kind)
    if not isinstance(content, dict):
        return 131008, f"Required parameter is missing: {kind}"
    opaque = body.get("biz_opaque_callback_data")
    if opaque is not None and not (isinstance(opaque, str) and len(opaque) <= 512):
        return 131009, "biz_opaque_callback_data is longer than 512"
    return check(content)


def _text(content: Mapping[str, Any]) -> Fault | None:
    return _long(content.get("body"), 4096, "text.body")


def _reaction(content: Mapping[str, Any]) -> Fault | None:
    if not isinstance(content.get("message_id"), str) or not isinstance(content.get("emoji"), str):
        return 131009, "reaction needs message_id and emoji"
    return None


def _file(content: Mapping[str, Any]) -> Fault | None:
    if not content.get("id") and not content.get("link"):
        return 131008, "id or link is required"
    return None


def _template(content: Mapping[str, Any]) -> Fault | None:
    language = content.get("language")
    if not content.get("name") or not isinstance(language, dict) or not language.get("code"):
        return 132000, "template needs name and language.code"
    return None


def _interactive(content: Mapping[str, Any]) -> Fault | None:
    body, action = content.get("body"), content.get("action")
    if not isinstance(body, dict) or not isinstance(action, dict):
        return 131009, "interactive needs body and action"
    footer = content.get("footer")
    fault = _long(body.get("text"), 1024, "body.text")
    if fault is None and footer is not None:
        fault = _long(footer.get("text"), 60, "footer.text")
    if fault is not None:
        return fault
    match content.get("type"):
        case "button":
            return _buttons(action)
        case "list":
            return _rows(action)
        case _:
            return 131009, "interactive.type"


def _buttons(action: Mapping[str, Any]) -> Fault | None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        return 131009, "between 1 and 3 buttons"
    titles = [button["reply"]["title"] for button in buttons]
    return next((fault for title in titles if (fault := _long(title, 20, "button title"))), None)


def _rows(action: Mapping[str, Any]) -> Fault | None:
    sections = action.get("sections")
    if not isinstance(sections, list) or not sections:
        return 131009, "sections are required"
    if len(sections) > 1 and not all(section.get("title") for section in sections):
        return 131009, "sections need a title"
    rows = [row for section in sections for row in section["rows"]]
    if not 1 <= len(rows) <= 10 or len({row["id"] for row in rows}) != len(rows):
        return 131009, "between 1 and 10 different rows"
    faults = [_long(action.get("button"), 20, "button")]
    faults += [_long(row.get("title"), 24, "row title") for row in rows]
    faults += [_long(row["description"], 72, "row description") for row in rows if "description" in row]
    return next((fault for fault in faults if fault), None)


def _long(words: Any, limit: int, name: str) -> Fault | None:
    if not isinstance(words, str) or not words:
        return 131008, f"{name} is required"
    return (131009, f"{name} is longer than {limit}") if len(words) > limit else None


CHECKS: dict[str, Check] = {
    "text": _text,
    "reaction": _reaction,
    "template": _template,
    "interactive": _interactive,
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _file),
}
FREE = frozenset(CHECKS) - {"template"}  # what the 24 h window is needed for
