"""The roles behind the doors: `work` and `follow`, each until it is told to stop.

What only some of them need is imported where they need it: a house takes 60 MiB of a process.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

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
from api.settings import Settings
from api.wiring import keys, reading, storage
from api.wiring.beginning import FAILED, begin, process_names
from commands.catalogue import HANDLERS, STREAMS
from projections.answer import Projection
from projections.catalogue import PROJECTIONS

if TYPE_CHECKING:
    from api.wiring.house import House

log = structlog.get_logger(__name__)


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
    from api.wiring.house import House

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
    from prometheus_client import start_http_server

    from api.metrics import Metrics

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
