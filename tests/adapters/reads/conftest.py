"""A database whose views were folded from given histories, and questions to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest
from psycopg_pool import AsyncConnectionPool

from adapters.log.chain import Bookmark
from adapters.reads import Pool
from adapters.reads.asking import SPEAKING
from adapters.views import View, connect, ensure
from domain.journal import Position, Recorded
from projections.catalogue import PROJECTIONS

T = TypeVar("T")


class Known:
    """What is known, in a database."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def forget(self) -> None:
        with connect(self.dsn) as connection:
            for projection in PROJECTIONS.values():
                connection.execute(f"TRUNCATE view_{projection.name}_v{projection.version}")
            connection.execute("TRUNCATE view_bookmark")

    def fold(
        self, *histories: Sequence[Recorded], only: Sequence[str] = tuple(PROJECTIONS)
    ) -> list[Recorded]:
        """Fold whole histories, each from a partition of its own."""
        facts = [
            replace(fact, position=Position(p, n))
            for p, history in enumerate(histories)
            for n, fact in enumerate(history, start=1)
        ]
        marks = {p: Bookmark(len(h), bytes(32), len(h)) for p, h in enumerate(histories) if h}
        with connect(self.dsn) as connection:
            for name in only:
                assert View(PROJECTIONS[name], lambda: connection).apply(facts, marks)
        return facts

    def ask(self, question: Callable[[Pool], Awaitable[T]]) -> T:
        """The answer to one question, with a pool of its own."""

        async def asked() -> T:
            pool: Pool = AsyncConnectionPool(self.dsn, min_size=1, max_size=2, open=False, kwargs=SPEAKING)
            async with pool:
                return await question(pool)

        return asyncio.run(asked())


@pytest.fixture
def known(database: str) -> Any:
    ensure(database, list(PROJECTIONS.values()))
    return Known(database)
