"""The index is exactly the fold of the log up to its mark, whoever writes it and however often."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

import psycopg
import pytest

from adapters.log.chain import Halted
from adapters.log.index import Commit, Found, Index, Mark, Overtaken, StoredOutcome
from adapters.log.memory import MemoryLog
from adapters.log.port import LogUnavailable, place
from adapters.log.record import body_of
from adapters.log.schema import migrate
from adapters.services import Postgres
from tests.adapters.log.histories import (
    NAMES,
    accepted,
    append,
    batch,
    bookmark,
    event,
    index_all,
    outcome,
)

BODIES = [
    batch(0, ("thing-a", 1, 1), ("thing-b", 1, 2)),
    body_of(
        [
            outcome(10, "thing-a", refused="NotNow", fields={"by": "bia"}),
            outcome(11, "thing-a", accepted=2),
            outcome(12, "thing-a", broken="KeyError"),
            outcome(13, "thing-b", accepted=0),
            outcome(14, "thing-b", accepted=1),
        ],
        [event(11, "thing-a", 2), event(11, "thing-a", 3), event(14, "thing-b", 3)],
    ),
    body_of([], []),
    body_of([{"command": "recorder", "accepted": 1}], [event(20, "thing-c", 0)], ["inbox", 7]),
    batch(30, ("thing-a", 4, 1)),
]
OTHERS = [batch(40, ("thing-d", 1, 2)), batch(50, ("thing-d", 3, 1))]


def command(n: int) -> UUID:
    return uuid5(NAMES, str(n))


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog(uuid4(), 2)
    append(log, 0, BODIES)
    append(log, 1, OTHERS)
    return log


@pytest.fixture
def dsn(database: str) -> str:
    migrate(database)
    return database


@pytest.fixture
def index(dsn: str) -> Iterator[Index]:
    index = Index(dsn)
    yield index
    index.close()


def rows(dsn: str) -> dict[str, list[Any]]:
    """Everything derived."""
    with psycopg.connect(dsn) as connection:
        return {
            table: connection.execute(
                f'SELECT t::text FROM {table} t ORDER BY t::text COLLATE "C"'.encode()
            ).fetchall()
            for table in ("event", "commit", "command", "tracking", "mark")
        }


# The fold


def test_the_marks_of_a_new_index_stand_at_the_genesis(log: MemoryLog, index: Index) -> None:
    assert index.marks(log.id, 2) == {p: Mark(1, *place(log, p).start) for p in (0, 1)}


@pytest.mark.parametrize("together", [1, 2, 100])
def test_the_index_is_the_fold_of_the_log(log: MemoryLog, index: Index, dsn: str, together: int) -> None:
    marks = index_all(log, index, together=together)
    assert {p: mark.bookmark for p, mark in marks.items()} == {p: bookmark(log, p) for p in (0, 1)}
    assert index.marks(log.id, 2) == index.reload() == marks
    with psycopg.connect(dsn) as connection:
        commits = connection.execute(
            'SELECT partition, "offset", seq, hash, first_ordinal, n FROM commit ORDER BY 1, 3'
        ).fetchall()
        events = connection.execute(
            "SELECT partition, ordinal, stream, version, command_id, seq FROM event ORDER BY 1, 2"
        ).fetchall()
    assert commits == [tuple(c)[:-1] for p in (0, 1) for c in map(_columns, accepted(log, p))]
    assert events == [
        (0, 1, "thing-a", 1, command(0), 1),
        (0, 2, "thing-b", 1, command(1), 1),
        (0, 3, "thing-b", 2, command(1), 1),
        (0, 4, "thing-a", 2, command(11), 2),
        (0, 5, "thing-a", 3, command(11), 2),
        (0, 6, "thing-b", 3, command(14), 2),
        (0, 7, "thing-c", 0, command(20), 4),
        (0, 8, "thing-a", 4, command(30), 5),
        (1, 1, "thing-d", 1, command(40), 1),
        (1, 2, "thing-d", 2, command(40), 1),
        (1, 3, "thing-d", 3, command(50), 2),
    ]


def test_an_event_is_stored_to_the_byte_and_the_microsecond(log: MemoryLog, index: Index) -> None:
    index_all(log, index)
    first, *_ = index.look_up([], {"thing-a": 1}).events
    assert (first.type, first.schema, first.at.isoformat()) == (
        "thing.Done1",
        1,
        "2026-01-02T03:04:05.678901+00:00",
    )
    assert first.body == '{"a":[1,2.5,"ç"]}'


def test_streams_are_read_on_from_their_snapshots(log: MemoryLog, index: Index) -> None:
    index_all(log, index)
    index.keep_snapshots([("thing-a", 1, 3, "1"), ("thing-b", 2, 3, '"of another fold"')])
    found = index.look_up([], {"thing-b": 1, "thing-a": 1, "thing-x": 1})
    assert [(row.stream, row.version) for row in found.events] == [
        ("thing-a", 4),
        ("thing-b", 1),
        ("thing-b", 2),
        ("thing-b", 3),
    ]
    assert found.snapshots == {"thing-a": (3, "1")}


def test_a_command_is_answered_with_its_position_and_its_events(log: MemoryLog, index: Index) -> None:
    index_all(log, index)
    asked = [command(n) for n in (1, 10, 11, 12, 13, 14, 30, 99)]
    found = index.look_up(asked, {}).outcomes
    assert {id_: (stored.ordinal, stored.types) for id_, stored in found.items()} == {
        command(1): (3, ("thing.Done1", "thing.Done2")),
        command(10): (3, ()),
        command(11): (5, ("thing.Done2", "thing.Done3")),
        command(12): (5, ()),
        command(13): (5, ()),
        command(14): (6, ("thing.Done3",)),
        command(30): (8, ("thing.Done4",)),
    }
    assert found[command(10)] == StoredOutcome(
        3, dict(outcome(10, "thing-a", refused="NotNow", fields={"by": "bia"})), ()
    )
    assert index.look_up([], {}) == Found({}, {}, [])


def test_dropping_and_rebuilding_gives_the_same_rows(log: MemoryLog, index: Index, dsn: str) -> None:
    index_all(log, index, together=2)
    before = rows(dsn)
    index.drop()
    assert not any(rows(dsn).values())
    index_all(log, index, together=5)
    assert rows(dsn) == before
    assert len(before["event"]) == 11


def test_stopping_anywhere_and_going_on_gives_the_same_rows(log: MemoryLog, index: Index, dsn: str) -> None:
    index_all(log, index)
    before = rows(dsn)
    index.drop()
    for until in range(1, 6):
        index_all(log, index, until)
    assert rows(dsn) == before


# Two writers


def test_of_two_writers_one_is_overtaken_and_nothing_is_doubled(
    log: MemoryLog, index: Index, dsn: str
) -> None:
    slow, marks = Index(dsn), index.marks(log.id, 2)
    commits = accepted(log, 0)
    moved = index.write(commits[:2], marks)
    before = rows(dsn)
    for late in (commits[:1], commits[:2], commits):
        with pytest.raises(Overtaken):
            slow.write(late, marks)
    assert rows(dsn) == before
    slow.write(commits[2:], marks | moved)  # after reloading, it goes on
    assert slow.reload()[0].bookmark == bookmark(log, 0)
    slow.close()


def test_being_overtaken_in_one_partition_writes_nothing_of_another(
    log: MemoryLog, index: Index, dsn: str
) -> None:
    marks = index.marks(log.id, 2)
    index.write(accepted(log, 0)[:1], marks)
    before = rows(dsn)
    with pytest.raises(Overtaken):
        index.write([*accepted(log, 1), *accepted(log, 0)[:1]], marks)
    assert rows(dsn) == before


def test_of_writers_at_the_same_moment_one_wins(log: MemoryLog, index: Index, dsn: str) -> None:
    marks, commits = index.marks(log.id, 2), accepted(log, 0)
    start, fates = threading.Barrier(4), []

    def race() -> None:
        mine = Index(dsn)
        start.wait()
        try:
            mine.write(commits, marks)
            fates.append("won")
        except Overtaken:
            fates.append("overtaken")
        mine.close()

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fates) == ["overtaken"] * 3 + ["won"]
    assert len(rows(dsn)["event"]) == 8


@pytest.mark.slow  # the database has five seconds of patience
def test_a_writer_frozen_in_the_middle_holds_up_nobody_and_changes_nothing_when_it_wakes(
    log: MemoryLog, index: Index, dsn: str
) -> None:
    marks, commits = index.marks(log.id, 2), accepted(log, 1)
    frozen, thaw, other = threading.Event(), threading.Event(), Index(dsn)

    class Freezing:
        """A commit whose record is asked for when the marks are moved, and locked."""

        def __getattr__(self, name: str) -> object:
            if name == "record":
                frozen.set()
                assert thaw.wait(60)
            return getattr(commits[0], name)

    def write() -> None:
        with pytest.raises(LogUnavailable):
            index.write([cast("Commit", Freezing())], marks)

    thread = threading.Thread(target=write)
    thread.start()
    assert frozen.wait(10)
    assert other.write(commits, marks)[1].bookmark == bookmark(log, 1)
    before = rows(dsn)
    thaw.set()
    thread.join()
    other.close()
    assert rows(dsn) == before
    assert index.reload()[1].bookmark == bookmark(log, 1)


def test_what_does_not_follow_the_mark_is_a_mistake_of_the_caller(
    log: MemoryLog, index: Index, dsn: str
) -> None:
    marks = index.marks(log.id, 2)
    before = rows(dsn)
    with pytest.raises(ValueError, match="does not follow"):
        index.write(accepted(log, 0)[1:], marks)
    assert rows(dsn) == before


def test_writing_nothing_is_nothing(log: MemoryLog, index: Index) -> None:
    assert index.write([], index.marks(log.id, 2)) == {}


# What proves that something is broken


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (batch(60, ("thing-a", 4, 1)), "UniqueViolation"),
        (batch(30, ("thing-a", 5, 1)), "UniqueViolation"),  # the same command id again
        (
            body_of(
                [outcome(70, "thing-a", accepted=1)], [event(70, "thing-a", 5).replace(b"2026", b"MMXX")]
            ),
            "Datetime",
        ),
    ],
)
def test_what_the_index_cannot_hold_after_its_mark_moved_is_a_halt_and_leaves_nothing(
    log: MemoryLog, index: Index, dsn: str, body: bytes, error: str
) -> None:
    marks = index_all(log, index)
    before = rows(dsn)
    append(log, 0, [body])
    with pytest.raises(Halted, match=error) as halted:
        index.write(accepted(log, 0)[-1:], marks)
    assert halted.value.after == marks[0].bookmark.head
    assert rows(dsn) == before


@pytest.mark.parametrize(
    ("typed", "kept"), [("a\x00b", "a\ufffdb"), ("\\\x00", "\\\ufffd"), ("\\u0000", "\\u0000")]
)
def test_a_refusal_that_repeats_a_nul_character_halts_nobody(
    log: MemoryLog, index: Index, typed: str, kept: str
) -> None:
    append(log, 0, [body_of([outcome(60, "thing-a", refused="NoSuch", fields={"name": typed})], [])])
    index_all(log, index)
    assert index.look_up([command(60)], {}).outcomes[command(60)].outcome["fields"] == {"name": kept}


def test_how_far_an_application_has_come_is_folded_too(log: MemoryLog, index: Index, dsn: str) -> None:
    recorder = {"command": "recorder", "accepted": 0}
    append(log, 0, [body_of([{**recorder, "tracking": ["up", n]}], []) for n in (3, 7)])
    append(log, 0, [body_of([{**recorder, "tracking": ["stream", 1]}], [])])
    index_all(log, index)
    assert rows(dsn)["tracking"] == [("(stream,1)",), ("(up,7)",)]


# Snapshots


def test_a_snapshot_is_kept_for_the_fold_that_made_it(index: Index, dsn: str) -> None:
    index.keep_snapshots([("thing-a", 1, 10, '{"n": 1}'), ("thing-b", 2, 5, '{"n": 2}')])
    found = index.look_up([], {"thing-a": 1, "thing-b": 1, "thing-c": 1}).snapshots
    assert found == {"thing-a": (10, '{"n": 1}')}


def test_an_older_snapshot_gives_way_and_never_comes_back(index: Index, dsn: str) -> None:
    index.keep_snapshots([("thing-a", 1, 10, '"ten"')])
    index.keep_snapshots([("thing-a", 1, 20, '"twenty"')])
    index.keep_snapshots([("thing-a", 1, 15, '"fifteen"')])
    assert index.look_up([], {"thing-a": 1}).snapshots == {"thing-a": (20, '"twenty"')}
    index.keep_snapshots([("thing-a", 2, 12, '"a new fold"')])
    assert index.look_up([], {"thing-a": 2}).snapshots == {"thing-a": (12, '"a new fold"')}


def test_dropping_the_index_drops_its_snapshots(index: Index, dsn: str) -> None:
    index.keep_snapshots([("thing-a", 1, 10, "1")])
    index.drop()
    assert index.look_up([], {"thing-a": 1}).snapshots == {}


# The server goes and comes back


@pytest.mark.slow
def test_an_index_goes_on_after_its_server_was_killed(durable_postgres: Postgres, log: MemoryLog) -> None:
    dsn = durable_postgres.create()
    migrate(dsn)
    index = Index(dsn)
    marks = index_all(log, index, until=1)
    durable_postgres.kill()
    for _ in range(2):
        with pytest.raises(LogUnavailable):
            index.write(accepted(log, 0)[1:], marks)
    durable_postgres.start()
    index.write(accepted(log, 0)[1:], marks)
    assert index.reload()[0].bookmark == bookmark(log, 0)
    index.close()


def _columns(commit: Any) -> tuple[Any, ...]:
    return (
        commit.partition,
        commit.offset,
        commit.seq,
        commit.hash,
        commit.first_ordinal,
        commit.events,
        commit.record,
    )
