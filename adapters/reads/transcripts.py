"""What was said in a conversation, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from psycopg import sql

from adapters.reads.asking import Connection
from adapters.reads.pages import BadCursor, Page, cursor, read_cursor
from adapters.reads.sql import source
from domain.conversation import ConversationId, MessageId
from projections import transcript
from projections.transcript import Line

TRANSCRIPT: Final = source(transcript.TRANSCRIPT)

_LATEST: Final = TRANSCRIPT.select(
    "WHERE t.conversation_id = %(id)s AND t.line <> %(hidden)s ORDER BY t.place DESC LIMIT %(limit)s"
)
_LATEST_BY: Final = TRANSCRIPT.select(
    "WHERE t.conversation_id = %(id)s AND t.line <> %(hidden)s AND t.at <= %(by)s"
    " ORDER BY t.place DESC LIMIT %(limit)s"
)
_BEFORE: Final = TRANSCRIPT.select(
    "WHERE t.conversation_id = %(id)s AND t.line <> %(hidden)s AND t.place < %(place)s"
    " ORDER BY t.place DESC LIMIT %(limit)s"
)
_AFTER: Final = TRANSCRIPT.select(
    "WHERE t.conversation_id = %(id)s AND t.line <> %(hidden)s AND t.place > %(place)s"
    " ORDER BY t.place LIMIT %(limit)s"
)

_MEDIA_TYPE: Final = sql.SQL(
    "SELECT file_mime FROM {} WHERE file_key = %s AND file_mime IS NOT NULL LIMIT 1"
).format(TRANSCRIPT.identifier)


_SOME: Final = TRANSCRIPT.select("WHERE t.conversation_id = %s AND t.line_id = ANY(%s)")


async def some_lines(
    connection: Connection, conversation_id: ConversationId, ids: Sequence[MessageId]
) -> list[transcript.Row]:
    """Those of these lines that there are."""
    found = await connection.execute(_SOME, (conversation_id, list(ids)))
    return [TRANSCRIPT.row(values) for values in await found.fetchall()]


async def media_type(connection: Connection, key: str) -> str | None:
    """The declared type of a stored file; None when no conversation holds it."""
    found = await connection.execute(_MEDIA_TYPE, (key,))
    values = await found.fetchone()
    return None if values is None else str(values[0])


async def lines(
    connection: Connection,
    conversation_id: ConversationId,
    *,
    limit: int = 50,
    at: str | None = None,
    by: datetime | None = None,
) -> Page[transcript.Row]:
    """A page in the order of what happened; without a cursor the latest one, or the latest by an instant.

    `previous` leads to what was said before; `next` to what comes after, and is there even when nothing has
    come yet. The sendings of reactions are left out: they stand beside their messages. Raises BadCursor.
    """
    direction, place = ("latest", 0) if at is None else read_cursor(at, str, int)
    if direction not in ("latest", "before", "after"):
        raise BadCursor("not a cursor of this list")
    latest = _LATEST if by is None else _LATEST_BY
    found = await connection.execute(
        {"latest": latest, "before": _BEFORE, "after": _AFTER}[direction],
        {"id": conversation_id, "hidden": Line.REACTION.value, "place": place, "limit": limit + 1, "by": by},
    )
    values = await found.fetchall()
    more = len(values) > limit
    rows = [TRANSCRIPT.row(v) for v in values[:limit]]
    if direction != "after":
        rows.reverse()
    if not rows:
        return Page((), None if direction == "latest" else at if direction == "after" else None, None)
    earlier = more if direction != "after" else True
    return Page(
        tuple(rows),
        cursor("after", rows[-1].place),
        cursor("before", rows[0].place) if earlier else None,
    )
