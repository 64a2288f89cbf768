"""Boxes: words sealed with AES-256-GCM, each bound to the one place it may be opened in.

A box is `[generation, fingerprint, base64 of nonce, ciphertext and tag]`. What is bound to it, besides its
key: stream, version, stored type and schema. A box moved elsewhere does not open.
"""

from __future__ import annotations

import os
import zlib
from binascii import Error, a2b_base64, b2a_base64
from collections import deque
from os import urandom
from typing import Any, Final

from cryptography.exceptions import InvalidTag

from adapters.keyring.keys import NONCE, Key

THROW: Final = 512
LARGE: Final = 16 * 1024  # bytes of words above which they are deflated first
LARGEST: Final = 64 * 1024 * 1024  # bytes; nothing larger was ever put into a box
DEFLATED: Final = b"x"  # how a zlib stream begins; JSON objects begin with a brace


class BadBox(ValueError):
    """It does not open with its key, in its place: it was changed, or moved."""


def seal(key: Key, words: bytes, stream: str, version: int, type_: str, schema: int) -> bytes:
    """The box of a JSON object, as JSON."""
    if len(words) > LARGE:
        words = zlib.compress(words, 1)
    dice = nonce()
    box = key.cipher.encrypt(dice, words, _bound(key, stream, version, type_, schema))
    return b'%b%b"]' % (key.label, b2a_base64(dice + box, newline=False))


_nonces: Final[deque[bytes]] = deque()


def nonce() -> bytes:
    """Never the same twice. The dice are thrown for many at once: asking the system each time costs more than
    the sealing does."""
    try:
        return _nonces.popleft()
    except IndexError:
        dice = urandom(NONCE * THROW)
        _nonces.extend(dice[n : n + NONCE] for n in range(NONCE, len(dice), NONCE))
        return dice[:NONCE]


os.register_at_fork(after_in_child=_nonces.clear)  # the same dice in a child would be the same nonces again


def open_(key: Key, box: Any, stream: str, version: int, type_: str, schema: int) -> bytes:
    """The words again. Raises BadBox."""
    try:
        generation, _, sealed = box
        raw = a2b_base64(sealed)
        if generation != key.generation:
            raise BadBox
        words = key.cipher.decrypt(raw[:NONCE], raw[NONCE:], _bound(key, stream, version, type_, schema))
        if words[:1] == DEFLATED:
            words = zlib.decompressobj().decompress(words, LARGEST)
    except (InvalidTag, Error, TypeError, ValueError, zlib.error) as error:
        raise BadBox from error
    return words


def _bound(key: Key, stream: str, version: int, type_: str, schema: int) -> bytes:
    """No part can hold a NUL, so that no two places read the same."""
    return f"ATD1\0{stream}\0{version}\0{type_}\0{schema}\0{key.bound}".encode()
