"""A desk small enough to lie in one hand: it believes signed webhooks, keeps a list, and sends what agents
write to the provider at once."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from adapters.whatsapp.signature import meta_signature_ok

SECRET = "the app's secret"
ACCESS = "the number's token"
NUMBER_ID = "200000000000001"


@dataclass
class DeskDouble:
    """`answers` are the statuses of the next webhooks, then 200. `no` says by which rule the next wish of a
    name is refused, once."""

    url: str = ""
    graph_url: str = ""
    answers: list[int] = field(default_factory=list)
    no: dict[str, str] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)  # acknowledged
    wished: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)  # token, wish, body
    keys: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)
    present: set[str] = field(default_factory=set)
    modes: dict[str, str] = field(default_factory=dict)  # by queue: how it hands out
    forged: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def webhook(self, raw: bytes, signature: str | None) -> int:
        if not meta_signature_ok(raw, signature, [SECRET.encode()]):
            self.forged += 1
            return 403
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.bodies.append(raw)
            for message in messages(raw):
                self._hear(message)
        return status

    def _hear(self, message: dict[str, Any]) -> None:
        if message["id"] in self.heard:
            return
        self.heard.add(message["id"])
        address = message.get("from") or message["from_user_id"]
        row = self.rows.setdefault(sha256(address.encode()).hexdigest()[:32], waiting_row(address))
        if message["type"] in ("reaction", "edit", "revoke"):
            return
        row["version"] += 1
        row |= {"unread": row["unread"] + 1, "waiting_since": "2026-03-12T14:32:00Z"}
        row["awaiting"] = "agent" if row["agent_id"] else None
        if row["stage"] == "closed":
            row |= {"stage": "waiting", "agent_id": None, "awaiting": None}

    def read(self, path: str, query: dict[str, str], token: str) -> tuple[int, dict[str, Any]]:
        agent = token.removeprefix("token-")
        if path == "/v1/me":
            return 200, {"agent_id": agent, "name": agent}
        if path == "/v1/queues":
            return 200, {"items": [{"queue_id": queue, "mode": mode} for queue, mode in self.modes.items()]}
        if path == "/v1/conversations":
            mine = query.get("agent") == "me"
            rows = [
                row | {"conversation_id": key}
                for key, row in self.rows.items()
                if row["stage"] == query.get("stage", row["stage"]) and (not mine or row["agent_id"] == agent)
            ]
            return 200, {"items": rows, "next": None}
        if path.endswith("/clocks"):
            done = self.rows[path.split("/")[3]].get("escalated_at")
            return 200, {"items": [{"state": "running", "steps": [{"done_at": done}, {"done_at": None}]}]}
        if path.endswith("/transcript"):
            line = {"line_id": "9c1b7f3e5a2d4c6b", "line": "message", "side": "customer"}
            return 200, {"items": [line]}
        key = path.rpartition("/")[2]
        return 200, self.rows[key] | {"conversation_id": key}

    def write(self, path: str, body: dict[str, Any], token: str) -> tuple[int, dict[str, Any]]:
        agent = token.removeprefix("token-")
        if path.startswith("/v1/me/"):
            self.present.add(agent)
            return 200, {"changed": True}
        if path == "/v1/conversations/next":
            key = next((key for key, row in self.rows.items() if row["stage"] == "waiting"), "")
            path = f"/v1/conversations/{key}/claim"
            if not key:
                return 404, {"rule": "NothingWaits"}
        found = re.fullmatch(r"/v1/conversations/(\w+)/(\w+)", path)
        assert found, path
        row, wish = self.rows[found[1]], found[2]
        self.wished.append((agent, wish, body))
        if wish in self.no:
            rule = self.no.pop(wish)
            status = 503 if rule == "Busy" else 409
            return status, {"rule": rule}
        if wish in ("claim", "accept"):
            if row["agent_id"] not in (None, agent):
                return 409, {"rule": "AlreadyAttended"}
            row |= {"agent_id": agent, "stage": "in_service", "awaiting": "agent"}
        elif wish == "messages":
            row |= {"awaiting": "customer", "unread": 0, "waiting_since": None}
            self._send(row["contact"]["phone"], body["text"], len(self.wished))
        elif wish in ("release", "transfer") and "to_agent" not in body:
            row |= {"agent_id": None, "stage": "waiting", "awaiting": None}
        elif wish == "transfer":
            row["agent_id"] = body["to_agent"]
        elif wish == "close":
            row |= {"stage": "closed", "agent_id": None}
        row["version"] += 1
        return 200, {"changed": True, "conversation_id": found[1]}

    def _send(self, address: str, text: str, n: int) -> None:
        if not self.graph_url:
            return
        to = {"to": address} if address.isdigit() else {"recipient": address}
        body = {"messaging_product": "whatsapp", **to, "type": "text", "text": {"body": text}}
        body["biz_opaque_callback_data"] = f"{n}.1"
        url = f"{self.graph_url}/v24.0/{NUMBER_ID}/messages"
        httpx.post(url, json=body, headers={"Authorization": f"Bearer {ACCESS}"}).raise_for_status()


def waiting_row(address: str) -> dict[str, Any]:
    return {
        "version": 1,
        "stage": "waiting",
        "awaiting": None,
        "unread": 0,
        "waiting_since": None,
        "window_until": None,
        "agent_id": None,
        "queue_id": "suporte-tecnico",
        "priority": "urgent",
        "subject": "technical",
        "contact": {"name": "Ana Lima", "phone": address},
    }


def messages(raw: bytes) -> list[dict[str, Any]]:
    return [
        message
        for entry in json.loads(raw)["entry"]
        for change in entry["changes"]
        for message in change["value"].get("messages", [])
    ]


@contextlib.contextmanager
def desk_double() -> Iterator[DeskDouble]:
    desk = DeskDouble()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_PUT(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.startswith("/webhooks/"):
                with desk.lock:
                    status = desk.webhook(raw, self.headers["X-Hub-Signature-256"])
                self._answer(status, {}, sha256(raw).hexdigest()[:32])
                return
            with desk.lock:
                desk.keys.append(self.headers["Idempotency-Key"])
                status, body = desk.write(self.path, json.loads(raw or b"{}"), self._token())
            self._answer(status, body)

        def do_GET(self) -> None:
            url = httpx.URL(self.path)
            with desk.lock:
                status, body = desk.read(url.path, dict(url.params), self._token())
            self._answer(status, body)

        def _token(self) -> str:
            return str(self.headers["Authorization"]).removeprefix("Bearer ")

        def _answer(self, status: int, body: dict[str, Any], delivery_id: str | None = None) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            if delivery_id is not None:
                self.send_header("Delivery-Id", delivery_id)
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Doors(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            if not isinstance(sys.exc_info()[1], ConnectionError):  # whoever asked may leave at any time
                super().handle_error(request, client_address)

    with Doors(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        desk.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield desk
        finally:
            server.shutdown()
            thread.join()
