"""The doors as they run: `serve`, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
import uvicorn

from api.app import create_app
from api.live import Hub
from api.metrics import CountedInbox, Metrics
from api.settings import Settings
from api.wiring import storage
from api.wiring.beginning import FAILED, RESTART, begin, process_names
from api.wiring.house import House

if TYPE_CHECKING:
    from fastapi import FastAPI

log = structlog.get_logger(__name__)


def serve(settings: Settings) -> int:
    """The doors, until SIGTERM or SIGINT; with the log in PostgreSQL, the engine and what follows by itself,
    too. Answers the exit code."""
    begin(settings)
    storage.migrate(settings)
    house = House(settings)
    follows = process_names() if settings.log == "postgres" else ()
    metrics = Metrics(inbox_waiting=lambda: house.inbox.waiting, follower_lags=house.follower_lags)
    house.on_first_answer = metrics.observe_first_response

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await house.open(follows)
        live = asyncio.create_task(_keep_live(app.state.live), name="live")
        await asyncio.sleep(0)  # it listens before anybody comes in
        try:
            yield
        finally:
            live.cancel()
            await asyncio.gather(live, return_exceptions=True)
            await house.close()

    app = create_app(
        house.desk_with(lambda inbox: CountedInbox(inbox, metrics)),
        metrics=metrics,
        zone=ZoneInfo(settings.zone),
        lifespan=lifespan,
        trusted=[str(network) for network in settings.trusted_proxies],
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=60,
            timeout_graceful_shutdown=15,
            backlog=2048,
        )
    )

    app.state.live.ending = lambda: server.should_exit

    def asked(_number: int, _frame: object) -> None:
        """The server hands the signal on once it has stopped; before it has started it ends us at once."""
        if not server.started:
            raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    server.run()
    return 0 if server.started else FAILED


async def _keep_live(hub: Hub) -> None:
    """What tells of changes runs until we end; when it breaks, everybody comes back to a new start."""
    while not hub.ending():
        try:
            await hub.run()
        except Exception:
            log.exception("live_ended")
            await asyncio.sleep(RESTART)
