"""Who is called that? One row per conversation whose customer told a name, its words made comparable."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import ClassVar, Final

from domain import conversation
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.privacy import Identity, kept
from projections.answer import Projection, by_root

_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    words: Identity


def comparable(name: str) -> str:
    """`"José  D'Ávila"` becomes `"jose d avila"`: small letters, no accents, one blank between words."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case conversation.ContactKnown(name=name) if kept(name) is not None:
            assert name is not None
            words = comparable(name)
            if not words or (row is not None and row.words == words):
                return row
            return Row(ConversationId(recorded.root), words)
        case conversation.SubjectForgotten():
            return None
        case _:
            return row


CONTACTS = Projection(
    "contacts", 1, Row, by_root, evolve, (conversation.ContactKnown, conversation.SubjectForgotten)
)
