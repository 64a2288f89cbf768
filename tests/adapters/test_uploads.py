"""Files that were brought: sent within a day by who brought them, swept away after it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from psycopg_pool import AsyncConnectionPool

from adapters.reads.asking import SPEAKING
from adapters.tables import ensure
from adapters.uploads import KEPT, TABLE, PostgresUploads
from commands.door_ports import Upload
from domain.agent import AgentId
from domain.conversation import ConversationId

NOW = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)
ONE = Upload(ConversationId("c1"), AgentId("ana"), "ab" * 32, "image/png", NOW)
MINUTE = timedelta(minutes=1)


def test_a_file_may_be_sent_for_a_day_less_an_hour_and_is_swept_after_it(migrated: str) -> None:
    ensure(migrated, TABLE)

    async def walk() -> None:
        async with AsyncConnectionPool(migrated, min_size=1, open=False, kwargs=SPEAKING) as pool:
            uploads = PostgresUploads(pool)  # type: ignore[arg-type]
            await uploads.keep(ONE)
            await uploads.keep(ONE)
            last = NOW + KEPT - timedelta(hours=1)
            assert await uploads.mime("c1", "ana", ONE.key, last - MINUTE) == "image/png"
            assert await uploads.mime("c1", "ana", ONE.key, last + MINUTE) is None
            assert await uploads.mime("c1", "bia", ONE.key, NOW) is None
            assert await uploads.mime("c2", "ana", ONE.key, NOW) is None

            again = replace(ONE, agent_id=AgentId("bia"), uploaded_at=NOW + timedelta(hours=5))
            await uploads.keep(again)
            assert await uploads.sweep(NOW + KEPT + MINUTE) == []  # bia may still send these bytes
            assert await uploads.sweep(NOW + KEPT + timedelta(hours=6)) == [ONE.key]

    asyncio.run(walk())
