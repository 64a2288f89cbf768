"""`atende copy-log`: the whole command, on brokers and databases as an operator has them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from typer.testing import CliRunner

from adapters.clock import SystemClock
from adapters.engine.envelopes import Envelopes
from adapters.engine.parcels import Parcels
from adapters.log.index import Index
from adapters.log.postgres import PostgresLog
from adapters.services import Postgres, ServiceError, why_no_kafka
from api.cli import app
from api.settings import Settings
from api.wiring import local, storage
from api.wiring.keys import keyring
from api.wiring.moving import move
from commands.agent import WelcomeAgent
from commands.catalogue import HANDLERS
from commands.intention import person_id
from domain.agent import AgentId
from domain.journal import Cause
from tests.adapters.log.histories import append, batch, bookmark, index_all
from tests.adapters.log.test_kafka_log import patiently

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("kafka_leftovers"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def variables(dsn: str, brokers: str, prefix: str) -> dict[str, str]:
    return {
        "ATENDE_DSN": dsn,
        "ATENDE_KAFKA": brokers,
        "ATENDE_KAFKA_PREFIX": prefix,
        "ATENDE_KAFKA_SINGLE_BROKER": "true",
        "ATENDE_INDEX_KEY": "k" * 16,
        "ATENDE_MASTER_KEY": "m" * 32,
    }


def fill(dsn: str, records: int) -> None:
    """So many records in each of three partitions, and the index of them."""
    with closing(PostgresLog(dsn)) as log, closing(Index(dsn)) as index:
        for p in range(3):
            first = bookmark(log, p).seq
            append(
                log,
                p,
                [batch(10**6 * p + n, (f"thing-{p}", n + 1, 1)) for n in range(first, first + records)],
            )
        index_all(log, index, together=200)


@dataclass
class Deployment:
    """A database and a prefix of the test's own."""

    dsn: str
    brokers: str
    prefix: str

    def atende(self, *words: str) -> tuple[int, dict[str, Any] | str]:
        """Run a command; its exit code, and what it told last."""
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", *words],
            env=os.environ | variables(self.dsn, self.brokers, self.prefix),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode != 0 or "--json" not in words:
            return done.returncode, " ".join((done.stdout + done.stderr).split())
        return 0, json.loads(done.stdout.splitlines()[-1])

    def copy(self, source: str, target: str) -> dict[str, Any]:
        code, told = self.atende("copy-log", "--from", source, "--to", target, "--json")
        assert code == 0, told
        assert isinstance(told, dict)
        return told


@pytest.fixture
def deployment(database: str, kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    prefix = f"test-{uuid4().hex}"
    for name, value in variables(database, kafka_bootstrap, prefix).items():
        monkeypatch.setenv(name, value)
    patiently(lambda: storage.migrate(Settings()))
    return Deployment(database, kafka_bootstrap, prefix)


def heads(told: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["records"], each["head"]) for each in told["partitions"]]


def test_a_log_goes_there_and_back_and_verifies_on_both_sides(deployment: Deployment) -> None:
    fill(deployment.dsn, 5)
    there = deployment.copy("postgres", "kafka")
    assert (there["records"], there["copied"]) == (15, 15)
    assert there["records_per_second"] > 0
    again = deployment.copy("postgres", "kafka")
    back = deployment.copy("kafka", "postgres")
    assert (again["copied"], back["copied"]) == (0, 0)
    assert heads(there) == heads(again) == heads(back)
    for log in ("postgres", "kafka"):
        code, told = deployment.atende("verify", "--log", log, "--json")
        assert code == 0
        assert isinstance(told, dict)
        assert [(each["records"], each["hash"]) for each in told["partitions"]] == heads(there)


def test_a_copy_that_is_killed_goes_on_where_it_stopped(deployment: Deployment) -> None:
    fill(deployment.dsn, 400)
    storage.migrate(Settings(log="kafka"))
    log = storage.open_log(Settings(log="kafka"))
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "copy-log", "--from", "postgres", "--to", "kafka"],
        env=os.environ | variables(deployment.dsn, deployment.brokers, deployment.prefix),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as copying:
        until = time.monotonic() + 60
        while sum(log.ends().values()) - 12 < 100:
            assert time.monotonic() < until
            assert copying.poll() is None, "it was too quick to be killed"
        copying.send_signal(signal.SIGKILL)
    there = sum(log.ends().values()) - 12
    log.close()
    told = deployment.copy("postgres", "kafka")
    assert told["records"] == 1200
    assert 0 < told["copied"] <= 1200 - there  # what was on its way when it was killed may have arrived


def test_what_waits_to_be_decided_holds_it_up(deployment: Deployment) -> None:
    deployment.copy("postgres", "kafka")
    settings = Settings()
    command = WelcomeAgent(
        id=person_id("t", "1"), cause=Cause("t", "t", "t"), agent_id=AgentId("edu"), name="Edu"
    )

    with closing(keyring(settings)) as ring:
        topic = storage.open_commands(settings, 12, Parcels(ring, SystemClock()))
        heard: list[bool] = []
        topic.put(7, Envelopes(HANDLERS).pack(command), heard.append)
        until = time.monotonic() + 20
        while not heard and time.monotonic() < until:
            time.sleep(0.05)
        topic.close()
    assert heard == [True]
    code, told = deployment.atende("copy-log", "--from", "kafka", "--to", "postgres")
    assert code == 1
    assert "1 commands are not decided yet (1 in partition 7)" in told


def test_a_log_that_went_on_in_both_places_is_not_copied(deployment: Deployment) -> None:
    fill(deployment.dsn, 2)
    deployment.copy("postgres", "kafka")
    with closing(PostgresLog(deployment.dsn)) as log:
        append(log, 0, [batch(77, ("thing-0", 3, 1))])
    kafka = storage.open_log(Settings(log="kafka"))
    append(kafka, 0, [batch(78, ("thing-0", 3, 1))])
    kafka.close()
    code, told = deployment.atende("copy-log", "--from", "postgres", "--to", "kafka")
    assert code == 1
    assert "partition 0: record 3 of the target is not the source's" in told


def test_a_running_worker_holds_it_up(deployment: Deployment) -> None:
    with psycopg.connect(deployment.dsn, autocommit=True) as worker:
        worker.execute("SELECT pg_advisory_lock(%s, 1)", (0x41544E45,))
        with pytest.raises(ServiceError, match="1 workers are running: stop serve, work and follow"):
            move(Settings(), "postgres", "kafka", lambda _what, _n, _of: None)


def test_without_brokers_there_is_nowhere_to_go(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATENDE_KAFKA")
    with pytest.raises(ServiceError, match="ATENDE_KAFKA"):
        move(Settings(), "postgres", "kafka", lambda _what, _n, _of: None)


# A folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    monkeypatch.delenv("ATENDE_DSN", raising=False)
    folder = tmp_path / "data"
    yield folder
    Postgres(folder / "postgres").discard()


def atende(folder: Path, *words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*words, "--json", "--data", str(folder)])
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("begun", ["postgres", "kafka"])
def test_the_log_of_a_folder_goes_to_the_other_side_and_back_with_its_database(
    folder: Path, begun: str
) -> None:
    other = "kafka" if begun == "postgres" else "postgres"
    with local.servers(folder, local.NODES[begun]) as servers:
        storage.migrate(servers.settings)
        with closing(storage.open_log(servers.settings)) as log:
            append(log, 3, [batch(n, ("thing-a", n + 1, 1)) for n in range(5)])
    there = atende(folder, "copy-log", "--from", begun, "--to", other)
    assert there["copied"] == 5
    assert atende(folder, "verify")["records"] == 5
    assert [atende(folder, "verify", "--log", each)["records"] for each in (begun, other)] == [5, 5]
    back = atende(folder, "copy-log", "--from", other, "--to", begun)
    assert back["copied"] == 0
    assert heads(back) == heads(there)
    with local.servers(folder, local.NODES[other]) as servers:
        (first,) = (servers.dsn,)
    assert first.endswith("/atende" if begun == "postgres" else "/atende_kafka_1")


def test_a_folder_with_a_log_on_either_side_keeps_both(folder: Path) -> None:
    for nodes in (1, 0):
        with local.servers(folder, nodes) as servers:
            storage.migrate(servers.settings)
    for source, target in (("postgres", "kafka"), ("kafka", "postgres")):
        done = CliRunner().invoke(app, ["copy-log", "--from", source, "--to", target, "--data", str(folder)])
        assert isinstance(done.exception, ServiceError)
        assert "keeps another log already" in str(done.exception)
    assert not (folder / local.DATABASES).exists()
    assert json.loads((folder / local.LAST).read_text()) == {"nodes": 0}
