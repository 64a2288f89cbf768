"""Open-loop load: signed webhooks on a fixed schedule, whatever the desk makes of it.

Every body is built before the start, and each latency is counted from the time the schedule gave, so that a
desk that falls behind cannot hide it. `python -m adapters.simulator.load [FILE]` runs one from JSON (`Load`)
in FILE or in `ATENDE_LOAD`, and prints its report as one line.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httptools
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from adapters.simulator import webhooks
from adapters.simulator.customers.people import person
from adapters.simulator.figures import percentile
from adapters.simulator.webhooks import Number

VARIABLE: Final = "ATENDE_LOAD"
NO_ANSWER: Final = 0

_LINES: Final = (
    "oi, minha internet caiu",
    "preciso da segunda via do boleto",
    "a luz do modem está vermelha",
    "quanto custa o plano de 600 mega?",
    "já reiniciei o roteador e nada",
)


class Load(BaseModel):
    """`repeats` is the share of requests that bring a body once more, `within` how many bodies later."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^http://", description="of the webhook's route")
    secret: SecretStr
    rate: float = Field(300, gt=0, le=20_000)
    seconds: float = Field(60, gt=0)
    customers: int = Field(5_000, ge=1)
    repeats: float = Field(0.1, ge=0, lt=1)
    within: int = Field(300, ge=1)
    seed: int = 1
    run: str = Field("", description="tells the message ids of this run from another's")
    connections: int = Field(256, ge=1)
    patience: float = Field(30.0, gt=0, description="seconds for the last answers")
    first_second: float = Field(0.0, ge=0, description="seconds left out of the latencies: a warm-up")
    ledger: Path | None = Field(None, description="a JSON file for what was acknowledged, by message id")
    phone_number_id: str = "200000000000001"
    display: str = "552330000001"
    waba_id: str = "100000000000001"


@dataclass(frozen=True, slots=True)
class Shot:
    """A request of the schedule: its bytes, and the message it brings."""

    raw: bytes
    message_id: str
    repeat: bool


@dataclass(slots=True)
class Report:
    """Latencies in milliseconds, from the time that was planned. `messages` are what was acknowledged: id ->
    [planned, acknowledged], both in seconds since 1970."""

    seed: int
    planned: int
    sent: int = 0
    acknowledged: int = 0
    repeats: int = 0  # of the acknowledged
    statuses: dict[int, int] = field(default_factory=dict)  # 0: no answer
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None
    max: float | None = None
    late_p99: float | None = None  # how much later than planned requests went out
    cpu_ms_per_request: float | None = None
    seconds: float = 0.0
    messages: dict[str, tuple[float, float]] = field(default_factory=dict)


def schedule(load: Load, at: float) -> list[Shot]:
    """Every request in order, as it goes over the wire. The same seed and run write the same messages."""
    chance = random.Random(f"{load.seed}/load")  # noqa: S311 - repeatable on purpose
    number = Number(load.phone_number_id, load.display, load.waba_id)
    parts = urlsplit(load.url)
    host, path = parts.netloc, parts.path or "/"
    secret = load.secret.get_secret_value()
    people = [person(load.seed, n) for n in range(load.customers)]
    recent: deque[Shot] = deque(maxlen=load.within)
    shots: list[Shot] = []
    for n in range(round(load.rate * load.seconds)):
        if recent and chance.random() < load.repeats:
            again = chance.choice(recent)
            shots.append(Shot(again.raw, again.message_id, True))
            continue
        who = chance.choice(people)
        message_id = f"wamid.load{load.seed}-{load.run}-{n}"
        when = datetime.fromtimestamp(at + n / load.rate, UTC)
        message = webhooks.text(who, message_id, when, chance.choice(_LINES))
        body = webhooks.encoded(webhooks.body(number, people=[who], messages=[message]))
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n"
            f"X-Hub-Signature-256: {webhooks.signature(secret, body)}\r\n\r\n"
        )
        shot = Shot(head.encode("ascii") + body, message_id, False)
        recent.append(shot)
        shots.append(shot)
    return shots


class _Wire(asyncio.Protocol):
    """One connection that is kept alive; one request at a time."""

    def __init__(self, gun: _Gun) -> None:
        self._gun = gun
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self.place: int | None = None  # in the schedule, of the request under way

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def fire(self, place: int, raw: bytes) -> None:
        assert self._transport is not None
        self.place = place
        self._transport.write(raw)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_message_complete(self) -> None:
        place, self.place = self.place, None
        keep = self._parser.should_keep_alive()
        if place is not None:
            self._gun.answered(place, self._parser.get_status_code())
        if keep:
            self._gun.free(self)
        else:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        place, self.place = self.place, None
        if place is not None:
            self._gun.answered(place, NO_ANSWER)
        self._gun.gone(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class _Gun:
    """Fires the schedule through as many connections as it takes, up to a limit."""

    def __init__(self, load: Load, shots: Sequence[Shot]) -> None:
        parts = urlsplit(load.url)
        self._address = parts.hostname or "", parts.port or 80
        self._load = load
        self._shots = shots
        self._idle: list[_Wire] = []
        self._wires: set[_Wire] = set()
        self._dialling: set[asyncio.Task[None]] = set()
        self._queue: deque[int] = deque()
        self._left = len(shots)
        self._done = asyncio.Event()
        self._began = 0.0
        self._began_at = 0.0
        self._took: list[float] = []
        self._late: list[float] = []
        self._statuses: Counter[int] = Counter()
        self.report = Report(load.seed, len(shots))

    async def fire(self) -> Report:
        cpu = time.process_time()
        loop, gap = asyncio.get_running_loop(), 1 / self._load.rate
        self._began, self._began_at = loop.time(), time.time()
        for place in range(len(self._shots)):
            wait = self._began + place * gap - loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            elif place % 32 == 0:
                await asyncio.sleep(0)  # behind, but never deaf
            self._late.append(max(0.0, loop.time() - self._began - place * gap))
            self._send(place)
        try:
            async with asyncio.timeout(self._load.patience):
                await self._done.wait()
        except TimeoutError:
            self._statuses[NO_ANSWER] += self._left
            self._left = 0
        self.report.seconds = round(loop.time() - self._began, 3)
        await self._close()
        return self._summed(time.process_time() - cpu)

    def _send(self, place: int) -> None:
        self.report.sent += 1
        if self._idle:
            self._idle.pop().fire(place, self._shots[place].raw)
            return
        self._queue.append(place)
        if len(self._wires) + len(self._dialling) < self._load.connections:
            task = asyncio.get_running_loop().create_task(self._dial())
            self._dialling.add(task)
            task.add_done_callback(self._dialling.discard)

    async def _dial(self) -> None:
        try:
            _, wire = await asyncio.get_running_loop().create_connection(lambda: _Wire(self), *self._address)
        except OSError:
            if self._queue:
                self.answered(self._queue.popleft(), NO_ANSWER)
            return
        self._wires.add(wire)
        self.free(wire)

    def free(self, wire: _Wire) -> None:
        if self._queue:
            place = self._queue.popleft()
            wire.fire(place, self._shots[place].raw)
        else:
            self._idle.append(wire)

    def gone(self, wire: _Wire) -> None:
        self._wires.discard(wire)
        if wire in self._idle:
            self._idle.remove(wire)
        if self._queue and self._left:
            self._send(self._queue.popleft())
            self.report.sent -= 1

    def answered(self, place: int, status: int) -> None:
        if not self._left:
            return
        self._left -= 1
        self._statuses[status] += 1
        after = place / self._load.rate
        took = asyncio.get_running_loop().time() - self._began - after
        if status == 200:
            shot = self._shots[place]
            self.report.acknowledged += 1
            self.report.repeats += shot.repeat
            if after >= self._load.first_second:
                self._took.append(took)
            planned = self._began_at + after
            self.report.messages.setdefault(shot.message_id, (planned, planned + took))
        if not self._left:
            self._done.set()

    async def _close(self) -> None:
        for task in list(self._dialling):
            task.cancel()
        for wire in list(self._wires):
            wire.close()
        await asyncio.sleep(0)

    def _summed(self, cpu: float) -> Report:
        report, took = self.report, sorted(seconds * 1000 for seconds in self._took)
        report.statuses = dict(sorted(self._statuses.items()))
        report.p50, report.p90, report.p99, report.max = (percentile(took, p) for p in (50, 90, 99, 100))
        report.late_p99 = percentile(sorted(seconds * 1000 for seconds in self._late), 99)
        report.cpu_ms_per_request = round(cpu * 1000 / max(1, report.sent), 3)
        return report


async def run(load: Load) -> Report:
    """Build it, fire it, and tell what came back."""
    return await _Gun(load, schedule(load, time.time())).fire()


def main() -> None:
    raw = Path(sys.argv[1]).read_bytes() if sys.argv[1:] else os.environ.get(VARIABLE, "").encode()
    load = Load.model_validate_json(raw)
    told: dict[str, Any] = asdict(asyncio.run(run(load)))
    messages = told.pop("messages")
    if load.ledger is not None:
        load.ledger.write_text(json.dumps(messages))
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
