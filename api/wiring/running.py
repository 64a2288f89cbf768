"""The roles as they run: `serve`, `work` and `follow`, each until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import structlog
import uvicorn
from prometheus_client import start_http_server

from adapters import logs
from adapters.archive import Archive
from adapters.clock import SystemClock
from adapters.engine.answers import Answers
from adapters.engine.envelopes import Envelopes
from adapters.engine.owner import Owner
from adapters.engine.parcels import Parcels
from adapters.engine.worker import Worker
from adapters.live import Publisher
from adapters.log.chain import Halted
from adapters.log.index import Index
from adapters.services import ServiceError
from api.app import create_app
from api.live import Hub
from api.metrics import CountedInbox, Metrics
from api.settings import Settings
from api.wiring import keys, reading, storage
from api.wiring.house import RESTART, House, process_names
from commands.catalogue import HANDLERS, STREAMS
from projections.answer import Projection
from projections.catalogue import PROJECTIONS

if TYPE_CHECKING:
    from fastapi import FastAPI

log = structlog.get_logger(__name__)

FAILED: Final = 1
COLLECT: Final = (50_000, 20, 100)  # rarely: a full collection stops everybody for a tenth of a second


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


def work(settings: Settings) -> int:
    """Own partitions and decide, until SIGTERM or SIGINT. Answers the exit code."""
    begin(settings)
    storage.migrate(settings)
    dsn, redis_url = settings.dsn.get_secret_value(), settings.redis_url
    log_, ring = storage.open_log(settings), keys.keyring(settings)
    archive, parcels = Archive(STREAMS.values(), ring), Parcels(ring, SystemClock())
    worker = Worker(
        Owner(log_, Index(dsn), Index(dsn), archive, HANDLERS, STREAMS, SystemClock()),
        storage.open_commands(settings, log_.partitions, parcels),
        parcels,
        Envelopes(HANDLERS),
        Answers(redis_url.get_secret_value() if redis_url else None),
        dsn,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.stop())
    try:
        worker.run()
    except Halted as halted:
        log.error("worker_halted", partition=halted.partition, reason=halted.reason)
        return FAILED
    finally:
        ring.close()
        log_.close()
    return 0


def follow(settings: Settings, names: Sequence[str] = ()) -> int:
    """Fold views, and run what follows by itself, until SIGTERM or SIGINT. Answers the exit code.

    `names` are views and processes; all there are when none is named. With the log in PostgreSQL the
    processes live with the engine, in `serve`.
    """
    begin(settings)
    storage.migrate(settings)
    embedded = settings.log == "postgres"
    wanted = list(names) or [*PROJECTIONS, *([] if embedded else process_names())]
    processes = [name for name in wanted if name in process_names()]
    if unknown := set(wanted) - {*PROJECTIONS, *process_names()}:
        raise ServiceError(f"nothing is called {', '.join(sorted(unknown))}: see `atende follow --help`")
    if embedded and processes:
        raise ServiceError(f"with the log in PostgreSQL, {', '.join(processes)} live in `atende serve`")
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    runs: list[Callable[[], None]] = []
    if views := [PROJECTIONS[name] for name in wanted if name in PROJECTIONS]:
        runs.append(partial(_fold, settings, views, stopping))
    if processes:
        runs.append(lambda: asyncio.run(_processes(settings, processes, stopping)))
    with ThreadPoolExecutor(len(runs)) as threads:
        ended = [threads.submit(_until_one_ends, run, stopping) for run in runs]
    return FAILED if any(one.result() is not None for one in ended) else 0


def _until_one_ends(run: Callable[[], None], stopping: threading.Event) -> BaseException | None:
    """What ends by an error takes the others with it: whoever looks after us starts all again."""
    try:
        run()
    except Exception as error:
        log.exception("role_ended")
        return error
    finally:
        stopping.set()
    return None


def _fold(settings: Settings, views: Sequence[Projection[Any]], stopping: threading.Event) -> None:
    dsn, log_ = settings.dsn.get_secret_value(), storage.open_log(settings)
    publisher = Publisher(settings.redis_url.get_secret_value()) if settings.redis_url else None
    error = reading.follow(dsn, log_, keys.keyring(settings), views, stopping, publisher)
    if error is not None:
        raise error


async def _processes(settings: Settings, names: Sequence[str], stopping: threading.Event) -> None:
    house = House(settings)
    with _figures(settings, house):
        await house.open(names)
        try:
            while not stopping.is_set():
                await asyncio.sleep(0.2)
        finally:
            await house.close()


@contextlib.contextmanager
def _figures(settings: Settings, house: House) -> Iterator[None]:
    """What only whoever follows can count, for Prometheus, where a port was named for it."""
    if settings.figures_port is None:
        yield
        return
    metrics = Metrics(follower_lags=house.follower_lags)
    house.on_first_answer = metrics.observe_first_response
    try:
        server, thread = start_http_server(settings.figures_port, settings.host, metrics.registry)
    except OSError as error:  # no reason to leave what follows undone
        log.warning("figures_not_told", port=settings.figures_port, error=type(error).__name__)
        yield
        return
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


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
