"""Data keys and how they are wrapped: master key, epoch key of a week, data key. Pure but for the dice."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.privacy import Class, SubjectId

NONCE: Final = 12  # bytes
SIZE: Final = 32


class WrongMasterKey(ValueError):
    """What lies in the key store was not wrapped under this master key."""


class Secret(NamedTuple):
    """A data key as a store keeps it. One per subject, class and generation."""

    subject: SubjectId
    class_: Class
    generation: int
    fingerprint: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A data key at hand. `bound` is what a box under it is tied to, besides its place; `label` how its boxes
    begin."""

    subject: SubjectId
    class_: Class
    generation: int
    fingerprint: str
    key: bytes
    bound: str
    label: bytes
    until: float  # it is believed in until then; the store may have destroyed it meanwhile

    @classmethod
    def of(cls, secret: Secret, until: float) -> Key:
        subject, class_, generation, fingerprint, key = secret
        bound = f"{subject}\0{class_.value}\0{generation}\0{fingerprint}"
        label = f'[{generation},"{fingerprint}","'.encode()
        return cls(subject, class_, generation, fingerprint, key, bound, label, until)

    @property
    def cipher(self) -> AESGCM:
        """Made anew each time, in two microseconds: kept, each would take 2 KiB of memory."""
        return AESGCM(self.key)


def fresh() -> bytes:
    """A key nobody has seen."""
    return os.urandom(SIZE)


def fingerprint_of(key: bytes) -> str:
    """22 signs that name a key and tell nothing of it."""
    return urlsafe_b64encode(sha256(b"fpr" + key).digest()[:16]).rstrip(b"=").decode()


def wrapping_key(master: str) -> AESGCM:
    """What wraps the epoch keys, from the master key of the settings."""
    derived = HKDF(algorithm=SHA256(), length=SIZE, salt=None, info=b"atende keyring").derive(master.encode())
    return AESGCM(derived)


def wrap(under: AESGCM, key: bytes, bound: str) -> bytes:
    """A key, sealed; `bound` is what it may be taken for, and nothing else."""
    nonce = os.urandom(NONCE)
    return nonce + under.encrypt(nonce, key, bound.encode())


def unwrap(under: Sequence[AESGCM], wrapped: bytes, bound: str) -> bytes:
    """The key, under the first of these that opens it. Raises WrongMasterKey."""
    for cipher in under:
        try:
            return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], bound.encode())
        except InvalidTag:
            continue
    raise WrongMasterKey("the key store was written under another master key")
