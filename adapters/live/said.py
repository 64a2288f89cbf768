"""How a move and a whisper are written into a Redis stream. Keys, lists and ordinals: nobody's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from commands.live_ports import Move, Whisper

MOVES: Final = "atende:live:moves"
WHISPERS: Final = "atende:live:whispers"
OPEN: Final = "atende:live:stream:"
FIELD: Final = b"said"


def written(move: Move) -> bytes:
    rows = None if move.rows is None else [[*key, list(lists)] for key, lists in move.rows]
    return json.dumps([move.view, move.was, move.marks, rows], separators=(",", ":")).encode()


def read_move(said: bytes) -> Move:
    """Raises ValueError for what we never wrote."""
    try:
        view, was, marks, rows = json.loads(said)
        told = None if rows is None else tuple((tuple(key), tuple(lists)) for *key, lists in rows)
        return Move(view, _marks(was), _marks(marks), told)
    except (TypeError, AttributeError) as error:
        raise ValueError("not a move") from error


def whispered(whisper: Whisper) -> bytes:
    return json.dumps([whisper.kind, dict(whisper.told)], separators=(",", ":")).encode()


def read_whisper(said: bytes) -> Whisper:
    """Raises ValueError for what we never wrote."""
    try:
        kind, told = json.loads(said)
        return Whisper(str(kind), dict(told))
    except TypeError as error:
        raise ValueError("not a whisper") from error


def _marks(told: Mapping[str, Any]) -> dict[int, int]:
    return {int(p): int(ordinal) for p, ordinal in told.items()}
