"""Around every request: its id, its size, how long it took, and one line in the log."""

from __future__ import annotations

import re
import time
import traceback
import uuid
from typing import Final

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem
from api.metrics import METHODS, UNMATCHED, Metrics

BODY_LIMIT: Final = 256 * 1024  # bytes of what people send us; webhooks have a limit of their own
WEBHOOKS: Final = "/webhooks/"
FILES: Final = re.compile(r"/v1/conversations/[^/]+/files", re.ASCII)  # limited there, by their types
_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")

log = structlog.get_logger("atende.door")


class AtTheDoor:
    """ASGI middleware. The log line and the metrics name the route's template, never the path."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, ended = time.perf_counter(), 0.0
        request_id = _request_id(scope)
        scope["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(correlation=request_id)
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status, ended
            if message["type"] == "http.response.start":
                status = message["status"]
                if "live" in scope:  # it took so long to begin; how long it lasts is nobody's waiting
                    ended = time.perf_counter()
                message["headers"] = [*message.get("headers", ()), *_always(scope, request_id)]
            await send(message)

        free = scope["path"].startswith(WEBHOOKS) or FILES.fullmatch(scope["path"])
        limited = receive if free else _limited(scope, receive)
        try:
            await self._app(scope, limited, answer)
        except ClientDisconnect:
            status = status or 499  # nobody is there to be answered
        except Exception as error:  # noqa: BLE001  the last place that can still answer; the log says where
            _tell(error)
            if status == 0:
                await Problem("Unexpected").response(request_id)(scope, receive, answer)
        finally:
            self._close(scope, status, (ended or time.perf_counter()) - started)

    def _close(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNMATCHED)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._metrics.observe_response(method, route, status, seconds)
        heard = status == 200 and scope["path"].startswith(WEBHOOKS)  # the log of events has it already
        (log.debug if heard else log.info)(
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
            actor=scope.get("actor"),
        )


def _request_id(scope: Scope) -> str:
    """The caller's, when it is a plain word; else one of ours."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _ID.fullmatch(value):
            return str(value.decode("ascii"))
    return uuid.uuid4().hex


def _always(scope: Scope, request_id: str) -> list[tuple[bytes, bytes]]:
    headers = [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
    if scope["path"].startswith("/v1/"):
        headers.append((b"cache-control", b"no-store"))
    return headers


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Counts what comes in, and stops at the limit whatever was announced."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > BODY_LIMIT:
            raise HTTPException(413, headers={"Connection": "close"})
        return message

    return counted


def _tell(error: Exception) -> None:
    """What broke and where; not its message, which may hold what somebody wrote."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    log.error("unexpected", error=type(error).__name__, where=f"{last.name}:{last.lineno}", exc_info=error)
