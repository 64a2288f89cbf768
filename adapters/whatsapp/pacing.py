"""The provider's speed limits, kept by us: per number, and per pair of number and customer.

The arithmetic is GCRA (the leaky bucket as one timestamp): for each limit only the *theoretical arrival
time* of the next message is remembered. `gcra` is the whole rule; the script does the same in Valkey or
Redis, so that all processes stand in one line; when that is away each process goes on with its own copy of
the line, from where the shared one stood.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

SECOND = 1_000_000  # all times here are whole microseconds


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` at once, and one more per `interval` in the long run: what was borrowed is paid back."""

    interval: int
    burst: int

    @property
    def tolerance(self) -> int:
        return (self.burst - 1) * self.interval


PAIR = Pace(interval=6 * SECOND, burst=45)


def per_number(messages_per_second: int) -> Pace:
    """A pace that stays within the limit in *every* second, an eighth of it at once."""
    burst = max(1, messages_per_second // 8)
    return Pace(-(-SECOND // max(1, messages_per_second - burst)), burst)


NUMBER = per_number(80)
COEXISTENCE = per_number(20)  # numbers that also live in the phone app


def gcra(now: int, arrival: int, pace: Pace) -> tuple[int, int]:
    """Take a place: the next theoretical arrival time, and how long to wait."""
    start = max(arrival, now)
    return start + pace.interval, max(0, start - pace.tolerance - now)


def held(now: int, arrival: int, pace: Pace, pause: int) -> int:
    """The theoretical arrival time that makes the next one wait at least `pause`."""
    return max(arrival, now + pause + pace.tolerance)


# KEYS: the lines. ARGV: now ('' = the server's clock), then per line: interval, burst, pause (-1 = take a
# place). Answers the longest wait, then per line how far ahead of now it stands. Lines outlive their use by
# ten seconds, so that a clock that is a little behind forgets nothing.
SCRIPT = """
local now
if ARGV[1] == '' then
  local clock = redis.call('TIME')
  now = clock[1] * 1000000 + clock[2]
else
  now = tonumber(ARGV[1])
end
local answer = {0}
for i, key in ipairs(KEYS) do
  local interval, burst, pause = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local tolerance = (burst - 1) * interval
  local arrival = tonumber(redis.call('GET', key) or '0')
  if pause >= 0 then
    arrival = math.max(arrival, now + pause + tolerance)
  else
    local start = math.max(arrival, now)
    answer[1] = math.max(answer[1], start - tolerance - now)
    arrival = start + interval
  end
  local ahead = math.max(0, arrival - now)
  redis.call('SET', key, string.format('%.0f', arrival), 'PX', math.ceil(ahead / 1000) + 10000)
  answer[i + 1] = ahead
end
return answer
"""


@dataclass(frozen=True, slots=True)
class _Step:
    """What is asked of one line: a place, or (with a pause) that nobody goes earlier."""

    key: str
    pace: Pace
    pause: int | None = None


class Lines:
    """The lines of one process. Not shared; also the copy that takes over when the shared ones are away."""

    def __init__(self, clock: Callable[[], int] = lambda: time.monotonic_ns() // 1000) -> None:
        self._clock = clock
        self._arrivals: dict[str, int] = {}
        self._room = 4096

    def take(self, steps: Sequence[_Step]) -> int:
        """Do all steps; the longest wait."""
        now = self._clock()
        longest = 0
        for step in steps:
            arrival = self._arrivals.get(step.key, 0)
            if step.pause is None:
                arrival, wait = gcra(now, arrival, step.pace)
                longest = max(longest, wait)
            else:
                arrival = held(now, arrival, step.pace, step.pause)
            self._arrivals[step.key] = arrival
        self._tidy(now)
        return longest

    def follow(self, steps: Sequence[_Step], ahead: Sequence[int]) -> None:
        """Stand where the shared lines stand."""
        now = self._clock()
        for step, distance in zip(steps, ahead, strict=True):
            self._arrivals[step.key] = now + distance
        self._tidy(now)

    def _tidy(self, now: int) -> None:
        if len(self._arrivals) > self._room:
            self._arrivals = {key: arrival for key, arrival in self._arrivals.items() if arrival > now}
            self._room = max(4096, 2 * len(self._arrivals))


class MetaPacing:
    """`Pacing` of Meta's limits. Without a `redis` the lines are this process's own.

    A message that waits for its customer holds its place in the number's line at the time it asked, so the
    number's limit is exact only for messages that wait for nothing else.
    """

    def __init__(
        self,
        redis: Redis | None,
        numbers: Mapping[str, Pace] | None = None,
        *,
        patience: float = 0.25,
        respite: float = 1.0,
        lines: Lines | None = None,
    ) -> None:
        """`numbers`: the pace of channels that differ from the usual one. `patience`: seconds the shared
        lines may take to answer; once they did not, they are left alone for `respite` seconds."""
        self._numbers = dict(numbers or {})
        self._lines = lines or Lines()
        self._script = redis.register_script(SCRIPT) if redis is not None else None
        self._patience = patience
        self._respite = respite
        self._away_until = 0.0

    async def reserve(self, channel: str, recipient_ref: str) -> float:
        steps = (
            _Step(_number_key(channel), self._pace(channel)),
            _Step(_pair_key(channel, recipient_ref), PAIR),
        )
        return await self._take(steps) / SECOND

    async def hold(self, channel: str, seconds: float, recipient_ref: str | None = None) -> None:
        pause = max(0, round(seconds * SECOND))
        if recipient_ref is None:
            step = _Step(_number_key(channel), self._pace(channel), pause)
        else:
            step = _Step(_pair_key(channel, recipient_ref), PAIR, pause)
        await self._take((step,))

    def _pace(self, channel: str) -> Pace:
        return self._numbers.get(channel, NUMBER)

    async def _take(self, steps: Sequence[_Step]) -> int:
        shared = await self._take_shared(steps)
        return self._lines.take(steps) if shared is None else shared

    async def _take_shared(self, steps: Sequence[_Step]) -> int | None:
        if self._script is None or time.monotonic() < self._away_until:
            return None
        arguments: list[Any] = [""]
        for step in steps:
            arguments += [step.pace.interval, step.pace.burst, -1 if step.pause is None else step.pause]
        try:
            async with asyncio.timeout(self._patience):
                wait, *ahead = await self._script(keys=[step.key for step in steps], args=arguments)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = time.monotonic() + self._respite
            log.warning("pacing_goes_on_alone", error=type(error).__name__)
            return None
        self._lines.follow(steps, ahead)
        return int(wait)


# The braces keep the lines of one channel on one node of a cluster, as a script needs them.
def _number_key(channel: str) -> str:
    return f"atende:pace:{{{channel}}}:number"


def _pair_key(channel: str, recipient_ref: str) -> str:
    return f"atende:pace:{{{channel}}}:pair:{recipient_ref}"
