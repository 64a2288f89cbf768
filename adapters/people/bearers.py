"""Access tokens: JWTs signed with Ed25519, by a key derived from the master key.

Nothing in a token chooses how it is checked: one algorithm, our keys alone. Whoever holds the next master key
also believes what the one before it signed, for as long as it is given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from commands.people_ports import Claims
from domain.user import SessionId, UserId

LIFETIME: Final = timedelta(minutes=10)
ISSUER: Final = "atende"
AUDIENCE: Final = "atende-api"
TYPE: Final = "at+jwt"
ALGORITHM: Final = "EdDSA"
LONGEST: Final = 2_048


class EdBearers:
    """`masters`: the master key, and the one before it if it is being replaced."""

    def __init__(self, masters: Sequence[str]) -> None:
        keys = [_signing_key(master) for master in masters]
        self._key, self._kid = keys[0], _kid(keys[0])
        self._known = {_kid(key): key.public_key() for key in keys}

    def issue(self, claims: Claims, at: datetime) -> tuple[str, datetime]:
        ends = at + LIFETIME
        payload = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claims.user_id,
            "sid": claims.session_id,
            "ver": claims.rights,
            "iat": int(at.timestamp()),
            "exp": int(ends.timestamp()),
            "jti": uuid4().hex,
        }
        headers = {"typ": TYPE, "kid": self._kid}
        return jwt.encode(payload, self._key, ALGORITHM, headers), datetime.fromtimestamp(payload["exp"], UTC)  # type: ignore[arg-type]

    def read(self, token: str, at: datetime) -> Claims | None:
        if len(token) > LONGEST:
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = self._known.get(str(header.get("kid")))
            if key is None or header.get("typ") != TYPE:
                return None
            payload = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                issuer=ISSUER,
                # its times are compared with our clock below, which tests can stop
                options={
                    "require": ["iss", "aud", "sub", "sid", "ver", "iat", "exp"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.PyJWTError:
            return None
        now, ends, rights = at.timestamp(), payload["exp"], payload["ver"]
        if not isinstance(ends, int) or not isinstance(rights, int) or ends <= now:
            return None
        return Claims(UserId(str(payload["sub"])), SessionId(str(payload["sid"])), rights)


def _signing_key(master: str) -> Ed25519PrivateKey:
    derived = HKDF(SHA256(), 32, salt=None, info=b"atende access tokens").derive(master.encode())
    return Ed25519PrivateKey.from_private_bytes(derived)


def _kid(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]
