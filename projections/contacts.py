"""Who is called that? One row per conversation, the words its customer is found by made comparable: the name
they told, the desk's own name for them, their second phone and their contracts."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final

from domain import conversation
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.privacy import Class, Identity, kept
from projections.answer import Projection, by_root, replace

_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Row:
    """`words`: all of `parts`, which are comparable, by where they come from."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    words: Identity = ""
    parts: Annotated[dict[str, Any], Class.IDENTITY] = field(default_factory=dict)


def comparable(name: str) -> str:
    """`"José  D'Ávila"` becomes `"jose d avila"`: small letters, no accents, one blank between words."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event, known = recorded.event, row or Row(ConversationId(recorded.root))
    match event:
        case conversation.ContactKnown(name=name) if kept(name) is not None:
            changed = _with(known, "told", name)
        case conversation.ContactEdited(digests=digests):
            changed = known
            for detail in ("name", "phone"):
                if detail in digests:
                    changed = _with(changed, detail, getattr(event, detail) if digests[detail] else None)
        case conversation.ContractLinked(contract_id=contract_id, number=number):
            changed = _with(known, contract_id, number)
        case conversation.ContractUnlinked(contract_id=contract_id):
            changed = _with(known, contract_id, None)
        case conversation.SubjectForgotten():
            return None
        case _:
            return row
    if changed is known:
        return row
    return changed if changed.parts else None


def _with(row: Row, part: str, words: str | None) -> Row:
    """The row, found by these words of that part; by none of it when there are none, or they are gone."""
    told = comparable(kept(words) or "")
    if told == row.parts.get(part, "") or (part == "told" and not told):
        return row
    parts = {name: of for name, of in (row.parts | {part: told}).items() if of}
    return replace(row, words=" ".join(parts[name] for name in sorted(parts)), parts=parts)


CONTACTS = Projection(
    "contacts",
    2,
    Row,
    by_root,
    evolve,
    (
        conversation.ContactEdited,
        conversation.ContactKnown,
        conversation.ContractLinked,
        conversation.ContractUnlinked,
        conversation.SubjectForgotten,
    ),
)
