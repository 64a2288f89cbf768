"""Provider, customers and robots together, before a desk that is a double."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.simulator.main import VARIABLE, settings_of
from adapters.simulator.settings import RobotSettings, SimulationSettings
from adapters.simulator.simulation import Simulation
from tests.adapters.simulator.desk_double import (
    ACCESS,
    NUMBER_ID,
    SECRET,
    DeskDouble,
    desk_double,
    waiting_row,
)

ROOT = Path(__file__).parents[3]


def settings(desk: DeskDouble, **more: Any) -> SimulationSettings:
    robots = [RobotSettings(name=name, token=f"token-{name}") for name in ("bia", "duda")]
    told = {"rate": 60, "seconds": 1.5, "settle": 6, "pace": 0.05, "robots": robots, "run": "one"} | more
    return SimulationSettings(
        desk=desk.url, app_secret=SECRET, access_token=ACCESS, phone_number_id=NUMBER_ID, **told
    )


def played(desk: DeskDouble, **more: Any) -> Simulation:
    simulation = Simulation(settings(desk, **more))

    async def go() -> None:
        ready = asyncio.Event()
        running = asyncio.create_task(simulation.run(asyncio.Event(), ready))
        await asyncio.wait({running, asyncio.create_task(ready.wait())}, return_when="FIRST_COMPLETED")
        desk.graph_url = simulation.graph_url
        await running

    asyncio.run(go())
    return simulation


@pytest.mark.slow
def test_everybody_who_wrote_was_acknowledged_and_somebody_answered() -> None:
    with desk_double() as desk:
        simulation = played(desk)
    report = simulation.report()
    assert set(simulation.received.messages) <= desk.heard
    assert report["received"] == len(simulation.received.messages) > 20
    assert report["answered"] > 0
    assert report["agents"] == 2
    assert report["duplicates"] > 0
    assert report["statuses"] > 0
    assert report["claim_ms"]["p99"] is not None
    assert report["acknowledgement_ms"]["p50"] is not None
    assert desk.forged == 0
    assert not report["robots"]["errors"]
    json.dumps(report)


@pytest.mark.slow
def test_the_same_seed_brings_the_same_messages_first() -> None:
    def opened(**more: Any) -> set[str]:
        with desk_double() as desk:
            return set(played(desk, robots=[], seconds=1.0, settle=0, **more).received.messages)

    first, again, other = opened(), opened(), opened(seed=2)
    assert len(first & again) > len(first) / 2
    assert not first & other


@pytest.mark.slow
def test_another_run_of_a_seed_repeats_no_message() -> None:
    with desk_double() as desk:
        one = played(desk, robots=[], seconds=0.5, settle=0)
        two = played(desk, robots=[], seconds=0.5, settle=0, run="two")
    assert one.received.messages
    assert not one.received.messages.keys() & two.received.messages.keys()


def test_whoever_waits_since_an_earlier_run_can_still_be_reached() -> None:
    with desk_double() as desk:
        until = (datetime.now(UTC) + timedelta(hours=20)).isoformat()
        desk.rows["old"] = waiting_row("5536981234567") | {"window_until": until}
        simulation = played(desk, rate=0.01, seconds=0.2, settle=0)
    assert simulation.graph.ledger.resolve("553681234567") == "5536981234567"
    assert simulation.graph.ledger.window_open(NUMBER_ID, "5536981234567", datetime.now(UTC))


def test_settings_come_from_a_file_or_from_the_environment(tmp_path: Path) -> None:
    told = {"desk": "http://127.0.0.1:8080", "app_secret": "a", "access_token": "b", "rate": 7}
    path = tmp_path / "simulation.json"
    path.write_text(json.dumps(told))
    assert settings_of([str(path)], {}).rate == 7
    assert settings_of([], {VARIABLE: json.dumps(told)}) == settings_of([str(path)], {})
    with pytest.raises(ValueError, match="Invalid JSON"):
        settings_of([], {})


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["sigterm", "sigint", "lifeline", "time"])
def test_a_simulation_of_its_own_ends_with_its_report(tmp_path: Path, ending: str) -> None:
    with desk_double() as desk:
        ledger = tmp_path / "ledger"
        told = {
            "desk": desk.url,
            "app_secret": SECRET,
            "access_token": ACCESS,
            "rate": 40,
            "pace": 0.1,
            "settle": 1,
            "seconds": 1.5 if ending == "time" else None,
            "lifeline": ending == "lifeline",
            "ledger": str(ledger),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.simulator.main"],
            cwd=ROOT,
            env={**os.environ, VARIABLE: json.dumps(told)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout is not None
            assert process.stdin is not None
            ready = json.loads(process.stdout.readline())["ready"]
            counters = json.loads(process.stdout.readline())["counters"]
            match ending:
                case "sigterm":
                    process.send_signal(signal.SIGTERM)
                case "sigint":
                    process.send_signal(signal.SIGINT)
                case "lifeline":
                    process.stdin.close()
            report = json.loads(process.stdout.readlines()[-1])["report"]
            assert process.wait() == 0
    assert ready["seed"] == 1
    assert set(counters) <= set(report)
    kept = [json.loads(line)["message_id"] for line in ledger.read_text().splitlines()]
    assert len(kept) == len(set(kept)) == report["received"] > 0
    assert set(kept) <= desk.heard
