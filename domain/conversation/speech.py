"""What automation says: one message each, its words from the catalogue, its purpose kept with it.

A purpose is the catalogue's key; it ends in `.unnumbered` when the text had no protocol number to tell or the
customer knew it already. That is how the conversation remembers what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.copy import TEXTS, Part, at_clock_time, calendar_date, clock_time, say
from domain.firstline import MENU, FirstLineSettings, Route, Subject

UNNUMBERED: Final = ".unnumbered"

_LONGEST: Final = Part.BODY.limit or 0

GREETING: Final = "greeting"
MENU_AGAIN: Final = "menu"
MENU_OTHER: Final = "menu.other"
CANCEL_QUESTION: Final = "cancel.question"
NOT_UNDERSTOOD: Final = "not_understood"
TOLD: Final = "told"
QUEUED: Final = "queued"
CANCELLATION: Final = "cancellation"
PROTOCOL: Final = "protocol"

MENUS: Final = frozenset({GREETING, MENU_AGAIN, MENU_OTHER})
ASKING: Final = frozenset({GREETING, CANCEL_QUESTION})
"""What begins by asking: an answer that is not understood is a failed try."""
NUMBERED: Final = frozenset({GREETING, TOLD, QUEUED, CANCELLATION, PROTOCOL})
"""What tells the protocol number, unless it says otherwise."""


@dataclass(frozen=True, slots=True)
class Number:
    """A protocol number, and the moment told beside it."""

    number: str
    at: datetime
    zone: ZoneInfo

    def variables(self) -> dict[str, str]:
        return {
            "protocol": self.number,
            "date": calendar_date(self.at, self.zone),
            "time": clock_time(self.at, self.zone),
        }


@dataclass(frozen=True, slots=True)
class Speech:
    purpose: str
    kind: str
    content: dict[str, Any]


def base(purpose: str) -> str:
    """The text behind a purpose, with or without its number."""
    return purpose.removesuffix(UNNUMBERED)


def greeting(settings: FirstLineSettings, number: Number | None, notices: Sequence[str] = ()) -> Speech:
    """Hello, the number, what everybody should know now, and the menu, in one message. A notice that no
    longer fits is left out."""
    purpose, text = _numbered(GREETING, number, company=settings.company)
    for notice in notices:
        longer = f"{text}\n\n{say('greeting.notice', notice=notice)}"
        text = longer if len(longer) <= _LONGEST else text
    return _list(purpose, text)


def menu(purpose: str) -> Speech:
    """The menu once more, after `voltar` (MENU_AGAIN) or after *É outra coisa* (MENU_OTHER)."""
    return _list(purpose, say(purpose))


def not_understood() -> Speech:
    return _text(NOT_UNDERSTOOD, say("not_understood"))


def cancel_question() -> Speech:
    buttons = [{"id": button.value, "title": say(key)} for button, key in _BUTTON_KEYS.items()]
    return Speech(CANCEL_QUESTION, "buttons", {"text": say("cancel.question"), "buttons": buttons})


def told(route: Route, detail: str, number: Number | None) -> Speech | None:
    """What was understood, and that the team has it; None for a subject of a deployment's own, which has no
    words here."""
    heard, ask = f"heard.{route.subject}", f"ask.{route.subject}"
    if heard not in TEXTS or ask not in TEXTS:
        return None
    closer = f"{heard}.{detail}"
    heard = closer if closer in TEXTS else heard
    purpose, text = _numbered(TOLD, number, heard=say(heard), team=route.team, ask=say(ask))
    return _text(purpose, text)


def queued(opening: str, route: Route, number: Number | None) -> Speech:
    purpose, text = _numbered(QUEUED, number, opening=opening, queue=route.queue)
    return _text(purpose, text)


def opening(why: str, name: str | None = None) -> str:
    """How the news of the queue begins: `person` (by name where there is one), `media`, `silence` …"""
    if why == "person":
        return say("opening.person", name=name) if name else say("opening.person.nameless")
    return say(f"opening.{why}")


def cancellation(requested_at: datetime, zone: ZoneInfo, protocol: str | None) -> Speech:
    """The request counts, from when, and under which number. The number is told even if it was before."""
    when = {"date": calendar_date(requested_at, zone), "at_time": at_clock_time(requested_at, zone)}
    if protocol is None:
        return _text(CANCELLATION + UNNUMBERED, say("cancellation.unnumbered", **when))
    return _text(CANCELLATION, say("cancellation", protocol=protocol, **when))


def protocol(number: Number, *, handed_over: bool) -> Speech:
    """The number in a message of its own, because a text had to leave without it."""
    key = "protocol.handed" if handed_over else "protocol"
    return _text(PROTOCOL, say(key, **number.variables()))


_BUTTON_KEYS: Final = {Subject.CANCEL_CONTRACT: "cancel.contract", Subject.OTHER: "cancel.other"}
_MENU_KEYS: Final[dict[Subject, str]] = {line: f"menu.{line}" for line in MENU}


def _numbered(key: str, number: Number | None, **variables: str) -> tuple[str, str]:
    if number is None:
        return key + UNNUMBERED, say(key + UNNUMBERED, **variables)
    return key, say(key, **variables, **number.variables())


def _text(purpose: str, text: str) -> Speech:
    return Speech(purpose, "text", {"text": text})


def _list(purpose: str, text: str) -> Speech:
    rows = [{"id": line.value, "title": say(_MENU_KEYS[line])} for line in MENU]
    return Speech(purpose, "list", {"text": text, "button": say("menu.button"), "rows": rows})
