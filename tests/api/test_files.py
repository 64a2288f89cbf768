"""Files that agents bring: of which types, how large, whose they are, and how they are sent."""

from __future__ import annotations

from typing import Any

import pytest

from api.attachments import MB, TAKEN
from domain.agent import AgentId
from tests.api.house import House

JPEG = b"\xff\xd8\xff\xe0" + bytes(400_000)  # more than any other body may have


def bring(house: House, conversation: str, body: bytes, mime: str = "image/jpeg", who: str = "ana") -> Any:
    headers = {"Content-Type": mime}
    return house.request(
        "POST", f"/v1/conversations/{conversation}/files", who, content=body, headers=headers
    )


def test_a_file_that_was_brought_is_sent_by_whoever_brought_it(house: House) -> None:
    one = house.somebody_waits()
    house.post(f"/v1/conversations/{one}/claim")
    answer = bring(house, one, JPEG, "image/jpeg; charset=x")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["kind"], told["mime"], told["size"]) == ("image", "image/jpeg", len(JPEG))
    message = {"kind": "image", "key": told["key"], "caption": "A fatura"}
    sent = house.post(f"/v1/conversations/{one}/messages", message)
    assert sent.status_code == 201, sent.text
    lines = house.get(f"/v1/conversations/{one}/transcript").json()["items"]
    assert lines[-1]["media"]["mime"] == "image/jpeg"
    assert house.get(f"/v1/media/{told['key']}", "bia").content == JPEG


def test_nobody_sends_what_somebody_else_brought_or_what_was_brought_elsewhere(house: House) -> None:
    one, other = house.somebody_waits(), house.somebody_waits(phone="5511900000002", n=2)
    for conversation in (one, other):
        house.post(f"/v1/conversations/{conversation}/claim", who="bia")
    key = bring(house, one, JPEG).json()["key"]
    bring(house, one, b"%PDF-1.7 ...........", "application/pdf", "bia")
    for conversation in (one, other):
        answer = house.post(
            f"/v1/conversations/{conversation}/messages", {"kind": "image", "key": key}, "bia"
        )
        assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownMedia")


@pytest.mark.parametrize(
    ("body", "mime", "status", "rule"),
    [
        (b"GIF89a" + bytes(20), "image/gif", 422, "FileTypeNotTaken"),
        (b"<html><script>" + bytes(20), "image/png", 422, "FileTypeNotTaken"),
        (b"MZ" + bytes(20), "application/pdf", 422, "FileTypeNotTaken"),
        (b"", "text/plain", 422, "FileEmpty"),
        (b"\xff\xd8\xff" + bytes(5 * MB), "image/jpeg", 413, "FileTooLarge"),
        (JPEG, "", 422, "FileTypeNotTaken"),
    ],
)
def test_what_whatsapp_would_not_take_is_refused_before_it_is_kept(
    house: House, body: bytes, mime: str, status: int, rule: str
) -> None:
    answer = bring(house, house.somebody_waits(), body, mime)
    assert (answer.status_code, answer.json()["rule"]) == (status, rule)
    assert house.objects.files == {}
    assert house.uploads.kept == {}


def test_the_beginning_is_looked_at_however_it_comes() -> None:
    import asyncio
    from collections.abc import AsyncIterator

    from api.attachments import checked

    async def drop_by_drop() -> AsyncIterator[bytes]:
        for byte in b"\x89PNG" + bytes(range(40)):
            yield bytes([byte])

    async def all_of_it() -> bytes:
        return b"".join([chunk async for chunk in checked(drop_by_drop(), TAKEN["image/png"])])

    assert asyncio.run(all_of_it()) == b"\x89PNG" + bytes(range(40))


def test_an_agents_file_lies_under_their_own_name(house: House) -> None:
    one = house.somebody_waits()
    bring(house, one, JPEG)
    [kept] = house.uploads.kept.values()
    assert (kept.agent_id, kept.conversation_id) == (AgentId("ana"), one)
