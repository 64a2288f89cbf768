"""Passwords: whether one will do, and how it is kept (Argon2id).

Length, a list of words everybody tries, and an estimate of how many guesses it takes; no rules about which
signs must be in it, and no end by itself (NIST SP 800-63B, OWASP ASVS 5.0 6.2).
"""

from __future__ import annotations

import asyncio
import unicodedata
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST: Final = 12
LONGEST: Final = 128
STRONG: Final = 3  # of zxcvbn's 0 to 4: at least 10^8 guesses
ESTIMATED: Final = 72  # signs that are looked at for the estimate, which takes long for more
AT_ONCE: Final = 2  # hashes in one process: each takes 46 MiB and a core

OURS: Final = frozenset(
    {
        "atende",
        "atendimento",
        "provedor",
        "internet",
        "fibra",
        "banda",
        "wifi",
        "roteador",
        "modem",
        "suporte",
        "whatsapp",
        "senha",
        "mudar",
        "trocar",
        "brasil",
        "bemvindo",
    }
)
"""What whoever guesses at an internet provider tries first, beside the lists that zxcvbn has."""


def normal(password: str) -> str:
    """One spelling for what looks the same, however a keyboard makes it."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, *about: str) -> str | None:
    """Why it will not do: `PasswordTooShort`, `PasswordTooLong`, `PasswordKnown` or `PasswordWeak`. Whatever
    is said `about` its owner makes it easy."""
    word = normal(password)
    if len(word) < SHORTEST:
        return "PasswordTooShort"
    if len(word) > LONGEST:
        return "PasswordTooLong"
    parts = {part for words in about for part in _parts(words)}
    letters = "".join(c for c in word.casefold() if c.isalpha())
    if letters in OURS | parts or _made_of(word.casefold(), OURS | parts):
        return "PasswordKnown"
    from zxcvbn import zxcvbn  # its lists take 12 MiB, of the few processes where somebody chooses a password

    estimate = zxcvbn(word[:ESTIMATED], user_inputs=sorted(parts | OURS))
    return None if estimate["score"] >= STRONG else "PasswordWeak"


def _parts(words: str) -> set[str]:
    lowered = words.casefold()
    for sign in "@._-+":
        lowered = lowered.replace(sign, " ")
    return {part for part in lowered.split() if len(part) > 2}


def _made_of(word: str, known: frozenset[str] | set[str]) -> bool:
    """Whether little is left of it without words that anybody would try."""
    for part in sorted(known, key=len, reverse=True):
        word = word.replace(part, "")
    return sum(c.isalnum() for c in word) < 5


@dataclass(frozen=True)
class Cost:
    """Of one hash. The default is OWASP's; tests take the cheapest there is."""

    memory_kib: int = 47_104
    passes: int = 1
    lanes: int = 1


CHEAP: Final = Cost(8, 1, 1)
"""For tests alone: it protects nothing."""


class Argon2:
    """Hashes and compares, a few at a time, beside the loop."""

    def __init__(self, cost: Cost | None = None) -> None:
        chosen = cost or Cost()
        self._hasher = PasswordHasher(chosen.passes, chosen.memory_kib, chosen.lanes)
        self._nobodys = self._hasher.hash("nobody has this password")
        self._turn: asyncio.Semaphore | None = None

    async def hash(self, password: str) -> str:
        async with self._turns():
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is the password. Where none is kept the work is done all the same."""
        async with self._turns():
            return await asyncio.to_thread(self._matches, kept, normal(password))

    def outdated(self, kept: str) -> bool:
        """Whether it was hashed at another cost than is asked now."""
        return self._hasher.check_needs_rehash(kept)

    def _matches(self, kept: str | None, password: str) -> bool:
        try:
            self._hasher.verify(kept or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return kept is not None

    def _turns(self) -> asyncio.Semaphore:
        if self._turn is None:
            self._turn = asyncio.Semaphore(AT_ONCE)  # of the loop it is first used in
        return self._turn
