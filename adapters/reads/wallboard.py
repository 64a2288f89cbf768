"""What a wall shows, summed from the views that are there: one question for each of its parts."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from psycopg import sql

from adapters.reads.asking import Connection
from adapters.reads.conversations import INBOX
from adapters.reads.courtesies import COURTESIES
from adapters.reads.lists import all_agents, all_queues
from domain.agent import AgentId
from domain.conversation import Stage
from domain.queue import QueueId
from projections.wallboard import Tally, Wallboard, wallboard

LATELY: Final = timedelta(hours=4)
LOOKED_AT: Final = 1_000  # of the last that were closed, of whatever queue

_OPEN: Final = sql.SQL(
    "SELECT stage, queue_id, agent_id, count(*), count(*) FILTER (WHERE due_at <= %s), min(entered_at)"
    " FROM {} WHERE stage <> 'closed' AND stage IN ('waiting', 'in_service') AND episode > 0 GROUP BY 1, 2, 3"
).format(INBOX.identifier)
_HANDLED: Final = sql.SQL(
    """
    SELECT i.queue_id, extract(epoch FROM i.closed_at - c.taken_at)::float FROM (
        SELECT * FROM {inbox} WHERE stage = 'closed' AND closed_at > %s ORDER BY closed_at DESC LIMIT %s
    ) AS i JOIN {courtesies} AS c USING (conversation_id)
    WHERE i.queue_id IS NOT NULL AND i.closed_by = i.last_agent_id
        AND c.taken_at BETWEEN i.opened_at AND i.closed_at
    ORDER BY i.closed_at DESC
    """
).format(inbox=INBOX.identifier, courtesies=COURTESIES.identifier)
"""Of what a person took and closed."""


async def standing(connection: Connection, at: datetime) -> Wallboard:
    tallies = [
        Tally(
            Stage(stage),
            None if queue_id is None else QueueId(queue_id),
            None if agent_id is None else AgentId(agent_id),
            count,
            breached,
            oldest_at,
        )
        for stage, queue_id, agent_id, count, breached, oldest_at in await (
            await connection.execute(_OPEN, (at,))
        ).fetchall()
    ]
    handled: defaultdict[QueueId, list[float]] = defaultdict(list)
    found = await connection.execute(_HANDLED, (at - LATELY, LOOKED_AT))
    for queue_id, seconds in await found.fetchall():
        handled[QueueId(queue_id)].append(seconds)
    return wallboard(await all_queues(connection), await all_agents(connection), tallies, handled, at)
