"""Followers of the log: everything once, in order, from their own bookmarks; poison put aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from uuid import uuid4

import psycopg
import pytest

from adapters.engine.bookmarks import Bookmarks
from adapters.engine.feed import Feed
from adapters.engine.followers import PolicyFollower
from adapters.log.chain import Halted
from adapters.log.index import Mark
from adapters.log.memory import MemoryLog
from adapters.log.port import LogUnavailable
from adapters.log.postgres import PostgresLog
from commands.intention import Command, caused_by, process_id
from commands.ports import Accepted, Decision
from commands.roles import Policy
from domain.journal import Recorded
from tests.adapters.engine.till import Emptied, Paid, Pay, a_pay, an_empty, archive, running


class Diary:
    """A follower that writes down what it is handed, and may be told to be away."""

    def __init__(self, name: str = "diary", marks: Mapping[int, Mark] | None = None) -> None:
        self.name, self.wakes = name, frozenset({Paid, Emptied})
        self._marks = dict(marks or {})
        self.facts: list[Recorded] = []
        self.refuse = 0

    def marks(self) -> Mapping[int, Mark]:
        return self._marks

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        if self.refuse:
            self.refuse -= 1
            raise LogUnavailable
        self.facts.extend(facts)
        self._marks |= marks

    def rest(self) -> None:
        self.rested = True


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def orders(facts: Sequence[Recorded]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for fact in facts:
        found.setdefault(fact.position.partition, []).append(fact.position.ordinal)
    return found


def test_a_follower_hears_everything_once_and_in_order(migrated: str) -> None:
    log, diary = PostgresLog(migrated), Diary()
    feed = Feed(log, archive(), [diary])
    with running(log, migrated) as inbox:
        inbox.submit_now([a_pay(f"till{n % 10}") for n in range(100)])
        feed.start()
        inbox.submit_now([a_pay(f"till{n % 10}") for n in range(100)])
        until(lambda: len(diary.facts) >= 200)
        feed.stop()
    for ordinals in orders(diary.facts).values():
        assert ordinals == list(range(1, len(ordinals) + 1))
    first = diary.facts[0]
    assert (first.cause.actor, first.cause.correlation, first.event.words) == (
        "agent:ana",
        "correlation-1",
        "thank you",
    )


def test_two_followers_each_go_on_from_their_own_bookmark(migrated: str) -> None:
    log, early = PostgresLog(migrated), Diary("early")
    with running(log, migrated) as inbox:
        inbox.submit_now([a_pay(f"till{n % 10}") for n in range(50)])
        feed = Feed(log, archive(), [early])
        feed.start()
        until(lambda: len(early.facts) == 50)
        feed.stop()
        late, goes_on = Diary("late"), Diary("goes on", early.marks())
        inbox.submit_now([a_pay(f"till{n % 10}") for n in range(50)])
        feed = Feed(log, archive(), [late, goes_on], limit=7)
        feed.start()
        until(lambda: len(late.facts) == 100 and len(goes_on.facts) == 50)
        feed.stop()
    assert orders(late.facts) == {
        p: list(range(1, len(ordinals) + 1)) for p, ordinals in orders(late.facts).items()
    }
    assert orders(early.facts + goes_on.facts) == orders(late.facts)


def test_a_follower_that_was_away_is_handed_the_same_again(migrated: str) -> None:
    log, diary = PostgresLog(migrated), Diary()
    diary.refuse = 3
    feed = Feed(log, archive(), [diary])
    with running(log, migrated) as inbox:
        inbox.submit_now([a_pay(f"till{n}") for n in range(20)])
        feed.start()
        until(lambda: len(diary.facts) >= 20)
        feed.stop()
    assert len(diary.facts) == 20


def test_a_changed_record_stops_the_feed(migrated: str) -> None:
    log, diary = MemoryLog(uuid4(), 12), Diary()
    with running(log, migrated) as inbox:
        for _ in range(3):
            (answer,) = inbox.submit_now([a_pay()])
    records = log.records[answer.position.partition]
    records[1] = records[1].replace(b'"coins":1', b'"coins":2')
    feed = Feed(log, archive(), [diary])
    feed.start()
    until(lambda: not feed.alive)
    assert isinstance(feed.error, Halted)
    assert feed.error.after.seq == 2 or feed.error.after.seq == 1
    assert len(diary.facts) < 3


def test_noise_in_the_log_is_passed_over(migrated: str) -> None:
    log, diary = MemoryLog(uuid4(), 12), Diary()
    with running(log, migrated) as inbox:
        (answer,) = inbox.submit_now([a_pay()])
        mine = log.records[answer.position.partition]
        inbox.submit_now([a_pay()])
    mine.insert(1, b"somebody else's noise" * 10)
    mine.insert(2, mine[0])
    feed = Feed(log, archive(), [diary])
    feed.start()
    until(lambda: len(diary.facts) == 2)
    feed.stop()
    assert feed.error is None


def pays_back(recorded: Recorded) -> list[Command]:
    match recorded.event:
        case Paid(coins=13):
            raise ValueError("an unlucky number")
        case Paid() if not recorded.root.startswith("back-"):
            return [
                Pay(
                    id=process_id(recorded, "payback", "Pay"),
                    cause=caused_by(recorded, "payback"),
                    till=f"back-{recorded.root}",
                    coins=1,
                )
            ]
    return []


def settled(log: list[tuple[str, int]]) -> Callable[[Recorded, Sequence[Decision]], list[Command]]:
    def settle(recorded: Recorded, decisions: Sequence[Decision]) -> list[Command]:
        log.extend((recorded.stream, len(d.events)) for d in decisions if isinstance(d, Accepted))
        return []

    return settle


def paid_back(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM event WHERE stream LIKE 'till-back-%'").fetchone()
    assert row is not None
    return int(row[0])


def test_a_policy_run_twice_wants_the_same_thing_once(migrated: str) -> None:
    log, outcomes = PostgresLog(migrated), list[tuple[str, int]]()
    policy = Policy("payback", (Paid,), pays_back, settled(outcomes))
    with running(log, migrated) as inbox:
        inbox.submit_now([a_pay(f"till{n}") for n in range(30)])
        for _ in range(2):
            bookmarks = Bookmarks(migrated)
            feed = Feed(log, archive(), [PolicyFollower(policy, inbox, bookmarks, archive())])
            feed.start()
            until(feed.idle.is_set)
            feed.stop()
            bookmarks.close()
            with psycopg.connect(migrated) as connection:
                connection.execute("DELETE FROM bookmark")
    assert paid_back(migrated) == 30
    assert len(outcomes) == 60
    assert {n for _, n in outcomes} == {1}


def test_an_event_that_breaks_a_policy_is_parked_with_the_later_ones_of_its_stream(migrated: str) -> None:
    log = PostgresLog(migrated)
    bookmarks = Bookmarks(migrated)
    policy = Policy("payback", (Paid, Emptied), pays_back)
    with running(log, migrated) as inbox:
        inbox.submit_now([a_pay("bad", 13), a_pay("bad", 1), a_pay("good", 1), an_empty("bad")])
        feed = Feed(log, archive(), [PolicyFollower(policy, inbox, bookmarks, archive())])
        feed.start()
        until(lambda: feed.idle.is_set() and paid_back(migrated) == 1)
        feed.stop()
    assert feed.error is None
    assert [(p.stream, p.version, p.reason) for p in bookmarks.parked()] == [
        ("till-bad", 1, "ValueError"),
        ("till-bad", 2, "behind a parked event"),
        ("till-bad", 3, "behind a parked event"),
    ]
    bookmarks.close()


@pytest.mark.parametrize("times", [1, 3])
def test_bookmarks_never_move_back(migrated: str, times: int) -> None:
    bookmarks = Bookmarks(migrated)
    for _ in range(times):
        bookmarks.move("someone", {3: Mark(9, 8, b"h", 20)})
        bookmarks.move("someone", {3: Mark(5, 4, b"g", 10)})
    assert bookmarks.marks("someone") == {3: Mark(9, 8, b"h", 20)}
    bookmarks.close()


def test_a_log_shorter_than_what_a_follower_has_read_stops_the_feed(migrated: str) -> None:
    log = PostgresLog(migrated)
    with running(log, migrated) as inbox:
        (answer,) = inbox.submit_now([a_pay()])
        ahead = Diary("ahead", {answer.position.partition: Mark(9, 8, b"what was", 20)})
        feed = Feed(log, archive(), [Diary("from the start"), ahead])
        feed.start()
        until(lambda: not feed.alive or feed.idle.is_set())
        feed.stop()
    assert isinstance(feed.error, Halted)
    assert "shorter" in feed.error.reason
