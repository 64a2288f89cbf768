"""A simulation as a process of its own: configuration in, one JSON line per second out, the report at last.

`python -m adapters.simulator.main [FILE]`: `SimulationSettings` as JSON in FILE, else in the environment
variable `ATENDE_SIMULATION`. Lines on standard output are `{"ready": …}`, `{"counters": …}` every second, and
`{"report": …}` as the last one. SIGTERM, SIGINT, and with `lifeline` the end of standard input stop it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from adapters.simulator.settings import SimulationSettings
from adapters.simulator.simulation import Simulation

VARIABLE: Final = "ATENDE_SIMULATION"
EVERY: Final = 1.0  # seconds


def settings_of(arguments: Sequence[str], environment: Mapping[str, str]) -> SimulationSettings:
    """From the file named, else from the environment. Raises what pydantic raises for anything wrong."""
    if arguments:
        return SimulationSettings.model_validate_json(Path(arguments[0]).read_bytes())
    return SimulationSettings.model_validate_json(environment.get(VARIABLE, ""))


def tell(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()


async def simulate(settings: SimulationSettings) -> None:
    simulation = Simulation(settings)
    stop, ready = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.lifeline:
        threading.Thread(target=_watch, args=(loop, stop), name="lifeline", daemon=True).start()
    telling = asyncio.create_task(_tell(simulation, ready))
    try:
        await simulation.run(stop, ready)
    finally:
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
    tell({"report": simulation.report()})


async def _tell(simulation: Simulation, ready: asyncio.Event) -> None:
    await ready.wait()
    settings = simulation.settings
    tell({"ready": {"graph": simulation.graph_url, "seed": settings.seed, "run": simulation.run_id}})
    while True:
        await asyncio.sleep(EVERY)
        tell({"counters": simulation.counters()})


def _watch(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Whoever started us holds the other end; when it closes they are gone."""
    while os.read(0, 4096):
        pass
    with contextlib.suppress(RuntimeError):  # the loop is closed: it is over anyway
        loop.call_soon_threadsafe(stop.set)


def main() -> None:
    asyncio.run(simulate(settings_of(sys.argv[1:], os.environ)))


if __name__ == "__main__":
    main()
