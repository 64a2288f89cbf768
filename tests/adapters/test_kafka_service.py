"""Private brokers live exactly as long as their owner, keep what they were given, and can be broken."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

import adapters.services
from adapters.services import Kafka, ServiceError, why_no_kafka
from adapters.services.guarded import hold

pytestmark = [
    pytest.mark.usefixtures("kafka_leftovers"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

needs_kafka = pytest.mark.skipif(why_no_kafka() is not None, reason=str(why_no_kafka()))

OWNER = """
import sys, time
from pathlib import Path
from adapters.services import Kafka
server = Kafka(Path(sys.argv[1]))
server.start()
if sys.argv[2] == "frozen":
    server.freeze()
print(server.pid(), flush=True)
time.sleep(600)
"""


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def write(bootstrap: str, topic: str, record: bytes) -> int:
    """Write to a topic; answers the offset of the record."""
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", request_timeout_ms=3000)
    try:
        return int(producer.send(topic, record, partition=0).get(30).offset)
    finally:
        producer.close(timeout=5)


def read(bootstrap: str, topic: str, count: int) -> list[bytes]:
    """The first records of a topic."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    consumer.assign([TopicPartition(topic, 0)])
    found: list[bytes] = []
    until = time.monotonic() + 30
    while len(found) < count and time.monotonic() < until:
        found += [record.value for records in consumer.poll(200).values() for record in records]
    consumer.close()
    return found


def create(bootstrap: str, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics({topic: {"num_partitions": 1}}, wait_for_metadata=True)
    admin.close()


# What it needs


def only_on_path(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    """Make these shell scripts the only programs there are, and the cache an empty one."""
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("ATENDE_CACHE", str(folder / "cache"))


SEVENTEEN = """echo 'openjdk version "17.0.15" 2025-04-15' >&2"""
ELEVEN = """echo 'openjdk version "11.0.2" 2019-01-15' >&2"""


@pytest.mark.parametrize(
    ("programs", "why"),
    [
        ({}, "there is no `java`"),
        ({"java": ELEVEN, "mvn": ""}, "Kafka needs Java 17 or newer, and `java` on PATH is 11"),
        ({"java": "exit 1", "mvn": ""}, "`java` on PATH is unusable"),
        ({"java": SEVENTEEN}, "there is no `mvn`"),
    ],
)
def test_what_a_machine_lacks_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str], why: str
) -> None:
    only_on_path(tmp_path, monkeypatch, **programs)
    said = why_no_kafka()
    assert said is not None
    assert why in said
    with pytest.raises(ServiceError, match="Kafka"):
        Kafka(tmp_path / "data").start()


def test_maven_is_not_needed_once_the_jars_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_on_path(tmp_path, monkeypatch, java=SEVENTEEN)
    assert why_no_kafka() is not None
    adapters.services.jars.folder().mkdir(parents=True)
    assert why_no_kafka() is None


def test_what_maven_says_when_it_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_on_path(tmp_path, monkeypatch, java=SEVENTEEN, mvn="echo no such artifact; exit 1")
    with pytest.raises(ServiceError, match="could not be fetched:\nno such artifact"):
        Kafka(tmp_path / "data").start()
    assert list((tmp_path / "cache").glob("kafka-*/")) == []


# One broker


@pytest.mark.slow
def test_records_survive_stop_and_sigkill_and_the_address_stays(durable_kafka: Kafka) -> None:
    before = durable_kafka.bootstrap
    create(before, "kept")
    write(before, "kept", b"one")
    durable_kafka.restart()
    write(before, "kept", b"two")
    durable_kafka.kill()
    assert not durable_kafka.running
    durable_kafka.start()
    assert durable_kafka.bootstrap == before
    assert read(before, "kept", 2) == [b"one", b"two"]


@pytest.mark.slow
@needs_kafka
def test_another_object_on_the_same_folder_finds_the_records_on_other_ports(tmp_path: Path) -> None:
    with Kafka(tmp_path / "pasta com espaços") as first:
        create(first.bootstrap, "kept")
        write(first.bootstrap, "kept", b"one")
    with Kafka(tmp_path / "pasta com espaços") as second:
        assert second.bootstrap != first.bootstrap
        assert read(second.bootstrap, "kept", 1) == [b"one"]


@pytest.mark.slow
def test_a_frozen_broker_answers_when_it_is_thawed(durable_kafka: Kafka) -> None:
    create(durable_kafka.bootstrap, "kept")
    producer = KafkaProducer(bootstrap_servers=durable_kafka.bootstrap, acks="all")
    producer.send("kept", b"one", partition=0).get(30)
    durable_kafka.freeze()
    late = producer.send("kept", b"two", partition=0)
    time.sleep(0.5)
    assert not late.is_done
    durable_kafka.thaw()
    assert late.get(30).offset == 1
    producer.close(timeout=5)


@pytest.mark.slow
@needs_kafka
def test_a_failed_start_shows_the_end_of_kafkas_log(tmp_path: Path) -> None:
    server = Kafka(tmp_path / "kafka")
    server.start()
    server.stop()
    broken = Kafka(tmp_path / "kafka", settings={"num.io.threads": "plenty"})
    with pytest.raises(ServiceError, match="Invalid value plenty for configuration"):
        broken.start()
    assert not broken.running


@pytest.mark.slow
@needs_kafka
@pytest.mark.parametrize("state", ["working", "frozen"])
def test_killing_the_owner_ends_the_broker_too(tmp_path: Path, state: str) -> None:
    root = str(Path(adapters.services.__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path / "kafka"), state],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    ) as owner:
        try:
            assert owner.stdout is not None
            pid = int(owner.stdout.readline())
            with pytest.raises(ServiceError, match=f"process {owner.pid}"):
                hold(tmp_path / "kafka" / "node1", "Kafka")
            assert not is_gone(pid)
        finally:
            owner.kill()
    assert eventually(lambda: is_gone(pid))
    os.close(hold(tmp_path / "kafka" / "node1", "Kafka"))  # and lets go of its folder


# Three


@pytest.mark.slow
def test_of_three_brokers_one_may_stop_and_one_may_be_killed(three_brokers: Kafka) -> None:
    bootstrap = three_brokers.bootstrap
    create(bootstrap, "kept")
    assert write(bootstrap, "kept", b"one") == 0
    three_brokers.stop_node(1)
    assert write(bootstrap, "kept", b"two") == 1
    three_brokers.start_node(1)
    three_brokers.kill(2)
    assert write(bootstrap, "kept", b"three") == 2
    three_brokers.start()
    assert read(bootstrap, "kept", 3) == [b"one", b"two", b"three"]
