"""What history says of somebody is waited for, until the index has it."""

from __future__ import annotations

import asyncio
import time

from adapters.people import IndexStandings
from adapters.views import connect
from domain.journal import Position
from tests.adapters.live.test_rows import index_says
from tests.adapters.reads.conftest import Known


def test_a_position_has_arrived_when_the_index_stands_there_and_not_before(migrated: str) -> None:
    known = Known(migrated)
    index_says(known.dsn, {0: 3})

    def asked(ordinal: int, within: float = 0.05) -> bool:
        return known.ask(lambda pool: IndexStandings(pool).arrived(Position(0, ordinal), within))

    assert asked(3)
    assert not asked(4)
    assert not known.ask(lambda pool: IndexStandings(pool).arrived(Position(1, 1), 0.05))


def test_whoever_waits_for_a_position_goes_on_when_it_comes(migrated: str) -> None:
    known = Known(migrated)
    index_says(known.dsn, {0: 3})

    def comes() -> None:
        time.sleep(0.1)
        with connect(known.dsn) as connection:
            connection.execute("UPDATE mark SET ordinal = 4 WHERE partition = 0")

    async def waited(pool: object) -> bool:
        arrived = asyncio.create_task(IndexStandings(pool).arrived(Position(0, 4), 5))  # type: ignore[arg-type]
        await asyncio.to_thread(comes)
        return await arrived

    assert known.ask(waited)
