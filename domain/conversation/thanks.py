"""Nothing but a thank you: it is stored and shown, but it opens nothing and makes nobody hurry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

THANKS: Final[frozenset[str]] = frozenset(
    {
        "agradecida",
        "agradecido",
        "agradeço",
        "brigada",
        "brigado",
        "brigadão",
        "de coração",
        "deus abençoe",
        "grata",
        "grato",
        "gratidão",
        "muito agradecida",
        "muito agradecido",
        "muito brigada",
        "muito brigado",
        "muito obrigada",
        "muito obrigado",
        "muitíssimo obrigada",
        "muitíssimo obrigado",
        "obg",
        "obgd",
        "obrigada",
        "obrigada mesmo",
        "obrigada por tudo",
        "obrigado",
        "obrigado mesmo",
        "obrigado por tudo",
        "obrigadão",
        "pela ajuda",
        "pela atenção",
        "pelo atendimento",
        "por tudo",
        "valeu",
        "valeu mesmo",
        "vlw",
        "vlw mesmo",
        "❤️",
        "👏",
        "😊",
        "😍",
        "😘",
        "🙌",
        "🙏",
        "🤝",
        "🥰",
    }
)
"""What counts, until a deployment says otherwise: words, phrases, emoji, and hashes of stickers. An "ok" or a
thumb does not: it may be the answer to a question."""

LONGEST: Final = 120  # characters; nobody says nothing but thanks for longer

_TOKEN: Final = re.compile(r"[^\W\d_]+|[^\w\s]")
_STRETCHED: Final = re.compile(r"(.)\1{2,}")
_DISQUALIFIES: Final = re.compile(r"[?\d]")
_SILENT: Final = frozenset({"Mn", "Cf", "Sk", "Cc"})  # accents, joiners, skin tones


def normalised(text: str) -> str:
    """Lower case, without accents and variation selectors; `obrigadoooo` is `obrigado`."""
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in _SILENT
        )
    return _STRETCHED.sub(r"\1", text.casefold())


def tokens(text: str) -> tuple[str, ...]:
    """Words and symbols, in order; punctuation says nothing."""
    return tuple(t for t in _TOKEN.findall(text) if t.isalpha() or unicodedata.category(t)[0] == "S")


@lru_cache(maxsize=16)
def _phrases(entries: frozenset[str]) -> tuple[frozenset[tuple[str, ...]], int]:
    phrases = frozenset(found for entry in entries if (found := tokens(normalised(entry))))
    return phrases, max(map(len, phrases), default=0)


def thanks_only(
    kind: str, text: str | None, content: Mapping[str, Any], entries: frozenset[str] = THANKS
) -> bool:
    """Whether a message says thanks and nothing else: one entry of the list, or several in a row. A question
    mark, a digit or any other word disqualifies it; a sticker counts by the hash of its file."""
    if kind == "sticker":
        return isinstance(content.get("sha256"), str) and content["sha256"] in entries
    if kind != "text" or not text or len(text) > LONGEST or _DISQUALIFIES.search(text):
        return False
    plain = normalised(text)
    if _DISQUALIFIES.search(plain):
        return False
    phrases, longest = _phrases(entries)
    return _made_of(tokens(plain), phrases, longest)


def _made_of(words: tuple[str, ...], phrases: Iterable[tuple[str, ...]], longest: int) -> bool:
    """Whether the words are nothing but phrases in a row."""
    reached = {0}
    for start in range(len(words)):
        if start in reached:
            reached.update(
                end
                for end in range(start + 1, min(start + longest, len(words)) + 1)
                if words[start:end] in phrases
            )
    return bool(words) and len(words) in reached
