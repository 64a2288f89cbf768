"""Passwords as their hashes, seeds sealed under the master key, codes and links as their hashes."""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import psycopg
import pyotp
import segno
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from adapters.keyring.keys import unwrap, wrap
from adapters.people import passwords
from adapters.people.passwords import Argon2
from adapters.reads.asking import Pool, asking, changing
from commands.people_ports import Seed
from domain.user import UserId

STEP: Final = 30  # seconds a code stands for
AROUND: Final = 1  # steps a phone's clock may be off, either way
CODES: Final = 10  # to recover with
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)
_RECOVERY: Final = re.compile(rf"[{_SIGNS}]{{16}}", re.ASCII)
_DEVICE: Final = re.compile(r"[0-9a-f]{32}\.[0-9a-f]{64}", re.ASCII)
_LINK: Final = re.compile(r"convite_[A-Za-z0-9_-]{43}", re.ASCII)


def user_id_of(login: str, key: bytes) -> UserId:
    """A keyed UUID: the same for every spelling of an address, telling nothing without the key."""
    digest = bytearray(hmac.digest(key, f"user\0{canonical(login)}".encode(), "sha256")[:16])
    digest[6] = digest[6] & 0x0F | 0x80  # version 8: computed in our own way
    digest[8] = digest[8] & 0x3F | 0x80
    return UserId(str(UUID(bytes=bytes(digest))))


def canonical(login: str) -> str:
    return passwords.normal(login).strip().casefold()


def sealing(master: str) -> AESGCM:
    """What seals seeds, from the master key of the settings."""
    derived = HKDF(SHA256(), 32, salt=None, info=b"atende second factors").derive(master.encode())
    return AESGCM(derived)


class PostgresCredentials:
    """The port `Credentials`. `masters`: the master key, and the one before it if it is being replaced."""

    def __init__(
        self,
        pool: Pool,
        hashing: Argon2,
        masters: Sequence[str],
        key: bytes,
        company: str = "Atende",
        breached: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._pool, self._hashing, self._key, self._company = pool, hashing, key, company
        self._breached = breached
        self._masters = [sealing(master) for master in masters]

    def user_id(self, login: str) -> UserId:
        return user_id_of(login, self._key)

    def device_word(self, user_id: UserId) -> str:
        device = secrets.token_hex(16)
        return f"{device}.{self._device_mark(user_id, device)}"

    def device_of(self, user_id: UserId, word: str) -> str | None:
        if not _DEVICE.fullmatch(word):
            return None
        device, _, mark = word.partition(".")
        return device if hmac.compare_digest(mark, self._device_mark(user_id, device)) else None

    def _device_mark(self, user_id: UserId, device: str) -> str:
        return hmac.digest(self._key, f"device\0{user_id}\0{device}".encode(), "sha256").hex()

    def weakness(self, password: str, *about: str) -> str | None:
        if self._breached(passwords.normal(password)):
            return "PasswordKnown"
        return passwords.weakness(password, *about, self._company)

    # ── passwords ────────────────────────────────────────────────────────────────────────────────

    async def password_right(self, user_id: UserId, password: str) -> bool:
        async with asking(self._pool) as connection:
            found = await connection.execute("SELECT hash FROM password WHERE user_id = %s", (user_id,))
            row = await found.fetchone()
        kept = None if row is None else str(row[0])
        right = await self._hashing.matches(kept, password)
        if right and kept is not None and self._hashing.outdated(kept):
            await self.keep_password(user_id, password)
        return right

    async def keep_password(self, user_id: UserId, password: str) -> None:
        hashed = await self._hashing.hash(password)
        async with asking(self._pool) as connection:
            await connection.execute(
                "INSERT INTO password (user_id, hash) VALUES (%s, %s) ON CONFLICT (user_id)"
                " DO UPDATE SET hash = EXCLUDED.hash, changed_at = now()",
                (user_id, hashed),
            )

    # ── second factors ───────────────────────────────────────────────────────────────────────────

    async def new_seed(self, user_id: UserId, login: str) -> Seed:
        seed = pyotp.random_base32()
        async with asking(self._pool) as connection:
            await connection.execute(
                "INSERT INTO second_factor (user_id, confirmed, seed) VALUES (%s, false, %s)"
                " ON CONFLICT (user_id, confirmed) DO UPDATE SET seed = EXCLUDED.seed, last_step = 0",
                (user_id, wrap(self._masters[0], seed.encode(), _bound(user_id))),
            )
        uri = pyotp.TOTP(seed, interval=STEP).provisioning_uri(name=login, issuer_name=self._company)
        picture = io.BytesIO()
        segno.make_qr(uri, error="m").save(picture, kind="svg", scale=4, xmldecl=False)
        return Seed(uri, seed, picture.getvalue().decode())

    async def confirm_seed(self, user_id: UserId, code: str, at: datetime) -> bool:
        if not await self._used(user_id, code, at, confirmed=False):
            return False
        async with changing(self._pool) as connection:
            await connection.execute("DELETE FROM second_factor WHERE user_id = %s AND confirmed", (user_id,))
            await connection.execute(
                "UPDATE second_factor SET confirmed = true WHERE user_id = %s AND NOT confirmed", (user_id,)
            )
        return True

    async def has_second_factor(self, user_id: UserId) -> bool:
        async with asking(self._pool) as connection:
            found = await connection.execute(
                "SELECT 1 FROM second_factor WHERE user_id = %s AND confirmed", (user_id,)
            )
            return await found.fetchone() is not None

    async def code_right(self, user_id: UserId, code: str, at: datetime) -> bool:
        return await self._used(user_id, code, at, confirmed=True)

    async def _used(self, user_id: UserId, code: str, at: datetime, *, confirmed: bool) -> bool:
        """Whether it is a code of now that nobody used before; from here on it is one that was."""
        async with asking(self._pool) as connection:
            found = await connection.execute(
                "SELECT seed FROM second_factor WHERE user_id = %s AND confirmed = %s", (user_id, confirmed)
            )
            row = await found.fetchone()
            if row is None or not _CODE.fullmatch(code):
                return False
            step = self._step(unwrap(self._masters, row[0], _bound(user_id)).decode(), code, at)
            if step is None:
                return False
            used = await connection.execute(
                "UPDATE second_factor SET last_step = %s"
                " WHERE user_id = %s AND confirmed = %s AND last_step < %s",
                (step, user_id, confirmed, step),
            )
            return used.rowcount == 1

    def _step(self, seed: str, code: str, at: datetime) -> int | None:
        """The newest step around now that this is the code of. Each is compared in constant time."""
        totp, now = pyotp.TOTP(seed, interval=STEP), int(at.timestamp()) // STEP
        right = [
            step
            for step in range(now - AROUND, now + AROUND + 1)
            if hmac.compare_digest(totp.generate_otp(step), code)
        ]
        return max(right, default=None)

    async def new_recovery_codes(self, user_id: UserId) -> Sequence[str]:
        codes = ["".join(secrets.choice(_SIGNS) for _ in range(16)) for _ in range(CODES)]
        hashes = [await self._hashing.hash(code) for code in codes]
        async with changing(self._pool) as connection:
            await connection.execute("DELETE FROM recovery_code WHERE user_id = %s", (user_id,))
            await connection.execute(
                "INSERT INTO recovery_code (user_id, hash) SELECT %s, unnest(%s::text[])", (user_id, hashes)
            )
        return ["-".join(code[n : n + 4] for n in range(0, 16, 4)) for code in codes]

    async def recovery_code_right(self, user_id: UserId, code: str) -> bool:
        plain = code.upper().replace("-", "").replace(" ", "")
        if not _RECOVERY.fullmatch(plain):
            return False
        async with asking(self._pool) as connection:
            found = await connection.execute("SELECT hash FROM recovery_code WHERE user_id = %s", (user_id,))
            kept = [str(row[0]) for row in await found.fetchall()]
        for one in kept:
            if await self._hashing.matches(one, plain):
                async with asking(self._pool) as connection:
                    used = await connection.execute(
                        "DELETE FROM recovery_code WHERE user_id = %s AND hash = %s", (user_id, one)
                    )
                    return used.rowcount == 1
        return False

    async def forget_second_factor(self, user_id: UserId) -> None:
        async with changing(self._pool) as connection:
            await connection.execute("DELETE FROM second_factor WHERE user_id = %s", (user_id,))
            await connection.execute("DELETE FROM recovery_code WHERE user_id = %s", (user_id,))

    # ── one-time links ───────────────────────────────────────────────────────────────────────────

    async def new_link(self, user_id: UserId, expires_at: datetime) -> str:
        word = f"convite_{secrets.token_urlsafe(32)}"
        async with changing(self._pool) as connection:
            await connection.execute("DELETE FROM link WHERE user_id = %s", (user_id,))
            await connection.execute(
                "INSERT INTO link (sha256, user_id, expires_at) VALUES (%s, %s, %s)",
                (_hash(word), user_id, expires_at),
            )
        return word

    async def link_of(self, word: str, at: datetime) -> UserId | None:
        return await self._link("SELECT user_id FROM link WHERE sha256 = %s AND expires_at > %s", word, at)

    async def use_link(self, word: str, at: datetime) -> UserId | None:
        return await self._link(
            "DELETE FROM link WHERE sha256 = %s AND expires_at > %s RETURNING user_id", word, at
        )

    async def _link(self, statement: str, word: str, at: datetime) -> UserId | None:
        if not _LINK.fullmatch(word):
            return None
        async with asking(self._pool) as connection:
            found = await connection.execute(statement.encode(), (_hash(word), at))
            row = await found.fetchone()
        return None if row is None else UserId(row[0])


def reseal(dsn: str, masters: Sequence[str]) -> None:
    """Seal every seed under the master key of now. Raises WrongMasterKey."""
    ciphers = [sealing(master) for master in masters]
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT user_id, confirmed, seed FROM second_factor FOR UPDATE").fetchall()
        for user_id, confirmed, seed in rows:
            plain = unwrap(ciphers, seed, _bound(user_id))
            connection.execute(
                "UPDATE second_factor SET seed = %s WHERE user_id = %s AND confirmed = %s",
                (wrap(ciphers[0], plain, _bound(user_id)), user_id, confirmed),
            )


def _bound(user_id: str) -> str:
    return f"second factor\0{user_id}"


def _hash(word: str) -> bytes:
    return hashlib.sha256(word.encode()).digest()
