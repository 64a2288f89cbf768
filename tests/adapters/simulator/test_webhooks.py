"""Bodies as Meta writes them: our own parser reads each as what it was meant to be."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from adapters.simulator import webhooks
from adapters.simulator.webhooks import Attachment, Number, Person
from adapters.whatsapp.parser import Provider, parse
from adapters.whatsapp.signature import meta_signature_ok
from tests.adapters.provider import hook

AT = datetime(2026, 3, 12, 14, 32, tzinfo=UTC)
NUMBER = Number("106540352242922", "551140028922", "102290129340398")
ANA = Person("Ana Prado", "5511987654321")
HIDDEN = Person("Bia", user_id="BR.1A2B3C", username="bia")
PHOTO = Attachment("1000000000000000", "image/jpeg", "3AkVfxyFvKhBmm/ZAUd2dxvGfTVGGfvGzHV8mlCjmYY=")

MEANT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (webhooks.text(ANA, "w1", AT, "sem internet 😡"), {"kind": "text", "text": "sem internet 😡"}),
    (
        webhooks.image(ANA, "w1", AT, PHOTO, "o modem"),
        {"kind": "image", "media_id": PHOTO.media_id, "mime": "image/jpeg", "caption": "o modem"},
    ),
    (webhooks.voice(ANA, "w1", AT, PHOTO), {"kind": "audio", "voice": True}),
    (webhooks.document(ANA, "w1", AT, PHOTO, "conta.pdf"), {"kind": "document", "filename": "conta.pdf"}),
    (webhooks.sticker(ANA, "w1", AT, PHOTO, animated=True), {"kind": "sticker", "animated": True}),
    (webhooks.location(ANA, "w1", AT, 0.0, -46.6), {"kind": "location", "lat": 0.0, "lon": -46.6}),
    (webhooks.reaction(ANA, "w1", AT, "w0", "👍"), {"kind": "reaction", "target": "w0", "emoji": "👍"}),
    (webhooks.reaction(ANA, "w1", AT, "w0", None), {"kind": "reaction", "target": "w0", "removed": True}),
    (
        webhooks.button_reply(ANA, "w1", AT, NUMBER, "w0", "s", "Sim"),
        {"kind": "button_reply", "reply_id": "s", "text": "Sim", "reply_to": "w0"},
    ),
    (
        webhooks.list_reply(ANA, "w1", AT, NUMBER, "w0", "r1", "Sem internet", "ou lenta"),
        {"kind": "list_reply", "reply_id": "r1", "description": "ou lenta", "reply_to": "w0"},
    ),
    (
        webhooks.template_button(ANA, "w1", AT, NUMBER, "w0", "Pode chamar", "ok"),
        {"kind": "template_button", "text": "Pode chamar", "payload": "ok"},
    ),
    (
        webhooks.edit(ANA, "w1", AT, "w0", "com internet"),
        {"kind": "edited", "target": "w0", "new": "text", "text": "com internet"},
    ),
    (webhooks.revoke(ANA, "w1", AT, "w0"), {"kind": "deleted", "target": "w0"}),
    (webhooks.replying(webhooks.text(ANA, "w1", AT, "isso"), NUMBER, "w0"), {"reply_to": "w0"}),
]


@pytest.mark.parametrize(("message", "meant"), MEANT, ids=lambda made: made.get("type") or made.get("kind"))
def test_a_message_is_read_as_what_it_was_meant_to_be(message: dict[str, Any], meant: dict[str, Any]) -> None:
    raw = webhooks.encoded(webhooks.body(NUMBER, people=[ANA], messages=[message]))
    (item,) = parse(Provider.META, raw)
    who = {"event": "message", "id": "w1", "from_phone": ANA.wa_id, "sender_name": "Ana Prado"}
    assert item.items() >= (who | {"at": "2026-03-12T14:32:00Z"} | meant).items()


def test_a_hidden_phone_appears_nowhere() -> None:
    raw = webhooks.encoded(
        webhooks.body(NUMBER, people=[HIDDEN], messages=[webhooks.text(HIDDEN, "w1", AT, "oi")])
    )
    (item,) = parse(Provider.META, raw)
    assert (item.get("from_phone"), item["from_user_id"]) == (None, "BR.1A2B3C")


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "played", "failed"])
def test_a_status_is_read_with_its_price_and_errors(state: str) -> None:
    status = webhooks.status("w1", state, AT, ANA, opaque="m1.1", category="utility", errors=[131049])
    (item,) = parse(Provider.META, webhooks.encoded(webhooks.body(NUMBER, statuses=[status])))
    assert (item["event"], item["status"], item["correlation"]) == ("status", state, "m1.1")
    assert item["pricing"]["category"] == "utility"
    assert item["errors"] == [131049]


def test_many_in_one_body_are_all_read() -> None:
    messages = [webhooks.text(ANA, f"w{n}", AT, "oi") for n in range(500)]
    statuses = [webhooks.status(f"s{n}", "sent", AT, ANA) for n in range(500)]
    raw = webhooks.encoded(webhooks.body(NUMBER, people=[ANA], messages=messages, statuses=statuses))
    assert len(parse(Provider.META, raw)) == 1000


def test_bytes_on_the_wire_are_ascii_with_lower_case_escapes() -> None:
    assert webhooks.encoded({"a": "você"}) == b'{"a":"voc\\u00ea"}'


def test_a_delivery_is_signed_and_its_answer_is_told() -> None:
    async def delivered(url: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await webhooks.deliver(client, url, "s3cret", {"object": "whatsapp_business_account"})

    with hook() as heard:
        heard.answer[:] = [503]
        assert asyncio.run(delivered(heard.url)).status_code == 503
        assert asyncio.run(delivered(heard.url)).status_code == 200
    (raw, signature), _ = heard.raw
    assert meta_signature_ok(raw, signature, [b"s3cret"])
