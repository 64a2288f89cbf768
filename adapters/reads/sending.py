"""What may leave now, what left without a word since, and who writes where."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import sql

from adapters.reads.asking import Connection, Pool, asking
from adapters.reads.sql import source
from adapters.reads.transcripts import TRANSCRIPT
from commands.ports import Ready
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId
from projections import outgoing

OUTGOING: Final = source(outgoing.OUTGOING)
PATIENCE: Final = timedelta(seconds=30)
"""How long a message waits for the transcript to know the one it is about; then it goes without."""

_READY: Final = OUTGOING.select(
    "WHERE t.ready_at <= %(at)s AND t.channel_id IS NOT NULL AND t.channel_id <> ALL (%(without)s::text[])"
    " ORDER BY t.ready_at, t.conversation_id LIMIT %(limit)s"
)
_ABANDONED: Final = OUTGOING.select(
    "WHERE t.status = 'started' AND t.since < %(at)s AND t.channel_id IS NOT NULL"
    " ORDER BY t.since, t.conversation_id LIMIT %(limit)s"
)
_CHANNEL: Final = sql.SQL("SELECT channel_id FROM {} WHERE conversation_id = %s").format(OUTGOING.identifier)
_PROVIDER_IDS: Final = sql.SQL(
    "SELECT t.conversation_id, t.line_id, t.provider_id FROM {} AS t"
    " JOIN unnest(%s::text[], %s::text[]) AS k(conversation_id, line_id)"
    " ON t.conversation_id = k.conversation_id AND t.line_id = k.line_id WHERE t.provider_id IS NOT NULL"
).format(TRANSCRIPT.identifier)


class OutgoingRows:
    """The port `Outgoing`, read from its projection. Raises Unavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def ready(self, at: datetime, limit: int, without: Collection[ChannelId] = ()) -> list[Ready]:
        """As the port says; what is about a message that the transcript does not know yet waits a little."""
        return await self._heads(_READY, at, limit, patient=True, without=without)

    async def abandoned(self, before: datetime, limit: int) -> list[Ready]:
        return await self._heads(_ABANDONED, before, limit, patient=False)

    async def _heads(
        self,
        wanted: sql.SQL | sql.Composed,
        at: datetime,
        limit: int,
        *,
        patient: bool,
        without: Collection[ChannelId] = (),
    ) -> list[Ready]:
        async with asking(self._pool) as connection:
            found = await connection.execute(wanted, {"at": at, "limit": limit, "without": list(without)})
            rows = [OUTGOING.row(values) for values in await found.fetchall()]
            heads = [(row, send, _target(send)) for row in rows if (send := row.head) is not None]
            about = [(row.conversation_id, target) for row, _, target in heads if target is not None]
            ids = await _provider_ids(connection, about) if about else {}
        return [
            _ready(row, send, ids.get((row.conversation_id, target)))
            for row, send, target in heads
            if not patient
            or target is None
            or (row.conversation_id, target) in ids
            or datetime.fromisoformat(send["requested_at"]) + PATIENCE <= at
        ]


class CorrespondenceRows:
    """The port `Correspondence`. Raises Unavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def channel_of(self, conversation_id: ConversationId) -> ChannelId | None:
        async with asking(self._pool) as connection:
            found = await connection.execute(_CHANNEL, (conversation_id,))
            values = await found.fetchone()
        return None if values is None else values[0]

    async def provider_id_of(self, conversation_id: ConversationId, message_id: MessageId) -> str | None:
        async with asking(self._pool) as connection:
            ids = await _provider_ids(connection, [(conversation_id, message_id)])
        return ids.get((conversation_id, message_id))


def _ready(row: outgoing.Row, send: dict[str, Any], provider_id: str | None) -> Ready:
    assert row.channel_id is not None
    assert row.status is not None
    reaction = send["kind"] == "reaction"
    to = row.wa_id or row.phone
    return Ready(
        conversation_id=row.conversation_id,
        channel_id=row.channel_id,
        message_id=send["message_id"],
        kind=send["kind"],
        content={**send["content"], "target": provider_id} if reaction else send["content"],
        purpose=send["purpose"],
        status=row.status,
        attempt=send["attempt"],
        since=row.since,
        to=to,
        recipient=row.user_id if to is None else None,
        reply_to=None if reaction else provider_id,
        correlation=send["correlation"],
    )


def _target(send: dict[str, Any]) -> str | None:
    """Which message it is about, by our id: the one it answers, or the one it reacts to."""
    target = send["content"].get("target") if send["kind"] == "reaction" else send["reply_to"]
    return target if isinstance(target, str) else None


async def _provider_ids(
    connection: Connection, about: Sequence[tuple[str, str]]
) -> dict[tuple[str, str | None], str]:
    found = await connection.execute(_PROVIDER_IDS, ([c for c, _ in about], [m for _, m in about]))
    return {(c, m): provider_id for c, m, provider_id in await found.fetchall()}
