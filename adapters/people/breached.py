"""Passwords that are known to be breached: a file beside us, so that nobody outside is asked.

Its lines are SHA-1 in hex, in order, each with or without `:` and how often it was seen: what the downloader
of Have I Been Pwned writes. However long it is, few of them are read.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import BinaryIO, Final

DIGITS: Final = 40
LONGEST: Final = 64  # bytes of a line
_LINE: Final = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\s*")


class UnreadableList(ValueError):
    """The file is no list of SHA-1 hashes."""


class Breached:
    """Raises UnreadableList, and OSError when the file is away."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as lines:
            if not _LINE.fullmatch(lines.readline(LONGEST)):
                raise UnreadableList(path.name)

    def holds(self, password: str) -> bool:
        sought = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self._path.open("rb") as lines:
            low, high = 0, os.fstat(lines.fileno()).st_size
            while low < high:  # the line sought begins in between
                middle = (low + high) // 2
                begins, found = _line_at(lines, middle)
                if found == sought:
                    return True
                if not found or found > sought:
                    high = middle
                else:
                    low = begins + DIGITS
        return False


def _line_at(lines: BinaryIO, place: int) -> tuple[int, bytes]:
    """Where the first line that begins there or later does, and its hash; nothing at the end."""
    lines.seek(max(0, place - 1))
    if place:
        lines.readline(LONGEST)
    begins = lines.tell()
    return begins, lines.readline(LONGEST)[:DIGITS].strip().upper()
