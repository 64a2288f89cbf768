"""Finding conversations by what a person remembers of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import sql

from adapters.reads.asking import Connection
from adapters.reads.conversations import EPISODES, INBOX, Within, reached
from adapters.reads.sql import source
from domain.agent import AgentId
from domain.conversation import ConversationId, Stage
from projections import contacts, inbox

CONTACTS: Final = source(contacts.CONTACTS)

_LATEST: Final = sql.SQL(" ORDER BY t.activity_at DESC NULLS LAST, t.conversation_id LIMIT %(limit)s")
_BY_ID: Final = INBOX.select("WHERE t.conversation_id = ANY(%(ids)s) AND t.episode > 0") + _LATEST
_BY_PROTOCOL: Final = (
    INBOX.select("WHERE t.episode > 0 AND t.conversation_id IN (SELECT conversation_id FROM ")
    + EPISODES.identifier
    + sql.SQL(" WHERE protocol = %(protocol)s)")
    + _LATEST
)
_BY_NAME: Final = (
    INBOX.select("JOIN ")
    + CONTACTS.identifier
    + sql.SQL(
        " AS c USING (conversation_id) WHERE t.episode > 0"
        " AND to_tsvector('simple', c.words) @@ to_tsquery('simple', %(wanted)s)"
    )
    + _LATEST
)
_OPEN: Final = sql.SQL(
    "SELECT stage, queue_id, count(*), count(*) FILTER (WHERE agent_id = %(agent_id)s),"
    " count(*) FILTER (WHERE due_at <= %(at)s) FROM {table} AS t"
    " WHERE stage <> 'closed' AND episode > 0 AND {reached} GROUP BY 1, 2"
)
_CLOSED: Final = sql.SQL(
    "SELECT count(*) FROM {table} AS t WHERE stage = 'closed'"
    " AND closed_at > %(at)s::timestamptz - interval '24 hours' AND {reached}"
)


async def by_ids(connection: Connection, ids: Sequence[ConversationId], *, limit: int) -> list[inbox.Row]:
    found = await connection.execute(_BY_ID, {"ids": list(ids), "limit": limit})
    return [INBOX.row(values) for values in await found.fetchall()]


async def by_protocol(connection: Connection, protocol: str, *, limit: int) -> list[inbox.Row]:
    """By the number of any of their episodes."""
    found = await connection.execute(_BY_PROTOCOL, {"protocol": protocol, "limit": limit})
    return [INBOX.row(values) for values in await found.fetchall()]


async def by_name(connection: Connection, names: Sequence[str], *, limit: int) -> list[inbox.Row]:
    """Those that are found by words which begin with all the words of one of these, in any order."""
    each = (" & ".join(f"{word}:*" for word in contacts.comparable(name).split()) for name in names)
    wanted = " | ".join(f"({words})" for words in each if words)
    if not wanted:
        return []
    found = await connection.execute(_BY_NAME, {"wanted": wanted, "limit": limit})
    return [INBOX.row(values) for values in await found.fetchall()]


async def counts(
    connection: Connection, agent_id: AgentId | None, at: datetime, within: Within | None
) -> inbox.Counts:
    """How many there are in each list, as of `at`."""
    parameters: dict[str, Any] = {"agent_id": agent_id, "at": at}
    near = sql.SQL("true") if within is None else reached(within, parameters)
    asked = [one.format(table=INBOX.identifier, reached=near) for one in (_OPEN, _CLOSED)]
    by_stage: dict[Stage, int] = {}
    queues: dict[str, int] = {}
    mine = late = 0
    for stage, queue_id, n, of_mine, overdue in await (
        await connection.execute(asked[0], parameters)
    ).fetchall():
        by_stage[Stage(stage)] = by_stage.get(Stage(stage), 0) + n
        if stage == Stage.IN_SERVICE:
            mine += of_mine
        if stage == Stage.WAITING:
            late += overdue
            queues[queue_id or ""] = queues.get(queue_id or "", 0) + n
    (closed,) = await (await connection.execute(asked[1], parameters)).fetchone() or (0,)
    return inbox.Counts(
        automation=by_stage.get(Stage.AUTOMATION, 0),
        waiting=by_stage.get(Stage.WAITING, 0),
        waiting_late=late,
        in_service=by_stage.get(Stage.IN_SERVICE, 0),
        mine=mine,
        closed_lately=closed,
        queues=queues,
    )
