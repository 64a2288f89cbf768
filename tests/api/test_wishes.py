"""What was asked, as the log keeps it."""

from __future__ import annotations

import asyncio
import hashlib

from fastapi import Request

from api.wishes import source_of

PHONE = b'{"phone": "5511987654321"}'


def source(body: bytes, key: bytes = b"ours", path: str = "/v1/conversations") -> str:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "path": path, "headers": [], "server": ("desk", 80)}
    return asyncio.run(source_of(Request(scope, receive), key))


def test_the_same_wish_has_the_same_source_and_another_one_has_not() -> None:
    assert source(PHONE) == source(PHONE)
    assert len({source(PHONE), source(PHONE + b" "), source(PHONE, path="/v1/users")}) == 3


def test_without_the_key_nobody_finds_out_which_phone_was_asked_for() -> None:
    told = source(PHONE)
    assert told != source(PHONE, key=b"a guess")
    parts = (b"POST", b"/v1/conversations", PHONE)
    plain = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
    assert plain[:32] not in told
