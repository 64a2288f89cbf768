"""The engine and its feeds over the log on Kafka: nothing above the port knows what it is made of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import psycopg
import pytest

from adapters.engine.feed import Feed
from adapters.log.chain import Halted
from adapters.log.kafka import KafkaLog, ensure, log_topic
from commands.ports import Accepted
from tests.adapters.engine.test_feed import Diary, orders, until
from tests.adapters.engine.till import a_pay, archive, owner, running
from tests.adapters.log.test_kafka_log import a_log, admin_of, put, raw

pytestmark = pytest.mark.slow


@pytest.fixture
def log(kafka_bootstrap: str) -> Iterator[KafkaLog]:
    with a_log(kafka_bootstrap, 12) as log:
        yield log


@pytest.fixture
def again(log: KafkaLog) -> Iterator[Callable[[], KafkaLog]]:
    """What the next process makes of the same log."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(KafkaLog(log._settings, log.id, log.partitions)))


def made_anew(log: KafkaLog) -> None:
    """Delete the topic, and make another of its name."""
    spec = log_topic(log._settings, log.partitions)
    with admin_of(log._settings) as admin:
        admin.delete_topics([spec.name])
    time.sleep(1)
    ensure(log._settings, spec, create=True, production=False)


def test_what_is_decided_is_indexed_and_followed_and_known_after_a_restart(
    again: Callable[[], KafkaLog], migrated: str
) -> None:
    commands = [a_pay(f"till{n % 20}") for n in range(100)]
    diary, late = Diary(), Diary()
    feed, catching_up = Feed(again(), archive(), [diary]), Feed(again(), archive(), [late])
    feed.start()
    with running(again(), migrated) as inbox:
        first = inbox.submit_now(commands)
    with running(again(), migrated) as inbox:
        repeated = inbox.submit_now(commands)
        inbox.submit_now([a_pay(f"till{n % 20}") for n in range(100)])
    catching_up.start()
    until(lambda: len(diary.facts) >= 200 and len(late.facts) >= 200)
    for each in (feed, catching_up):
        each.stop()
        assert each.error is None
    assert [answer.position for answer in repeated] == [answer.position for answer in first]
    assert orders(late.facts) == orders(diary.facts)
    for ordinals in orders(diary.facts).values():
        assert ordinals == list(range(1, len(ordinals) + 1))
    with psycopg.connect(migrated) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (200,)


def test_two_engines_at_once_decide_every_command_once(
    log: KafkaLog, again: Callable[[], KafkaLog], migrated: str
) -> None:
    commands = [a_pay("one") for _ in range(30)]
    with running(again(), migrated) as mine, running(again(), migrated) as theirs:
        for i in range(0, 30, 3):
            mine.submit_now(commands[i : i + 2])
            theirs.submit_now(commands[i + 1 : i + 3])
    with psycopg.connect(migrated) as connection:
        rows = connection.execute("SELECT version FROM event WHERE stream = 'till-one' ORDER BY version")
        assert [version for (version,) in rows] == list(range(1, 31))


def test_a_topic_made_anew_halts_whoever_follows_and_whoever_starts(
    log: KafkaLog, again: Callable[[], KafkaLog], migrated: str
) -> None:
    diary = Diary()
    feed = Feed(again(), archive(), [diary])
    feed.start()
    with running(again(), migrated) as inbox:
        inbox.submit_now([a_pay()])
        until(lambda: len(diary.facts) == 1)
    made_anew(log)
    halted = owner(again(), migrated)
    with pytest.raises(Halted, match="shorter"):
        halted.start()
    halted.close()
    until(lambda: not feed.alive, 60)
    assert isinstance(feed.error, Halted)
    assert "shorter" in feed.error.reason


def test_a_late_copy_between_two_records_does_not_halt_the_next_start(
    log: KafkaLog, again: Callable[[], KafkaLog], migrated: str
) -> None:
    with running(again(), migrated) as inbox:
        (answer,) = inbox.submit_now([a_pay()])
        copy = raw(log, answer.position.partition)[0]
        put(log, copy.record, partition=answer.position.partition)
        (between,) = inbox.submit_now([a_pay()])
        assert isinstance(between, Accepted)
    starting = owner(again(), migrated)
    try:
        starting.start()
    finally:
        starting.close()
