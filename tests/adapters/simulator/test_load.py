"""A load that keeps its schedule, whatever the desk makes of it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulator import load as load_module
from adapters.simulator.load import Load, run, schedule
from tests.adapters.simulator.desk_double import SECRET, DeskDouble, desk_double


def load(url: str = "http://127.0.0.1:1", **more: Any) -> Load:
    told = {"rate": 400, "seconds": 0.5, "customers": 50, "seed": 3, "run": "r"} | more
    return Load(url=f"{url}/webhooks/meta/principal", secret=SECRET, **told)


@pytest.fixture
def desk() -> Iterator[DeskDouble]:
    with desk_double() as double:
        yield double


@given(st.integers(0, 2**31))
def test_the_same_seed_makes_the_same_requests(seed: int) -> None:
    one, two = (schedule(load(seed=seed, seconds=0.1), 1_000.0) for _ in range(2))
    assert one == two


def test_repeats_bring_an_earlier_body_once_more() -> None:
    shots = schedule(load(rate=1000, seconds=3), 1_000.0)
    repeats = [n for n, shot in enumerate(shots) if shot.repeat]
    assert 0.05 < len(repeats) / len(shots) < 0.15
    first = {shot.message_id: n for n, shot in reversed(list(enumerate(shots)))}
    assert all(first[shots[n].message_id] < n for n in repeats)
    assert all(shots[n].raw == shots[first[shots[n].message_id]].raw for n in repeats)


def test_everything_planned_is_sent_believed_and_told(desk: DeskDouble) -> None:
    report = asyncio.run(run(load(desk.url)))
    assert (report.planned, report.sent, report.acknowledged) == (200, 200, 200)
    assert report.statuses == {200: 200}
    assert report.messages.keys() == desk.heard
    assert len(report.messages) + report.repeats == 200
    assert sum(count - 1 for count in Counter(desk.bodies).values()) == report.repeats
    assert desk.forged == 0
    assert all(planned <= acknowledged for planned, acknowledged in report.messages.values())


def test_what_the_desk_refused_is_not_counted_as_acknowledged(desk: DeskDouble) -> None:
    desk.answers = [503] * 7
    report = asyncio.run(run(load(desk.url, repeats=0)))
    assert report.statuses == {200: 193, 503: 7}
    assert len(report.messages) == report.acknowledged == 193


def test_nobody_at_home_is_told_and_not_raised() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        report = asyncio.run(run(load(url, seconds=0.1)))
    assert report.statuses == {0: 40}
    assert report.messages == {}
    assert report.p99 is None


def test_waiting_for_a_slow_desk_counts_from_the_time_that_was_planned(
    desk: DeskDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    believed = DeskDouble.webhook

    def slowly(self: DeskDouble, raw: bytes, signature: str | None) -> int:
        time.sleep(0.02)
        return believed(self, raw, signature)

    monkeypatch.setattr(DeskDouble, "webhook", slowly)
    report = asyncio.run(run(load(desk.url, rate=1_000, seconds=0.02, connections=1)))
    assert report.acknowledged == 20
    assert report.max is not None
    assert report.max >= 20 * 20 - 20  # one after the other, the last planned 19 ms after the first


def test_a_load_of_its_own_prints_one_report_and_leaves_its_ledger(
    desk: DeskDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = load(desk.url, ledger=tmp_path / "ledger").model_dump(mode="json") | {"secret": SECRET}
    path = tmp_path / "load.json"
    path.write_text(json.dumps(told))
    monkeypatch.setattr("sys.argv", ["load", str(path)])
    load_module.main()
    report = json.loads(capsys.readouterr().out)
    assert report["acknowledged"] == 200
    assert json.loads((tmp_path / "ledger").read_text()).keys() == desk.heard
