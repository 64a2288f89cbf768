"""What a message answers, told with it: the quoted line may stand far above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from api.desk import Reads
from domain.conversation import ConversationId, MessageId
from projections import transcript

Quotes = Mapping[tuple[str, str], transcript.Row]
"""By conversation and line."""


def wanted(rows: Iterable[transcript.Row]) -> set[tuple[str, str]]:
    """What these rows answer."""
    return {(row.conversation_id, row.reply_to) for row in rows if row.reply_to is not None}


def among(rows: Iterable[transcript.Row]) -> dict[tuple[str, str], transcript.Row]:
    return {(row.conversation_id, row.line_id): row for row in rows}


def quoted(row: transcript.Row, quotes: Quotes) -> transcript.Row | None:
    return None if row.reply_to is None else quotes.get((row.conversation_id, row.reply_to))


async def of_page(reads: Reads, conversation_id: ConversationId, rows: Sequence[transcript.Row]) -> Quotes:
    """What the rows of a page answer; asked for only when it is not on the page itself. Raises
    Unavailable."""
    known = among(rows)
    if missing := [MessageId(line_id) for _, line_id in wanted(rows) - known.keys()]:
        known |= among(await reads.lines(conversation_id, missing))
    return known
