"""What every log promises, whatever it is made of. A test class per adapter inherits these."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import UUID

import pytest

from adapters.log.chain import Head, Place, hash_of
from adapters.log.port import (
    MAX_RECORD,
    Draft,
    Fate,
    Log,
    NotOfThisLog,
    Reader,
    RecordTooLarge,
    draft,
    place,
)

PARTITIONS = 3


def drafts_of(log: Log, partition: int, *bodies: bytes, after: Head | None = None) -> list[Draft]:
    """A chain of drafts, one per body."""
    where, head, drafts = place(log, partition), after or place(log, partition).genesis, []
    for body in bodies:
        drafts.append(draft(where, head, where.link(head, body)))
        head = hash_of(head.seq + 1, drafts[-1].record)
    return drafts


def write(log: Log, partition: int, *bodies: bytes, after: Head | None = None) -> Head:
    """Append a chain, one append per body; the head after it."""
    head = after or place(log, partition).genesis
    for one in drafts_of(log, partition, *bodies, after=after):
        assert log.append([one]) == [Fate.WON]
        head = Head(one.seq, one.hash)
    return head


def read_all(log: Log, start: dict[int, int] | None = None, limit: int = 1000) -> dict[int, list[bytes]]:
    """The bodies in each partition, in the order a reader meets them."""
    reader = log.reader(start or dict.fromkeys(range(log.partitions), 0))
    found: dict[int, list[bytes]] = {p: [] for p in start or range(log.partitions)}
    try:
        while entries := reader.poll(0, limit):
            for entry in entries:
                found[entry.partition].append(entry.record[69:])
    finally:
        reader.close()
    return found


class LogPromises:
    """`log` is an empty log with PARTITIONS partitions."""

    @pytest.fixture
    def log(self) -> Iterator[Log]:
        raise NotImplementedError

    @pytest.fixture
    def reader(self, log: Log) -> Iterator[Reader]:
        reader = log.reader(dict.fromkeys(range(PARTITIONS), 0))
        yield reader
        reader.close()

    # Appending

    def test_it_knows_which_log_it_is(self, log: Log) -> None:
        assert isinstance(log.id, UUID)
        assert log.partitions == PARTITIONS

    def test_a_record_that_follows_wins_and_is_read_back_byte_for_byte(self, log: Log) -> None:
        body = bytes(range(256))
        write(log, 1, body, b"")
        assert read_all(log) == {0: [], 1: [body, b""], 2: []}

    def test_the_same_bytes_again_have_won_and_are_there_once(self, log: Log) -> None:
        one, two = drafts_of(log, 0, b"one", b"two")
        assert [log.append([d]) for d in (one, one, two, one, two)] == [[Fate.WON]] * 5
        assert read_all(log)[0] == [b"one", b"two"]

    def test_the_second_of_two_records_for_one_number_has_lost(self, log: Log) -> None:
        (mine,), (theirs,) = drafts_of(log, 0, b"mine"), drafts_of(log, 0, b"theirs")
        assert log.append([theirs]) == [Fate.WON]
        assert log.append([mine]) == [Fate.LOST]
        write(log, 0, b"more", after=Head(1, theirs.hash))
        assert log.append([mine]) == [Fate.LOST]
        assert read_all(log)[0] == [b"theirs", b"more"]

    def test_a_record_after_a_gap_has_lost(self, log: Log) -> None:
        _, two = drafts_of(log, 0, b"one", b"two")
        assert log.append([two]) == [Fate.LOST]
        assert read_all(log)[0] == []

    def test_a_record_that_follows_another_has_lost(self, log: Log) -> None:
        write(log, 0, b"one")
        _, two = drafts_of(log, 0, b"another", b"two")
        assert log.append([two]) == [Fate.LOST]
        assert read_all(log)[0] == [b"one"]

    def test_partitions_appended_together_have_fates_of_their_own(self, log: Log) -> None:
        write(log, 1, b"theirs")
        (repeated,) = drafts_of(log, 2, b"repeated")
        log.append([repeated])
        (lost,), (won,) = drafts_of(log, 1, b"mine"), drafts_of(log, 0, b"won")
        assert log.append([repeated, lost, won]) == [Fate.WON, Fate.LOST, Fate.WON]
        assert read_all(log) == {0: [b"won"], 1: [b"theirs"], 2: [b"repeated"]}

    def test_appending_nothing_is_nothing(self, log: Log) -> None:
        assert log.append([]) == []
        assert log.ends() == dict.fromkeys(range(PARTITIONS), log.ends()[0])

    def test_of_many_writers_one_wins_each_number(self, log: Log) -> None:
        rivals = [drafts_of(log, 0, b"by %d" % n)[0] for n in range(8)]
        fates: dict[int, Fate] = {}
        start = threading.Barrier(len(rivals))

        def race(n: int) -> None:
            start.wait()
            fates[n] = log.append([rivals[n]])[0]

        threads = [threading.Thread(target=race, args=(n,)) for n in range(len(rivals))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (winner,) = [n for n, fate in fates.items() if fate is Fate.WON]
        assert len(fates) == len(rivals)
        assert read_all(log)[0] == [b"by %d" % winner]

    # Limits

    def test_the_largest_record_is_taken_and_one_byte_more_is_not(self, log: Log) -> None:
        where = place(log, 0)
        (most,) = drafts_of(log, 0, bytes(MAX_RECORD - 69))
        head = Head(1, most.hash)
        assert log.append([most]) == [Fate.WON]
        (other,) = drafts_of(log, 1, b"small")
        with pytest.raises(RecordTooLarge):
            log.append([other, draft(where, head, where.link(head, bytes(MAX_RECORD - 68)))])
        assert [len(bodies) for bodies in read_all(log).values()] == [1, 0, 0]

    def test_a_log_does_not_begin_with_another_logs_genesis(self, log: Log) -> None:
        other = Place(UUID(int=1), 0, PARTITIONS)
        with pytest.raises(NotOfThisLog):
            log.append([draft(other, other.genesis, other.link(other.genesis, b"one"))])
        assert read_all(log)[0] == []

    # Reading

    def test_each_partition_is_read_in_its_order_however_little_at_a_time(self, log: Log) -> None:
        expected = {p: [b"%d-%d" % (p, n) for n in range(7)] for p in range(PARTITIONS)}
        for p, bodies in expected.items():
            write(log, p, *bodies)
        assert read_all(log, limit=2) == expected
        assert read_all(log) == expected

    def test_a_poll_gives_no_more_than_its_limit(self, log: Log, reader: Reader) -> None:
        for p in range(PARTITIONS):
            write(log, p, b"one", b"two")
        assert [len(reader.poll(0, 4)) for _ in range(3)] == [4, 2, 0]

    def test_a_long_tail_holds_up_no_other_partition(self, log: Log, reader: Reader) -> None:
        write(log, 0, *[b"%d" % n for n in range(20)])
        write(log, 2, b"waiting")
        assert {entry.partition for entry in reader.poll(0, 5)} == {0, 2}

    def test_reading_starts_where_it_is_told_to(self, log: Log, reader: Reader) -> None:
        write(log, 1, b"one", b"two", b"three")
        offsets = [entry.offset for entry in reader.poll(0)]
        for i, offset in enumerate(offsets):
            assert read_all(log, {1: offset}) == {1: [b"one", b"two", b"three"][i:]}
        assert read_all(log, {1: log.ends()[1]}) == {1: []}

    def test_only_the_partitions_asked_for_are_read(self, log: Log) -> None:
        write(log, 0, b"zero")
        write(log, 2, b"two")
        assert read_all(log, {2: 0}) == {2: [b"two"]}

    def test_the_end_is_the_offset_after_the_last_record(self, log: Log, reader: Reader) -> None:
        before = log.ends()
        assert before.keys() == set(range(PARTITIONS))
        write(log, 1, b"one", b"two")
        after = log.ends()
        last = reader.poll(0)[-1]
        assert after == {**before, 1: last.offset + 1}

    def test_an_empty_log_gives_nothing_in_time(self, reader: Reader) -> None:
        assert reader.poll(0) == []
        assert reader.poll(0.01) == []

    def test_a_waiting_poll_gets_what_is_appended_meanwhile(self, log: Log, reader: Reader) -> None:
        assert reader.poll(0) == []
        writer = threading.Timer(0.05, write, (log, 0, b"news"))
        writer.start()
        assert [entry.record[69:] for entry in reader.poll(60)] == [b"news"]
        writer.join()

    def test_a_waiting_poll_returns_when_it_is_woken(self, reader: Reader) -> None:
        waker = threading.Timer(0.05, reader.wake)
        waker.start()
        assert reader.poll(60) == []
        waker.join()

    def test_being_woken_before_the_poll_counts_once(self, log: Log, reader: Reader) -> None:
        reader.wake()
        reader.wake()
        assert reader.poll(60) == []
        write(log, 0, b"one")
        assert len(reader.poll(60)) == 1

    def test_readers_do_not_disturb_each_other(self, log: Log, reader: Reader) -> None:
        write(log, 0, b"one")
        assert read_all(log)[0] == [b"one"]
        assert [entry.record[69:] for entry in reader.poll(0)] == [b"one"]
