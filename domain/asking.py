"""How customers ask for their place in the queue."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_ASKS: Final = re.compile(
    r"\bposicao\b|\b(?:meu )?lugar na fila\b|\bminha vez\b"
    r"|\bquant[ao]s (?:pessoas )?(?:tem |ha |estao )?(?:na|a) (?:minha )?(?:frente|fila)\b"
)
LONGEST: Final = 120  # characters; whoever writes more asks for something else too


def asks_position(text: str | None) -> bool:
    if text is None or len(text) > LONGEST:
        return False
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _ASKS.search("".join(sign for sign in plain if unicodedata.category(sign) != "Mn")) is not None
