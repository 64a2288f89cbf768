"""The roles of one machine as they run: `serve` and `follow`, each until it is told to stop."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import structlog
import uvicorn

from adapters import logs
from api.app import create_app
from api.metrics import CountedInbox, Metrics
from api.settings import Settings
from api.wiring import keys, reading
from api.wiring.house import House

if TYPE_CHECKING:
    from fastapi import FastAPI

log = structlog.get_logger(__name__)

FAILED: Final = 1
COLLECT: Final = (50_000, 20, 100)  # rarely: a full collection stops everybody for a tenth of a second


def serve(settings: Settings) -> int:
    """Doors, engine and what follows by itself, until SIGTERM or SIGINT. Answers the exit code."""
    begin(settings)
    reading.migrate(settings.dsn.get_secret_value())
    keys.migrate(settings)
    house = House(settings)
    metrics = Metrics(inbox_waiting=lambda: house.inbox.waiting, follower_lags=house.follower_lags)
    house.on_first_answer = metrics.observe_first_response

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await house.open()
        try:
            yield
        finally:
            await house.close()

    app = create_app(
        house.desk_with(lambda inbox: CountedInbox(inbox, metrics)),
        metrics=metrics,
        zone=ZoneInfo(settings.zone),
        lifespan=lifespan,
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

    def asked(_number: int, _frame: object) -> None:
        """The server hands the signal on once it has stopped; before it has started it ends us at once."""
        if not server.started:
            raise SystemExit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    server.run()
    return 0 if server.started else FAILED


def follow(settings: Settings) -> int:
    """Fold the views until SIGTERM or SIGINT. Answers the exit code."""
    begin(settings)
    dsn = settings.dsn.get_secret_value()
    reading.migrate(dsn)
    keys.migrate(settings)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    error = reading.follow(dsn, keys.keyring(settings), stopping)
    return 0 if error is None else FAILED


def begin(settings: Settings) -> None:
    """What every long-lived process does first."""
    logs.configure(settings.log_level)
    collect_rarely()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.lifeline:
        threading.Thread(target=_hang_on, name="lifeline", daemon=True).start()


def collect_rarely() -> None:
    """What was made by now stays, and need not be looked at again by the collector; it looks seldom."""
    gc.freeze()
    gc.set_threshold(*COLLECT)


def _hang_on() -> None:
    """Stop when whoever started us is gone: their end of our standard input closes with them."""
    while os.read(0, 1024):
        pass
    log.info("lifeline_closed")
    os.kill(os.getpid(), signal.SIGTERM)
