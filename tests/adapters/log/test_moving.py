"""A log that is copied is the same log elsewhere, or it is not copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import cycle
from typing import TypeVar
from uuid import UUID, uuid4

import psycopg
import pytest

from adapters.log.chain import Halted, Head, hash_of
from adapters.log.kafka import KafkaLog
from adapters.log.memory import MemoryLog
from adapters.log.moving import Copied, Diverging, Moving
from adapters.log.port import Draft, Fate, Log, LogUnavailable, place
from adapters.log.postgres import PostgresLog
from adapters.log.schema import migrate
from adapters.log.verification import verify
from tests.adapters.log.histories import append, batch, bookmark
from tests.adapters.log.promises import PARTITIONS, read_all
from tests.adapters.log.test_kafka_log import a_log, put

LOG = UUID(int=7)  # what the logs of `a_log` are called


L = TypeVar("L", bound=Log)


def filled(log: L, first: int = 0, records: int = 9) -> L:
    """So many records in partition 0, fewer in the others, none in the last."""
    for p in range(log.partitions - 1):
        told = range(first, first + records - 3 * p)
        append(log, p, [batch(1000 * p + n, (f"thing-{p}", n + 1, 1)) for n in told])
    return log


def a_memory() -> MemoryLog:
    return MemoryLog(LOG, PARTITIONS)


@pytest.fixture
def postgres(database: str) -> Iterator[PostgresLog]:
    migrate(database, partitions=PARTITIONS, log_id=LOG)
    with closing(PostgresLog(database)) as log:
        yield log


def moved(source: Log, target: Log, seen: dict[int, Head] | None = None) -> list[Copied]:
    moving = Moving(source, target)
    moving.look(seen)
    return moving.copy()


def heads(log: Log) -> list[Head]:
    return [bookmark(log, p).head for p in range(log.partitions)]


class Weak(MemoryLog):
    """A target whose process is killed at its n-th append, before or after it was written."""

    def __init__(self, appends: int, written: bool) -> None:
        super().__init__(LOG, PARTITIONS)
        self.left, self._written = appends, written

    def append(self, drafts: Sequence[Draft]) -> list[Fate]:
        self.left -= 1
        if self.left == 0 and self._written:
            super().append(drafts)
        if self.left == 0:
            raise KeyboardInterrupt
        return super().append(drafts)


def test_a_copy_is_the_source_to_the_last_byte(postgres: PostgresLog) -> None:
    source = filled(a_memory())
    assert [(each.records, each.copied) for each in moved(source, postgres)] == [(9, 9), (6, 6), (0, 0)]
    assert read_all(postgres) == read_all(source)
    assert heads(postgres) == heads(source)
    assert verify(postgres).first_bad is None


def test_a_copy_that_is_copied_back_ends_as_it_did(postgres: PostgresLog) -> None:
    first, last = filled(a_memory()), a_memory()
    moved(first, postgres)
    filled(postgres, first=9, records=9)
    moved(postgres, last)
    assert [each.copied for each in moved(last, first)] == [9, 6, 0]
    assert heads(first) == heads(last) == heads(postgres)


def test_a_second_copy_has_nothing_to_do_and_appends_nothing(postgres: PostgresLog) -> None:
    source, target = filled(postgres), a_memory()
    before = moved(source, target)

    def never() -> None:
        raise AssertionError

    target.before = never
    after = moved(source, target)
    assert [each.copied for each in after] == [0, 0, 0]
    assert [each.head for each in after] == [each.head for each in before]


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("appends", [1, 2, 5, 9])
def test_a_copy_that_was_killed_goes_on_where_it_stopped(appends: int, written: bool) -> None:
    source, target = filled(a_memory()), Weak(appends, written)
    with pytest.raises(KeyboardInterrupt):
        moved(source, target)
    there = sum(map(len, target.records))
    target.left = -1
    assert sum(each.copied for each in moved(source, target)) == 15 - there
    assert target.records == source.records


def test_an_append_that_nobody_answered_is_made_again_with_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.log.moving.PAUSE", 0.0)
    source, target, answers = filled(a_memory()), a_memory(), cycle([False, True, False, True, True])

    def sometimes() -> None:
        if not next(answers):
            raise LogUnavailable

    target.before = target.after = sometimes
    moved(source, target)
    assert target.records == source.records


def test_noise_and_late_copies_are_left_behind(postgres: PostgresLog) -> None:
    source = filled(a_memory())
    clean = [list(records) for records in source.records]
    stranger = replace(place(source, 0), log_id=uuid4())
    source.records[0].insert(0, b"noise")
    source.records[0].insert(4, clean[0][1])
    source.records[0].append(stranger.link(stranger.genesis, b"of another log"))
    assert [each.rejected for each in moved(source, postgres)] == [3, 0, 0]
    assert [[p, *read_all(postgres)[p]] for p in range(PARTITIONS)] == [
        [p, *(record[69:] for record in records)] for p, records in enumerate(clean)
    ]


# What is refused


def changed(log: MemoryLog) -> None:
    log.records[1][3] = log.records[1][3][:-1] + b" "


def removed(log: MemoryLog) -> None:
    del log.records[1][3]


@pytest.mark.parametrize(("harm", "after"), [(changed, 4), (removed, 3)])
def test_a_broken_source_is_refused_with_its_position_and_nothing_is_written(
    harm: Callable[[MemoryLog], None], after: int
) -> None:
    source, target = filled(a_memory()), a_memory()
    harm(source)
    with pytest.raises(Halted) as halted:
        moved(source, target)
    assert (halted.value.partition, halted.value.after.seq) == (1, after)
    assert target.records == [[], [], []]


def test_a_last_record_that_was_changed_is_known_by_the_hash_beside_it(
    database: str, postgres: PostgresLog
) -> None:
    filled(postgres)
    with psycopg.connect(database) as forger:
        forger.execute("ALTER TABLE log DISABLE TRIGGER ALL")
        forger.execute("UPDATE log SET record = record || ' ' WHERE partition = 1 AND seq = 6")
    with pytest.raises(Halted, match="bytes of record 6"):
        moved(postgres, a_memory())


@pytest.mark.parametrize("cut", [True, False])
def test_a_source_that_lacks_what_the_index_has_seen_is_refused(cut: bool) -> None:
    source = filled(a_memory())
    seen = dict(enumerate(heads(source)))
    source.records[0].pop()
    if not cut:
        append(source, 0, [batch(77, ("thing-0", 9, 1))])
    with pytest.raises(Halted, match="index has seen another record 9"):
        moved(source, a_memory(), seen)


def test_a_target_that_went_another_way_is_refused_with_the_first_record_that_differs(
    postgres: PostgresLog,
) -> None:
    source = filled(a_memory())
    filled(postgres, records=5)
    append(postgres, 0, [batch(77, ("thing-0", 6, 1)), batch(78, ("thing-0", 7, 1))])
    before = read_all(postgres)
    with pytest.raises(Diverging, match="partition 0: record 6 of the target is not the source's"):
        moved(source, postgres)
    assert read_all(postgres) == before


def test_a_target_that_is_ahead_is_not_a_target(postgres: PostgresLog) -> None:
    filled(postgres)
    source = a_memory()
    moved(postgres, source)
    append(postgres, 2, [batch(77, ("thing-2", 1, 1))])
    with pytest.raises(Diverging, match="partition 2: the target holds 1 records and the source only 0"):
        moved(source, postgres)


def test_a_target_with_another_logs_records_is_refused() -> None:
    target = a_memory()
    stranger = replace(place(target, 0), log_id=uuid4())
    target.records[0].append(stranger.link(stranger.genesis, b""))
    with pytest.raises(Diverging, match="1 records of another log"):
        moved(filled(a_memory()), target)


def test_logs_that_are_not_called_the_same_are_not_copied_into_each_other() -> None:
    for other in (MemoryLog(uuid4(), PARTITIONS), MemoryLog(LOG, PARTITIONS + 1)):
        with pytest.raises(Diverging, match="same id"):
            moved(filled(a_memory()), other)


def test_a_source_that_grows_while_it_is_copied_is_noticed() -> None:
    source, target = filled(a_memory()), a_memory()
    moving = Moving(source, target)
    moving.look()
    append(source, 2, [batch(77, ("thing-2", 1, 1))])
    with pytest.raises(Diverging, match="grew"):
        moving.copy()
    assert [each.copied for each in moved(source, target)] == [0, 0, 1]


def test_a_rival_that_writes_to_the_target_meanwhile_is_noticed() -> None:
    target = a_memory()
    moving = Moving(filled(a_memory()), target)
    moving.look()
    append(target, 0, [batch(77, ("thing-0", 1, 1))])
    with pytest.raises(Diverging, match="partition 0: another record is number 1"):
        moving.copy()


# Kafka


@pytest.fixture
def kafka(kafka_bootstrap: str) -> Iterator[KafkaLog]:
    with a_log(kafka_bootstrap) as log:
        yield log


@pytest.mark.slow
def test_there_and_back_over_kafka_gives_equal_heads(kafka: KafkaLog, postgres: PostgresLog) -> None:
    first = filled(a_memory())
    moved(first, kafka)
    filled(kafka, first=9)
    put(kafka, b"noise", first.records[0][1])
    append(kafka, 0, [batch(77, ("thing-0", 19, 1))])
    assert [(each.copied, each.rejected) for each in moved(kafka, postgres)] == [(19, 2), (12, 0), (0, 0)]
    assert [each.copied for each in moved(postgres, first)] == [10, 6, 0]
    assert heads(first) == heads(postgres) == heads(kafka)
    assert [each.copied for each in moved(first, kafka)] == [0, 0, 0]
    assert verify(kafka).first_bad is verify(postgres).first_bad is None


@pytest.mark.slow
def test_noise_where_a_copy_on_kafka_stopped_does_not_hold_up_the_rest(kafka: KafkaLog) -> None:
    source = filled(a_memory())
    put(kafka, b"noise", *source.records[0][:3], *source.records[0][:3], b"noise")
    assert [each.copied for each in moved(source, kafka)] == [6, 6, 0]
    assert heads(kafka) == heads(source)


@pytest.mark.slow
def test_a_topic_of_another_log_is_no_target(kafka: KafkaLog) -> None:
    stranger = replace(place(kafka, 0), log_id=uuid4())
    put(kafka, stranger.link(stranger.genesis, b""))
    before = kafka.ends()
    with pytest.raises(Diverging, match="another log"):
        moved(filled(a_memory()), kafka)
    assert kafka.ends() == before


@pytest.mark.slow
def test_a_record_of_our_log_that_follows_nothing_on_kafka_is_refused(kafka: KafkaLog) -> None:
    where = place(kafka, 1)
    put(kafka, where.link(hash_of(3, b"nobody's"), b""), partition=1)
    with pytest.raises(Halted) as halted:
        moved(filled(a_memory()), kafka)
    assert halted.value.partition == 1
