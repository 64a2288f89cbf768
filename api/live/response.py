"""A stream as an answer: chunks as they come, and an end when the reader is gone or does not read."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.live.hub import Hub
from api.live.marks import LastSeen
from api.live.stream import Stream

HEADERS: Final = {"X-Accel-Buffering": "no"}  # or a proxy would keep it for itself


class LiveResponse(Response):
    """`patience`: seconds a chunk may take to leave before its reader is as good as gone."""

    media_type = "text/event-stream"
    patience = 20.0

    def __init__(self, hub: Hub, stream: Stream, last: LastSeen | None) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]
        self._hub, self._stream, self._last = hub, stream, last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["live"] = True
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        telling = asyncio.create_task(self._tell(send), name="live")
        listening = asyncio.create_task(_gone(receive), name="live reader")
        try:
            await asyncio.wait({telling, listening}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, listening):
                task.cancel()
            await asyncio.gather(telling, listening, return_exceptions=True)
            await self._hub.close(self._stream)
        if not telling.cancelled() and (error := telling.exception()) is not None:
            raise error

    async def _tell(self, send: Send) -> None:
        async with aclosing(self._hub.follow(self._stream, self._last)) as chunks:
            async for chunk in chunks:
                await self._send(send, chunk, more=True)
        await self._send(send, b"", more=False)

    async def _send(self, send: Send, chunk: bytes, *, more: bool) -> None:
        try:
            async with asyncio.timeout(self.patience):
                await send({"type": "http.response.body", "body": chunk, "more_body": more})
        except TimeoutError:
            raise ClientDisconnect from None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
