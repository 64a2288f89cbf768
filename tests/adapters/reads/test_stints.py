"""What the database says of a moment is what the rows say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adapters.reads import BadCursor, Reads, stints
from adapters.views.ground import connect
from domain.journal import Recorded
from projections.answer import fold
from projections.stints import SERVED, STANDS, STINTS, Depth, Row, lasted, tally
from tests.luck import examples
from tests.projections.histories import QUEUES, START, steps, told, walk

LITTLE = examples(12, suppress_health_check=[HealthCheck.function_scoped_fixture])
STEP = timedelta(minutes=5)


def histories(several: list[list[tuple[int, int]]], pace: int) -> list[list[Recorded]]:
    """An event every so many seconds."""
    return [
        [
            replace(fact, at=START + timedelta(seconds=n * pace))
            for n, fact in enumerate(told(*walk(numbers).events, stream=f"conversation-c{c}"))
        ]
        for c, numbers in enumerate(several)
    ]


def stood(rows: list[Row], moment: datetime) -> list[Row]:
    here = [row for row in rows if row.queue_id == QUEUES[0] and row.state in STANDS and lasted(row, moment)]
    return sorted(here, key=lambda row: (row.state in SERVED, row.since, row.conversation_id))


@given(st.lists(steps, min_size=1, max_size=5), st.integers(1, 240), st.integers(0, 4_000))
@LITTLE
def test_a_queue_stood_as_its_stints_say(
    known: Any, several: list[list[tuple[int, int]]], pace: int, seconds: int
) -> None:
    known.forget()
    facts = histories(several, pace)
    known.fold(*facts, only=["stints"])
    rows = list(fold(STINTS, [fact for history in facts for fact in history]).values())
    moment = START + timedelta(seconds=seconds)
    here = stood(rows, moment)
    page = known.ask(lambda pool: Reads(pool).stood(QUEUES[0], moment, limit=50))
    assert (list(page.rows), page.next) == (here, None)
    assert known.ask(lambda pool: Reads(pool).tally(QUEUES[0], moment)) == tally(here, moment)

    until = START + timedelta(hours=1, seconds=seconds % 300)
    looks = [START + n * STEP for n in range(13)]
    depths = [Depth(at, *tally(stood(rows, at), at)[:2]) for at in looks]
    changes = [depth for n, depth in enumerate(depths) if n == 0 or depth[1:] != depths[n - 1][1:]]
    assert known.ask(lambda pool: Reads(pool).depths(QUEUES[0], START, until, STEP)) == changes


@given(st.lists(steps, min_size=3, max_size=6), st.integers(0, 2_000))
@LITTLE
def test_pages_hold_each_row_once_and_in_order(
    known: Any, several: list[list[tuple[int, int]]], seconds: int
) -> None:
    known.forget()
    known.fold(*histories(several, 60), only=["stints"])
    moment = START + timedelta(seconds=seconds)

    async def in_pages(pool: Any) -> list[Row]:
        rows, after = [], None
        while True:
            page = await Reads(pool).stood(QUEUES[0], moment, limit=1, after=after)
            rows += page.rows
            after = page.next
            if after is None:
                return rows

    async def way(pool: Any) -> list[Row]:
        rows, after = [], None
        while True:
            page = await Reads(pool).stints("c0", limit=2, after=after)
            rows += page.rows
            after = page.next
            if after is None:
                return rows

    whole = known.ask(lambda pool: Reads(pool).stood(QUEUES[0], moment, limit=50))
    assert known.ask(in_pages) == list(whole.rows)
    assert known.ask(way) == list(known.ask(lambda pool: Reads(pool).stints("c0")).rows)


@pytest.mark.parametrize("word", ["x", "WzFd", "WyJhIl0"])
def test_a_cursor_of_another_list_is_none_of_these(known: Any, word: str) -> None:
    with pytest.raises(BadCursor):
        known.ask(lambda pool: Reads(pool).stood(QUEUES[0], START, after=word))
    if word != "WzFd":
        with pytest.raises(BadCursor):
            known.ask(lambda pool: Reads(pool).stints("c0", after=word))


def test_a_moment_is_found_without_looking_at_every_stint_there_ever_was(known: Any) -> None:
    asked = {
        "queue": QUEUES[0],
        "moment": START,
        "start": START,
        "until": START + STEP,
        "step": 300.0,
        "after": None,
        "since": START,
        "served": False,
        "limit": 1,
    }
    with connect(known.dsn) as connection:
        connection.execute("SET LOCAL enable_seqscan = off")
        looking = psycopg.ClientCursor(connection)
        for question in (stints._TALLY, stints._PAGE, stints._DEPTHS):
            plan = looking.execute(f"EXPLAIN {question.as_string(connection)}", asked).fetchall()
            assert "view_stints_v1_lasted" in str(plan)
