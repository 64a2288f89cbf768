"""`atende parse`: webhook bodies from files or standard input, printed as one JSON object per item.

Whatever the bodies are, the command ends well: what cannot be read is a `malformed` item like any other.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

Item = dict[str, Any]
Read = Callable[[str, bytes], list[Item]]

_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}  # inside text, but lines to many


def parse_files(read: Read, provider: str, files: Sequence[Path], output: BinaryIO | None = None) -> None:
    """Print the items of every file, or of standard input when there is none, in UTF-8, a line each."""
    out = output or sys.stdout.buffer
    for line in parse_lines(read, provider, files):
        out.write(line.encode("utf-8") + b"\n")
    out.flush()


def parse_lines(read: Read, provider: str, files: Sequence[Path]) -> Iterator[str]:
    """The lines of every file, in order; `file` comes first in each when there are several files."""
    if not files:
        yield from map(line_of, read(provider, sys.stdin.buffer.read()))
    for file in files:
        name = os.fsencode(file).decode("utf-8", "replace")
        try:
            body = file.read_bytes()
        except (OSError, ValueError) as why:
            reason = getattr(why, "strerror", None) or "not a file name"
            unread = {"event": "malformed", "reason": f"The file cannot be read: {reason}."}
            yield line_of({"file": name} | unread)
            continue
        for item in read(provider, body):
            yield line_of({"file": name} | item if len(files) > 1 else item)


def line_of(item: Item) -> str:
    """An item as JSON that is one line for every reader of lines."""
    return json.dumps(item, ensure_ascii=False).translate(_LINE_ENDS)
