"""The indexes beside the primary keys, by projection: each serves a question of `adapters.reads`."""

from __future__ import annotations

from typing import Final, LiteralString

INDEXES: Final[dict[str, dict[str, LiteralString]]] = {}
