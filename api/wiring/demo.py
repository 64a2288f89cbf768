"""The main job on one command: servers, desk, views, customers and robots in one tree of processes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from adapters import logs
from adapters.services import ServiceError
from adapters.services.guarded import free_port, is_free
from api.pages import BUILT
from api.wiring import reading, storage
from api.wiring.accounting import Heard, heard
from api.wiring.beginning import process_names
from api.wiring.keeping import Kept
from api.wiring.local import CHANNEL, NUMBER, Local, at_hand, is_alive, servers_at
from api.wiring.processes import PATIENCE, drain, end, start, wait_ready
from api.wiring.staffing import CONSOLE, Staff, furnish, staffed, visitors
from api.wiring.watching import Watching
from projections.catalogue import PROJECTIONS

QUIET: Final = "1.5"  # seconds: the demo's customers are quick, and so is its first line
UP: Final = "up.json"  # where the desk is, while `atende up` runs it
SETTLE: Final = 25.0  # seconds for whoever still waits when no new customers come


@dataclass(frozen=True)
class Desk:
    """The roles of one machine as they run: where the doors are, and where a Graph API of ours may stand."""

    url: str
    graph: str
    alive: Callable[[], bool]
    pids: Callable[[], tuple[int, ...]] = tuple  # of the roles, where they are ours


@contextmanager
def roles(local: Local, port: int, **more: str) -> Iterator[Desk]:
    """All roles on this machine, for as long as the block lasts. `more`: variables they are told."""
    storage.migrate(local.settings)
    url, graph = _addresses(port)
    environment = local.environment(
        ATENDE_PORT=url.rpartition(":")[2],
        ATENDE_GRAPH_URL=graph,
        ATENDE_MEDIA_ORIGINS=json.dumps([graph]),
        ATENDE_QUIET_WINDOW=QUIET,
        ATENDE_LIFELINE="true",
        ATENDE_SECOND_FACTOR="[]",  # whoever tries it may enrol one, and need not
    )
    wanted = [("follow", *PROJECTIONS), ("serve",)]
    if local.brokers:
        wanted[:1] = [("follow", *PROJECTIONS), ("follow", *process_names()), ("work",)]
    with ExitStack() as stack:
        kept = [
            stack.enter_context(
                Kept(name, partial(start, name, local.folder, environment | more, *arguments), end)
            )
            for name, *arguments in wanted
        ]
        wait_ready(url, kept[-1].process)
        for one in kept:
            one.look_after()
        yield Desk(
            url,
            graph,
            lambda: not any(one.gone for one in kept),
            lambda: tuple(one.process.pid for one in kept),
        )


@contextmanager
def desk_at(local: Local, port: int) -> Iterator[Desk]:
    """The desk that is up on this folder already, or one for as long as the block lasts."""
    path = local.folder / UP
    if path.exists() and is_alive((found := json.loads(path.read_text()))["pid"]):
        yield Desk(found["url"], found["graph"], lambda: is_alive(found["pid"]))
        return
    with roles(local, port) as desk:
        yield desk


def up(folder: Path, *, nodes: int | None, port: int) -> int:
    """All roles until Ctrl-C. `atende demo` on the same folder sends its customers to them."""
    logs.configure("WARNING")
    signal.signal(signal.SIGTERM, _interrupt)
    CONSOLE.print(f"Starting what is not there yet in [bold]{folder}[/] …")
    with servers_at(folder, nodes) as local, roles(local, port) as desk:
        path = folder / UP
        path.write_text(json.dumps({"url": desk.url, "graph": desk.graph, "pid": os.getpid()}))
        CONSOLE.print(f"The API is at [bold]{desk.url}[/], its reference at [bold]{desk.url}/docs[/].")
        CONSOLE.print("`atende demo` in another terminal brings customers. Ctrl-C ends.")
        try:
            while desk.alive():
                time.sleep(0.5)
        except KeyboardInterrupt:
            CONSOLE.print("\nStopping …")
            return 0
        finally:
            path.unlink(missing_ok=True)
    return 1


def run(
    folder: Path,
    *,
    nodes: int | None,
    seconds: float | None,
    rate: float,
    agents: int,
    seed: int,
    port: int,
    as_json: bool,
    fast: bool = False,
) -> int:
    """Until Ctrl-C, or for so many seconds. Answers the exit code: 0 when nothing was lost, or twice."""
    logs.configure("WARNING")
    signal.signal(signal.SIGTERM, _interrupt)
    CONSOLE.print(f"Starting PostgreSQL and Valkey in [bold]{folder}[/] …")
    with ExitStack() as stack:
        local = stack.enter_context(servers_at(folder, nodes))
        reading.migrate(local.dsn)
        staff = stack.enter_context(staffed(local.dsn, agents, fast=fast))
        CONSOLE.print("Starting the views and the desk …")
        desk = stack.enter_context(desk_at(local, port))
        furnish(desk.url, staff, fast=fast)
        stack.enter_context(visitors(local.dsn, desk.url, staff))
        CONSOLE.print(
            f"The API is at [bold]{desk.url}[/], its reference at [bold]{desk.url}/docs[/]. Ctrl-C ends."
        )
        if BUILT.exists():
            CONSOLE.print(f"The console, to attend beside the robots, is at [bold]{desk.url}/[/].")
        simulation = stack.enter_context(
            _simulation(local, desk.url, desk.graph, staff, rate=rate, seconds=seconds, seed=seed)
        )
        try:
            Watching(desk.url, staff.watcher, simulation.counters, CONSOLE).until(simulation.over, desk.alive)
        except KeyboardInterrupt:
            CONSOLE.print("\nStopping …")
        report = simulation.stop()
        if report is None:
            CONSOLE.print("[red]The simulation ended without a report.[/] See its log in the data folder.")
            return 1
        CONSOLE.print("Letting the desk finish what it was given …")
        drain(desk.url, local.dsn, desk.alive)
        return _tell(report, heard(local), as_json)


def simulate(folder: Path, *, rate: float, seconds: float | None, seed: int) -> int:
    """Customers and robots alone, for a desk whose servers are those of `folder`."""
    with ExitStack() as stack:
        settings = stack.enter_context(at_hand(folder))
        dsn = settings.dsn.get_secret_value()
        staff = stack.enter_context(staffed(dsn, 6))
        url = f"http://{settings.host}:{settings.port}"
        if not re.fullmatch(r"http://127\.0\.0\.1:\d+", settings.graph_url):
            raise ServiceError(
                "the simulated WhatsApp must be where the desk sends: start the desk with "
                "ATENDE_GRAPH_URL=http://127.0.0.1:PORT, and this command with the same settings"
            )
        local = Local(folder, dsn, "", _channel_secrets(settings.channels))
        furnish(url, staff)
        simulation = stack.enter_context(
            _simulation(local, url, settings.graph_url, staff, rate=rate, seconds=seconds, seed=seed)
        )
        try:
            simulation.over.wait()
        except KeyboardInterrupt:
            CONSOLE.print("\nStopping …")
        report = simulation.stop()
    sys.stdout.write(json.dumps(report) + "\n")
    return 0 if report else 1


def _channel_secrets(channels: list[Any]) -> dict[str, str]:
    if not channels or not channels[0].app_secrets or not channels[0].access_token:
        raise ServiceError("no channel with an app secret and an access token: set ATENDE_CHANNELS")
    return {
        "app_secret": channels[0].app_secrets[0].get_secret_value(),
        "access_token": channels[0].access_token.get_secret_value(),
    }


# ── the processes ────────────────────────────────────────────────────────────────────────────────


def _addresses(port: int) -> tuple[str, str]:
    """Where the API and the simulated provider will listen."""
    if port and not is_free(port):
        CONSOLE.print(f"Port {port} is taken: another one is used.")
        port = 0
    return f"http://127.0.0.1:{port or free_port()}", f"http://127.0.0.1:{free_port()}"


@dataclass
class _Simulation:
    """The simulation's process, and the lines it writes."""

    process: subprocess.Popen[str]
    counters: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                continue
            self.counters.update(said.get("counters", {}))
            self.report = said.get("report", self.report)
        self.over.set()

    def stop(self) -> dict[str, Any] | None:
        if not self.over.is_set():
            self.process.terminate()
        self.over.wait(PATIENCE)
        return self.report


@contextmanager
def _simulation(
    local: Local, url: str, graph: str, staff: Staff, *, rate: float, seconds: float | None, seed: int
) -> Iterator[_Simulation]:
    settings = {
        "desk": url,
        "channel": CHANNEL,
        "app_secret": local.secrets["app_secret"],
        "access_token": local.secrets["access_token"],
        "phone_number_id": NUMBER,
        "graph_port": int(graph.rpartition(":")[2]),
        "rate": rate,
        "seconds": seconds,
        "settle": SETTLE,
        "seed": seed,
        "pace": 0.5,
        "robots": staff.robots,
        "lifeline": True,
        "ledger": str(local.ledger),
    }
    (local.folder / "logs").mkdir(exist_ok=True)
    with (local.folder / "logs" / "simulate.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.simulator.main"],
            env=os.environ | {"ATENDE_SIMULATION": json.dumps(settings)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    simulation = _Simulation(process)
    reader = threading.Thread(target=simulation.read, name="simulation", daemon=True)
    reader.start()
    try:
        yield simulation
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)
        reader.join(5)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.stdout.close()


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


# ── what came of it ──────────────────────────────────────────────────────────────────────────────


def _tell(report: dict[str, Any], found: Heard, as_json: bool) -> int:
    told = {
        "received": report["received"],
        "answered": report["answered"],
        "offers_accepted": report["accepts"],
        "escalations_acknowledged": report["acknowledged"],
        "agents": report["agents"],
        "duplicates": report["duplicates"],
        "lost": len(found.lost),
        "logged_twice": len(found.twice),
        "statuses": report["statuses"],
        "closings": report["closings"],
        "acknowledgement_ms": report["acknowledgement_ms"],
        "claim_ms": report["claim_ms"],
        "seed": report["seed"],
    }
    CONSOLE.print(
        f"[bold]{told['received']}[/] messages received, [bold]{told['answered']}[/] of them answered by "
        f"[bold]{told['agents']}[/] agents; {told['duplicates']} repeats, {told['statuses']} statuses; "
        f"[bold]{told['lost']}[/] lost."
    )
    if as_json:
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    return 0 if not found.lost and not found.twice else 1
