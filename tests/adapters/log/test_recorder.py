"""What the recorders promise beyond the library's own cases."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    Notification,
    OperationalError,
    ProgrammingError,
    StoredEvent,
    Tracking,
)
from eventsourcing.utils import Environment
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.log import writer as writing
from adapters.log.chain import Halted, partition_of
from adapters.log.index import Index
from adapters.log.memory import MemoryLog
from adapters.log.port import MAX_RECORD, Log, LogUnavailable
from adapters.log.postgres import PostgresLog
from adapters.log.record import read_body
from adapters.log.recorder import Factory
from adapters.log.recorders import (
    LogApplicationRecorder,
    LogProcessRecorder,
    _state,
    _stored,
)
from adapters.log.writer import Writer
from tests.adapters.log.test_conformance import settings

pytestmark = pytest.mark.slow

ANA, BIA = UUID(int=1), UUID(int=2)


class FaultyFactory(Factory):
    """Its log is in memory, and shared by every factory made in one test."""

    memory: MemoryLog

    def open_log(self, dsn: str) -> Log:
        return self.memory


def fact(originator: UUID | str, version: int, state: bytes = b"{}", topic: str = "topic") -> StoredEvent:
    return StoredEvent(originator, version, topic, state)


def opened(dsn: str, factory: type[Factory] = Factory, **more: str) -> Factory:
    return factory(Environment(env={**settings(dsn, factory), **more}))


@pytest.fixture
def factory(database: str) -> Iterator[Factory]:
    factory = opened(database)
    yield factory
    factory.close()


@pytest.fixture
def recorder(factory: Factory) -> LogProcessRecorder:
    recorder = factory.process_recorder()
    assert isinstance(recorder, LogProcessRecorder)
    return recorder


@pytest.fixture
def faulty(database: str) -> Iterator[FaultyFactory]:
    FaultyFactory.memory = MemoryLog(uuid4(), 1)
    factory = opened(database, FaultyFactory)
    assert isinstance(factory, FaultyFactory)
    yield factory
    factory.close()


def ids(notifications: object) -> list[int]:
    assert isinstance(notifications, list)
    return [notification.id for notification in notifications]


# States


@given(st.binary(max_size=60))
@example(b'{"a": 1 , "b":"\\u00e7"}')
@example(b' {"a":1}')
@example(b'{"a":1} ')
@example(b'{"a":NaN}')
@example(b'{"a":"\\u0000"}')
@example(b'"e30="')
@example(b"{}")
@example(b"{'no': 'json'}")
def test_a_state_is_given_back_byte_for_byte(state: bytes) -> None:
    assert _state(_stored(state).decode()) == state


@pytest.mark.parametrize(
    "state", [b'{"a": [1 ,2], "b":"\\u00e7"}', b"\x00\xff", b'{"a":"\\u0000"}', b"", b'{"x":1}{"y":2}']
)
def test_a_state_comes_back_from_the_database_as_it_went(recorder: LogProcessRecorder, state: bytes) -> None:
    recorder.insert_events([fact(ANA, 1, state)])
    assert recorder.select_events(ANA) == [fact(ANA, 1, state)]
    assert recorder.select_notifications(1, 1) == [Notification(ANA, 1, "topic", state, 1)]


def test_a_json_state_stands_in_the_log_as_json(database: str, recorder: LogProcessRecorder) -> None:
    recorder.insert_events([fact(ANA, 1, b'{"balance":10}')])
    log = recorder.writer._log
    reader = log.reader({0: 0})
    (entry,) = reader.poll(0)
    reader.close()
    batch = read_body(entry.record)
    assert batch["events"][0]["body"] == {"balance": 10}
    assert (batch["events"][0]["stream"], batch["outcomes"][0]["command"]) == (f"aggregate-{ANA}", "recorder")


def test_originators_may_be_texts(database: str) -> None:
    factory = opened(database, ORIGINATOR_ID_TYPE="text")
    recorder = factory.application_recorder()
    recorder.insert_events([fact("conversation-ana/notes", 1)])
    assert recorder.select_events("conversation-ana/notes") == [fact("conversation-ana/notes", 1)]
    assert recorder.select_notifications(1, 1)[0].originator_id == "conversation-ana/notes"
    factory.close()


# Versions


@pytest.mark.parametrize("first", [0, 1])
def test_a_stream_begins_at_0_or_1(recorder: LogProcessRecorder, first: int) -> None:
    recorder.insert_events([fact(ANA, first), fact(ANA, first + 1)])
    recorder.insert_events([fact(ANA, first + 2)])
    assert [event.originator_version for event in recorder.select_events(ANA)] == [
        first,
        first + 1,
        first + 2,
    ]


@pytest.mark.parametrize("versions", [[2], [-1], [1, 3], [1, 1], [2, 1]])
def test_a_stream_has_no_gaps_and_no_doubles(recorder: LogProcessRecorder, versions: list[int]) -> None:
    with pytest.raises(IntegrityError):
        recorder.insert_events([fact(BIA, 1), *(fact(ANA, version) for version in versions)])
    assert recorder.max_notification_id() is None


def test_originators_saved_together_may_alternate(recorder: LogProcessRecorder) -> None:
    assert recorder.insert_events([fact(ANA, 1), fact(BIA, 0), fact(ANA, 2), fact(BIA, 1)]) == [1, 2, 3, 4]


def test_what_does_not_fit_a_record_is_refused_and_the_next_is_not(recorder: LogProcessRecorder) -> None:
    with pytest.raises(DataError):
        recorder.insert_events([fact(ANA, 1, bytes(MAX_RECORD))])
    assert recorder.insert_events([fact(ANA, 1)]) == [1]


def test_originators_of_another_partition_are_refused(database: str, factory: Factory) -> None:
    recorder = factory.application_recorder()
    assert isinstance(recorder, LogApplicationRecorder)
    roots = [f"conversation-{n}" for n in range(20)]
    writer = Writer(MemoryLog(uuid4(), 4), Index(database), 2)
    narrow = LogApplicationRecorder(writer, 4, recorder.datastore, recorder._schema)
    strangers = [root for root in roots if partition_of(root.removeprefix("conversation-"), 4) != 2]
    with pytest.raises(ProgrammingError, match="partition"):
        narrow.insert_events([fact(strangers[0], 1)])


# Several processes, and processes that die


def test_two_processes_share_a_log_and_one_of_two_rivals_wins(database: str, factory: Factory) -> None:
    other = opened(database)
    mine, theirs = factory.application_recorder(), other.application_recorder()
    assert mine.insert_events([fact(ANA, 1)]) == [1]
    assert theirs.insert_events([fact(ANA, 2)]) == [2]
    with pytest.raises(IntegrityError):
        mine.insert_events([fact(ANA, 2)])
    assert mine.insert_events([fact(ANA, 3)]) == [3]
    assert theirs.select_events(ANA) == [fact(ANA, n) for n in (1, 2, 3)]
    other.close()


def test_applications_of_one_database_have_logs_of_their_own(database: str, factory: Factory) -> None:
    other = Factory(Environment(name="Billing", env=settings(database, Factory)))
    assert factory.application_recorder().insert_events([fact(ANA, 1)]) == [1]
    assert other.application_recorder().insert_events([fact(ANA, 1)]) == [1]
    other.close()


def test_what_was_appended_and_not_indexed_counts(database: str, factory: Factory) -> None:
    recorder = factory.application_recorder()
    assert recorder.insert_events([fact(ANA, 1)], wait_for_index=False) == [1]
    assert recorder.select_events(ANA) == []
    with pytest.raises(IntegrityError):
        recorder.insert_events([fact(ANA, 1)])
    assert recorder.insert_events([fact(ANA, 2)], wait_for_index=False) == [2]
    assert recorder.insert_events([fact(ANA, 3)]) == [3]
    assert ids(recorder.select_notifications(1, 10)) == [1, 2, 3]


def test_who_opens_the_log_indexes_what_a_dead_process_left(database: str, factory: Factory) -> None:
    factory.application_recorder().insert_events([fact(ANA, 1)], wait_for_index=False)
    other = opened(database)
    assert ids(other.application_recorder().select_notifications(1, 10)) == [1]
    other.close()


def test_a_subscription_sees_what_a_dead_process_left(factory: Factory) -> None:
    recorder = factory.application_recorder()
    with recorder.subscribe(gt=None) as subscription:
        recorder.insert_events([fact(ANA, 1)], wait_for_index=False)
        assert next(subscription).id == 1


def test_a_lost_acknowledgement_is_asked_for_again(
    faulty: FaultyFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PAUSE", 0)
    recorder, failures = faulty.application_recorder(), iter([True, True])

    def lose() -> None:
        if next(failures, False):
            raise LogUnavailable

    faulty.memory.after = lose
    assert recorder.insert_events([fact(ANA, 1)]) == [1]
    assert len(faulty.memory.records[0]) == 1


def test_a_log_that_never_answers_leaves_it_unknown_and_asking_again_tells(
    faulty: FaultyFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PAUSE", 0)
    recorder = faulty.application_recorder()

    def lose() -> None:
        raise LogUnavailable

    faulty.memory.after = lose
    with pytest.raises(OperationalError, match="unknown"):
        recorder.insert_events([fact(ANA, 1)])
    faulty.memory.after = lambda: None
    with pytest.raises(IntegrityError):  # it had been recorded
        recorder.insert_events([fact(ANA, 1)])
    assert recorder.insert_events([fact(ANA, 2)]) == [2]


# What is derived


def test_a_dropped_index_comes_back_the_same(database: str, recorder: LogProcessRecorder) -> None:
    recorder.insert_events([fact(ANA, 1), fact(BIA, 1)], tracking=Tracking("upstream", 7))
    recorder.insert_events([fact(ANA, 2)])
    before = recorder.select_notifications(1, 10)
    index = Index(recorder.writer._index._dsn)
    index.drop()
    index.close()
    again = opened(database)
    rebuilt = again.process_recorder()
    assert rebuilt.select_notifications(1, 10) == before
    assert rebuilt.max_tracking_id("upstream") == 7
    assert rebuilt.insert_events([fact(ANA, 3)]) == [4]
    again.close()


def test_a_log_that_is_not_the_one_the_index_saw_is_refused(database: str) -> None:
    FaultyFactory.memory = MemoryLog(uuid4(), 1)
    factory = opened(database, FaultyFactory)
    factory.application_recorder().insert_events([fact(ANA, 1)])
    factory.close()
    FaultyFactory.memory.records[0].clear()
    again = opened(database, FaultyFactory)
    with pytest.raises(Halted, match="does not hold record 1"):
        again.application_recorder()
    again.close()


def test_a_broken_chain_stops_whoever_writes(faulty: FaultyFactory) -> None:
    recorder = faulty.application_recorder()
    recorder.insert_events([fact(ANA, 1)])
    recorder.insert_events([fact(ANA, 2)], wait_for_index=False)
    record = bytearray(faulty.memory.records[0][1])
    record[-1] ^= 1
    faulty.memory.records[0][1] = bytes(record)
    for _ in range(2):
        with pytest.raises(Halted):
            recorder.insert_events([fact(BIA, 1)])


def test_the_postgres_log_is_what_the_factory_opens(database: str, factory: Factory) -> None:
    recorder = factory.application_recorder()
    assert isinstance(recorder, LogApplicationRecorder)
    assert isinstance(recorder.writer._log, PostgresLog)
    assert recorder.writer.place.partitions == 1
