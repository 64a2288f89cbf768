"""A desk on the only broker there is: when it dies nothing is lost, and a topic made anew halts everybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from adapters.log.kafka import KafkaSettings, ensure, log_topic
from adapters.services import why_no_kafka
from tests.faults.checker import HEADER
from tests.faults.faults import FAULTS, survives
from tests.faults.on_kafka import ON_BROKERS, Ground, OnKafka, ground
from tests.walks.house import until

pytestmark = ON_BROKERS


@pytest.fixture(scope="module")
def single(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    with ground(shared_folder, tmp_path_factory.mktemp("single"), 1) as servers:
        yield servers


@pytest.fixture
def doomed(single: Ground) -> Iterator[OnKafka]:
    """One that need not survive its test."""
    with single.house() as desk:
        yield desk


@pytest.mark.parametrize("name", [name for name, f in FAULTS.items() if f.quick and f.brokers == 1])
def test_nothing_is_lost_on_a_single_broker(doomed: OnKafka, name: str) -> None:
    survives(doomed, name)


def test_a_topic_with_more_partitions_is_refused_and_one_made_anew_halts_whoever_works(
    doomed: OnKafka,
) -> None:
    house, who = doomed.house, doomed.house.customer()
    house.writes(who, "bom dia")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    house.quiet_ends()
    before = doomed.records()
    topic, worker = f"{doomed.prefix}.log", house.workers[0]

    partitions_added(doomed.kafka.bootstrap, topic)
    worker.stop()
    worker.start()
    assert worker.ended() != 0
    assert "13 partitions instead of 12" in worker.tail()
    house.writes(who, "alguém aí?")  # who works goes on: a record says how many partitions there are
    until(lambda: len(house.lines(who, "customer")) == 2, "decided by the other worker")
    house.quiet_ends()
    assert doomed.history().records > len(before)

    topic_made_anew(doomed.kafka.bootstrap, topic)
    note = house.agent("ana").post(
        f"/v1/conversations/{house.conversation_id(who)}/notes", {"text": "cliente insiste"}
    )
    assert note.status_code in (202, 503)
    assert house.workers[1].ended() == 1
    told = next(line for line in reversed(house.workers[1].lines()) if line["event"] == "worker_halted")
    assert "removed" in told["reason"] or "shorter" in told["reason"]
    worker.start()
    assert worker.ended() == 1
    assert "shorter than its index" in worker.tail()
    assert house.follow.ended() == 1
    stopped = next(line for line in reversed(house.follow.lines()) if line["event"] == "feed_stopped")
    assert (stopped["error"], "shorter" in stopped["reason"]) == ("Halted", True)
    had = {partition for partition, _, _ in before}
    again = [HEADER.unpack_from(record)[5] for partition, _, record in doomed.records() if partition in had]
    assert 1 not in again  # nobody began another history in its place
    assert house.program("verify").returncode == 1


def partitions_added(bootstrap: str, topic: str) -> None:
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        admin.create_partitions({topic: 13})


def topic_made_anew(bootstrap: str, topic: str) -> None:
    """Deleted, and made again with settings that nobody would refuse."""
    settings = KafkaSettings(bootstrap=bootstrap, prefix=topic.removesuffix(".log"))
    with closing(KafkaAdminClient(bootstrap_servers=bootstrap)) as admin:
        admin.delete_topics([topic])
    time.sleep(1)
    ensure(settings, log_topic(settings, 12), create=True, production=False)
