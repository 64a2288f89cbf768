"""Whether a webhook really comes from Meta: the signature over the raw bytes, before anything is parsed."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence

_HEADER = re.compile(r"sha256=([0-9a-f]{64})")


def meta_signature_ok(body: bytes, header: str | None, secrets: Sequence[bytes]) -> bool:
    """Whether `X-Hub-Signature-256` fits the body under any of the secrets (two during a rotation).

    The header is `sha256=` and exactly 64 lower-case hexadecimal digits; anything else is refused, and an
    empty secret never fits. Takes the same time whichever secret fits.
    """
    found = _HEADER.fullmatch(header or "")
    if found is None:
        return False
    fits = False
    for secret in secrets:
        expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
        fits |= hmac.compare_digest(expected, found[1]) and bool(secret)
    return fits
