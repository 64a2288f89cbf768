"""Workers that share the partitions: what waits in the topic is decided once, whoever comes and goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import psycopg
import pytest

from adapters.engine.answers import Answers
from adapters.engine.envelopes import Envelopes
from adapters.engine.leases import Leases
from adapters.engine.owner import Owner
from adapters.engine.parcels import Parcels
from adapters.engine.topic_inbox import TopicInbox
from adapters.engine.worker import Worker
from adapters.log.chain import Halted, partition_of
from adapters.log.index import Index
from adapters.log.memory import MemoryLog
from adapters.log.port import Entry, Log
from adapters.log.postgres import PostgresLog
from adapters.log.record import read_body
from commands.ports import Accepted, Denied, Unavailable
from tests.adapters.engine.counter import Counter
from tests.adapters.engine.test_feed import until
from tests.adapters.engine.till import HANDLERS, KEYRING, Clock, a_pay, an_empty, owner

pytestmark = pytest.mark.slow

ENVELOPES = Envelopes(HANDLERS)
PARCELS = Parcels(KEYRING, Clock())
TILLS = [f"till {n}" for n in range(40)]


class Staff:
    """Workers and askers around one counter, one log and one index."""

    def __init__(self, dsn: str, redis_url: str | None, log: Callable[[], Log]) -> None:
        self.dsn, self.redis_url, self.log, self.counter = dsn, redis_url, log, Counter(PARCELS)
        self._stack = ExitStack()
        self.raised: list[Exception] = []

    def worker(self) -> Worker:
        """One more that works in a thread of its own."""
        log = self.log()
        worker = Worker(
            owner(log, self.dsn), self.counter, PARCELS, ENVELOPES, Answers(self.redis_url), self.dsn
        )

        def run() -> None:
            try:
                worker.run()
            except Exception as error:  # noqa: BLE001  told to the test, which looks at it
                self.raised.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()

        def end() -> None:
            worker.stop()
            thread.join(20)
            assert not thread.is_alive()
            log.close()

        self._stack.callback(end)
        return worker

    def inbox(self, patience: float = 10.0) -> TopicInbox:
        inbox = TopicInbox(
            uuid4().hex,
            self.counter,
            ENVELOPES,
            HANDLERS,
            Answers(self.redis_url),
            Index(self.dsn),
            patience=patience,
        )
        inbox.start()
        self._stack.callback(inbox.stop)
        return inbox

    def close(self) -> None:
        self._stack.close()


@pytest.fixture
def staff(migrated: str, valkey_url: str) -> Iterator[Staff]:
    staff = Staff(migrated, valkey_url, lambda: PostgresLog(migrated))
    yield staff
    staff.close()


def decided(dsn: str) -> list[str]:
    """The stream of every event in the log."""
    return [event["stream"] for entry in _records(dsn) for event in read_body(entry.record)["events"]]


def test_what_is_handed_in_is_decided_and_answered(staff: Staff) -> None:
    staff.worker()
    inbox = staff.inbox()
    paid, refused = inbox.submit_now([a_pay("one", 3), an_empty("two")])
    assert isinstance(paid, Accepted)
    assert paid.events == ("till.Paid",)
    assert isinstance(refused, Denied)
    assert (refused.rule, refused.fields) == ("NothingToGive", {"coins": 0})


def test_the_index_answers_when_nobody_else_does(migrated: str) -> None:
    staff = Staff(migrated, None, lambda: PostgresLog(migrated))
    try:
        staff.worker()
        (paid,) = staff.inbox().submit_now([a_pay("one", 3)])
        assert isinstance(paid, Accepted)
        assert paid.events == ("till.Paid",)
    finally:
        staff.close()


def test_asking_again_through_the_topic_gives_the_first_answer(staff: Staff) -> None:
    staff.worker()
    inbox, command = staff.inbox(), a_pay()
    (first,) = inbox.submit_now([command])
    (again,) = inbox.submit_now([command])
    assert (first.repeated, again.repeated) == (False, True)
    assert again.position == first.position
    assert len(decided(staff.dsn)) == 1


def test_what_the_topic_may_not_have_is_unknown_to_whoever_waits(staff: Staff) -> None:
    inbox = staff.inbox()
    staff.counter.durable = False
    with pytest.raises(Unavailable):
        inbox.submit_now([a_pay()])


def test_two_workers_share_the_partitions_and_one_that_stops_hands_over(staff: Staff) -> None:
    one = staff.worker()
    until(lambda: len(one.held) == 12)
    two = staff.worker()
    until(lambda: len(one.held) == len(two.held) == 6)
    assert not one.held & two.held
    inbox = staff.inbox()
    assert all(isinstance(d, Accepted) for d in inbox.submit_now([a_pay(till) for till in TILLS]))
    one.stop()
    until(lambda: len(two.held) == 12)
    assert all(isinstance(d, Accepted) for d in inbox.submit_now([a_pay(till) for till in TILLS]))
    assert len(decided(staff.dsn)) == 2 * len(TILLS)


def test_what_a_busy_worker_locked_and_never_took_goes_to_others(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for the database; meanwhile all is locked for it, and half of that becomes another's turn."""
    start, busy = Owner.start, threading.Event()

    def waits(self: Owner, partitions: Collection[int] | None = None) -> None:
        start(self, partitions)
        busy.wait(20)

    monkeypatch.setattr(Owner, "start", waits)
    one = staff.worker()
    until(lambda: len(one._leases.wanted) == 12)
    monkeypatch.setattr(Owner, "start", start)
    two = staff.worker()
    until(lambda: len(one._leases.wanted) == 6)
    busy.set()
    until(lambda: len(one.held) == len(two.held) == 6)


def test_whoever_takes_over_goes_on_where_the_records_say(staff: Staff) -> None:
    inbox = staff.inbox()
    with ExitStack() as first:
        worker = staff.worker()
        inbox.submit_now([a_pay(till) for till in TILLS])
        first.callback(worker.stop)
    before = [len(values) for values in staff.counter.values]
    heard = {
        p: read_body(entry.record)["commands"] for entry in _records(staff.dsn) for p in [entry.partition]
    }
    assert heard == {p: [staff.counter.id, n] for p, n in enumerate(before) if n}


def test_a_topic_made_anew_is_read_from_its_beginning_and_nothing_is_decided_twice(staff: Staff) -> None:
    commands = [a_pay(till) for till in TILLS]
    worker = staff.worker()
    inbox = staff.inbox()
    inbox.submit_now(commands)
    worker.stop()
    staff.counter.id = "another topic"
    staff.worker()
    assert all(d.repeated for d in inbox.submit_now(commands))
    assert len(decided(staff.dsn)) == len(TILLS)


def test_a_topic_that_no_longer_holds_what_comes_next_halts(staff: Staff) -> None:
    worker = staff.worker()
    staff.inbox().submit_now([a_pay("one")])
    worker.stop()
    staff.counter.values[partition_of("one", 12)] += [b"never decided"] * 6
    staff.counter.forgotten = 5
    staff.worker()
    until(lambda: bool(staff.raised))
    (halted,) = staff.raised
    assert isinstance(halted, Halted)
    assert halted.partition == partition_of("one", 12)


def test_repeats_that_the_topic_forgets_were_noted_in_a_quiet_moment(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.engine.worker.NOTE", 0.1)
    command, one = a_pay("one"), partition_of("one", 12)
    staff.worker()
    inbox = staff.inbox()
    for _ in range(3):
        inbox.submit_now([command])
    until(lambda: read_body(_records(staff.dsn)[-1].record)["commands"] == [staff.counter.id, 3])
    assert len(staff.counter.values[one]) == 3
    assert len(decided(staff.dsn)) == 1


def test_a_command_that_cannot_be_read_holds_up_nobody(staff: Staff) -> None:
    for p in range(12):
        staff.counter.put(p, b"2 Pay nobody\n{}", lambda _: None)
        staff.counter.values[p] += [b"\xff\x00", staff.counter.values[p][0][:-1] + b"?"]
    staff.worker()
    assert all(isinstance(d, Accepted) for d in staff.inbox().submit_now([a_pay(till) for till in TILLS]))


def test_two_owners_at_once_decide_nothing_twice(migrated: str, valkey_url: str) -> None:
    """Without the locks: both own everything, and the chain alone tells who was first."""
    shared = MemoryLog(uuid4(), 12)
    staff = Staff(migrated, valkey_url, lambda: shared)
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Leases, "wanted", property(lambda _: frozenset(range(12))))
            patched.setattr(Leases, "start", lambda _: None)
            one, two = staff.worker(), staff.worker()
            until(lambda: len(one.held) == len(two.held) == 12)
            inbox = staff.inbox()
            commands = [a_pay(till) for _ in range(5) for till in TILLS]
            assert all(isinstance(d, Accepted) for d in inbox.submit_now(commands, 60))
            staff.close()
        outcomes = [o["id"] for records in shared.records for r in records for o in read_body(r)["outcomes"]]
        assert sorted(outcomes) == sorted(str(command.id) for command in commands)
    finally:
        staff.close()


@contextmanager
def leases(dsn: str) -> Iterator[Leases]:
    held = Leases(dsn, 12, lambda: None)
    held.start()
    try:
        yield held
    finally:
        held.stop()


def test_surplus_is_kept_until_it_is_given_up(migrated: str) -> None:
    with leases(migrated) as one:
        until(lambda: len(one.wanted) == 12)
        with leases(migrated) as two:
            until(lambda: len(one.wanted) == 6)
            assert two.wanted == frozenset()
            surplus = set(range(12)) - one.wanted
            one.release(surplus)
            until(lambda: two.wanted == surplus)


def test_a_session_that_is_ended_gives_up_everything_and_others_take_it(migrated: str) -> None:
    with leases(migrated) as one:
        until(lambda: len(one.wanted) == 12)
        with psycopg.connect(migrated, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'atende-leases' AND datname = current_database()"
            )
        until(lambda: one.wanted == frozenset())
        until(lambda: len(one.wanted) == 12)


def _records(dsn: str) -> list[Entry]:
    log = PostgresLog(dsn)
    reader = log.reader(dict.fromkeys(range(12), 0))
    try:
        return reader.poll(5)
    finally:
        reader.close()
        log.close()
