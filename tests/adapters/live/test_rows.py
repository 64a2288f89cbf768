"""What the views say changed, and what they tell of a commit: the same on tables as in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adapters.live import VIEWS, ChangedRows
from adapters.log.chain import Bookmark
from adapters.views import View, connect, ensure
from adapters.views.rebuild import begin, swap
from adapters.views.view import Changed
from commands.live_ports import Marks
from domain.conversation import ConversationId
from domain.journal import Recorded
from projections.answer import fold
from projections.catalogue import PROJECTIONS
from projections.inbox import INBOX, lists
from projections.transcript import TRANSCRIPT
from tests.adapters.reads.conftest import Known
from tests.adapters.reads.conftest import known as known
from tests.api.live import placed
from tests.luck import examples
from tests.projections.histories import steps, told, walk

pytestmark = pytest.mark.slow

LITTLE = examples(12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def histories(several: Sequence[Any]) -> list[list[Recorded]]:
    return [told(*walk(n).events, stream=f"conversation-c{i}") for i, n in enumerate(several)]


def index_says(dsn: str, ends: Mapping[int, int]) -> None:
    """The index stands so far."""
    with connect(dsn) as connection:
        for p, seq in ends.items():
            connection.execute(
                'INSERT INTO mark (partition, "offset", seq, hash, ordinal) VALUES (%s, %s, %s, %s, %s)',
                (p, seq, seq, bytes(32), seq),
            )


@given(st.lists(steps, min_size=1, max_size=3), st.integers(0, 60))
@LITTLE
def test_rows_that_changed_since_a_position_are_those_whose_last_change_came_later(
    known: Known, several: Any, since: int
) -> None:
    known.forget()
    facts = known.fold(*histories(several), only=VIEWS)
    marks = dict.fromkeys(range(len(several)), since)
    ids = [ConversationId(f"c{i}") for i in range(len(several))]

    async def ask(pool: Any) -> Any:
        rows = ChangedRows(pool)
        return (
            await rows.conversations_since(marks, 1000),
            await rows.lines_since(marks, ids[:1], 1000),
            await rows.conversations(ids),
            await rows.lines([(key[0], key[1]) for key in placed(TRANSCRIPT, facts)]),
        )

    conversations, lines, all_conversations, all_lines = known.ask(ask)
    in_memory = {k: v for k, v in placed(INBOX, facts).items() if v[0].episode}
    later = [v for v in in_memory.values() if v[1].ordinal > since]
    assert sorted(conversations, key=_key) == sorted(later, key=_key)
    assert sorted(all_conversations, key=_key) == sorted(in_memory.values(), key=_key)
    of_first = [
        (row, at)
        for row, at in placed(TRANSCRIPT, facts).values()
        if row.conversation_id == "c0" and at.ordinal > since
    ]
    assert sorted(lines, key=_key) == sorted(of_first, key=_key)
    assert sorted(all_lines, key=_key) == sorted(placed(TRANSCRIPT, facts).values(), key=_key)


def _key(found: Any) -> Any:
    return found[0].conversation_id, getattr(found[0], "line_id", "")


def test_more_than_the_limit_is_not_told_in_part(known: Known) -> None:
    known.fold(*histories([[(1, 1), (1, 1)], [(1, 1)]]), only=VIEWS)

    async def ask(pool: Any) -> Any:
        rows = ChangedRows(pool)
        return [await rows.conversations_since({0: 0, 1: 0}, limit) for limit in (1, 2)]

    too_many, enough = known.ask(ask)
    assert too_many is None
    assert len(enough) == 2


def test_standing_tells_how_far_how_late_and_which_building(migrated: str) -> None:
    known = Known(migrated)
    ensure(migrated, list(PROJECTIONS.values()))
    known.fold(*histories([[(1, 1), (1, 1)]]), only=VIEWS)
    length = len(histories([[(1, 1), (1, 1)]])[0])
    index_says(migrated, {0: length + 3, 5: 2})

    async def ask(pool: Any) -> Any:
        return await ChangedRows(pool).standing()

    standing = known.ask(ask)
    assert standing.marks == {view: {0: length, 5: 0} for view in VIEWS}
    assert standing.behind == 3
    begin(migrated, INBOX)
    with connect(migrated) as connection:
        View(INBOX, lambda: connection, spare=True).apply([], {0: Bookmark(length, bytes(32), length)})
    swap(migrated, INBOX)
    assert known.ask(ask).generation != standing.generation


# What a view tells of its commits


@dataclass
class Heard:
    stood: list[tuple[str, Marks]] = field(default_factory=list)
    moves: list[tuple[str, Marks, list[Changed]]] = field(default_factory=list)

    def stands(self, view: str, marks: Marks) -> None:
        self.stood.append((view, dict(marks)))

    def moved(self, view: str, marks: Marks, rows: Sequence[Changed]) -> None:
        self.moves.append((view, dict(marks), list(rows)))


@given(steps, st.lists(st.integers(1, 20), min_size=1, max_size=5))
@LITTLE
def test_a_view_tells_every_row_that_changed_as_it_was_and_as_it_is(
    known: Known, numbers: Any, sizes: list[int]
) -> None:
    known.forget()
    history, heard = histories([numbers])[0], Heard()
    with connect(known.dsn) as connection:
        view = View(INBOX, lambda: connection, told=heard)
        at, before = 0, dict[Any, Any]()
        for size in [*sizes, 10_000]:
            batch = history[at : at + size]
            if not batch:
                break
            at += len(batch)
            told_before = len(heard.moves)
            assert view.apply(batch, {0: Bookmark(at, bytes(32), at)})
            after = fold(INBOX, history[:at])
            changed = {k: (before.get(k), v) for k, v in after.items() if before.get(k) != v}
            rows = [row for _, _, rows in heard.moves[told_before:] for row in rows]
            assert {r.key: (r.before, r.after) for r in rows if r.before != r.after} == changed
            assert all(marks == {0: at} for _, marks, _ in heard.moves[told_before:])
            before = after
    assert heard.stood == ([("inbox", {})] if history else [])


def test_a_view_that_was_overtaken_says_where_it_stands_now(known: Known) -> None:
    history, heard = histories([[(1, 1), (1, 1)]])[0], Heard()
    marks = {0: Bookmark(len(history), bytes(32), len(history))}
    with connect(known.dsn) as one, connect(known.dsn) as other:
        late = View(INBOX, lambda: one, told=heard)
        assert late.bookmarks() == {}
        assert View(INBOX, lambda: other).apply(history, marks)
        assert not late.apply(history, marks)
        assert heard.moves == []
        late.bookmarks()
        assert heard.stood == [("inbox", {}), ("inbox", {0: len(history)})]


def test_a_conversation_stands_in_the_lists_of_its_stage() -> None:
    assert lists(None) == ()
    for row in fold(INBOX, histories([[(1, 1)] * 5])[0]).values():
        assert lists(row)[0] in ("automation", "waiting", "in_service", "closed")
