"""The port `Wire` on Redis streams: two of them, bounded, and a key per open stream that dies by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from adapters.live.said import FIELD, MOVES, OPEN, WHISPERS, read_move, read_whisper, whispered
from commands.live_ports import Heard, Whisper
from commands.ports import Unavailable

T = TypeVar("T")

PATIENCE: Final = 1.0  # seconds Redis has to answer, besides what it is asked to wait
AT_ONCE: Final = 200  # entries taken together
KEPT: Final = 5_000  # whispers, about
LATELY: Final = 35_000  # milliseconds of whispers told again to whoever begins to listen
HELD: Final = 45  # seconds an open stream is believed in without a word

log = structlog.get_logger(__name__)


class RedisWire:
    """One for each process of the doors."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._ear = Redis.from_url(
            url,
            socket_timeout=2 * PATIENCE,  # it is asked to wait for less than one of them
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )

    async def place(self) -> tuple[str, str]:
        async with _asking():
            last: Any = await self._redis.xrevrange(MOVES, count=1)
            seconds, micros = await self._redis.time()
        now = int(seconds) * 1000 + int(micros) // 1000
        return (last[0][0].decode() if last else "0-0"), f"{now - LATELY}-0"

    async def listen(self, place: tuple[str, str], patience: float) -> Heard:
        moves, whispers = place
        async with _asking():
            found: Any = await self._ear.xread(
                {MOVES: moves, WHISPERS: whispers}, count=AT_ONCE, block=max(1, int(patience * 1000))
            )
        streams: dict[bytes, list[Any]] = dict(found or ())
        said = streams.get(MOVES.encode(), [])
        whispered_ = streams.get(WHISPERS.encode(), [])
        return Heard(
            [move for _, fields in said if (move := _read(read_move, fields)) is not None],
            [one for _, fields in whispered_ if (one := _read(read_whisper, fields)) is not None],
            (
                said[-1][0].decode() if said else moves,
                whispered_[-1][0].decode() if whispered_ else whispers,
            ),
        )

    async def whisper(self, whisper: Whisper) -> None:
        async with _asking():
            await self._redis.xadd(WHISPERS, {FIELD: whispered(whisper)}, maxlen=KEPT, approximate=True)

    async def hold(self, streams: Mapping[str, str]) -> None:
        async with _asking():
            pipeline = self._redis.pipeline(transaction=False)
            for stream_id, actor in streams.items():
                pipeline.set(OPEN + stream_id, actor, ex=HELD)
            await pipeline.execute()

    async def let_go(self, stream_id: str) -> None:
        async with _asking():
            await self._redis.delete(OPEN + stream_id)

    async def whose(self, stream_id: str) -> str | None:
        async with _asking():
            actor: Any = await self._redis.get(OPEN + stream_id)
        return None if actor is None else str(actor.decode())

    async def close(self) -> None:
        await self._redis.aclose()
        await self._ear.aclose()


@asynccontextmanager
async def _asking() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise Unavailable(type(error).__name__) from None


def _read(read: Callable[[bytes], T], fields: Mapping[bytes, bytes]) -> T | None:
    """None for what another release, or nobody of ours, wrote: the chain of moves shows the hole."""
    try:
        return read(fields[FIELD])
    except (ValueError, KeyError) as error:
        log.error("not_ours_on_the_wire", error=type(error).__name__)
        return None
