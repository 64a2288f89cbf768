"""Rows and bookmark move together, whatever the batches, the cache, and whoever else is at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from psycopg import sql

from adapters.log.chain import Bookmark
from adapters.log.index import Mark
from adapters.log.memory import MemoryLog
from adapters.views import ProjectionStopped, View, connect, ensure, retire
from adapters.views.follower import BoundedFollower
from adapters.views.ground import in_turns
from adapters.views.rebuild import NotComparable, abandon, begin, compare, held, stands, swap
from adapters.views.tables import names
from domain import agent, channel, conversation, delivery, queue
from domain.channel import ChannelId
from domain.journal import Position, Recorded
from domain.queue import QueueId
from projections.answer import Key, Projection, columns, fold
from projections.catalogue import PROJECTIONS
from projections.inbox import INBOX
from projections.queues import QUEUES
from projections.stints import STINTS
from tests.luck import examples
from tests.projections.histories import START, recorded, steps, told, walk

LITTLE = examples(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
Many = list[list[tuple[int, int]]]

LIVE = f"view_{INBOX.name}_v{INBOX.version}"


@pytest.fixture
def ground(database: str) -> str:
    ensure(database, list(PROJECTIONS.values()))
    return database


@pytest.fixture
def view_of(ground: str) -> Iterator[Callable[..., View]]:
    """Makes views on the database of the test, and closes them after it."""
    made: list[View] = []

    def make(projection: Projection[Any], **options: Any) -> View:
        made.append(View(projection, lambda: connect(ground), **options))
        return made[-1]

    yield make
    for view in made:
        view.close()


def laid_out(histories: Sequence[Sequence[Recorded]]) -> list[Recorded]:
    """Each history in a partition of its own, then all one after another by turns, with their ordinals."""
    facts: list[Recorded] = []
    for n in range(max(map(len, histories), default=0)):
        facts += [
            replace(history[n], position=Position(p, n + 1))
            for p, history in enumerate(histories)
            if n < len(history)
        ]
    return facts


def after(batch: Sequence[Recorded]) -> dict[int, Bookmark]:
    """Where the partitions stand after a batch; one record per event."""
    ends = {fact.position.partition: fact.position.ordinal for fact in batch}
    return {p: Bookmark(n, n.to_bytes(32, "big"), n) for p, n in ends.items()}


def cut(facts: Sequence[Recorded], sizes: Sequence[int]) -> Iterator[Sequence[Recorded]]:
    at = 0
    for size in sizes:
        yield facts[at : at + size]
        at += size
    yield facts[at:]


def rows_in(dsn: str, view: View) -> dict[Key, Any]:
    """What the table holds, as rows."""
    load = view.table.loader()
    with connect(dsn) as connection:
        found = connection.execute(
            sql.SQL("SELECT {} FROM {}").format(names(view.table.stored), view.table.identifier)
        ).fetchall()
    rows = [load(tuple(values[2:])) for values in found]
    return {tuple(getattr(row, name) for name in row.KEY): row for row in rows}


def empty(dsn: str) -> None:
    with connect(dsn) as connection:
        for projection in PROJECTIONS.values():
            connection.execute(f"TRUNCATE view_{projection.name}_v{projection.version}")
        connection.execute("TRUNCATE view_bookmark")


@given(
    st.lists(steps, min_size=1, max_size=3),
    st.lists(st.integers(1, 30), max_size=6),
    st.sampled_from([2, 500]),
)
@LITTLE
def test_the_tables_hold_what_the_folds_say_however_the_log_is_cut_and_whatever_is_remembered(
    ground: str, several: Many, sizes: list[int], cached: int
) -> None:
    empty(ground)
    facts = laid_out([told(*walk(n).events, stream=f"conversation-c{i}") for i, n in enumerate(several)])
    for projection in (p for p in PROJECTIONS.values() if conversation.Opened in p.wakes):
        view = View(projection, lambda: connect(ground), cached=cached)
        for batch in cut(facts, sizes):
            assert view.apply(batch, after(batch))
        assert rows_in(ground, view) == fold(projection, facts)
        assert view.bookmarks() == (after(facts) if facts else {})
        view.close()


SMALL_LISTS: list[tuple[str, list[Any]]] = [
    ("queues", told(queue.Created("Suporte"), queue.Renamed("Técnico"), queue.Retired(), stream="queue-q")),
    (
        "agents",
        told(
            agent.Welcomed("Ana"),
            agent.Renamed("Ana Lima"),
            agent.Deactivated(),
            agent.Reactivated(),
            stream="agent-ana",
        ),
    ),
    ("channels", told(channel.Connected("Loja", "meta", "123", QueueId("geral")), stream="channel-loja")),
    (
        "deliveries",
        told(
            delivery.Received(ChannelId("loja"), ({"event": "message"}, {"event": "status"}), "raw", START),
            delivery.Settled((delivery.Outcome(0, "accepted"), delivery.Outcome(1, "parked", "early"))),
            stream="delivery-d",
        ),
    ),
]


@pytest.mark.parametrize(("name", "facts"), SMALL_LISTS, ids=[name for name, _ in SMALL_LISTS])
def test_small_lists_are_kept_too(
    ground: str, view_of: Callable[..., View], name: str, facts: list[Any]
) -> None:
    view = view_of(PROJECTIONS[name])
    for fact in facts:
        assert view.apply([fact], after([fact]))
    assert rows_in(ground, view) == fold(PROJECTIONS[name], facts)
    assert len(rows_in(ground, view)) == 1


def test_every_row_remembers_the_last_event_folded_into_it(ground: str, view_of: Callable[..., View]) -> None:
    facts = told(queue.Created("Suporte"), queue.Retired(), stream="queue-q")
    noise = recorded(agent.Welcomed("Ana"), 1, stream="agent-ana", ordinal=3)
    assert view_of(QUEUES).apply([*facts, noise], after([noise]))
    stored = f"view_queues_v{QUEUES.version}"
    with connect(ground) as connection:
        assert connection.execute(f"SELECT partition, ordinal FROM {stored}".encode()).fetchall() == [(0, 2)]


def test_what_was_folded_is_passed_over_when_it_is_read_again(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(*walk([(0, 1), (0, 2), (0, 3)]).events)
    view_of(INBOX).apply(facts, after(facts))
    again = view_of(INBOX)
    assert again.apply(facts, after(facts))
    assert again.apply([*facts, *told()], after(facts))
    [row] = rows_in(ground, again).values()
    assert row.unread == 3


def test_of_two_followers_one_is_overtaken_and_goes_on_from_where_the_other_stands(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(*walk([(0, 1), (0, 2), (0, 3), (6, 0), (8, 1)]).events)
    one, other = view_of(INBOX), view_of(INBOX)
    assert one.apply(facts[:2], after(facts[:2]))
    assert other.bookmarks() == after(facts[:2])
    assert one.apply(facts[2:4], after(facts[2:4]))
    assert not other.apply(facts[2:3], after(facts[2:3]))
    assert other.bookmarks() == after(facts[:4])
    assert other.apply(facts[2:], after(facts))
    assert not one.apply(facts[4:], after(facts))
    assert rows_in(ground, one) == fold(INBOX, facts)


def test_two_followers_that_both_start_from_nothing_do_not_both_write(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(queue.Created("Suporte"), stream="queue-q")
    one, other = view_of(QUEUES), view_of(QUEUES)
    assert (one.bookmarks(), other.bookmarks()) == ({}, {})
    assert one.apply(facts, after(facts))
    assert not other.apply(facts, after(facts))
    assert other.bookmarks() == after(facts)


@pytest.mark.slow  # the database has five seconds of patience
def test_a_follower_frozen_in_the_middle_of_a_batch_holds_up_nobody_and_goes_on_from_where_the_other_stands(
    ground: str, view_of: Callable[..., View]
) -> None:
    frozen, thaw = threading.Event(), threading.Event()

    def freezes(row: Any, fact: Recorded) -> Any:
        if not thaw.is_set():
            frozen.set()
            thaw.wait(60)
        return QUEUES.evolve(row, fact)

    def follow() -> None:
        with pytest.raises(psycopg.OperationalError):
            one.apply(facts, after(facts))

    facts = told(queue.Created("Suporte"), queue.Renamed("Reparo"), stream="queue-q")
    one, other = view_of(replace(QUEUES, evolve=freezes)), view_of(QUEUES)
    thread = threading.Thread(target=follow)
    thread.start()
    assert frozen.wait(10)
    while not other.apply(facts, after(facts)):
        other.forget()
    thaw.set()
    thread.join()
    assert one.apply(facts, after(facts))
    assert rows_in(ground, one) == fold(QUEUES, facts)


def test_a_fold_that_raises_stops_the_view_names_the_event_and_writes_nothing(
    ground: str, view_of: Callable[..., View]
) -> None:
    def raises(row: Any, fact: Recorded) -> Any:
        if isinstance(fact.event, queue.Retired):
            raise KeyError("Maria da Silva, 11 98765-4321")
        return QUEUES.evolve(row, fact)

    facts = told(queue.Created("Suporte"), queue.Retired(), stream="queue-q")
    view = view_of(replace(QUEUES, evolve=raises))
    with pytest.raises(ProjectionStopped) as stopped:
        view.apply(facts, after(facts))
    assert stopped.value.position == Position(0, 2)
    assert "queue.Retired" in str(stopped.value)
    assert "KeyError" in str(stopped.value)
    assert "Maria" not in str(stopped.value)
    assert rows_in(ground, view) == {}
    assert view_of(QUEUES).bookmarks() == {}


def test_a_view_whose_connection_was_cut_goes_on_with_the_next_call(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(*walk([(0, 1), (0, 2), (0, 3)]).events)
    view = view_of(INBOX)
    assert view.apply(facts[:2], after(facts[:2]))
    with connect(ground) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(psycopg.OperationalError):
        view.apply(facts[2:], after(facts))
    assert view.apply(facts[2:], after(facts))
    assert rows_in(ground, view) == fold(INBOX, facts)


def test_views_that_take_turns_share_a_connection_and_the_next_after_it_was_cut(ground: str) -> None:
    opened = list[psycopg.Connection[tuple[Any, ...]]]()

    def connected() -> psycopg.Connection[tuple[Any, ...]]:
        opened.append(connect(ground))
        return opened[-1]

    facts = told(queue.Created("Suporte"), queue.Retired(), stream="queue-q")
    shared = in_turns(connected)
    views = [View(QUEUES, shared), View(INBOX, shared)]
    for view in views:
        assert view.apply(facts[:1], after(facts[:1]))
    assert len(opened) == 1
    with connect(ground) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (opened[0].info.backend_pid,))
    with pytest.raises(psycopg.OperationalError):
        views[0].apply(facts, after(facts))
    for view in views:
        assert view.apply(facts, after(facts))
        assert view.bookmarks() == after(facts)
    assert rows_in(ground, views[0]) == fold(QUEUES, facts)
    assert len(opened) == 2
    for view in views:
        view.close()
    assert opened[1].closed


def test_making_the_ground_twice_changes_nothing(ground: str, view_of: Callable[..., View]) -> None:
    facts = told(queue.Created("Suporte"), stream="queue-q")
    view_of(QUEUES).apply(facts, after(facts))
    ensure(ground, list(PROJECTIONS.values()))
    assert len(rows_in(ground, view_of(QUEUES))) == 1


def test_an_older_version_stays_until_the_new_one_has_come_as_far(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(queue.Created("Suporte"), queue.Renamed("Técnico"), stream="queue-q")
    view_of(QUEUES).apply(facts, after(facts))
    newer = replace(QUEUES, version=QUEUES.version + 1)
    ensure(ground, [newer])
    assert retire(ground, [newer]) == []
    view = view_of(newer)
    view.apply(facts[:1], after(facts[:1]))
    assert retire(ground, [newer]) == []
    view.apply(facts[1:], after(facts))
    assert retire(ground, [newer]) == [f"view_queues_v{QUEUES.version}"]
    assert retire(ground, [newer]) == []
    assert rows_in(ground, view) == fold(newer, facts)


# Rebuilding


def followed(view: View, facts: Sequence[Recorded]) -> View:
    assert view.apply(facts, after(facts))
    return view


def test_a_view_built_anew_is_the_same_and_can_take_the_place_of_the_live_one(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(*walk([(0, 1), (4, 6), (5, 0), (6, 0), (8, 1), (10, 0), (13, 1)]).events)
    live = followed(view_of(INBOX), facts)
    before = indexes(ground, LIVE)
    assert before
    begin(ground, INBOX)
    assert compare_or_none(ground) is None
    followed(view_of(INBOX, spare=True), facts)
    assert compare(ground, INBOX).identical
    swap(ground, INBOX)
    assert rows_in(ground, live) == fold(INBOX, facts)
    assert indexes(ground, LIVE) == before
    assert indexes(ground, f"{LIVE}_new") == set()


def test_a_bounded_follower_stands_exactly_where_it_may_and_goes_on_when_it_may_go_further(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(*walk([(0, 1), (0, 2), (0, 3), (6, 0), (8, 1)]).events)
    bound, end = after(facts[:3]), after(facts)
    view = view_of(INBOX)
    follower = BoundedFollower(view, MemoryLog(uuid4(), 1), bound)
    marks = {p: Mark(0, *mark) for p, mark in end.items()}
    follower.follow(facts, marks)
    assert view.bookmarks() == bound
    assert rows_in(ground, view) == fold(INBOX, facts[:3])
    for partition, bookmark in end.items():
        follower.may_go(partition, bookmark)
    assert view.bookmarks() == end
    assert rows_in(ground, view) == fold(INBOX, facts)


def test_a_bounded_follower_whose_partition_is_held_up_goes_on_in_the_others(
    ground: str, view_of: Callable[..., View]
) -> None:
    one, other = (told(queue.Created(name), stream=f"queue-{name}") for name in ("a", "b"))
    facts = laid_out([one, other])
    ends = after(facts)
    view = view_of(QUEUES)
    follower = BoundedFollower(view, MemoryLog(uuid4(), 2), {1: ends[1]})
    for fact in facts:
        follower.follow([fact], {p: Mark(0, *mark) for p, mark in after([fact]).items()})
    assert view.bookmarks() == {1: ends[1]}
    follower.may_go(0, ends[0])
    assert view.bookmarks() == ends
    assert rows_in(ground, view) == fold(QUEUES, facts)


def test_stints_built_anew_are_the_same_however_the_log_is_cut(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(*walk([(0, 1), (5, 0), (25, 1), (28, 0), (6, 0), (21, 1), (18, 0), (19, 1)]).events)
    live = view_of(STINTS)
    for at in range(len(facts)):
        assert live.apply(facts[: at + 1], after(facts[: at + 1]))
    assert len(rows_in(ground, live)) > 4
    begin(ground, STINTS)
    followed(view_of(STINTS, spare=True), facts)
    assert compare(ground, STINTS).identical


def test_a_live_view_that_is_held_waits_and_then_goes_on(ground: str, view_of: Callable[..., View]) -> None:
    facts = told(queue.Created("Suporte"), queue.Renamed("Reparo"), stream="queue-q")
    live = followed(view_of(QUEUES), facts[:1])
    thread = threading.Thread(target=live.apply, args=(facts[1:], after(facts)))
    with held(ground, QUEUES, 0) as stands_at:
        assert stands_at == after(facts[:1])[0]
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        assert stands(ground, QUEUES) == after(facts[:1])
    thread.join(10)
    assert stands(ground, QUEUES) == after(facts)


def test_a_row_that_was_changed_by_hand_is_found_and_put_right(
    ground: str, view_of: Callable[..., View]
) -> None:
    facts = told(*walk([(0, 1), (0, 2), (0, 3), (0, 4)]).events)
    live = followed(view_of(INBOX), facts[:-1])
    with connect(ground) as connection:
        connection.execute(sql.SQL("UPDATE {} SET unread = 77").format(sql.Identifier(LIVE)))
    begin(ground, INBOX)
    followed(view_of(INBOX, spare=True), facts[:-1])
    found = compare(ground, INBOX)
    assert (found.identical, found.only_live, found.only_new) == (False, 1, 1)
    swap(ground, INBOX)
    assert not live.apply(facts[-1:], after(facts)), "its memory is of a table that is gone"
    assert live.apply(facts[-1:], after(facts))
    assert rows_in(ground, live) == fold(INBOX, facts)


def test_a_rebuild_may_be_given_up_and_begun_again(ground: str, view_of: Callable[..., View]) -> None:
    facts = told(*walk([(0, 1), (0, 2)]).events)
    begin(ground, INBOX)
    followed(view_of(INBOX, spare=True), facts)
    begin(ground, INBOX)
    assert view_of(INBOX, spare=True).bookmarks() == {}
    abandon(ground, INBOX)
    assert indexes(ground, f"{LIVE}_new") == set()


def compare_or_none(dsn: str) -> object:
    try:
        return compare(dsn, INBOX)
    except NotComparable:
        return None


def indexes(dsn: str, table: str) -> set[str]:
    with connect(dsn) as connection:
        found = connection.execute("SELECT indexname FROM pg_indexes WHERE tablename = %s", (table,))
        return {name for (name,) in found}


# Columns


def test_every_projection_has_a_table_with_a_column_for_each_field(ground: str) -> None:
    with connect(ground) as connection:
        for projection in PROJECTIONS.values():
            found = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                " ORDER BY ordinal_position",
                (f"view_{projection.name}_v{projection.version}",),
            ).fetchall()
            assert [name for (name,) in found] == ["partition", "ordinal", *columns(projection.row)]
