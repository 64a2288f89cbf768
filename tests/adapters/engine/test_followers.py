"""Policies and couriers when what they need is away, or when they break: nothing skipped, nothing parked for
want of a machine."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from adapters.engine.bookmarks import Bookmarks
from adapters.engine.feed import Feed
from adapters.engine.followers import TURNS, CourierFollower, PolicyFollower
from adapters.engine.inbox import EmbeddedInbox
from adapters.log.index import Mark
from adapters.log.port import LogUnavailable
from adapters.log.postgres import PostgresLog
from commands.intention import Command, caused_by, process_id
from commands.ports import Decision, Unavailable
from commands.roles import Courier, Policy
from domain.journal import Recorded
from tests.adapters.engine.test_feed import until
from tests.adapters.engine.till import Paid, Pay, a_pay, archive, running


@contextmanager
def a_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def carried(
    log: PostgresLog,
    inbox: EmbeddedInbox,
    bookmarks: Bookmarks,
    carry: Callable[[Recorded, Any], Any],
    settle: Callable[[Recorded, Sequence[Decision], Any], Any] | None = None,
    gather: Callable[[Sequence[Recorded], Any], Any] | None = None,
) -> Iterator[Feed]:
    """A feed with one courier, until the block ends."""
    stopping = threading.Event()
    with a_loop() as loop:
        courier = Courier("carrier", (Paid,), carry, settle, gather)
        follower = CourierFollower(courier, None, inbox, bookmarks, archive(), loop, stopping.is_set)
        feed = Feed(log, archive(), [follower])
        feed.start()
        try:
            yield feed
        finally:
            stopping.set()
            feed.stop()


def test_a_courier_waits_for_what_is_away_and_parks_nothing(migrated: str) -> None:
    looked = list[str]()

    async def carry(fact: Recorded, ports: Any) -> list[Command]:
        looked.append(fact.stream)
        if len(looked) < 3:
            raise Unavailable
        return []

    log = PostgresLog(migrated)
    with running(log, migrated) as inbox, closing(Bookmarks(migrated)) as bookmarks:
        inbox.submit_now([a_pay()])
        with carried(log, inbox, bookmarks, carry):
            until(lambda: came(migrated) == 1)
        assert bookmarks.parked() == []
    assert len(looked) == 3


def test_a_courier_that_hears_a_no_may_want_something_else_and_ends_after_some_turns(migrated: str) -> None:
    heard = list[int]()

    async def carry(fact: Recorded, ports: Any) -> list[Command]:
        return [a_pay("on")] if fact.root == "one" else []

    async def settle(fact: Recorded, decisions: Sequence[Decision], ports: Any) -> list[Command]:
        heard.append(len(decisions))
        return [a_pay("on")]

    log = PostgresLog(migrated)
    with running(log, migrated) as inbox, closing(Bookmarks(migrated)) as bookmarks:
        inbox.submit_now([a_pay()])
        with carried(log, inbox, bookmarks, carry, settle):
            until(lambda: len(heard) == TURNS)
            until(lambda: came(migrated) >= 1)
    assert heard == [1] * TURNS


def test_a_courier_that_gathers_goes_once_for_all_that_came_while_it_was_out(migrated: str) -> None:
    trips, may_come_back = list[list[str]](), threading.Event()

    async def carry(fact: Recorded, ports: Any) -> list[Command]:
        raise AssertionError("nobody goes alone")

    async def gather(facts: Sequence[Recorded], ports: Any) -> list[Command]:
        trips.append([fact.root for fact in facts])
        await asyncio.to_thread(may_come_back.wait, 60)
        return []

    log = PostgresLog(migrated)
    with running(log, migrated) as inbox, closing(Bookmarks(migrated)) as bookmarks:
        with carried(log, inbox, bookmarks, carry, gather=gather) as feed:
            inbox.submit_now([a_pay("first")])
            until(lambda: trips == [["first"]])
            inbox.submit_now([a_pay(f"till{n}") for n in range(5)])
            until(lambda: feed.facts == 6)
            assert len(trips) == 1
            may_come_back.set()
            until(lambda: came(migrated) == 6)
        assert bookmarks.parked() == []
    assert len(trips) == 2
    assert sorted(trips[1]) == [f"till{n}" for n in range(5)]


def test_what_breaks_a_gathered_trip_is_parked_alone(migrated: str) -> None:
    alone = list[str]()

    async def carry(fact: Recorded, ports: Any) -> list[Command]:
        alone.append(fact.root)
        if fact.root == "bad":
            raise ValueError
        return []

    async def gather(facts: Sequence[Recorded], ports: Any) -> list[Command]:
        if any(fact.root == "bad" for fact in facts):
            raise ValueError
        return []

    log = PostgresLog(migrated)
    with running(log, migrated) as inbox, closing(Bookmarks(migrated)) as bookmarks:
        inbox.submit_now([a_pay("good"), a_pay("bad")])
        with carried(log, inbox, bookmarks, carry, gather=gather):
            until(lambda: came(migrated) == 2)
        parked = [(p.stream, p.reason) for p in bookmarks.parked()]
    assert parked == [("till-bad", "ValueError")]
    assert "bad" in alone


def came(dsn: str) -> int:
    """How many events the courier has left behind, as written down."""
    with closing(Bookmarks(dsn)) as bookmarks:
        return sum(mark.ordinal for mark in bookmarks.marks("carrier").values())


class Forgetful(Bookmarks):
    """Cannot park anything the first time."""

    refused = 0

    def park(self, follower: str, facts: Sequence[tuple[Recorded, str, str]]) -> None:
        if not self.refused:
            self.refused += 1
            raise LogUnavailable
        super().park(follower, facts)


def test_what_a_courier_could_not_park_is_parked_before_it_moves_on(migrated: str) -> None:
    log = PostgresLog(migrated)
    with running(log, migrated) as inbox, closing(Forgetful(migrated)) as bookmarks, a_loop() as loop:
        inbox.submit_now([a_pay()])

        async def carry(fact: Recorded, ports: Any) -> list[Command]:
            raise ValueError

        follower = CourierFollower(
            Courier("carrier", (Paid,), carry), None, inbox, bookmarks, archive(), loop, lambda: False
        )
        feed = Feed(log, archive(), [follower])
        feed.start()
        until(lambda: bookmarks.refused == 1)
        feed.stop()
        follower.settle()
        parked = [(p.stream, p.version, p.reason) for p in bookmarks.parked()]
    assert parked == [("till-one", 1, "ValueError")]


def pays_on(recorded: Recorded) -> list[Command]:
    if recorded.root == "on":
        return []
    return [
        Pay(
            id=process_id(recorded, "payer", "Pay"),
            cause=caused_by(recorded, "payer"),
            till="on",
            coins=recorded.event.coins,
        )
    ]


def test_an_event_that_breaks_the_settling_is_parked_and_the_others_go_on(migrated: str) -> None:
    log, settled = PostgresLog(migrated), list[str]()

    def settle(recorded: Recorded, decisions: Sequence[Decision]) -> list[Command]:
        if recorded.root == "bad":
            raise ZeroDivisionError
        settled.append(recorded.root)
        return []

    with running(log, migrated) as inbox, closing(Bookmarks(migrated)) as bookmarks:
        inbox.submit_now([a_pay("bad"), a_pay("good")])
        policy = Policy("payer", (Paid,), pays_on, settle)
        feed = Feed(log, archive(), [PolicyFollower(policy, inbox, bookmarks, archive())])
        feed.start()
        until(lambda: not feed.alive or ("good" in settled and feed.idle.is_set()))
        feed.stop()
        parked = [(p.stream, p.reason) for p in bookmarks.parked()]
    assert feed.error is None
    assert parked == [("till-bad", "ZeroDivisionError")]


def test_the_bookmarks_of_several_threads_are_kept_on_one_connection(migrated: str) -> None:
    names = [f"follower-{n}" for n in range(8)]

    def moves(name: str) -> dict[int, Mark]:
        for seq in range(1, 30):
            bookmarks.move(name, {0: Mark(seq, seq, bytes(32), seq)})
        return bookmarks.marks(name)

    with closing(Bookmarks(migrated)) as bookmarks, ThreadPoolExecutor(len(names)) as threads:
        ended = list(threads.map(moves, names))
        with psycopg.connect(migrated) as connection:
            told = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            ).fetchone()
    assert [marks[0].seq for marks in ended] == [29] * len(names)
    assert told == (2,)  # theirs, and the one that counts
