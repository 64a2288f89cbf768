"""Boxes: words sealed with AES-256-GCM, each bound to the one place it may be opened in.

A box is `[generation, fingerprint, base64 of nonce, ciphertext and tag]`. What is bound to it, besides its
key: stream, version, stored type and schema. A box moved elsewhere does not open.
"""

from __future__ import annotations

import zlib
from binascii import Error, a2b_base64, b2a_base64
from os import urandom
from typing import Any, Final

from cryptography.exceptions import InvalidTag

from adapters.keyring.keys import NONCE, Key

LARGE: Final = 16 * 1024  # bytes of words above which they are deflated first
LARGEST: Final = 64 * 1024 * 1024  # bytes; nothing larger was ever put into a box
DEFLATED: Final = b"x"  # how a zlib stream begins; JSON objects begin with a brace


class BadBox(ValueError):
    """It does not open with its key, in its place: it was changed, or moved."""


def seal(key: Key, words: bytes, stream: str, version: int, type_: str, schema: int) -> bytes:
    """The box of a JSON object, as JSON."""
    if len(words) > LARGE:
        words = zlib.compress(words, 1)
    nonce = urandom(NONCE)
    box = key.cipher.encrypt(nonce, words, _bound(key, stream, version, type_, schema))
    sealed = b2a_base64(nonce + box, newline=False)
    return b'[%d,"%b","%b"]' % (key.generation, key.fingerprint.encode(), sealed)


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
