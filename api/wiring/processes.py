"""The roles as processes of their own, started and looked after from here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx

from adapters.services import ServiceError
from api.wiring.reading import progress_of_policies, progress_of_views

QUIET: Final = 4  # looks in a row at which nothing moved
PATIENCE: Final = 60.0  # seconds for a process to start, or to end


@contextmanager
def role(
    name: str, folder: Path, environment: dict[str, str], *arguments: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A role as a process of its own; it stops when we do, however we do."""
    process = start(name, folder, environment, *arguments)
    try:
        yield process
    finally:
        end(process)


def start(name: str, folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """A role in a process of its own; what it logs is in the folder."""
    logs = folder / "logs"
    logs.mkdir(exist_ok=True)
    with (logs / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "api.cli", name, *arguments],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours to handle, in order
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """As a polite word, or by force when it takes more than a minute."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdin is not None:
        process.stdin.close()


def wait_ready(url: str, desk: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if desk.poll() is not None:
            raise ServiceError("the desk ended before it was ready; its log in the data folder says why")
        try:
            if httpx.get(f"{url}/health/ready", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise ServiceError("the desk is not ready after a minute; its log in the data folder says why")


def drain(url: str, dsn: str, alive: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Return when what was acknowledged is decided, followed and folded, and nothing lies in between; False
    if that took longer than `patience` (seconds), or a role ended."""
    deadline, quiet, before = time.monotonic() + patience, 0, None
    while quiet < QUIET and alive() and time.monotonic() < deadline:
        waiting = [
            float(line.rpartition(" ")[2])
            for line in httpx.get(f"{url}/metrics", timeout=5).text.splitlines()
            if line.startswith(("inbox_waiting", "follower_lag"))
        ]
        progress = {**progress_of_views(dsn), **progress_of_policies(dsn)}
        behind = any(waiting) or any(one.behind for one in progress.values())
        quiet = 0 if behind or progress != before else quiet + 1
        before = progress
        time.sleep(0.25)
    return quiet == QUIET
