"""`atende services` runs the servers, says how to reach them, and takes them along when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis
from kafka.admin import KafkaAdminClient
from typer.testing import CliRunner

from adapters.services import ServiceError, why_no_kafka
from adapters.services.guarded import hold
from api.cli import app

pytestmark = [
    pytest.mark.usefixtures("kafka_leftovers"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def locks(folder: Path) -> list[Path]:
    """What each server's processes hold."""
    return [*folder.glob("*/lock"), *folder.glob("kafka-*/*/lock")]


def test_a_number_of_brokers_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["services", "--data", str(tmp_path), "--kafka", "2"])
    assert refused.exit_code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(why_no_kafka() is not None, reason=str(why_no_kafka()))
def test_every_server_is_where_the_lines_say_until_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "services", "--data", str(tmp_path), "--kafka", "1"],
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        try:
            assert command.stdout is not None
            lines = [command.stdout.readline().strip() for _ in range(5)]
            told = dict(line.split("=", 1) for line in lines)
            assert (told["ATENDE_LOG"], told["ATENDE_KAFKA_SINGLE_BROKER"]) == ("kafka", "true")
            with psycopg.connect(told["ATENDE_DSN"]) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
            with redis.Redis.from_url(told["ATENDE_REDIS_URL"]) as client:
                assert client.ping()
            with KafkaAdminClient(bootstrap_servers=told["ATENDE_KAFKA"]) as admin:
                assert len(admin.describe_cluster()["brokers"]) == 1
            for lock in locks(tmp_path):
                with pytest.raises(ServiceError, match=f"process {command.pid}"):
                    hold(lock.parent, "It")
            command.send_signal(signal.SIGINT)
            assert command.wait(30) == 0
        finally:
            command.kill()
    assert len(locks(tmp_path)) == 3
    for lock in locks(tmp_path):
        os.close(hold(lock.parent, "It", patience=0))  # nobody uses it any more
