"""Access tokens: ours, for this, for ten minutes, or nobody's."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.people import EdBearers
from commands.people_ports import Claims
from domain.user import SessionId, UserId
from tests.api.house import NOW
from tests.api.people import (
    BEFORE,
    MASTER,
)

NOW_CLAIMS = Claims(UserId("u"), SessionId("s"), 3)


def bearers() -> EdBearers:
    return EdBearers([MASTER])


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    head, body, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(head), json.loads(body), signature


def plain(told: dict[str, Any]) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode()


def encoded(head: dict[str, Any], body: dict[str, Any], signature: bytes) -> str:
    pieces = (plain(head), plain(body), signature)
    return ".".join(base64.urlsafe_b64encode(piece).rstrip(b"=").decode() for piece in pieces)


def test_an_access_token_is_good_for_ten_minutes() -> None:
    token, ends = bearers().issue(NOW_CLAIMS, NOW)
    assert ends == NOW + timedelta(minutes=10)
    assert bearers().read(token, ends - timedelta(seconds=1)) == NOW_CLAIMS
    assert bearers().read(token, ends) is None


@pytest.mark.parametrize(
    "forge",
    [
        lambda head, body, sig: ({**head, "alg": "none"}, body, b""),
        lambda head, body, sig: ({**head, "alg": "HS256"}, body, sig),
        lambda head, body, sig: ({**head, "kid": "outra"}, body, sig),
        lambda head, body, sig: ({**head, "typ": "JWT"}, body, sig),
        lambda head, body, sig: ({**head, "jku": "https://evil.example/keys"}, body, sig),
        lambda head, body, sig: (head, {**body, "sub": "outra"}, sig),
        lambda head, body, sig: (head, {**body, "ver": 4}, sig),
        lambda head, body, sig: (head, {**body, "exp": body["exp"] + 9_999}, sig),
        lambda head, body, sig: (head, body, sig[:-1] + bytes([sig[-1] ^ 1])),
        lambda head, body, sig: (head, body, b""),
    ],
)
def test_an_access_token_that_was_touched_is_nobodys(forge: Callable[..., Any]) -> None:
    token, _ = bearers().issue(NOW_CLAIMS, NOW)
    assert bearers().read(encoded(*parts(token)), NOW) is not None
    assert bearers().read(encoded(*forge(*parts(token))), NOW) is None


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "outra"},
        {"iss": "outra"},
        {"aud": None},
        {"sid": None},
        {"exp": None},
        {"ver": None},
        {"ver": "3"},
    ],
    ids=str,
)
def test_a_token_we_signed_for_something_else_is_nobodys(change: dict[str, Any]) -> None:
    ours = bearers()
    head, body, _ = parts(ours.issue(NOW_CLAIMS, NOW)[0])
    claims = {name: value for name, value in {**body, **change}.items() if value is not None}
    signed = jwt.encode(claims, ours._key, "EdDSA", {"typ": head["typ"], "kid": head["kid"]})  # type: ignore[arg-type]
    assert ours.read(signed, NOW) is None


def test_a_token_signed_by_somebody_else_under_our_name_is_nobodys() -> None:
    head, body, _ = parts(bearers().issue(NOW_CLAIMS, NOW)[0])
    strange = jwt.encode(
        body, Ed25519PrivateKey.generate(), "EdDSA", {"typ": head["typ"], "kid": head["kid"]}
    )  # type: ignore[arg-type]
    assert bearers().read(strange, NOW) is None


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "." * 10, "x" * 5_000, "é.é.é", "null.null.null"])
def test_what_is_no_token_at_all_is_nobodys(token: str) -> None:
    assert bearers().read(token, NOW) is None


def test_tokens_of_the_master_key_before_are_believed_while_it_is_given() -> None:
    old, _ = EdBearers([BEFORE]).issue(NOW_CLAIMS, NOW)
    assert EdBearers([MASTER, BEFORE]).read(old, NOW) == NOW_CLAIMS
    assert EdBearers([MASTER]).read(old, NOW) is None


def test_a_token_says_nothing_personal() -> None:
    _, body, _ = parts(bearers().issue(NOW_CLAIMS, NOW)[0])
    assert set(body) == {"iss", "aud", "sub", "sid", "ver", "iat", "exp", "jti"}
