"""What customers send beside words: photos of a modem's lights, recorded voices, receipts, stickers."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Mapping, Sequence

from adapters.simulator.customers.steps import Act
from adapters.simulator.graph import Graph
from adapters.simulator.webhooks import Attachment

EACH = 6  # files of every kind

Files = Mapping[Act, Sequence[Attachment]]

_GREEN, _RED, _DARK = (40, 220, 60), (230, 40, 30), (25, 25, 28)


def held_by(graph: Graph, seed: int) -> Files:
    """Put a customer's files into the provider's hands: a few of every kind, the same for the same seed."""
    chance = random.Random(f"{seed}/files")  # noqa: S311 - repeatable on purpose
    return {
        Act.PHOTO: [graph.keep_file(modem(chance), "image/png") for _ in range(EACH)],
        Act.VOICE: [graph.keep_file(_voice(chance), "audio/ogg; codecs=opus") for _ in range(EACH)],
        Act.DOCUMENT: [graph.keep_file(_receipt(chance), "application/pdf") for _ in range(EACH)],
        Act.STICKER: [graph.keep_file(_sticker(chance), "image/webp") for _ in range(EACH)],
    }


def modem(chance: random.Random, width: int = 240, height: int = 80) -> bytes:
    """A PNG of four lights in a row, each green, red or dark."""
    lights = [chance.choice((_GREEN, _GREEN, _RED, _DARK)) for _ in range(4)]
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        for x in range(width):
            place, inside = divmod(x, width // 4)
            near = (inside - width // 8) ** 2 + (y - height // 2) ** 2 < 14**2
            rows += bytes(lights[place] if near else (70, 72, 78))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _voice(chance: random.Random) -> bytes:
    return b"OggS" + chance.randbytes(chance.randint(4_000, 24_000))


def _receipt(chance: random.Random) -> bytes:
    return b"%PDF-1.4\n% " + chance.randbytes(chance.randint(2_000, 8_000)).hex().encode() + b"\n%%EOF\n"


def _sticker(chance: random.Random) -> bytes:
    data = chance.randbytes(chance.randint(1_000, 6_000))
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data
