"""How far a stream has told, as the `id` of its events: what a browser gives back as `Last-Event-ID`.

`<generation>~<inbox>~<transcript>~<topics>`: ordinals by partition in base 36, and four characters for every
topic whose snapshot has been told. Any process of any age can read it, and go on from there.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from commands.live_ports import Marks

INBOX: Final = "inbox"
TRANSCRIPT: Final = "transcript"
LONGEST: Final = 4_000

_ID: Final = re.compile(r"([0-9.]{1,40})~([0-9a-z.]*)~([0-9a-z.]*)~((?:[A-Za-z0-9_-]{4})*)", re.ASCII)
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What somebody had been told when their stream ended."""

    generation: str
    marks: Mapping[str, Marks]
    topics: frozenset[str]  # as `short` makes them

    def knows(self, topic: str) -> bool:
        return short(topic) in self.topics


def head(generation: str, marks: Mapping[str, Marks]) -> str:
    """What is the same for all streams."""
    return f"{generation}~{_ordinals(marks.get(INBOX, {}))}~{_ordinals(marks.get(TRANSCRIPT, {}))}~"


def tail(topics: Iterable[str]) -> str:
    return "".join(sorted(short(topic) for topic in topics))


def last_seen(word: str | None) -> LastSeen | None:
    """None for what no stream of ours ever said."""
    found = None if word is None or len(word) > LONGEST else _ID.fullmatch(word)
    if found is None:
        return None
    inbox, transcript = _marks(found[2]), _marks(found[3])
    if inbox is None or transcript is None:
        return None
    topics = frozenset(found[4][n : n + 4] for n in range(0, len(found[4]), 4))
    return LastSeen(found[1], {INBOX: inbox, TRANSCRIPT: transcript}, topics)


def short(topic: str) -> str:
    return base64.urlsafe_b64encode(hashlib.blake2s(topic.encode(), digest_size=3).digest()).decode()


def _ordinals(marks: Marks) -> str:
    return ".".join(_base36(marks.get(p, 0)) for p in range(max(marks, default=-1) + 1))


def _marks(word: str) -> dict[int, int] | None:
    parts = word.split(".") if word else []
    if any(not 0 < len(part) <= 12 for part in parts):
        return None
    return {p: int(part, 36) for p, part in enumerate(parts)}


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
