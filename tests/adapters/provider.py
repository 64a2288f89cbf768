"""A simulated provider, a place its webhooks go to, and our own sender between them."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from adapters.objects import FileObjects
from adapters.simulator.graph import Graph
from adapters.simulator.post import Line
from adapters.simulator.running import running
from adapters.simulator.webhooks import Number
from adapters.whatsapp.meta_api import Access, MetaWhatsApp, graph_client

ANA = "5511987654321"
BIA = "5521976543210"
ANA_SCOPED = "BR.1A2B3C"
SECRET = "the app's secret"
TOKEN = "the-number-s-token"
NUMBER = Number("106540352242922", "551140028922", "102290129340398")
CHANNEL = "principal"


@contextmanager
def provider(callback_url: str | None = None) -> Iterator[tuple[Graph, str]]:
    graph = Graph([Line(NUMBER, TOKEN, callback_url)], SECRET, first_retry=0.01)
    with running(graph) as url:
        yield graph, url


@dataclass
class Desk:
    """Our sender, with what it asked of the provider (method and path) and a clock that tests may move."""

    whatsapp: MetaWhatsApp
    objects: FileObjects
    folder: Path
    asked: list[str]
    now: list[float]


@asynccontextmanager
async def desk(
    url: str, folder: Path, client: httpx.AsyncClient | None = None, **knobs: Any
) -> AsyncIterator[Desk]:
    asked: list[str] = []
    now = [1000.0]

    async def note(request: httpx.Request) -> None:
        asked.append(f"{request.method} {request.url.path}")

    async with client or graph_client() as used:
        used.event_hooks = {"request": [note]}
        objects = FileObjects(folder)
        knobs = {"media_origins": frozenset({url}), "total": 10.0} | knobs
        access = {CHANNEL: Access(NUMBER.phone_number_id, TOKEN)}
        whatsapp = MetaWhatsApp(
            used, access, objects, base_url=url, jitter=lambda: 0.0, clock=lambda: now[0], **knobs
        )
        yield Desk(whatsapp, objects, folder, asked, now)


@dataclass
class Hook:
    """Where webhooks arrive. `answer` is the status each of the next deliveries gets; then 200."""

    url: str = ""
    answer: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    raw: list[tuple[bytes, str]] = field(default_factory=list)  # with the signature
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [
            status
            for body in self.bodies
            for entry in body["entry"]
            for change in entry["changes"]
            for status in change["value"].get("statuses", [])
        ]

    def wait(self, until: Callable[[Hook], bool]) -> None:
        """Return when it is so; the test's own time limit ends a wait for nothing."""
        with self.changed:
            self.changed.wait_for(lambda: until(self))


@contextmanager
def hook() -> Iterator[Hook]:
    heard = Hook()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            with heard.changed:
                answer = heard.answer.pop(0) if heard.answer else 200
                heard.raw.append((raw, self.headers["X-Hub-Signature-256"]))
                if answer == 200:
                    heard.bodies.append(json.loads(raw))
                heard.changed.notify_all()
            self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Doors(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Doors(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        heard.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        try:
            yield heard
        finally:
            server.shutdown()
            thread.join()


async def pieces(data: bytes, size: int = 7) -> AsyncIterator[bytes]:
    """Bytes in small steps, as a network gives them."""
    for start in range(0, len(data), size):
        await asyncio.sleep(0)
        yield data[start : start + size]


def some_bytes(seed: int, size: int) -> bytes:
    return random.Random(seed).randbytes(size)
