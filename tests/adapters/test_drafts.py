"""Drafts in their table: one for each person and conversation, and gone when their time has come."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from psycopg_pool import AsyncConnectionPool

from adapters.drafts import KEPT, TABLE, PostgresDrafts
from adapters.reads.asking import SPEAKING
from adapters.tables import ensure
from commands.door_ports import Draft
from domain.agent import AgentId
from domain.conversation import ConversationId

ONE, OTHER = ConversationId("c1"), ConversationId("c2")
ANA, BIA = AgentId("ana"), AgentId("bia")
NOW = datetime(2026, 3, 12, 17, 32, tzinfo=UTC)


def test_a_draft_is_one_persons_in_one_conversation_and_the_latest_words_win(migrated: str) -> None:
    ensure(migrated, TABLE)
    ensure(migrated, TABLE)

    async def walk() -> None:
        async with AsyncConnectionPool(migrated, min_size=1, open=False, kwargs=SPEAKING) as pool:
            drafts = PostgresDrafts(pool)  # type: ignore[arg-type]
            old, new = Draft("Bom", False, NOW), Draft("Bom dia", True, NOW + timedelta(seconds=2))
            for draft in (old, new, old):  # the first one again, late
                await drafts.keep(ONE, ANA, draft)
            await drafts.keep(ONE, BIA, old)
            await drafts.keep(OTHER, ANA, new)
            assert await drafts.find(ONE, ANA) == new
            assert await drafts.find(ONE, BIA) == old
            await drafts.drop(ONE, BIA)
            assert await drafts.find(ONE, BIA) is None

            await drafts.keep(ONE, BIA, old)
            await drafts.forget(ONE)
            assert (await drafts.find(ONE, ANA), await drafts.find(ONE, BIA)) == (None, None)
            assert await drafts.find(OTHER, ANA) == new

            assert await drafts.sweep(NOW + KEPT) == 0
            assert await drafts.sweep(NOW + KEPT + timedelta(minutes=1)) == 1
            assert await drafts.find(OTHER, ANA) is None

    asyncio.run(walk())
