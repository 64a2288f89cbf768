"""Guesses, counted in Valkey: five are free, then each waits twice as long as the one before.

Counted before they are looked at, in one step, so that a thousand at once are a thousand in a row. The keys
name nobody: accounts are keyed hashes already, addresses become one here.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from commands.people_ports import Guess
from commands.ports import Unavailable
from domain.user import UserId

FREE: Final = 5  # wrong ones in a row until there is a wait
FIRST_WAIT: Final = 30  # seconds, doubled with each further wrong one
LONGEST_WAIT: Final = 3_600
MEMORY: Final = 8 * 86_400  # seconds without a guess after which an account begins anew
PER_ADDRESS: Final = 20  # wrong ones a minute, whatever the accounts
PATIENCE: Final = 2.0  # seconds Valkey has to answer

# KEYS: account, address. Answers: seconds to wait (0: go on), wrong ones of the account in a row.
_ATTEMPT: Final = """
local now = tonumber(redis.call('TIME')[1])
local from_here = tonumber(redis.call('GET', KEYS[2]) or '0')
if from_here >= tonumber(ARGV[5]) then
  return {math.max(1, redis.call('TTL', KEYS[2])), 0}
end
local wrong = tonumber(redis.call('HGET', KEYS[1], 'wrong') or '0')
local until_ = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
if until_ > now then
  return {until_ - now, wrong}
end
wrong = wrong + 1
local wait = 0
if wrong >= tonumber(ARGV[1]) then
  wait = math.min(tonumber(ARGV[3]), tonumber(ARGV[2]) * 2 ^ math.min(30, wrong - tonumber(ARGV[1])))
end
redis.call('HSET', KEYS[1], 'wrong', wrong, 'until', now + wait)
redis.call('EXPIRE', KEYS[1], ARGV[4])
if redis.call('INCR', KEYS[2]) == 1 then
  redis.call('EXPIRE', KEYS[2], 60)
end
return {0, wrong}
"""

# KEYS: account, address. ARGV: whether the account begins anew. An address that was forgotten stays so.
_TAKE_BACK: Final = """
if ARGV[1] == '1' then
  redis.call('DEL', KEYS[1])
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HINCRBY', KEYS[1], 'wrong', -1)
  redis.call('HSET', KEYS[1], 'until', 0)
end
if redis.call('EXISTS', KEYS[2]) == 1 then
  redis.call('DECR', KEYS[2])
end
return 0
"""


class RedisGuessing:
    """The port `Guessing`. `key` hides the addresses; without a Valkey nobody can be counted."""

    def __init__(self, redis: Redis | None, key: bytes) -> None:
        self._redis, self._key = redis, key

    async def attempt(self, account: UserId, address: str) -> Guess:
        arguments = (FREE, FIRST_WAIT, LONGEST_WAIT, MEMORY, PER_ADDRESS)
        wait, failures = await self._run(_ATTEMPT, account, address, *arguments)
        return Guess(float(wait), int(failures))

    async def take_back(self, account: UserId, address: str) -> None:
        await self._run(_TAKE_BACK, account, address, "0")

    async def succeeded(self, account: UserId, address: str) -> None:
        await self._run(_TAKE_BACK, account, address, "1")

    async def _run(self, script: str, account: UserId, address: str, *arguments: object) -> tuple[int, int]:
        if self._redis is None:
            raise Unavailable("no Valkey to count guesses in")
        from_here = hmac.digest(self._key, f"address\0{address}".encode(), "sha256")[:16].hex()
        keys = (f"atende:guess:account:{account}", f"atende:guess:address:{from_here}")
        try:
            async with asyncio.timeout(PATIENCE):
                told = await self._redis.eval(script, 2, *keys, *arguments)  # type: ignore[arg-type]
        except (RedisError, OSError, TimeoutError) as error:
            raise Unavailable(type(error).__name__) from None
        return (int(told[0]), int(told[1])) if isinstance(told, list) else (0, 0)
