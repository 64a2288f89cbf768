"""What a template says, and which words of ours it takes in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.copy.catalogue import LIMITS, Part
from domain.privacy import Open
from domain.template.refusals import LengthExceeded, MissingVariables, VariableTooLong

_VARIABLE: Final = re.compile(r"\{\{\s*([a-z0-9_]+)\s*\}\}")
MEDIA: Final = frozenset({"image", "video", "document", "location"})
"""Formats of a header that is no text: it takes one thing in."""


@dataclass(frozen=True, slots=True)
class Button:
    kind: Open  # quick_reply, url, phone_number, copy_code …
    text: Open
    url: Open | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """As it was approved: `{{1}}` or `{{nome}}` marks a word of ours."""

    body: Open
    header_format: Open | None = None  # text, image, video, document, location
    header: Open | None = None
    footer: Open | None = None
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A part that takes words of ours: `body`, `header`, or `button/<index>`; their names in order."""

    part: str
    names: tuple[str, ...]


def variables(words: str | None) -> tuple[str, ...]:
    """The names in the order in which they are asked for, each once."""
    found = _VARIABLE.findall(words or "")
    return tuple(sorted(set(found), key=lambda name: (int(name) if name.isdigit() else 0, found.index(name))))


def slots(shape: Shape) -> tuple[Slot, ...]:
    """Every part that takes something in."""
    return tuple(slot for slot in _slots(shape) if slot.names)


def _slots(shape: Shape) -> Iterator[Slot]:
    if shape.header_format in MEDIA:
        yield Slot("header", (str(shape.header_format),))
    else:
        yield Slot("header", variables(shape.header))
    yield Slot("body", variables(shape.body))
    for n, button in enumerate(shape.buttons):
        yield Slot(f"button/{n}", variables(button.url))


def check_lengths(shape: Shape) -> None:
    """Raises LengthExceeded for a part that WhatsApp would cut or refuse."""
    parts = [(Part.BODY, shape.body), (Part.FOOTER, shape.footer or "")]
    parts += [(Part.BUTTON, button.text) for button in shape.buttons]
    for part, words in parts:
        if len(words) > LIMITS[part]:
            raise LengthExceeded(part=part.value, limit=LIMITS[part], length=len(words))


def check_variables(shape: Shape, components: Sequence[Mapping[str, Any]]) -> None:
    """Whether a send brings exactly the words that are asked for, and the body still fits with them. Raises
    MissingVariables and VariableTooLong; neither repeats a word."""
    brought = {_part_of(component): _parameters(component) for component in components}
    for slot in slots(shape):
        given = brought.get(slot.part, [])
        if len(given) != len(slot.names) or not all(_filled(one) for one in given):
            raise MissingVariables(part=slot.part, expected=len(slot.names), given=len(given))
    asked = {slot.part for slot in slots(shape)}
    if unasked := sorted(part for part, given in brought.items() if given and part not in asked):
        raise MissingVariables(part=unasked[0], expected=0, given=len(brought[unasked[0]]))
    length = len(_VARIABLE.sub("", shape.body)) + sum(_length(one) for one in brought.get("body", []))
    if length > LIMITS[Part.BODY]:
        raise VariableTooLong(part="body", limit=LIMITS[Part.BODY], length=length)


def _part_of(component: Mapping[str, Any]) -> str:
    kind = str(component.get("type", "")).lower()
    return f"button/{component.get('index', 0)}" if kind == "button" else kind


def _parameters(component: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = component.get("parameters")
    return [one if isinstance(one, Mapping) else {} for one in found] if isinstance(found, list) else []


def _filled(parameter: Mapping[str, Any]) -> bool:
    """A text with something in it; of anything else, that it is there."""
    kind = parameter.get("type", "text")
    value = parameter.get(kind) if isinstance(kind, str) else None
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _length(parameter: Mapping[str, Any]) -> int:
    text = parameter.get("text")
    return len(text) if isinstance(text, str) else 0
