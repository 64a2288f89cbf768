"""A connection for a question, and nothing of the vendor's in the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from commands.ports import Unavailable

Connection = AsyncConnection[Any]
Pool = AsyncConnectionPool[Connection]
"""Its connections speak UTC and commit each statement at once: `SPEAKING`. What a question costs is one round
trip then, not three."""

SPEAKING: Final[dict[str, Any]] = {"options": "-c timezone=UTC", "autocommit": True}
"""How the connections of a pool are opened."""


@asynccontextmanager
async def asking(pool: Pool) -> AsyncIterator[Connection]:
    """A connection of the pool. Raises Unavailable when the database is away or everybody is busy."""
    try:
        async with pool.connection() as connection:
            yield connection
    except (psycopg.OperationalError, PoolTimeout, PoolClosed, TooManyRequests) as error:
        raise Unavailable(type(error).__name__) from None


@asynccontextmanager
async def changing(pool: Pool) -> AsyncIterator[Connection]:
    """A connection for several statements, of which all hold or none. Raises Unavailable."""
    async with asking(pool) as connection, connection.transaction():
        yield connection
