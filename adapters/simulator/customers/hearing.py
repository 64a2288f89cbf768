"""What a message of ours means to whoever receives it: a list, buttons, words of a machine or of a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from adapters.simulator.customers.steps import Sign
from adapters.simulator.ledger import Accepted
from domain.copy.catalogue import TEXTS, Part, Reader

Options = tuple[tuple[str, str], ...]  # reply id, title


@dataclass(frozen=True, slots=True)
class Heard:
    """`sign` is LIST, BUTTONS, PERSON, or ANYTHING for what a machine says."""

    message_id: str
    sign: Sign
    options: Options = ()

    @property
    def by_person(self) -> bool:
        return self.sign is Sign.PERSON


def heard(message: Accepted) -> Heard | None:
    """None for what nobody reads, such as a reaction."""
    body = message.body
    match message.kind:
        case "reaction":
            return None
        case "interactive":
            asked = body["interactive"]
            if asked["type"] == "list":
                rows = (row for section in asked["action"]["sections"] for row in section["rows"])
                return Heard(message.wamid, Sign.LIST, tuple((row["id"], row["title"]) for row in rows))
            taps = (button["reply"] for button in asked["action"]["buttons"])
            return Heard(message.wamid, Sign.BUTTONS, tuple((tap["id"], tap["title"]) for tap in taps))
        case "text":
            machine = automatic(str(body["text"]["body"]))
            return Heard(message.wamid, Sign.ANYTHING if machine else Sign.PERSON)
        case _:
            return Heard(message.wamid, Sign.PERSON)


def automatic(text: str) -> bool:
    """Whether these are words that the desk says by itself."""
    return any(pattern.fullmatch(text) for pattern in _automatic())


@cache
def _automatic() -> tuple[re.Pattern[str], ...]:
    texts: Mapping[str, Any] = TEXTS
    return tuple(
        re.compile(re.sub(r"\\\{\w+\\\}", ".*", re.escape(text.text)), re.DOTALL)
        for text in texts.values()
        if text.automatic and text.reader is Reader.CUSTOMER and text.part is Part.BODY
    )
