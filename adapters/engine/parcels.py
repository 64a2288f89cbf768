"""What lies in the topic of commands as one value: some commands of one partition, sealed whole.

    ATC1 <fingerprint of the key> <nonce> <ciphertext and tag>

The key is the day's, and destroyed eight days later; the topic forgets after seven. Whoever seals holds the
keys of today and tomorrow ahead, so that commands go in while the key store is away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag

from adapters.keyring import HOUSE, Key, Keyring
from adapters.keyring.keys import NONCE
from adapters.log.port import LogUnavailable
from adapters.sealing import nonce
from commands.ports import Clock
from domain.privacy import Class

MAGIC: Final = b"ATC1"
SEPARATOR: Final = b"\n\n"  # between the commands of a value; none holds it
FINGERPRINT: Final = 22  # bytes
OVERHEAD: Final = len(MAGIC) + FINGERPRINT + NONCE + 16


class Unopenable(Exception):
    """A value that was changed or moved, or whose key was destroyed when its day was long over."""


class LostKey(Exception):
    """The key of a day is not in the key store, and nothing says that it was destroyed."""


class Parcels:
    """`pack` belongs to one thread, `unpack` to another. Both ask the key store as rarely as they can."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring, self._clock = keyring, clock
        self._ahead: dict[date, Key] = {}

    def hold(self) -> None:
        """Have the keys of today and tomorrow at hand. Raises LogUnavailable when today's cannot be had."""
        today = self._clock.now().date()
        for day in (today + timedelta(days=1), today):  # today's last: the keyring goes on with it
            if day in self._ahead:
                continue
            try:
                self._keyring.hold([(HOUSE, Class.TRANSIT)], day)
                self._ahead[day] = self._keyring.sealing(HOUSE, Class.TRANSIT)
            except LogUnavailable:
                if day == today:
                    raise
        for day in [day for day in self._ahead if day < today]:
            del self._ahead[day]

    def pack(self, letters: Sequence[bytes], partition: int) -> bytes:
        """Some commands as one value. Raises LogUnavailable when there is no key for today."""
        self.hold()
        key = self._ahead[self._clock.now().date()]
        dice = nonce()
        box = key.cipher.encrypt(dice, SEPARATOR.join(letters), _bound(key, partition))
        return MAGIC + key.fingerprint.encode() + dice + box

    def unpack(self, value: bytes, partition: int) -> list[bytes]:
        """The commands again. Raises Unopenable, LostKey and LogUnavailable; none says anything of them."""
        if len(value) < OVERHEAD or not value.startswith(MAGIC):
            raise Unopenable("not a sealed value")
        rest = memoryview(value)[len(MAGIC) :]
        fingerprint = bytes(rest[:FINGERPRINT]).decode(errors="replace")
        key = self._keyring.opening(fingerprint, HOUSE, Class.TRANSIT)
        if key is None:
            raise LostKey(fingerprint)
        if not isinstance(key, Key):
            raise Unopenable("its key was destroyed")
        dice, box = rest[FINGERPRINT : FINGERPRINT + NONCE], rest[FINGERPRINT + NONCE :]
        try:
            return key.cipher.decrypt(dice, box, _bound(key, partition)).split(SEPARATOR)
        except InvalidTag:
            raise Unopenable("changed, or moved from another partition") from None


def _bound(key: Key, partition: int) -> bytes:
    return f"ATC1\0{partition}\0{key.bound}".encode()
