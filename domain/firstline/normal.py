"""Customers' spelling made regular: lower case, no accents, no stretched letters, one mark per pause."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

PAUSE: Final = "|"
"""Stands where a sentence, a clause or a line ended; keywords never reach across it."""

_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED_END: Final = re.compile(r"([aeioubgkm])\1+\b")
_PAUSES: Final = re.compile(r"[.,;:!?…\n\r|]+")
_JUNK: Final = re.compile(r"[^\w\s|]|_")
_SPACES: Final = re.compile(r"\s+")

_SHORT: Final = {
    "vc": "voce",
    "vcs": "voces",
    "ta": "esta",
    "tah": "esta",
    "tao": "estao",
    "to": "estou",
    "tou": "estou",
    "tava": "estava",
    "n": "nao",
    "naum": "nao",
    "q": "que",
    "pq": "por que",
    "oq": "o que",
    "eh": "e",
    "pra": "para",
    "pro": "para o",
    "hj": "hoje",
    "tbm": "tambem",
    "tb": "tambem",
    "cmg": "comigo",
    "qnd": "quando",
    "qro": "quero",
    "kero": "quero",
    "msm": "mesmo",
    "mt": "muito",
    "mto": "muito",
    "p": "para",
    "blz": "beleza",
    "net": "internet",
    "intenet": "internet",
    "interneti": "internet",
    "internete": "internet",
    "wi fi": "wifi",
}
_SHORT_WORD: Final = re.compile(r"\b(" + "|".join(sorted(_SHORT, key=len, reverse=True)) + r")\b")


def normal(text: str) -> str:
    """`"Tô SEM neeet!!!"` becomes `"estou sem internet |"`. Emoji and symbols vanish, digits stay."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.replace("-", " ")
    plain = _PAUSES.sub(f" {PAUSE} ", plain)
    plain = _JUNK.sub(" ", plain)
    plain = _STRETCHED.sub(r"\1", plain)
    plain = _DOUBLED_END.sub(r"\1", plain)
    plain = _SPACES.sub(" ", plain).strip()
    return _SHORT_WORD.sub(lambda found: _SHORT[found.group()], plain)


def words(text: str) -> str:
    """The same without its pauses, for comparing a whole message with a list."""
    return _SPACES.sub(" ", normal(text).replace(PAUSE, " ")).strip()
