"""Heartbeats in Valkey or Redis: one sorted set, by the instant of the last one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from commands.ports import Unavailable
from domain.agent import AgentId

KEY: Final = "presence"

FORGET: Final = """
local last = redis.call('ZSCORE', KEYS[1], ARGV[1])
if last and tonumber(last) <= tonumber(ARGV[2]) then redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
"""


class RedisPresence:
    """Without a server nobody is looked for: connections are then as good as what agents declare."""

    def __init__(self, redis: Redis | None) -> None:
        self._redis = redis

    async def beat(self, agent_id: AgentId, at: datetime) -> None:
        if self._redis is None:
            return
        try:
            await self._redis.zadd(KEY, {agent_id: at.timestamp()}, gt=True)
        except RedisError as error:
            raise Unavailable(type(error).__name__) from None

    async def silent_since(self, before: datetime) -> list[tuple[AgentId, datetime]]:
        if self._redis is None:
            return []
        try:
            found: Any = await self._redis.zrangebyscore(KEY, "-inf", before.timestamp(), withscores=True)
        except RedisError as error:
            raise Unavailable(type(error).__name__) from None
        return [(AgentId(name.decode()), datetime.fromtimestamp(score, UTC)) for name, score in found]

    async def forget(self, agent_id: AgentId, last: datetime) -> None:
        if self._redis is None:
            return
        try:
            await self._redis.eval(FORGET, 1, KEY, agent_id, str(last.timestamp() + 0.001))
        except RedisError as error:
            raise Unavailable(type(error).__name__) from None
