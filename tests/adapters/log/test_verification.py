"""Whatever is changed in a log or its index is found, and the place is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adapters.log.chain import Place, hash_of
from adapters.log.index import Index
from adapters.log.inspection import Inspection
from adapters.log.memory import MemoryLog
from adapters.log.port import Log
from adapters.log.postgres import PostgresLog
from adapters.log.record import body_of
from adapters.log.schema import migrate
from adapters.log.verification import Bad, verify
from tests.adapters.log.histories import accepted, append, batch, event, index_all, outcome
from tests.luck import examples

pytestmark = pytest.mark.slow

BODIES = [
    batch(0, ("thing-a", 1, 1)),
    batch(10, ("thing-a", 2, 2), ("thing-b", 1, 1)),
    body_of([outcome(20, "thing-a", refused="NotNow", fields={"n": 1})], []),
    batch(30, ("thing-b", 2, 3)),
    body_of([outcome(40, "thing-a", broken="KeyError")], []),
    batch(50, ("thing-c", 1, 1)),
]


@pytest.fixture
def log(database: str) -> Iterator[PostgresLog]:
    """Two partitions: six records in the second, indexed; the first is empty."""
    migrate(database, partitions=2)
    log, index = PostgresLog(database), Index(database)
    append(log, 1, BODIES)
    index_all(log, index)
    index.close()
    yield log
    log.close()


@pytest.fixture
def inspection(database: str) -> Iterator[Inspection]:
    inspection = Inspection(database)
    yield inspection
    inspection.close()


@pytest.fixture
def forger(database: str, log: PostgresLog) -> Iterator[psycopg.Connection]:
    """The one who may disable triggers."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("ALTER TABLE log DISABLE TRIGGER ALL")
        yield connection


def found(log: Log, inspection: Inspection | None = None) -> Bad:
    bad = verify(log, inspection).first_bad
    assert bad is not None
    return bad


def test_an_untouched_log_is_well_and_the_report_is_json(log: PostgresLog, inspection: Inspection) -> None:
    looked: list[tuple[int, int]] = []
    report = verify(log, inspection, lambda partition, records: looked.append((partition, records)))
    assert looked == [(1, 6)]
    told = json.loads(json.dumps(report.as_json()))
    last = accepted(log, 1)[-1]
    assert told["partitions"].pop(0)["records"] == 0
    assert told == {
        "ok": True,
        "records": 6,
        "events": 8,
        "first_bad": None,
        "partitions": [
            {
                "partition": 1,
                "ok": True,
                "records": 6,
                "events": 8,
                "rejected": 0,
                "hash": last.hash.hex(),
                "indexed": 6,
                "bad": None,
            }
        ],
    }


def test_an_empty_log_is_well(database: str) -> None:
    assert verify(MemoryLog(uuid4(), 3)).as_json()["ok"] is True


def test_an_index_that_is_behind_is_well(database: str, log: PostgresLog, inspection: Inspection) -> None:
    append(log, 1, [batch(60, ("thing-c", 2, 1))])
    report = verify(log, inspection)
    assert report.first_bad is None
    assert (report.partitions[1].records, report.partitions[1].indexed) == (7, 6)


# The log was changed


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_is_found_where_it_is(
    log: PostgresLog, forger: psycopg.Connection, data: st.DataObject
) -> None:
    seq = data.draw(st.integers(1, 6))
    (record,) = forger.execute("SELECT record FROM log WHERE partition = 1 AND seq = %s", (seq,)).fetchone()  # type: ignore[misc]
    at = data.draw(st.integers(0, len(record) - 1))
    changed = bytearray(record)
    changed[at] ^= data.draw(st.integers(1, 255))
    _put(forger, seq, bytes(changed))
    bad = found(log)
    _put(forger, seq, record)
    assert (bad.partition, bad.seq) == (1, seq)
    assert "written down" in bad.reason
    assert verify(log).first_bad is None


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_changed_byte_is_found_even_where_no_hashes_are_written_down(data: st.DataObject) -> None:
    log = MemoryLog(uuid4(), 1)
    append(log, 0, BODIES)
    seq = data.draw(st.integers(1, 5))
    record = bytearray(log.records[0][seq - 1])
    record[data.draw(st.integers(0, len(record) - 1))] ^= data.draw(st.integers(1, 255))
    log.records[0][seq - 1] = bytes(record)
    bad = found(log)
    assert bad.seq in (seq, seq + 1)
    if bad.seq == seq + 1:  # of two neighbours the chain cannot say which
        assert f"record {seq} or {seq + 1} was changed" in bad.reason


def test_a_record_changed_together_with_its_hash_is_found_by_the_next(
    log: PostgresLog, forger: psycopg.Connection
) -> None:
    _forge(log, forger, 3)
    bad = found(log)
    assert bad.seq == 4
    assert "record 3 or 4 was changed" in bad.reason


def test_the_last_record_changed_together_with_its_hash_is_found_by_the_index(
    log: PostgresLog, forger: psycopg.Connection, inspection: Inspection
) -> None:
    _forge(log, forger, 6)
    assert verify(log).first_bad is None  # the chain alone cannot know
    bad = found(log, inspection)
    assert bad.seq == 6
    assert "other bytes" in bad.reason


def test_a_changed_hash_column_is_found(log: PostgresLog, forger: psycopg.Connection) -> None:
    forger.execute("UPDATE log SET hash = %s WHERE partition = 1 AND seq = 2", (bytes(32),))
    assert found(log).seq == 2


@pytest.mark.parametrize("gone", [1, 3, 5])
def test_a_removed_record_is_found_missing(log: PostgresLog, forger: psycopg.Connection, gone: int) -> None:
    forger.execute("DELETE FROM log WHERE partition = 1 AND seq = %s", (gone,))
    bad = found(log)
    assert bad.seq == gone
    assert "missing" in bad.reason


def test_two_records_that_changed_places_are_found(log: PostgresLog, forger: psycopg.Connection) -> None:
    forger.execute("UPDATE log SET seq = seq + 100 WHERE partition = 1 AND seq IN (3, 4)")
    forger.execute("UPDATE log SET seq = 107 - seq WHERE partition = 1 AND seq > 100")
    assert found(log).seq == 3


@pytest.mark.parametrize("left", [0, 4, 5])
def test_a_cut_tail_is_found_by_what_the_index_saw(
    log: PostgresLog, forger: psycopg.Connection, inspection: Inspection, left: int
) -> None:
    forger.execute("DELETE FROM log WHERE partition = 1 AND seq > %s", (left,))
    assert verify(log).first_bad is None  # the chain alone cannot know
    bad = found(log, inspection)
    assert bad.seq == left + 1
    assert "tail was cut" in bad.reason


def test_a_record_of_another_log_in_its_place_is_found(log: PostgresLog, forger: psycopg.Connection) -> None:
    commits = accepted(log, 1)
    other = Place(uuid4(), 1, 2).link(hash_of(2, commits[1].record), BODIES[2])
    forger.execute(
        "UPDATE log SET record = %s, hash = %s WHERE partition = 1 AND seq = 3",
        (other, sha256(other).digest()),
    )
    bad = found(log)
    assert bad.seq == 3
    assert "another log" in bad.reason


# The writer was broken


@pytest.mark.parametrize(
    ("bodies", "reason"),
    [
        ([batch(0, ("thing-a", 2, 1))], "version 2 as its first"),
        ([batch(0, ("thing-a", 0, 1))], "version 0 as its first"),
        ([batch(0, ("thing-a", 1, 1)), batch(1, ("thing-a", 1, 1))], "version 1 after version 1"),
        ([batch(0, ("thing-a", 1, 1)), batch(1, ("thing-a", 3, 1))], "version 3 after version 1"),
        ([body_of([outcome(0, "thing-a", accepted=1)], [event(0, "thing-b", 1)])], "wrote on thing-b"),
        ([b"not a batch"], "cannot be read"),
    ],
)
def test_a_record_that_follows_and_is_no_history_is_found(bodies: list[bytes], reason: str) -> None:
    log = MemoryLog(uuid4(), 1)
    append_unread(log, [BODIES[5], *bodies])
    bad = found(log)
    assert bad.seq == 1 + len(bodies)
    assert reason in bad.reason


def test_the_recorders_streams_may_begin_at_0() -> None:
    log = MemoryLog(uuid4(), 1)
    append(log, 0, [body_of([{"command": "recorder", "accepted": 1}], [event(0, "aggregate-a", 0)])])
    assert verify(log).first_bad is None


def test_late_copies_are_counted_and_are_no_fault() -> None:
    log = MemoryLog(uuid4(), 1)
    append(log, 0, BODIES)
    log.records[0].insert(3, log.records[0][1])
    report = verify(log)
    assert report.first_bad is None
    assert (report.partitions[0].records, report.partitions[0].rejected) == (6, 1)


# The index was changed


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE event SET stream = 'thing-x' WHERE ordinal = 3", 2),
        ("UPDATE event SET version = 9 WHERE ordinal = 1", 1),
        ("UPDATE event SET type = 'thing.Undone' WHERE ordinal = 5", 4),
        ("UPDATE event SET at = at + interval '1 microsecond' WHERE ordinal = 6", 4),
        ('UPDATE event SET body = \'{"a":[1,2.5,"c"]}\' WHERE ordinal = 7', 4),
        ("UPDATE event SET command_id = gen_random_uuid() WHERE ordinal = 8", 6),
        ("UPDATE event SET seq = 5 WHERE ordinal = 8", 6),
        ("DELETE FROM event WHERE ordinal = 4", 2),
        ("UPDATE commit SET hash = '' WHERE seq = 3", 3),
        ("UPDATE commit SET n = 7 WHERE seq = 2", 2),
        ("DELETE FROM commit WHERE seq = 5", 5),
        ("UPDATE command SET ordinal = 0 WHERE ordinal = 7", 4),
        ("UPDATE command SET outcome = '{}' WHERE outcome->>'refused' = 'NotNow'", 3),
        ("DELETE FROM command WHERE outcome->>'broken' = 'KeyError'", 5),
        ("UPDATE mark SET hash = '' WHERE partition = 1", 6),
        ("UPDATE mark SET ordinal = 7 WHERE partition = 1", 6),
        (
            "INSERT INTO event SELECT partition, 9, 'x', 1, type, 1, at, body, NULL, 6 FROM event LIMIT 1",
            6,
        ),
        ("INSERT INTO commit SELECT partition, 7, 7, 9, 0, hash FROM commit LIMIT 1", 6),
    ],
)
def test_a_changed_row_of_the_index_is_found(
    forger: psycopg.Connection, log: PostgresLog, inspection: Inspection, statement: str, seq: int
) -> None:
    forger.execute(statement.encode())
    bad = found(log, inspection)
    assert (bad.partition, bad.seq) == (1, seq)
    assert "index" in bad.reason


def _put(forger: psycopg.Connection, seq: int, record: bytes) -> None:
    forger.execute("UPDATE log SET record = %s WHERE partition = 1 AND seq = %s", (record, seq))


def _forge(log: PostgresLog, forger: psycopg.Connection, seq: int) -> None:
    """Another refusal in place of this record, with everything that belongs to it but the next record."""
    commits = accepted(log, 1)
    before = hash_of(seq - 1, commits[seq - 2].record)
    record = Place(log.id, 1, 2).link(before, body_of([outcome(70, "thing-a", refused="Forged")], []))
    forger.execute(
        "UPDATE log SET record = %s, hash = %s WHERE partition = 1 AND seq = %s",
        (record, sha256(record).digest(), seq),
    )


def append_unread(log: MemoryLog, bodies: list[bytes]) -> None:
    """Append what a broken writer would."""
    where = Place(log.id, 0, 1)
    head = where.genesis
    for body in bodies:
        log.records[0].append(where.link(head, body))
        head = hash_of(head.seq + 1, log.records[0][-1])
