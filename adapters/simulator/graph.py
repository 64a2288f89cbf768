"""A Graph API that is not Meta's: the documented protocol over real HTTP, with faults on request.

`/vNN.0/<phone number id>/messages` and `/media`, `/vNN.0/<media id>`, the phone number itself for probes;
`/vNN.0/<business account id>/message_templates`;
statuses go back as signed webhooks. `/_control/…` is for whoever runs it: faults, the ledger, customers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.simulator import control, media, shapes, templates, webhooks
from adapters.simulator.faults import Faults
from adapters.simulator.ledger import Accepted, File, Ledger, wamid
from adapters.simulator.post import Line, Post
from adapters.simulator.webhooks import Attachment, Person
from adapters.whatsapp.pacing import PAIR, SECOND, Pace, gcra

TOLERANCE = SECOND  # of the pair limit: what was paced well at the sender arrives a little uneven

CATEGORIES = {"template": "utility"}


class Graph:
    """One simulated provider. `app` is the ASGI application; the methods may be called while it runs."""

    def __init__(
        self,
        lines: Sequence[Line],
        app_secret: str,
        faults: Faults | None = None,
        *,
        first_retry: float = 0.5,
    ) -> None:
        self.lines = {line.number.phone_number_id: line for line in lines}
        self.faults = faults or Faults()
        self.ledger = Ledger()
        self.post = Post(app_secret, lambda: self.faults, first_retry=first_retry)
        self.templates = list(templates.APPROVED)
        self.reached: Callable[[Accepted], None] = lambda _: None
        """Told of every message that gets to its customer. Quick, and on the loop that serves."""
        self._arrivals: dict[str, int] = {}
        self._calls = 0
        self.app = Starlette(lifespan=self._life, routes=[*self._routes(), *control.routes(self)])

    def start_anew(self, faults: Faults | None = None) -> None:
        """Forget everything that happened; what is still in the post is delivered all the same."""
        self.faults = faults or Faults()
        self.ledger = Ledger()
        self.templates = list(templates.APPROVED)
        self._arrivals = {}
        self._calls = 0

    def customer_wrote(
        self, address: str, at: datetime | None = None, phone_number_id: str | None = None
    ) -> None:
        """A customer (wa_id or business-scoped id) wrote to a number, or to all: they exist, and the 24 h
        window is open."""
        self.ledger.known.add(address)
        for number in [phone_number_id] if phone_number_id else self.lines:
            self.ledger.windows[number, address] = at or datetime.now(UTC)

    def customer_exists(self, address: str) -> None:
        """There is WhatsApp at this address, though nobody wrote yet."""
        self.ledger.known.add(address)

    def keep_file(self, data: bytes, mime: str) -> Attachment:
        """Hold a customer's file, for a webhook to mention and for us to fetch."""
        file = File(str(10**15 + len(self.ledger.files)), data, mime)
        self.ledger.files[file.media_id] = file
        return Attachment(file.media_id, mime, media.base64_digest(file))

    def _routes(self) -> list[Route]:
        return [
            Route("/files/{media_id}/{issued}", self._download, methods=["GET"]),
            Route("/v{version}/{node}/messages", self._messages, methods=["POST"]),
            Route("/v{version}/{node}/media", self._upload, methods=["POST"]),
            Route("/v{version}/{node}/message_templates", self._templates, methods=["GET"]),
            Route("/v{version}/{node}", self._node, methods=["GET"]),
        ]

    @contextlib.asynccontextmanager
    async def _life(self, _: Starlette) -> AsyncIterator[None]:
        running = asyncio.create_task(self.post.run())
        yield
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    # -- the provider's own doors

    def _closed(self, request: Request, line: Line | None = None) -> Response | None:
        """Why nothing is answered here, before anybody looks at what was asked."""
        if self.faults.down:
            return self._refusal(503, 2, "Service temporarily unavailable")
        lines = [line] if line else self.lines.values()
        welcome = {f"Bearer {known.token}" for known in lines}
        if self.faults.signed_out or request.headers.get("authorization") not in welcome:
            return self._refusal(401, 190, "Error validating access token")
        return None

    async def _messages(self, request: Request) -> Response:
        raw = await request.body()
        line = self.lines.get(request.path_params["node"])
        if closed := self._closed(request, line):
            return closed
        if line is None:
            return self._refusal(400, 100, "Unsupported post request. Object does not exist")
        try:
            body = json.loads(raw)
        except ValueError:
            return self._refusal(400, 100, "Invalid JSON")
        self._calls += 1
        if self.faults.slow:
            await asyncio.sleep(self.faults.slow)
        if isinstance(body, dict) and "status" in body:
            return self._receipt(body)
        if fault := shapes.fault_of(body):
            return self._refusal(400, *fault)
        return await self._take(request, line, body)

    def _receipt(self, body: dict[str, Any]) -> Response:
        if body.get("status") != "read" or not isinstance(body.get("message_id"), str):
            return self._refusal(400, 131009, "status and message_id")
        if "typing_indicator" in body:
            self.ledger.typing.append(body["message_id"])
        self.ledger.read.append(body["message_id"])
        return JSONResponse({"success": True})

    async def _take(self, request: Request, line: Line, body: dict[str, Any]) -> Response:
        """A well-formed message: refused, or accepted and then answered well or badly."""
        key = str(body.get("biz_opaque_callback_data") or self._calls)
        for fault, status, code in (
            ("fails", 500, 131000),
            ("unavailable", 400, 131016),
            ("throttled", 400, 130429),
        ):
            if self.faults.happens(fault, key):
                return self._refusal(status, code, fault)
        if self.faults.happens("reset", key):
            return await _broken(request)
        asked = str(body.get("to") or body["recipient"])
        address = self.ledger.resolve(asked)
        refused = self._refuses(line, address or asked, address is not None, body)
        late = refused in (131026, 131047) and self.faults.happens("late_refusals", key)
        if refused is not None and not late:
            return self._refusal(400, refused, "Message not accepted")
        answered = next(
            (
                name
                for name, fault in (("500", "fails_after"), ("reset", "reset_after"), ("hang", "hangs"))
                if self.faults.happens(fault, key)
            ),
            "answer",
        )
        message = self._accept(line, address or asked, body, answered)
        self._schedule(line, message, refused)
        if refused is None:
            self.reached(message)
        if answered == "500":
            return self._refusal(500, 131000, "Something went wrong")
        if answered == "reset":
            return await _broken(request)
        if answered == "hang":
            await _gone(request)
        return self._accepted(message, body)

    def _refuses(self, line: Line, address: str, known: bool, body: dict[str, Any]) -> int | None:
        number = line.number.phone_number_id
        rate = line.messages_per_second
        if self._too_fast(number, Pace(SECOND // rate, rate), 0):
            return 130429
        if self._too_fast(f"{number}/{address}", PAIR, TOLERANCE):
            return 131056
        kind = body["type"]
        media_id = body[kind].get("id")
        if media_id and media_id not in self.ledger.files:
            return 131053
        if not known:
            return 131026
        if kind in shapes.FREE and not self.ledger.window_open(number, address, datetime.now(UTC)):
            return 131047
        return None

    def _too_fast(self, key: str, pace: Pace, tolerance: int) -> bool:
        arrival, wait = gcra(time.monotonic_ns() // 1000, self._arrivals.get(key, 0), pace)
        if wait > tolerance:
            return True
        self._arrivals[key] = arrival
        return False

    def _accept(self, line: Line, address: str, body: dict[str, Any], answered: str) -> Accepted:
        n = len(self.ledger.accepted)
        message = Accepted(
            n=n,
            wamid=wamid(self.faults, address, n),
            phone_number_id=line.number.phone_number_id,
            address=address,
            kind=body["type"],
            opaque=body.get("biz_opaque_callback_data"),
            at=datetime.now(UTC).isoformat(),
            answered=answered,
            body=body,
        )
        self.ledger.accepted.append(message)
        return message

    def _accepted(self, message: Accepted, body: dict[str, Any]) -> Response:
        contact = {"input": body.get("to") or body["recipient"]}
        contact["wa_id" if message.address.isdigit() else "user_id"] = message.address
        named = {"id": message.wamid}
        if message.kind == "template":
            held = self.faults.happens("held", message.opaque or message.wamid)
            named["message_status"] = "held_for_quality_assessment" if held else "accepted"
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [named]})

    def _schedule(self, line: Line, message: Accepted, code: int | None) -> None:
        """Hand in the statuses of a message, with the price on `sent` and on one of the later ones."""
        faults, key = self.faults, message.opaque or message.wamid
        if faults.happens("silent", key):
            return
        states = ["sent", "delivered", "read"]
        if code is not None:
            self.ledger.refused[code] += 1
            states = ["failed"]
        else:
            if faults.happens("unread", key):
                states.remove("read")
            elif faults.happens("skips_delivered", key):
                states.remove("delivered")
            if states[-1] == "read" and message.kind == "audio":
                states.append("played")
        chance = faults.chance("statuses", key)
        times = [faults.delay * chance.random() for _ in states]
        times = [sum(times[: n + 1]) for n in range(len(times))]
        if faults.happens("out_of_order", key):
            chance.shuffle(times)
        digits = message.address.isdigit()
        person = Person("", message.address if digits else None, None if digits else message.address)
        category = CATEGORIES.get(message.kind, "service")
        for place, (state, after) in enumerate(zip(states, times, strict=True)):
            status = webhooks.status(
                message.wamid,
                state,
                datetime.now(UTC),
                person,
                opaque=message.opaque,
                category=category if state != "failed" and place < 2 else None,
                errors=[] if code is None else [code],
            )
            self.post.hand_in(line, status, after)
            if faults.happens("duplicated", f"{key}/{state}"):
                self.post.hand_in(line, status, after + faults.delay * chance.random())

    # -- files, and numbers

    async def _node(self, request: Request) -> Response:
        node = request.path_params["node"]
        line = self.lines.get(node)
        if closed := self._closed(request, line):
            return closed
        if line is not None:
            return JSONResponse({"id": node, "display_phone_number": line.number.display})
        if file := self.ledger.files.get(node):
            return JSONResponse(media.described(file, str(request.base_url)))
        return self._refusal(400, 100, "Unsupported get request. Object does not exist")

    async def _templates(self, request: Request) -> Response:
        """The templates of a business account."""
        account = request.path_params["node"]
        line = next((line for line in self.lines.values() if line.number.waba_id == account), None)
        if closed := self._closed(request, line):
            return closed
        if line is None:
            return self._refusal(400, 100, "Unsupported get request. Object does not exist")
        return templates.page(self.templates, request)

    async def _download(self, request: Request) -> Response:
        self._calls += 1
        denied = self._closed(request) is not None
        return media.download(request, self.ledger.files, self.faults, denied, str(self._calls))

    async def _upload(self, request: Request) -> Response:
        raw = await request.body()
        line = self.lines.get(request.path_params["node"])
        if closed := self._closed(request, line):
            return closed
        parts = media.parts(request.headers.get("content-type", ""), raw)
        if parts.get("messaging_product", (b"", ""))[0] != b"whatsapp" or "file" not in parts:
            return self._refusal(400, 100, "messaging_product and file are required")
        data, mime = parts["file"]
        return JSONResponse({"id": self.keep_file(data, mime).media_id})

    def _refusal(self, status: int, code: int, details: str) -> Response:
        self.ledger.refused[code] += 1
        error = {
            "message": f"(#{code}) {details}",
            "type": "OAuthException",
            "code": code,
            "error_data": {"messaging_product": "whatsapp", "details": details},
            "fbtrace_id": f"A{self._calls:015d}",
        }
        return JSONResponse({"error": error}, status)


async def _gone(request: Request) -> None:
    """Return when the caller has given up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _broken(request: Request) -> Response:
    """Break the connection under the caller, without a word."""
    request.scope["state"]["transport"].abort()
    await _gone(request)
    return Response(status_code=500)
