"""Only who knows the secret can knock."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.whatsapp.signature import meta_signature_ok

SECRET = b"app-secret"
BODY = b'{"object":"whatsapp_business_account","text":"ol\\u00e1"}'


def signed(body: bytes, secret: bytes = SECRET) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


def test_the_signature_of_a_known_body_fits() -> None:
    # the fourth test of RFC 4231
    body, secret = b"\xcd" * 50, bytes(range(1, 26))
    header = "sha256=82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    assert meta_signature_ok(body, header, [secret])


@given(st.binary(max_size=300), st.binary(min_size=1, max_size=80))
def test_what_was_signed_with_the_secret_fits(body: bytes, secret: bytes) -> None:
    assert meta_signature_ok(body, signed(body, secret), [secret])


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_a_signature_fits_one_body_only(body: bytes, other: bytes) -> None:
    assert meta_signature_ok(other, signed(body), [SECRET]) == (body == other)


def test_either_secret_fits_while_they_are_exchanged() -> None:
    for secret in (b"old", b"new"):
        assert meta_signature_ok(BODY, signed(BODY, secret), [b"old", b"new"])
    assert not meta_signature_ok(BODY, signed(BODY, b"older"), [b"old", b"new"])


def test_a_body_written_anew_does_not_fit() -> None:
    again = json.dumps(json.loads(BODY), ensure_ascii=False).encode()
    assert not meta_signature_ok(again, signed(BODY), [SECRET])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        signed(BODY).upper(),
        "sha256=" + signed(BODY)[7:].upper(),
        "SHA256=" + signed(BODY)[7:],
        signed(BODY)[:-1],
        signed(BODY) + "0",
        signed(BODY) + "\n",
        " " + signed(BODY),
        signed(BODY)[7:],
        "sha1=" + signed(BODY)[7:],
        "sha256=" + "g" * 64,
        "sha256=" + "٣" * 64,
        "sha256=é" + signed(BODY)[8:],
        f"{signed(BODY)},{signed(BODY)}",
    ],
)
def test_another_form_never_fits(header: str | None) -> None:
    assert not meta_signature_ok(BODY, header, [SECRET])


@given(st.text(st.characters(blacklist_categories=()), max_size=80))
def test_no_header_is_guessed(header: str) -> None:
    assert not meta_signature_ok(BODY, header, [SECRET])


@pytest.mark.parametrize("secrets", [[], [b""], [b"", b""]])
def test_an_empty_secret_never_fits(secrets: list[bytes]) -> None:
    assert not meta_signature_ok(BODY, signed(BODY, b""), secrets)


def test_an_empty_secret_beside_a_real_one_changes_nothing() -> None:
    assert meta_signature_ok(BODY, signed(BODY), [b"", SECRET])
    assert not meta_signature_ok(BODY, signed(BODY, b""), [b"", SECRET])
