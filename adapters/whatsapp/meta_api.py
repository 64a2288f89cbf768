"""Meta's Cloud API over HTTP: what was asked leaves at most once, and what came of it is told exactly.

Certain and uncertain failures are told apart by whether the first byte of the request had left: before that
nothing can have happened (`NotSent`), after it only an answer below 500 says what did (`Unknown` otherwise).
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from adapters.whatsapp import circuit as circuits
from adapters.whatsapp import errors
from adapters.whatsapp.circuit import Circuit
from adapters.whatsapp.errors import Jitter
from adapters.whatsapp.meta_bodies import body_of, encoded, read_receipt
from adapters.whatsapp.meta_media import MetaMedia
from commands.whatsapp_port import (
    Action,
    MarkedRead,
    Meaning,
    MediaFile,
    NotSent,
    ObjectStore,
    Outcome,
    OutgoingMessage,
    ReadOutcome,
    Rejected,
    Sent,
    Stored,
    Unknown,
)

log = structlog.get_logger(__name__)

BASE_URL = "https://graph.facebook.com"
VERSION = "v23.0"
CONNECT = 3.0  # seconds
TOTAL = 15.0

_CHANCE = random.SystemRandom().random
_UNAVAILABLE = frozenset({1, 2, 131000, 131016, 131057, 135000})  # the channel's weakness, not the message's
_DEAD = frozenset({Action.OPEN_CIRCUIT, Action.CALL_OPERATOR, Action.ACCOUNT_BLOCKED})


@dataclass(frozen=True, slots=True)
class Access:
    """How one business number signs in."""

    phone_number_id: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for what cannot stand in an address or a header; a stray line end is enough."""
        if not self.phone_number_id.isascii() or not self.phone_number_id.isdigit():
            raise ValueError("a phone number id has digits only")
        if not self.token or not all("!" <= sign <= "~" for sign in self.token):
            raise ValueError("a token has visible signs only, and at least one")


def graph_client() -> httpx.AsyncClient:
    """A client with the time limits this adapter promises. Close it when done."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(TOTAL, connect=CONNECT, pool=CONNECT),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=30),
        follow_redirects=False,
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Any  # JSON, or None
    retry_after: str | None


class MetaWhatsApp:
    """`WhatsApp` on Meta's Cloud API, with one circuit per channel."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        accesses: Mapping[str, Access],
        objects: ObjectStore,
        *,
        base_url: str = BASE_URL,
        version: str = VERSION,
        media_origins: frozenset[str] | None = None,
        total: float = TOTAL,
        jitter: Jitter = _CHANCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`accesses` by channel id. `media_origins`: where files may be fetched from, as
        `scheme://host[:port]` (Meta's own when left out). `total`: seconds one call may take.
        `clock`: seconds that only run forward, for the circuits."""
        self._client = client
        self._accesses = accesses
        self._root = f"{base_url.rstrip('/')}/{version}"
        self._total = total
        self._jitter = jitter
        self._clock = clock
        self._circuits: dict[str, Circuit] = {}
        self._media = MetaMedia(client, self._root, objects, media_origins, jitter=jitter)

    async def send(self, channel: str, message: OutgoingMessage) -> Outcome:
        access = self._accesses[channel]
        answer = await self._post(channel, access, encoded(body_of(message)), message.attempt)
        return _sent(answer.body) if isinstance(answer, _Answer) else answer

    async def mark_read(self, channel: str, provider_id: str, *, typing: bool = False) -> ReadOutcome:
        access = self._accesses[channel]
        answer = await self._post(channel, access, encoded(read_receipt(provider_id, typing)), 1)
        return MarkedRead() if isinstance(answer, _Answer) else answer

    async def fetch_media(self, channel: str, media_id: str, *, sha256: str | None = None) -> MediaFile:
        access = self._accesses[channel]
        return await self._media.fetch(access.phone_number_id, access.token, media_id, sha256)

    async def upload_media(self, channel: str, stored: Stored, mime: str) -> str:
        access = self._accesses[channel]
        return await self._media.upload(access.phone_number_id, access.token, stored, mime)

    def meaning(self, code: int) -> Meaning:
        return errors.meaning(code)

    def circuit(self, channel: str) -> Circuit:
        """How the channel is doing; for health, metrics and people."""
        return self._circuits.get(channel, Circuit())

    async def _post(
        self, channel: str, access: Access, content: bytes, attempt: int
    ) -> _Answer | Rejected | NotSent | Unknown:
        """A call to the messages endpoint through the channel's circuit; an `_Answer` is a kind one."""
        closed = await self._admit(channel, access)
        if closed is not None:
            return closed
        url = f"{self._root}/{access.phone_number_id}/messages"
        answer = await self._call("POST", url, access, content=content)
        if isinstance(answer, NotSent | Unknown):
            self._failed(channel, answer.reason)
            return answer
        if answer.status < 300:
            self._turn(channel, circuits.answered(self.circuit(channel)))
            return answer
        refusal = errors.refusal(answer.status, answer.body, attempt, self._jitter, wait=answer.retry_after)
        if refusal.action is Action.OPEN_CIRCUIT:
            self._failed(channel, "signed_out", fatal=True)
        elif refusal.code in _UNAVAILABLE:
            self._failed(channel, f"code_{refusal.code}")
        else:
            self._turn(channel, circuits.answered(self.circuit(channel)))
        return refusal

    async def _call(
        self, method: str, url: str, access: Access, **request: Any
    ) -> _Answer | NotSent | Unknown:
        """One request, once. Whether it left is learnt from the transport itself."""
        left = False

        async def watch(event: str, _: Mapping[str, Any]) -> None:
            nonlocal left
            left = left or event.endswith("send_request_headers.started")

        headers = {"Authorization": f"Bearer {access.token}"}
        if "content" in request:
            headers["Content-Type"] = "application/json"
        try:
            async with asyncio.timeout(self._total):
                response = await self._client.request(
                    method, url, headers=headers, extensions={"trace": watch}, **request
                )
        except (httpx.TimeoutException, TimeoutError):
            return Unknown("timeout") if left else NotSent("timeout", retry_after=1.0)
        except httpx.RequestError:
            return Unknown("reset") if left else NotSent("connect", retry_after=1.0)
        if response.status_code >= 500 or response.status_code == 408:
            return Unknown(f"http_{response.status_code}")
        return _Answer(response.status_code, _json(response.content), response.headers.get("retry-after"))

    async def _admit(self, channel: str, access: Access) -> NotSent | None:
        """None when messages flow; a due probe is made first, by a question that costs nobody anything."""
        now = self._clock()
        circuit = self.circuit(channel)
        if circuit.flows:
            return None
        if circuits.probe_due(circuit, now):
            self._turn(channel, circuits.probing(circuit, now))
            answer = await self._call(
                "GET", f"{self._root}/{access.phone_number_id}", access, params={"fields": "id"}
            )
            circuit = circuits.probed(self.circuit(channel), self._clock(), _alive(answer), self._jitter)
            self._turn(channel, circuit)
            if circuit.flows:
                return None
        return NotSent("circuit_open", retry_after=max(0.0, circuit.until - self._clock()))

    def _failed(self, channel: str, reason: str, *, fatal: bool = False) -> None:
        now = self._clock()
        self._turn(channel, circuits.failed(self.circuit(channel), now, reason, self._jitter, fatal=fatal))

    def _turn(self, channel: str, circuit: Circuit) -> None:
        before = self.circuit(channel).phase
        self._circuits[channel] = circuit
        if circuit.phase is not before:
            log.warning("whatsapp_circuit", channel=channel, phase=circuit.phase.value, reason=circuit.reason)


def _alive(answer: _Answer | NotSent | Unknown) -> bool:
    """Whether a probe's answer shows a channel that could send: any answer but a closed door."""
    if not isinstance(answer, _Answer):
        return False
    if answer.status < 300:
        return True
    return errors.refusal(answer.status, answer.body, 1, lambda: 0.0).action not in _DEAD


def _sent(body: Any) -> Outcome:
    """Accepted, if the answer names the message; without a name nobody knows."""
    match body:
        case {"messages": [{"id": str(provider_id), **message}, *_]} if provider_id:
            contacts = body.get("contacts")
            contact = contacts[0] if isinstance(contacts, list) and contacts else {}
            contact = contact if isinstance(contact, dict) else {}
            held = message.get("message_status") in ("held_for_quality_assessment", "paused")
            return Sent(provider_id, _text(contact, "wa_id"), _text(contact, "user_id"), held)
        case _:
            return Unknown("unreadable_answer")


def _text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) and value else None


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
