"""News of long waits leave the house by e-mail and by signed webhook, and nothing waits for who is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_string, policy

import httpx
import pytest

from adapters.alarms import Outside, OutsideAlarms, signature
from commands.ports import Alarm

NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)
SECRET = b"um segredo de teste"
ALARM = Alarm(
    "conversation-c1@9",
    "Prazo vencido na fila Suporte técnico",
    "Um cliente espera resposta.",
    {"conversation_id": "c1", "what": "breached"},
)
PEOPLE = {
    "marta": Outside(email="marta@example.com"),
    "plantao": Outside(webhook="https://plantao.example/atende"),
}


class Stopped:
    def now(self) -> datetime:
        return NOW


def alarms(handler: httpx.MockTransport | None = None, **more: object) -> OutsideAlarms:
    client = httpx.AsyncClient(transport=handler or httpx.MockTransport(lambda _: httpx.Response(500)))
    return OutsideAlarms(PEOPLE, client, Stopped(), sender="atende@example.com", pauses=(0.0,), **more)  # type: ignore[arg-type]


def test_a_webhook_is_signed_over_time_and_body_and_told_once_by_its_key() -> None:
    heard: list[httpx.Request] = []

    def take(request: httpx.Request) -> httpx.Response:
        heard.append(request)
        return httpx.Response(204)

    assert asyncio.run(alarms(httpx.MockTransport(take), secret=SECRET).tell("plantao", ALARM))
    [request] = heard
    stamp = request.headers["Atende-Timestamp"]
    assert stamp == str(int(NOW.timestamp()))
    assert request.headers["Atende-Signature"] == signature(SECRET, stamp, request.content)
    assert request.headers["Idempotency-Key"] == "conversation-c1@9"
    assert json.loads(request.content)["data"]["conversation_id"] == "c1"


def test_what_nobody_takes_is_tried_again_and_then_given_up() -> None:
    tries: list[int] = []

    def refuse(_: httpx.Request) -> httpx.Response:
        tries.append(1)
        return httpx.Response(503)

    assert not asyncio.run(alarms(httpx.MockTransport(refuse), secret=SECRET).tell("plantao", ALARM))
    assert len(tries) == 2


@pytest.mark.parametrize("recipient", ["plantao", "marta", "ninguem"])
def test_without_a_secret_or_a_server_nothing_leaves(recipient: str) -> None:
    assert not asyncio.run(alarms().tell(recipient, ALARM))


@asynccontextmanager
async def post_office(letters: list[str]) -> AsyncIterator[int]:
    """A mail server that takes everything."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                letter = b""
                while (line := await reader.readline()) != b".\r\n":
                    letter += line
                letters.append(letter.decode())
            if word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            writer.write(b"250 ok\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def test_an_email_says_the_same_in_words() -> None:
    letters: list[str] = []

    async def tell() -> bool:
        async with post_office(letters) as port:
            return await alarms(smtp_url=f"smtp://127.0.0.1:{port}").tell("marta", ALARM)

    assert asyncio.run(tell())
    letter = message_from_string(letters[0], policy=policy.default)
    assert (letter["To"], letter["From"]) == ("marta@example.com", "atende@example.com")
    assert letter["Subject"] == ALARM.subject
    assert ALARM.text in letter.get_content()


def test_a_mail_server_that_is_away_holds_nobody_up() -> None:
    assert not asyncio.run(alarms(smtp_url="smtp://127.0.0.1:9").tell("marta", ALARM))
