"""Pages that stay stable: an opaque cursor names the last row seen, never a number of rows to skip."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class BadCursor(ValueError):
    """It did not come from a page of this list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows in order. `next` and `previous` lead on from here; None where that side has ended."""

    rows: tuple[T, ...]
    next: str | None = None
    previous: str | None = None


def cursor(*parts: float | str) -> str:
    """Parts as an opaque word, safe in a URL."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(word: str, *shape: type) -> list[Any]:
    """The parts of a cursor. Raises BadCursor unless they are of these types."""
    try:
        parts = json.loads(base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise BadCursor("not a cursor") from None
    if not isinstance(parts, list) or [type(part) for part in parts] != list(shape):
        raise BadCursor("not a cursor of this list")
    if any(isinstance(part, int) and abs(part) >= 2**63 for part in parts):
        raise BadCursor("not a cursor of this list")
    if any(isinstance(part, str) and "\0" in part for part in parts):
        raise BadCursor("not a cursor of this list")
    return parts


def micros(at: datetime) -> int:
    """An instant as a part of a cursor."""
    return (at - _EPOCH) // _MICROSECOND


def instant(of: int) -> datetime:
    """The instant a part of a cursor names. Raises BadCursor."""
    try:
        return _EPOCH + of * _MICROSECOND
    except OverflowError:
        raise BadCursor("not a cursor of this list") from None
