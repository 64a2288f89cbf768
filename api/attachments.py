"""What WhatsApp takes of files: which types, how large, and whether the bytes are what they say they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from api.errors import Problem

MB: Final = 1024 * 1024
LARGEST: Final = 100 * MB
_LOOKED_AT: Final = 16  # bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """`kind` is how it is sent; `at` where one of `starts` stands in every such file (none: anything)."""

    kind: str
    limit: int
    starts: tuple[bytes, ...] = ()
    at: int = 0


_OFFICE, _OPEN = Taken("document", LARGEST, (b"\xd0\xcf\x11\xe0",)), Taken("document", LARGEST, (b"PK",))
_MP4: Final = (b"ftyp",)
_OPENXML: Final = "application/vnd.openxmlformats-officedocument."

TAKEN: Final[dict[str, Taken]] = {
    "image/jpeg": Taken("image", 5 * MB, (b"\xff\xd8\xff",)),
    "image/png": Taken("image", 5 * MB, (b"\x89PNG",)),
    "video/mp4": Taken("video", 16 * MB, _MP4, 4),
    "video/3gpp": Taken("video", 16 * MB, _MP4, 4),
    "audio/ogg": Taken("audio", 16 * MB, (b"OggS",)),
    "audio/mpeg": Taken("audio", 16 * MB, (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")),
    "audio/mp4": Taken("audio", 16 * MB, _MP4, 4),
    "audio/aac": Taken("audio", 16 * MB, (b"\xff\xf1", b"\xff\xf9")),
    "audio/amr": Taken("audio", 16 * MB, (b"#!AMR",)),
    "application/pdf": Taken("document", LARGEST, (b"%PDF",)),
    "text/plain": Taken("document", LARGEST),
    "application/msword": _OFFICE,
    "application/vnd.ms-excel": _OFFICE,
    "application/vnd.ms-powerpoint": _OFFICE,
    f"{_OPENXML}wordprocessingml.document": _OPEN,
    f"{_OPENXML}spreadsheetml.sheet": _OPEN,
    f"{_OPENXML}presentationml.presentation": _OPEN,
}
"""By type, as a browser says it, without parameters."""


def taken(content_type: str | None) -> tuple[str, Taken]:
    """The type without its parameters, and what holds for it. Raises Problem."""
    mime = (content_type or "").partition(";")[0].strip().lower()
    if mime not in TAKEN:
        raise Problem("FileTypeNotTaken")
    return mime, TAKEN[mime]


async def checked(chunks: AsyncIterator[bytes], what: Taken) -> AsyncIterator[bytes]:
    """The same bytes. Raises Problem when they do not begin as files of this type do, or when there are none,
    before any that would not be looked at."""
    head, looked = b"", False
    async for chunk in chunks:
        if looked:
            yield chunk
            continue
        head += chunk
        if len(head) >= _LOOKED_AT:
            _look(head, what)
            looked = True
            yield head
    if not looked:
        _look(head, what)
        yield head


def _look(head: bytes, what: Taken) -> None:
    if not head:
        raise Problem("FileEmpty")
    if what.starts and not head.startswith(what.starts, what.at):
        raise Problem("FileTypeNotTaken")
