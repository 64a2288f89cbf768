"""A log is moved with closed doors and nothing left to decide; and the engine goes on where it then lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from uuid import uuid4

import pytest

from adapters.engine.bookmarks import Bookmarks
from adapters.engine.closing import Answered, Owned, begin_where_the_numbers_say, nobody_decides
from adapters.engine.feed import Feed
from adapters.engine.leases import Leases
from adapters.engine.worker import Worker
from adapters.log.chain import Halted, Head, partition_of
from adapters.log.index import Index, Mark
from adapters.log.kafka import KafkaLog, KafkaSettings, ensure, log_topic
from adapters.log.moving import Moving
from adapters.log.port import Log
from adapters.log.postgres import PostgresLog
from adapters.log.verification import verify
from domain.journal import Recorded
from tests.adapters.engine.test_feed import Diary, orders, until
from tests.adapters.engine.test_worker import ENVELOPES, PARCELS, TILLS, Staff
from tests.adapters.engine.till import a_pay, archive, owner, running
from tests.adapters.log.test_kafka_log import put

pytestmark = pytest.mark.slow

ONE = partition_of("one", 12)


@pytest.fixture
def staff(migrated: str, valkey_url: str) -> Iterator[Staff]:
    staff = Staff(migrated, valkey_url, lambda: PostgresLog(migrated))
    yield staff
    staff.close()


def undecided(staff: Staff, log: Log) -> dict[int, int]:
    """What a look at the whole log says of the counter."""
    answered = Answered(staff.counter)
    with closing(log.reader(dict.fromkeys(range(12), 0))) as reader:
        for entry in reader.poll(5, 10_000):
            answered.see(entry.partition, entry.record)
    with closing(Index(staff.dsn)) as index:
        return answered.undecided(PARCELS, ENVELOPES, index)


def sent_home(worker: Worker) -> None:
    """Return when it decides nothing more, and the index holds what it decided."""
    worker.stop()
    until(lambda: not worker._leases._thread.is_alive())


# Nobody decides


def test_a_worker_that_lives_is_noticed(migrated: str) -> None:
    leases = Leases(migrated, 12, lambda: None)
    leases.start()
    try:
        until(lambda: len(leases.wanted) == 12)
        with pytest.raises(Owned, match="1 workers"), nobody_decides(migrated, 12):
            pass
    finally:
        leases.stop()
    with nobody_decides(migrated, 12):
        pass


def test_a_worker_that_comes_later_owns_nothing_until_it_is_over(migrated: str) -> None:
    leases = Leases(migrated, 12, lambda: None)
    with nobody_decides(migrated, 12):
        leases.start()
        until(lambda: leases._connection is not None)
        leases._soon.set()
        with pytest.raises(Owned), nobody_decides(migrated, 12):
            pass
        assert leases.wanted == frozenset()
    until(lambda: len(leases.wanted) == 12)
    leases.stop()


def test_two_copies_at_once_are_one_too_many(migrated: str) -> None:
    with (
        nobody_decides(migrated, 12),
        pytest.raises(Owned, match="owns a partition"),
        nobody_decides(migrated, 12),
    ):
        pass


# Nothing waits


def test_what_nobody_has_decided_is_counted_by_partition(staff: Staff) -> None:
    worker = staff.worker()
    staff.inbox().submit_now([a_pay("one")])
    sent_home(worker)
    for command in (a_pay("one"), a_pay("one")):
        staff.counter.put(ONE, ENVELOPES.pack(command), lambda _: None)
    with closing(PostgresLog(staff.dsn)) as log:
        assert undecided(staff, log) == {ONE: 2}


def test_a_topic_whose_last_commands_were_repeats_or_unreadable_is_drained(staff: Staff) -> None:
    """No record speaks of them: they changed nothing."""
    worker, inbox, command = staff.worker(), staff.inbox(), a_pay("one")
    inbox.submit_now([command, *map(a_pay, TILLS)])
    inbox.submit_now([command])
    staff.counter.put(ONE, b"2 Pay nobody\n{}", lambda _: None)
    staff.counter.values[ONE].append(b"noise")
    sent_home(worker)
    with closing(PostgresLog(staff.dsn)) as log:
        assert undecided(staff, log) == {}


def test_a_topic_nobody_has_answered_yet_waits_from_its_beginning(staff: Staff) -> None:
    with closing(PostgresLog(staff.dsn)) as log:
        assert undecided(staff, log) == {}
        staff.counter.put(ONE, ENVELOPES.pack(a_pay("one")), lambda _: None)
        assert undecided(staff, log) == {ONE: 1}


# And then


def copied(source: Log, target: Log, dsn: str) -> None:
    with closing(Index(dsn)) as index:
        marks = index.marks(source.id, source.partitions)
    moving = Moving(source, target)
    moving.look({p: Head(mark.seq, mark.hash) for p, mark in marks.items()})
    moving.copy()
    assert verify(target).first_bad is None


def followed(log: Log, dsn: str) -> list[Recorded]:
    """What a follower hears that goes on from its bookmark to the end."""
    with closing(Bookmarks(dsn)) as bookmarks:
        diary = Diary(marks=bookmarks.marks("diary"))
        feed = Feed(log, archive(), [diary])
        feed.start()
        until(lambda: feed.idle.is_set() or not feed.alive)
        feed.stop()
        assert feed.error is None
        bookmarks.move("diary", diary.marks())
    return diary.facts


def bookmark(dsn: str) -> Mark:
    with closing(Bookmarks(dsn)) as bookmarks:
        return bookmarks.marks("diary")[ONE]


@pytest.fixture
def on_kafka(kafka_bootstrap: str, migrated: str) -> Iterator[Callable[[], KafkaLog]]:
    """What the next process makes of the log of this database, on Kafka."""
    with closing(PostgresLog(migrated)) as named:
        id_ = named.id
    settings = KafkaSettings(bootstrap=kafka_bootstrap, prefix=f"test-{uuid4().hex}")
    ensure(settings, log_topic(settings, 12), create=True, production=False)
    with ExitStack() as opened:
        yield lambda: opened.enter_context(closing(KafkaLog(settings, id_, 12)))


@pytest.mark.slow
def test_the_engine_and_its_followers_go_on_there_and_back(
    staff: Staff, on_kafka: Callable[[], KafkaLog]
) -> None:
    dsn = staff.dsn
    first, second, third = ([a_pay(till) for till in TILLS] for _ in range(3))
    with running(PostgresLog(dsn), dsn) as inbox:
        answers = inbox.submit_now(first)
    with closing(PostgresLog(dsn)) as postgres:
        facts = followed(postgres, dsn)
        copied(postgres, on_kafka(), dsn)
    begin_where_the_numbers_say(dsn)

    staff.log = on_kafka
    worker, asking = staff.worker(), staff.inbox()
    assert [each.position for each in asking.submit_now(first)] == [each.position for each in answers]
    assert not any(each.repeated for each in asking.submit_now(second))
    put(on_kafka(), b"noise", b"noise", partition=ONE)
    asking.submit_now([a_pay("one")])  # behind the noise: from here on offsets are not numbers
    sent_home(worker)
    facts += followed(on_kafka(), dsn)
    assert undecided(staff, on_kafka()) == {}
    assert bookmark(dsn).offset == bookmark(dsn).seq + 3

    with closing(PostgresLog(dsn)) as postgres:
        copied(on_kafka(), postgres, dsn)
    begin_where_the_numbers_say(dsn)
    assert bookmark(dsn).offset == bookmark(dsn).seq + 1
    with running(PostgresLog(dsn), dsn) as inbox:
        assert all(each.repeated for each in inbox.submit_now([*first, *second]))
        assert not any(each.repeated for each in inbox.submit_now(third))
    with closing(PostgresLog(dsn)) as postgres:
        facts += followed(postgres, dsn)
        copied(postgres, on_kafka(), dsn)
    assert len(facts) == 3 * len(TILLS) + 1
    for ordinals in orders(facts).values():
        assert ordinals == list(range(1, len(ordinals) + 1))

    begin_where_the_numbers_say(dsn)
    worker = staff.worker()
    assert all(each.repeated for each in staff.inbox().submit_now([*first, *second, *third]))


@pytest.mark.slow
def test_the_offsets_of_noise_would_halt_an_engine_that_believed_them(
    migrated: str, on_kafka: Callable[[], KafkaLog]
) -> None:
    put(on_kafka(), b"noise", partition=ONE)
    with running(on_kafka(), migrated) as inbox:
        inbox.submit_now([a_pay("one")])
    with closing(PostgresLog(migrated)) as postgres:
        copied(on_kafka(), postgres, migrated)
        starting = owner(postgres, migrated)
        with pytest.raises(Halted, match="shorter"):
            starting.start()
        starting.close()
        begin_where_the_numbers_say(migrated)
        starting = owner(postgres, migrated)
        starting.start()
        starting.close()
