"""The small lists, deliveries, and what is summed per channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg import sql

from adapters.reads.asking import Connection
from adapters.reads.sql import source
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.delivery import DeliveryId
from domain.user import UserId
from projections import agents, canned, channels, deliveries, numbers, queues, templates, users

QUEUES: Final = source(queues.QUEUES)
AGENTS: Final = source(agents.AGENTS)
CHANNELS: Final = source(channels.CHANNELS)
DELIVERIES: Final = source(deliveries.DELIVERIES)
NUMBERS: Final = source(numbers.NUMBERS)
USERS: Final = source(users.USERS)
TEMPLATES: Final = source(templates.TEMPLATES)
CANNED: Final = source(canned.CANNED)


@dataclass(frozen=True, slots=True)
class Sums:
    """How one number does: `open_windows` as of the instant asked for, the rest since ever. `failures` by the
    provider's code; `none` where there was none."""

    channel_id: ChannelId
    open_windows: int
    messages_in: int
    messages_out: int
    failed: int
    failures: dict[str, int]


async def all_queues(connection: Connection) -> list[queues.Row]:
    found = await connection.execute(QUEUES.select("ORDER BY t.name, t.queue_id"))
    return [QUEUES.row(values) for values in await found.fetchall()]


async def all_agents(connection: Connection) -> list[agents.Row]:
    found = await connection.execute(AGENTS.select("ORDER BY t.name, t.agent_id"))
    return [AGENTS.row(values) for values in await found.fetchall()]


async def one_agent(connection: Connection, agent_id: AgentId) -> agents.Row | None:
    found = await connection.execute(AGENTS.select("WHERE t.agent_id = %s"), (agent_id,))
    values = await found.fetchone()
    return None if values is None else AGENTS.row(values)


async def all_channels(connection: Connection) -> list[channels.Row]:
    found = await connection.execute(CHANNELS.select("ORDER BY t.name, t.channel_id"))
    return [CHANNELS.row(values) for values in await found.fetchall()]


async def all_templates(connection: Connection, channel_id: ChannelId | None) -> list[templates.Row]:
    """Those of one number, or of all."""
    found = await connection.execute(
        TEMPLATES.select("WHERE %(of)s::text IS NULL OR t.channel_id = %(of)s ORDER BY t.name, t.language"),
        {"of": channel_id},
    )
    return [TEMPLATES.row(values) for values in await found.fetchall()]


async def all_canned(connection: Connection) -> list[canned.Row]:
    found = await connection.execute(CANNED.select("ORDER BY t.canned_id"))
    return [CANNED.row(values) for values in await found.fetchall()]


async def all_users(connection: Connection) -> list[users.Row]:
    found = await connection.execute(USERS.select("ORDER BY t.name, t.user_id"))
    return [USERS.row(values) for values in await found.fetchall()]


async def one_user(connection: Connection, user_id: UserId) -> users.Row | None:
    found = await connection.execute(USERS.select("WHERE t.user_id = %s"), (user_id,))
    values = await found.fetchone()
    return None if values is None else USERS.row(values)


async def one_delivery(connection: Connection, delivery_id: DeliveryId) -> deliveries.Row | None:
    found = await connection.execute(DELIVERIES.select("WHERE t.delivery_id = %s"), (delivery_id,))
    values = await found.fetchone()
    return None if values is None else DELIVERIES.row(values)


_SUMS: Final = sql.SQL(
    "SELECT channel_id, count(*) FILTER (WHERE window_until >= %(at)s), sum(messages_in)::bigint,"
    " sum(messages_out)::bigint, sum(failed)::bigint FROM {} WHERE channel_id IS NOT NULL"
    " GROUP BY channel_id ORDER BY channel_id"
).format(NUMBERS.identifier)
_FAILURES: Final = sql.SQL(
    "SELECT t.channel_id, f.code, sum(f.n::bigint)::bigint FROM {} AS t"
    " CROSS JOIN LATERAL jsonb_each_text(t.failures) AS f(code, n)"
    " WHERE t.channel_id IS NOT NULL AND t.failures IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
).format(NUMBERS.identifier)


async def sums(connection: Connection, at: datetime) -> list[Sums]:
    """One per channel that has had a conversation."""
    failures: dict[str, dict[str, int]] = {}
    for channel_id, code, n in await (await connection.execute(_FAILURES)).fetchall():
        failures.setdefault(channel_id, {})[code] = n
    found = await connection.execute(_SUMS, {"at": at})
    return [
        Sums(ChannelId(channel_id), opened, got, sent, failed, failures.get(channel_id, {}))
        for channel_id, opened, got, sent, failed in await found.fetchall()
    ]
