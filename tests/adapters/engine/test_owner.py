"""The engine on the real index: what is decided, once, whatever overlaps, repeats or fails."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest

from adapters.log.chain import Halted
from adapters.log.memory import MemoryLog
from adapters.log.port import LogUnavailable
from adapters.log.postgres import PostgresLog
from commands.ports import Accepted, Broken, Denied, Unavailable
from domain.journal import Position
from tests.adapters.engine.test_feed import until
from tests.adapters.engine.till import HANDLERS, a_pay, an_empty, owner, running


def memory_log() -> MemoryLog:
    return MemoryLog(uuid4(), 12)


def events(dsn: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(
            "SELECT partition, ordinal, stream, version, type FROM event ORDER BY partition, ordinal"
        ).fetchall()


def test_a_decision_is_in_the_log_and_then_in_the_index(migrated: str) -> None:
    log = PostgresLog(migrated)
    with running(log, migrated) as inbox:
        (first,) = inbox.submit_now([a_pay()])
        (second,) = inbox.submit_now([a_pay()])
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.events == ("till.Paid",)
    assert second.position == Position(first.position.partition, 2)
    assert [row[2:] for row in events(migrated)] == [
        ("till-one", 1, "till.Paid"),
        ("till-one", 2, "till.Paid"),
    ]


def test_asking_again_gives_the_first_answer_and_records_nothing(migrated: str) -> None:
    command, refused, broken = a_pay(), an_empty("two"), a_pay(coins=-1)
    with running(PostgresLog(migrated), migrated) as inbox:
        before = inbox.submit_now([command, refused, broken])
        warm = inbox.submit_now([command, refused, broken])
        within = inbox.submit_now([again := a_pay("three"), again])
    with running(PostgresLog(migrated), migrated) as inbox:
        cold = inbox.submit_now([command, refused, broken])
    assert [d.repeated for d in before] == [False] * 3
    assert [d.repeated for d in within] == [False, True]
    for later in (warm, cold):
        assert [d.repeated for d in later] == [True] * 3
        for first, now in zip(before, later, strict=True):
            assert now.position == first.position
            assert type(now) is type(first)
    assert isinstance(cold[0], Accepted)
    assert cold[0].events == ("till.Paid",)
    assert isinstance(cold[1], Denied)
    assert (cold[1].rule, cold[1].fields) == ("NothingToGive", {"coins": 0})
    assert len(events(migrated)) == 2


def test_commands_of_one_batch_see_each_other_in_their_order(migrated: str) -> None:
    commands = [a_pay(seen=[]) for _ in range(50)]
    with running(PostgresLog(migrated), migrated) as inbox:
        inbox.submit_now(commands)
    assert [command.seen for command in commands] == [[n] for n in range(50)]


def test_a_broken_handler_is_answered_and_the_partition_goes_on(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        broken, fine = inbox.submit_now([a_pay(coins=-1), a_pay()])
    assert broken == Broken("ZeroDivisionError", Position(broken.position.partition, 0), source="request:1")
    assert isinstance(fine, Accepted)


def test_a_nul_in_a_text_breaks_its_command_and_no_other(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        broken, escaped, fine = inbox.submit_now(
            [a_pay(words="a\x00b"), a_pay(words="a\\u0000b"), a_pay(words="ação 👍")]
        )
    assert isinstance(broken, Broken)
    assert isinstance(escaped, Accepted)
    assert isinstance(fine, Accepted)
    assert len(events(migrated)) == 2


def test_doing_nothing_is_accepted_where_the_stream_stands(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        paid, nothing = inbox.submit_now([a_pay(), a_pay(coins=0)])
    assert isinstance(nothing, Accepted)
    assert nothing.events == ()
    assert nothing.position == paid.position


def test_a_restart_remembers_everything(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        inbox.submit_now([a_pay(coins=3), a_pay(coins=4)])
    late = a_pay(seen=[])
    with running(PostgresLog(migrated), migrated) as inbox:
        inbox.submit_now([late])
    assert late.seen == [7]


def test_a_long_stream_is_remembered_by_its_snapshot_and_its_tail(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        inbox.submit_now([a_pay() for _ in range(450)])
    with psycopg.connect(migrated) as connection:
        assert connection.execute("SELECT count(*) FROM snapshot").fetchone() == (1,)
        connection.execute(
            "DELETE FROM event WHERE version < 100"
        )  # what the snapshot stands for is not read
    late = a_pay(seen=[])
    with running(PostgresLog(migrated), migrated) as inbox:
        inbox.submit_now([late])
    assert late.seen == [450]


def test_a_small_memory_forgets_streams_and_reads_them_again(migrated: str) -> None:
    commands = [a_pay(f"till{n % 40}", seen=[]) for n in range(400)]
    with running(PostgresLog(migrated), migrated, capacity=5) as inbox:
        for n in range(0, 400, 20):
            inbox.submit_now(commands[n : n + 20])
    assert [command.seen for command in commands] == [[n // 40] for n in range(400)]


def test_an_index_dropped_is_rebuilt_from_the_log_to_the_same_rows(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        for _ in range(5):
            inbox.submit_now([a_pay(f"till{n}") for n in range(20)])
    before = events(migrated)
    with psycopg.connect(migrated) as connection:
        connection.execute("TRUNCATE event, commit, command, mark, snapshot")
    with running(PostgresLog(migrated), migrated):
        pass
    assert events(migrated) == before
    assert len(before) == 100


def test_two_owners_at_once_lose_nothing_and_decide_nothing_twice(migrated: str) -> None:
    commands = [a_pay(f"till{n % 7}", seen=[]) for n in range(200)]
    with (
        running(PostgresLog(migrated), migrated) as one,
        running(PostgresLog(migrated), migrated) as other,
        ThreadPoolExecutor(16) as pool,
    ):
        both = [
            [pool.submit(inbox.submit_now, [command], 30.0) for inbox in (one, other)] for command in commands
        ]
        answers = [[future.result()[0] for future in pair] for pair in both]
    for one_answer, other_answer in answers:
        assert one_answer.position == other_answer.position
        assert {one_answer.repeated, other_answer.repeated} == {True, False}
    found = events(migrated)
    assert len(found) == 200
    for n in range(7):
        versions = [version for _, _, stream, version, _ in found if stream == f"till-till{n}"]
        assert versions == list(range(1, len(versions) + 1))


def test_an_append_whose_answer_was_lost_counts_once(migrated: str) -> None:
    log = memory_log()
    lost = [2]

    def lose_the_answer() -> None:
        if lost[0]:
            lost[0] -= 1
            raise LogUnavailable

    log.after = lose_the_answer
    with running(log, migrated) as inbox:
        decisions = inbox.submit_now([a_pay(), a_pay()])
    assert lost == [0]
    assert [d.repeated for d in decisions] == [False, False]
    assert sum(len(records) for records in log.records) == 1
    assert len(events(migrated)) == 2


def test_while_the_log_is_away_nobody_is_told_anything_and_then_all_is_there(migrated: str) -> None:
    log = memory_log()
    away = [True]

    def be_away() -> None:
        if away[0]:
            raise LogUnavailable

    log.before = be_away
    command = a_pay()
    with running(log, migrated) as inbox:
        with pytest.raises(Unavailable):
            inbox.submit_now([command], timeout=0.3)
        away[0] = False
        (answer,) = inbox.submit_now([command])
    assert isinstance(answer, Accepted)
    assert len(events(migrated)) == 1


def test_a_log_that_became_shorter_halts_the_start(migrated: str) -> None:
    log = memory_log()
    with running(log, migrated) as inbox:
        (answer,) = inbox.submit_now([a_pay()])
    log.records[answer.position.partition].clear()
    halted = owner(log, migrated)
    with pytest.raises(Halted, match="shorter"):
        halted.start()
    halted.close()


def test_another_log_under_the_same_index_halts_the_start(migrated: str) -> None:
    log, other = memory_log(), memory_log()
    with running(log, migrated) as inbox:
        (answer,) = inbox.submit_now([a_pay()])
    other.records[answer.position.partition] = [b"ATND something else altogether" * 5]
    halted = owner(other, migrated)
    with pytest.raises(Halted, match="not the one"):
        halted.start()
    halted.close()


def test_many_callers_on_one_loop_are_all_answered(migrated: str) -> None:
    async def call() -> list[object]:
        return await asyncio.gather(*(inbox.submit(a_pay(f"till{n % 9}")) for n in range(300)))

    with running(PostgresLog(migrated), migrated) as inbox:
        answers = asyncio.run(call())
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert len({answer.position for answer in answers if isinstance(answer, Accepted)}) == 300


def test_a_stopped_inbox_takes_nothing_more(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        pass
    with pytest.raises(Unavailable):
        inbox.submit_now([a_pay()])
    assert len(HANDLERS) == 2


def test_a_snapshot_that_cannot_be_read_breaks_its_own_stream_alone(migrated: str) -> None:
    with running(PostgresLog(migrated), migrated) as inbox:
        inbox.submit_now([a_pay() for _ in range(250)])
    with psycopg.connect(migrated) as connection:
        connection.execute("""UPDATE snapshot SET state = '{"coins": "many"}'""")
    with running(PostgresLog(migrated), migrated) as inbox:
        broken, fine = inbox.submit_now([a_pay(), a_pay("two")])
    assert isinstance(broken, Broken)
    assert isinstance(fine, Accepted)


def test_nothing_is_decided_on_an_index_that_had_to_stop(migrated: str) -> None:
    log = memory_log()
    with running(log, migrated) as inbox:
        inbox.submit_now([a_pay(), a_pay()])
    with psycopg.connect(migrated) as connection:
        connection.execute("TRUNCATE mark")  # what the log holds collides with what is there
    stopped = owner(log, migrated)
    with pytest.raises(Halted, match="index"):
        stopped.start()
    stopped.close()


def test_a_refusal_is_remembered_until_the_index_has_it(
    migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.engine.owner.RECENT", 1)
    refused = an_empty("two")
    log = PostgresLog(migrated)
    with running(log, migrated) as inbox, psycopg.connect(migrated) as connection:
        connection.execute("LOCK TABLE mark IN ACCESS EXCLUSIVE MODE")  # the index cannot go on
        answers = [inbox.submit_now([command])[0] for command in (refused, a_pay(), a_pay(), refused)]
    assert [answer.repeated for answer in answers] == [False, False, False, True]


def test_an_owner_that_lost_while_the_index_was_slow_decides_again(
    migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, slow = memory_log(), [True]
    with running(log, migrated) as inbox, running(log, migrated) as other:
        indexer = inbox._owner.indexer
        drain = indexer.drain
        monkeypatch.setattr(indexer, "drain", lambda timeout: not (slow and slow.pop()) and drain(timeout))
        other.submit_now([a_pay()])
        (answer,) = inbox.submit_now([late := a_pay(seen=[])])
        assert not slow
    assert isinstance(answer, Accepted)
    assert late.seen == [0, 1]


def test_an_index_that_cannot_be_written_is_told_of(migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise LogUnavailable("ProgramLimitExceeded")

    with running(PostgresLog(migrated), migrated) as inbox:
        with monkeypatch.context() as patched:
            patched.setattr(inbox._owner.indexer._index, "write", away)
            inbox.submit_now([a_pay()])
            until(lambda: inbox.away is not None)
            assert inbox.away == "the index: ProgramLimitExceeded"
        until(lambda: inbox.away is None)


def test_whoever_waits_when_the_engine_halts_is_told_and_does_not_wait_for_nothing(migrated: str) -> None:
    log = memory_log()
    with running(log, migrated) as inbox:
        (answer,) = inbox.submit_now([a_pay()])
        records = log.records[answer.position.partition]
        records[-1] = records[-1].replace(b'"coins":1', b'"coins":2')
        with pytest.raises(Unavailable) as for_a_thread:
            inbox.submit_now([a_pay()], timeout=5)
        assert inbox.halted
    assert not isinstance(for_a_thread.value.__cause__, TimeoutError)


def test_whoever_waits_on_a_loop_when_the_engine_breaks_is_told(
    migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: object) -> None:
        raise ZeroDivisionError

    async def call() -> None:
        await inbox.submit(a_pay())

    with running(PostgresLog(migrated), migrated) as inbox:
        monkeypatch.setattr(inbox._owner, "decide", breaks)
        with pytest.raises(Unavailable) as on_a_loop:
            asyncio.run(call())
    assert not isinstance(on_a_loop.value.__cause__, TimeoutError)
