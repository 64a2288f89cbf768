"""How customers say a score from 1 to 5."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SCORES: Final = {f"score_{n}": n for n in range(1, 6)}
_WORDS: Final = {"um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4, "cinco": 5}
_STARS: Final = frozenset("⭐★🌟✩☆")
_SAID: Final = re.compile(
    r"(?:(?:a |minha )?nota(?: e)? |dou(?: nota)? |e )?(?P<score>[1-5]|um|uma|dois|duas|tres|quatro|cinco)"
    r"(?: estrelas?| pontos?)?"
)


def score_of(kind: str, text: str | None, reply_id: object = None) -> int | None:
    """From 1 to 5, by the list or in words: "5", "cinco", "nota 5", five stars. None for anything else."""
    if isinstance(reply_id, str) and reply_id in _SCORES:
        return _SCORES[reply_id]
    if kind != "text" or not text or len(text) > 40:
        return None
    stars = [sign for sign in text if sign in _STARS]
    if stars and not any(sign.isalnum() for sign in text):
        return len(stars) if len(stars) <= 5 else None
    plain = "".join(
        sign if sign.isalnum() else " "
        for sign in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(sign) not in ("Mn", "Me", "Cf")
    )
    found = _SAID.fullmatch(" ".join(plain.split()))
    if found is None:
        return None
    score = found["score"]
    return _WORDS.get(score) or int(score)
