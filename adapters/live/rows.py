"""Rows of the views that changed, with the position that changed them last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, LiteralString, TypeVar

from psycopg import sql

from adapters.reads.asking import Pool, asking
from adapters.reads.sql import Source, source
from commands.live_ports import Marks
from domain.conversation import ConversationId
from domain.journal import Position
from projections import inbox, transcript
from projections.answer import Row
from projections.catalogue import PROJECTIONS

R = TypeVar("R", bound=Row)

INBOX: Final = source(inbox.INBOX)
TRANSCRIPT: Final = source(transcript.TRANSCRIPT)
VIEWS: Final = (inbox.INBOX.name, transcript.TRANSCRIPT.name)
_PLACE: Final[tuple[LiteralString, LiteralString]] = ("t.partition", "t.ordinal")
_SINCE: Final = (
    "JOIN unnest(%(partitions)s::int[], %(ordinals)s::bigint[]) AS m(partition, ordinal)"
    " ON t.partition = m.partition AND t.ordinal > m.ordinal"
)

_CONVERSATIONS: Final = INBOX.select("WHERE t.conversation_id = ANY(%s) AND t.episode > 0", *_PLACE)
_CONVERSATIONS_SINCE: Final = sql.SQL(
    """
    SELECT {columns}, t.partition, t.ordinal
    FROM unnest(%(partitions)s::int[], %(ordinals)s::bigint[]) AS m(partition, ordinal)
    CROSS JOIN LATERAL (
        SELECT * FROM {table} AS v WHERE v.partition = m.partition AND v.ordinal > m.ordinal
        ORDER BY v.ordinal LIMIT %(limit)s
    ) AS t
    LIMIT %(limit)s
    """
).format(columns=INBOX.columns, table=INBOX.identifier)
"""By index in every partition, however many conversations there have ever been."""
_LINES: Final = TRANSCRIPT.select(
    "JOIN unnest(%s::text[], %s::text[]) AS k(conversation_id, line_id)"
    " ON t.conversation_id = k.conversation_id AND t.line_id = k.line_id ORDER BY t.place",
    *_PLACE,
)
_LINES_SINCE: Final = TRANSCRIPT.select(
    f"{_SINCE} WHERE t.conversation_id = ANY(%(conversations)s) ORDER BY t.place LIMIT %(limit)s", *_PLACE
)
_STANDING: Final = """
SELECT v.name, m.partition, coalesce(b.ordinal, 0), coalesce(b.generation, 0),
    greatest(0, m.seq - coalesce(b.seq, 0))
FROM unnest(%s::text[], %s::int[]) AS v(name, version) CROSS JOIN mark m
LEFT JOIN view_bookmark b ON b.name = v.name AND b.version = v.version AND b.partition = m.partition
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the views are: `generation` tells one building of their tables from another, `behind` how many
    records they have not folded yet."""

    marks: Mapping[str, Marks]
    generation: str
    behind: int


class ChangedRows:
    """Every question takes a connection of the pool and gives it back. Raises Unavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def standing(self) -> Standing:
        versions = [PROJECTIONS[name].version for name in VIEWS]
        marks: dict[str, dict[int, int]] = {name: {} for name in VIEWS}
        built, behind = dict.fromkeys(VIEWS, 0), 0
        async with asking(self._pool) as connection:
            found = await connection.execute(_STANDING, (list(VIEWS), versions))
            for name, partition, ordinal, generation, left in await found.fetchall():
                marks[name][partition] = ordinal
                built[name] = max(built[name], generation)
                behind = max(behind, left)
        generation = ".".join(f"{v}.{built[name]}" for name, v in zip(VIEWS, versions, strict=True))
        return Standing(marks, generation, behind)

    async def conversations(self, ids: Sequence[ConversationId]) -> Sequence[tuple[inbox.Row, Position]]:
        async with asking(self._pool) as connection:
            found = await connection.execute(_CONVERSATIONS, (list(ids),), binary=True)
            return [_placed(INBOX, values) for values in await found.fetchall()]

    async def conversations_since(
        self, marks: Marks, limit: int
    ) -> Sequence[tuple[inbox.Row, Position]] | None:
        """What changed since; None when that is more than the limit."""
        async with asking(self._pool) as connection:
            found = await connection.execute(
                _CONVERSATIONS_SINCE, {**_parameters(marks), "limit": limit + 1}, binary=True
            )
            rows = await found.fetchall()
        if len(rows) > limit:
            return None
        return [(row, at) for row, at in (_placed(INBOX, values) for values in rows) if row.episode]

    async def lines(self, keys: Sequence[tuple[str, str]]) -> Sequence[tuple[transcript.Row, Position]]:
        async with asking(self._pool) as connection:
            found = await connection.execute(
                _LINES, ([c for c, _ in keys], [line for _, line in keys]), binary=True
            )
            return [_placed(TRANSCRIPT, values) for values in await found.fetchall()]

    async def lines_since(
        self, marks: Marks, conversations: Sequence[ConversationId], limit: int
    ) -> Sequence[tuple[transcript.Row, Position]] | None:
        """What changed since in these conversations; None when that is more than the limit."""
        async with asking(self._pool) as connection:
            found = await connection.execute(
                _LINES_SINCE,
                {**_parameters(marks), "conversations": list(conversations), "limit": limit + 1},
                binary=True,
            )
            rows = await found.fetchall()
        return None if len(rows) > limit else [_placed(TRANSCRIPT, values) for values in rows]


def _parameters(marks: Marks) -> dict[str, list[int]]:
    return {"partitions": list(marks.keys()), "ordinals": list(marks.values())}


def _placed(of: Source[R], values: tuple[object, ...]) -> tuple[R, Position]:
    partition, ordinal = values[of.width :]
    assert isinstance(partition, int)
    assert isinstance(ordinal, int)
    return of.row(values[: of.width]), Position(partition, ordinal)
