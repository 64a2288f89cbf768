"""The log on Kafka keeps the promises of a log, whatever lies in the topic and whoever does not answer."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psutil
import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from adapters.log.chain import Head, Verdict, judge
from adapters.log.kafka import (
    KafkaLog,
    KafkaSettings,
    TopicSpec,
    WrongTopic,
    commands_topic,
    ensure,
    log_topic,
)
from adapters.log.kafka.topic import Topic
from adapters.log.port import MAX_RECORD, Draft, Entry, Fate, Log, LogUnavailable, place
from adapters.services import Kafka, why_no_kafka
from adapters.services.guarded import free_port
from tests.adapters.log.promises import PARTITIONS, LogPromises, drafts_of, write

LOG = UUID(int=7)
T = TypeVar("T")


@contextmanager
def a_log(bootstrap: str, partitions: int = PARTITIONS, **settings: Any) -> Iterator[KafkaLog]:
    """An empty log in a topic of its own."""
    given = KafkaSettings(bootstrap=bootstrap, prefix=f"test-{uuid4().hex}")
    ensure(given, log_topic(given, partitions), create=True, production=False)
    log = patiently(lambda: KafkaLog(replace(given, **settings), LOG, partitions))
    try:
        yield log
    finally:
        log.close()


@pytest.fixture
def log(kafka_bootstrap: str) -> Iterator[KafkaLog]:
    with a_log(kafka_bootstrap) as log:
        yield log


@pytest.fixture
def other(log: KafkaLog) -> Iterator[KafkaLog]:
    """What another process has of the same log: it knows nothing of what the first one judged."""
    other = KafkaLog(log._settings, log.id, log.partitions)
    yield other
    other.close()


class TestKafkaLog(LogPromises):
    @pytest.fixture
    def log(self, kafka_bootstrap: str) -> Iterator[Log]:
        with a_log(kafka_bootstrap) as log:
            yield log


@contextmanager
def admin_of(settings: KafkaSettings) -> Iterator[Any]:
    admin = KafkaAdminClient(**settings.client)
    try:
        yield admin
    finally:
        admin.close()


def patiently(act: Callable[[], T]) -> T:
    """As the engine does: ask again with the same bytes until somebody answers."""
    until = time.monotonic() + 60
    while True:
        try:
            return act()
        except LogUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def put(log: KafkaLog, *records: bytes, partition: int = 0) -> None:
    """Write to the topic behind the log's back."""
    producer = KafkaProducer(max_request_size=10**7, **log._settings.client)
    try:
        for record in records:
            producer.send(log_topic(log._settings, 1).name, record, partition=partition).get(30)
    finally:
        producer.close(timeout=5)


def raw(log: KafkaLog, partition: int = 0) -> list[Entry]:
    """Everything in a partition, be it history or not."""
    reader, found = log.reader({partition: 0}), list[Entry]()
    try:
        while entries := patiently(lambda: reader.poll(0)):
            found += entries
    finally:
        reader.close()
    return found


def written(log: KafkaLog, *bodies: bytes, partition: int = 0, after: Head | None = None) -> Head:
    """Append a chain to a log that gives up soon, on a machine that may be busy."""
    return patiently(lambda: write(log, partition, *bodies, after=after))


def history(log: KafkaLog, partition: int = 0) -> list[bytes]:
    """The bodies that a reader who judges accepts."""
    where, bodies = place(log, partition), list[bytes]()
    head = where.genesis
    for entry in raw(log, partition):
        judged = judge(where, head, entry.record)
        assert judged.verdict is not Verdict.HALT
        if judged.verdict is Verdict.ACCEPTED:
            head, _ = judged.head, bodies.append(entry.record[69:])
    return bodies


def after(one: Draft) -> Head:
    return Head(one.seq, one.hash)


# Which log it is


def test_a_log_without_quick_checksums_is_refused(log: KafkaLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "crc32c", None)
    with pytest.raises(RuntimeError, match="crc32c"):
        KafkaLog(log._settings, LOG, PARTITIONS)


def test_a_topic_that_is_not_there_or_has_other_partitions_is_refused(log: KafkaLog) -> None:
    with pytest.raises(WrongTopic, match="0 partitions"):
        KafkaLog(replace(log._settings, prefix="nobody"), LOG, PARTITIONS)
    with pytest.raises(WrongTopic, match="3 partitions, and the log has 4"):
        KafkaLog(log._settings, LOG, PARTITIONS + 1)


def test_brokers_that_are_not_there_are_unavailable_in_time() -> None:
    nowhere = KafkaSettings(bootstrap="127.0.0.1:9", patience=0.3)
    began = time.monotonic()
    with pytest.raises(LogUnavailable):
        KafkaLog(nowhere, LOG, 1)
    with pytest.raises(LogUnavailable):
        ensure(nowhere, log_topic(nowhere, 1))
    assert time.monotonic() - began < 20  # unasked, a client tries for a minute


def test_secrets_are_not_shown() -> None:
    settings = KafkaSettings(bootstrap="broker:9092", sasl_username="atende", sasl_password="synthetic")
    assert "synthetic" not in repr(settings)
    assert settings.client["sasl_plain_password"] == "synthetic"


@pytest.mark.slow
def test_brokers_that_ask_for_a_password_are_given_it(tmp_path: Path) -> None:
    if (reason := why_no_kafka()) is not None:
        pytest.skip(reason)
    server = Kafka(tmp_path / "kafka")
    server._choose_ports()
    (node,), secure = server.nodes, free_port()
    listeners = f"PLAINTEXT://{node.address},CONTROLLER://127.0.0.1:{node.control}"
    listeners += f",SECURE://127.0.0.1:{secure}"
    server._settings |= {
        "listeners": listeners,
        "advertised.listeners": listeners,
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SECURE:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.secure.plain.sasl.jaas.config": (
            'org.apache.kafka.common.security.plain.PlainLoginModule required user_atende="synthetic";'
        ),
    }
    given = KafkaSettings(
        bootstrap=f"127.0.0.1:{secure}",
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_username="atende",
        sasl_password="synthetic",
        patience=2.0,
    )
    with server:
        ensure(given, log_topic(given, 1), create=True, production=False)
        with closing(KafkaLog(given, LOG, 1)) as log:
            write(log, 0, b"one")
            assert history(log) == [b"one"]
        for wrong in (replace(given, sasl_password="wrong"), replace(given, security_protocol="PLAINTEXT")):
            with pytest.raises(LogUnavailable):
                KafkaLog(wrong, LOG, 1)


# What else lies in the topic


def test_noise_before_a_record_does_not_make_it_lose(log: KafkaLog, other: KafkaLog) -> None:
    head = write(log, 0, b"one")
    put(log, b"noise", b"", place(log, 1).link(place(log, 1).genesis, b"of another partition"))
    stranger = replace(place(log, 0), log_id=uuid4())
    put(log, stranger.link(stranger.genesis, b"of another log"))
    head = write(log, 0, b"two", after=head)
    write(other, 0, b"three", after=head)
    assert history(log) == [b"one", b"two", b"three"]
    assert [len(entry.record) > 69 for entry in raw(log)].count(True) == 5


def test_a_zombies_record_that_came_first_has_won(log: KafkaLog) -> None:
    head = write(log, 0, b"one")
    (zombie,), (mine,) = drafts_of(log, 0, b"zombie", after=head), drafts_of(log, 0, b"mine", after=head)
    put(log, zombie.record)
    assert log.append([mine]) == [Fate.LOST]
    assert [log.append([again]) for again in (mine, zombie)] == [[Fate.LOST], [Fate.WON]]
    write(log, 0, b"more", after=after(zombie))
    assert history(log) == [b"one", b"zombie", b"more"]


def test_late_copies_change_nothing(log: KafkaLog, other: KafkaLog) -> None:
    one, two = drafts_of(log, 0, b"one", b"two")
    assert log.append([one]) == [Fate.WON]
    put(log, one.record)
    assert log.append([two]) == [Fate.WON]
    put(log, one.record, two.record)
    write(other, 0, b"three", after=after(two))
    assert history(log) == [b"one", b"two", b"three"]


def test_two_processes_that_take_turns_see_each_others_records(log: KafkaLog, other: KafkaLog) -> None:
    head = place(log, 0).genesis
    for n in range(3):
        head = write(log, 0, b"a%d" % n, after=head)
        (late,) = drafts_of(other, 0, b"late", after=place(log, 0).genesis)
        assert other.append([late]) == [Fate.LOST]
        head = write(other, 0, b"b%d" % n, after=head)
    assert history(log) == [b"a0", b"b0", b"a1", b"b1", b"a2", b"b2"]


def test_what_does_not_follow_is_never_written(log: KafkaLog, other: KafkaLog) -> None:
    """Readers would have to halt at it."""
    head = write(log, 0, b"one")
    (won,), (lost,) = drafts_of(log, 0, b"won", after=head), drafts_of(log, 0, b"lost", after=head)
    put(log, won.record, lost.record)
    before = log.ends()
    (upon_the_lost,) = drafts_of(log, 0, b"upon it", after=after(lost))
    (upon_nothing,) = drafts_of(log, 0, b"upon nothing", after=Head(7, bytes(32)))
    (one_too_far,) = drafts_of(log, 0, b"too far", after=Head(2, head.hash))
    boasting = drafts_of(log, 0, b"boasting", after=after(won))[0]._replace(seq=4)
    for wrong in (upon_the_lost, upon_nothing, one_too_far, boasting):
        for either in (log, other):
            assert either.append([wrong]) == [Fate.LOST]
    assert log.ends() == before


def test_a_record_is_not_sent_again_when_it_is_there(log: KafkaLog, other: KafkaLog) -> None:
    one, two = drafts_of(log, 0, b"one", b"two")
    assert [log.append([d]) for d in (one, one, two, two, one)] == [[Fate.WON]] * 5
    assert [other.append([d]) for d in (two, one, two)] == [[Fate.WON]] * 3
    assert len(raw(log)) == 2


def test_the_largest_records_of_several_partitions_are_taken_together(log: KafkaLog) -> None:
    most = [drafts_of(log, p, bytes(MAX_RECORD - 69))[0] for p in range(PARTITIONS)]
    assert log.append(most) == [Fate.WON] * PARTITIONS
    sizes = [[len(entry.record) for entry in raw(log, p)] for p in range(PARTITIONS)]
    assert sizes == [[MAX_RECORD]] * PARTITIONS


# Brokers that do not answer


@pytest.mark.slow
def test_an_append_that_nobody_answered_is_settled_by_what_the_topic_holds(durable_kafka: Kafka) -> None:
    with a_log(durable_kafka.bootstrap, 2, deadline=1.5, patience=1.5) as log:
        head, elsewhere = written(log, b"one"), written(log, b"one", partition=1)
        (two,), (there,) = drafts_of(log, 0, b"two", after=head), drafts_of(log, 1, b"two", after=elsewhere)
        durable_kafka.freeze()
        for _ in range(2):  # sent, and then not even looked for
            with pytest.raises(LogUnavailable):
                log.append([two, there])
        durable_kafka.thaw()
        assert patiently(lambda: log.append([two, there])) == [Fate.WON] * 2
        written(log, b"three", after=after(two))
        assert (history(log, 0), history(log, 1)) == ([b"one", b"two", b"three"], [b"one", b"two"])


@pytest.mark.slow
def test_a_copy_that_arrives_after_its_producer_was_given_up_is_found(durable_kafka: Kafka) -> None:
    with a_log(durable_kafka.bootstrap, 1, deadline=0.5, patience=2.0) as log:
        head = written(log, b"one")
        (two,) = drafts_of(log, 0, b"two", after=head)
        (instead,) = drafts_of(log, 0, b"instead", after=head)
        durable_kafka.freeze()
        with pytest.raises(LogUnavailable):
            log.append([two])
        durable_kafka.thaw()
        until = time.monotonic() + 10
        while len(raw(log)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(raw(log)) == 2  # what was in the broker's hands when it froze
        assert patiently(lambda: log.append([instead])) == [Fate.LOST]
        assert patiently(lambda: log.append([two])) == [Fate.WON]
        assert history(log) == [b"one", b"two"]


@pytest.mark.slow
def test_the_same_log_and_reader_go_on_after_the_broker_was_killed(durable_kafka: Kafka) -> None:
    with a_log(durable_kafka.bootstrap, 1, deadline=1.0, patience=1.0) as log:
        reader = log.reader({0: 0})
        head = written(log, b"one")
        assert len(patiently(lambda: reader.poll(5))) == 1
        (two,) = drafts_of(log, 0, b"two", after=head)

        durable_kafka.kill()
        for ask in (lambda: log.append([two]), lambda: reader.poll(0), log.ends):
            with pytest.raises(LogUnavailable):
                ask()
            with pytest.raises(LogUnavailable):  # and not something else the second time
                ask()

        durable_kafka.start()
        assert patiently(lambda: log.append([two])) == [Fate.WON]
        assert [entry.record[69:] for entry in patiently(lambda: reader.poll(5))] == [b"two"]
        written(log, b"three", after=after(two))
        assert [entry.record[69:] for entry in reader.poll(60)] == [b"three"]
        assert history(log) == [b"one", b"two", b"three"]
        reader.close()


@pytest.mark.slow
def test_brokers_that_are_away_cost_no_sockets(durable_kafka: Kafka) -> None:
    with a_log(durable_kafka.bootstrap, 1, deadline=0.5, patience=0.5) as log:
        reader, head = log.reader({0: 0}), written(log, b"one")
        assert len(patiently(lambda: reader.poll(5))) == 1
        (two,) = drafts_of(log, 0, b"two", after=head)
        before = psutil.Process().num_fds()
        durable_kafka.kill()
        gc.disable()  # the desk has it look for garbage rarely, too
        try:
            for _ in range(3):
                for ask in (lambda: log.append([two]), lambda: reader.poll(0), log.ends):
                    with pytest.raises(LogUnavailable):
                        ask()
            assert psutil.Process().num_fds() <= before + 5
        finally:
            gc.enable()
        reader.close()


@pytest.mark.slow
def test_of_three_brokers_any_may_be_killed_under_an_append(three_brokers: Kafka) -> None:
    settings = KafkaSettings(bootstrap=three_brokers.bootstrap)
    ensure(settings, log_topic(settings, 1), create=True)
    ensure(settings, commands_topic(settings, 1), create=True)
    log = KafkaLog(settings, LOG, 1)
    head = place(log, 0).genesis
    for node in (1, 2, 3):
        head = write(log, 0, b"before %d" % node, after=head)
        three_brokers.kill(node)
        (wanted,) = drafts_of(log, 0, b"without %d" % node, after=head)
        assert patiently(lambda wanted=wanted: log.append([wanted])) == [Fate.WON]
        head = after(wanted)
        three_brokers.start()
    assert history(log) == [b"%s %d" % (when, n) for n in (1, 2, 3) for when in (b"before", b"without")]
    log.close()


# A topic that is not what it was


@pytest.mark.slow
def test_a_topic_made_anew_is_noticed_by_whoever_reads_or_appends(log: KafkaLog) -> None:
    head = write(log, 0, b"one", b"two")
    reader = log.reader({0: log.ends()[0]})
    assert reader.poll(0) == []
    spec = log_topic(log._settings, PARTITIONS)
    with admin_of(log._settings) as admin:
        admin.delete_topics([spec.name])
    time.sleep(1)
    ensure(log._settings, spec, create=True, production=False)

    for _ in range(2):
        with pytest.raises(LogUnavailable):
            reader.poll(0.1)
    assert patiently(log.ends)[0] == 1
    (three,) = drafts_of(log, 0, b"three", after=head)
    first = KafkaLog(log._settings, log.id, PARTITIONS)
    assert first.append([three]) == [Fate.LOST]
    assert first.ends()[0] == 1  # and did not even write
    assert patiently(lambda: log.append([three])) == [Fate.LOST]
    reader.close()
    first.close()


@pytest.mark.slow
def test_records_removed_at_the_beginning_are_missed_by_the_chain(log: KafkaLog) -> None:
    write(log, 0, b"one", b"two", b"three")
    with admin_of(log._settings) as admin:
        admin.delete_records({TopicPartition(log_topic(log._settings, 1).name, 0): 2})
    reader = log.reader({0: 1})
    (left,) = reader.poll(5)
    assert left.offset == 3
    assert judge(place(log, 0), place(log, 0).genesis, left.record).verdict is Verdict.HALT
    reader.close()


# What the topics must be like


def specs() -> list[Any]:
    """Every setting of every topic, with a value that is wrong."""
    settings = KafkaSettings(bootstrap="anywhere")
    wrong = {"cleanup.policy": "compact", "unclean.leader.election.enable": "true"}
    return [
        pytest.param(make, key, wrong.get(key, "1000000"), id=f"{make.__name__}: {key}")
        for make in (log_topic, commands_topic)
        for key in (*make(settings, 1).exactly, *make(settings, 1).at_least)
    ]


@pytest.mark.parametrize(("make", "key", "value"), specs())
def test_a_wrong_setting_is_refused_with_the_command_that_mends_it(
    kafka_bootstrap: str, make: Callable[[KafkaSettings, int], TopicSpec], key: str, value: str
) -> None:
    settings = KafkaSettings(bootstrap=kafka_bootstrap, prefix=f"test-{uuid4().hex}")
    spec = make(settings, 1)
    ensure(settings, spec, create=True, production=False)
    with admin_of(settings) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, spec.name, {key: value})])
        with pytest.raises(WrongTopic) as refused:
            ensure(settings, spec, create=True, production=False)
        (sentence,) = str(refused.value).splitlines()
        assert f"has {key}={value} instead of" in sentence
        _, _, command = sentence.partition(": ")
        assert command.startswith(f"kafka-configs.sh --bootstrap-server {kafka_bootstrap} --alter ")
        assert f" --entity-name {spec.name} " in command
        mended = dict([command.partition("--add-config ")[2].split("=")])
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, spec.name, mended)])
    ensure(settings, spec, production=False)


def test_an_absent_topic_is_refused_unless_it_may_be_made(kafka_bootstrap: str) -> None:
    settings = KafkaSettings(bootstrap=kafka_bootstrap, prefix=f"test-{uuid4().hex}")
    spec = commands_topic(settings, 2)
    with pytest.raises(WrongTopic, match=r"--create .*--partitions 2 .*--config retention\.ms=604800000"):
        ensure(settings, spec, production=False)
    ensure(settings, spec, create=True, production=False)
    ensure(settings, spec, production=False)
    with pytest.raises(WrongTopic, match="2 partitions instead of 3"):
        ensure(settings, commands_topic(settings, 3), create=True, production=False)


def test_one_broker_is_not_enough_for_production(log: KafkaLog) -> None:
    with pytest.raises(WrongTopic) as refused:
        ensure(log._settings, log_topic(log._settings, PARTITIONS))
    copies, in_sync = str(refused.value).splitlines()
    assert "kept on 1 brokers instead of 3" in copies
    assert "min.insync.replicas=1 instead of 2 or more" in in_sync


def test_brokers_that_have_not_heard_of_a_new_topic_yet_are_asked_again(
    kafka_bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As happens when several processes start at once on new brokers: each is told by another one."""
    settings = KafkaSettings(bootstrap=kafka_bootstrap, prefix=f"test-{uuid4().hex}")
    told, silent = KafkaAdminClient.describe_configs, iter([True, True])

    def late(self: KafkaAdminClient, *asked: Any, **more: Any) -> Any:
        return {"topic": {}} if next(silent, False) else told(self, *asked, **more)

    monkeypatch.setattr(KafkaAdminClient, "describe_configs", late)
    ensure(settings, log_topic(settings, 2), create=True, production=False)
    assert next(silent, None) is None


def test_a_topic_that_a_broker_has_not_heard_of_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    said = iter([0, 0, 12])
    topic = Topic(KafkaSettings(bootstrap="nowhere:9092"), "new.log")
    monkeypatch.setattr(topic, "_partitions", lambda: next(said))
    topic.must_have(12)
    assert list(said) == []
