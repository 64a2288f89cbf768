"""Roles that end by themselves are started again; one that never lasts is given up."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import structlog.testing

from api.wiring import keeping
from api.wiring.keeping import Kept
from api.wiring.processes import end


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LOOK", 0.01)
    monkeypatch.setattr(keeping, "REST", 0.01)


@pytest.fixture
def kept() -> Iterator[Callable[[str], tuple[Kept, list[int]]]]:
    """Makes a role that runs a program, and tells the processes that were started."""
    made: list[Kept] = []

    def make(program: str) -> tuple[Kept, list[int]]:
        pids: list[int] = []

        def start() -> subprocess.Popen[bytes]:
            process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
            pids.append(process.pid)
            return process

        made.append(Kept("a role", start, end))
        return made[-1], pids

    yield make
    for one in made:
        one.__exit__(None, None, None)


def until(ask: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not ask():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_role_that_was_killed_is_started_again(kept: Callable[[str], tuple[Kept, list[int]]]) -> None:
    role, pids = kept("import time; time.sleep(100)")
    role.look_after()
    role.process.kill()
    until(lambda: len(pids) == 2)
    until(lambda: role.process.pid == pids[1])
    assert role.process.poll() is None
    assert not role.gone


def test_a_role_that_never_lasts_is_given_up_and_told_of(
    kept: Callable[[str], tuple[Kept, list[int]]],
) -> None:
    with structlog.testing.capture_logs() as told:
        role, pids = kept("raise SystemExit(3)")
        role.look_after()
        until(lambda: role.gone)
    assert len(pids) == keeping.TRIES
    assert [(line["event"], line["code"]) for line in told] == [
        *[("role_ended", 3)] * (keeping.TRIES - 1),
        ("role_given_up", 3),
    ]


def test_nothing_is_started_once_it_is_over(kept: Callable[[str], tuple[Kept, list[int]]]) -> None:
    role, pids = kept("import time; time.sleep(100)")
    role.look_after()
    with role:
        pass
    assert role.process.poll() is not None
    time.sleep(0.1)
    assert len(pids) == 1
