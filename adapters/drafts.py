"""What somebody began to write and has not sent: a table of its own, which is no part of history.

A row goes when the words are sent or emptied, when whoever speaks in the conversation is forgotten, and after
a week in any case.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, LiteralString

from adapters.reads import Pool
from adapters.reads.asking import asking
from commands.door_ports import Draft
from domain.agent import AgentId
from domain.conversation import ConversationId

KEPT: Final = timedelta(days=7)

TABLE: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS draft (
    conversation_id text        NOT NULL,
    agent_id        text        NOT NULL,
    text            text        NOT NULL,
    note            bool        NOT NULL,
    saved_at        timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, agent_id)
)
"""
_KEEP: Final = """
INSERT INTO draft VALUES (%s, %s, %s, %s, %s) ON CONFLICT (conversation_id, agent_id)
DO UPDATE SET text = excluded.text, note = excluded.note, saved_at = excluded.saved_at
WHERE draft.saved_at <= excluded.saved_at
"""


class PostgresDrafts:
    """The port `Drafts`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, conversation_id: ConversationId, agent_id: AgentId, draft: Draft) -> None:
        async with asking(self._pool) as connection:
            await connection.execute(
                _KEEP, (conversation_id, agent_id, draft.text, draft.note, draft.saved_at)
            )

    async def find(self, conversation_id: ConversationId, agent_id: AgentId) -> Draft | None:
        async with asking(self._pool) as connection:
            found = await connection.execute(
                "SELECT text, note, saved_at FROM draft WHERE conversation_id = %s AND agent_id = %s",
                (conversation_id, agent_id),
            )
            values = await found.fetchone()
        return None if values is None else Draft(*values)

    async def drop(self, conversation_id: ConversationId, agent_id: AgentId) -> None:
        async with asking(self._pool) as connection:
            await connection.execute(
                "DELETE FROM draft WHERE conversation_id = %s AND agent_id = %s", (conversation_id, agent_id)
            )

    async def forget(self, conversation_id: ConversationId) -> None:
        """Everybody's, of one conversation. Raises Unavailable."""
        async with asking(self._pool) as connection:
            await connection.execute("DELETE FROM draft WHERE conversation_id = %s", (conversation_id,))

    async def sweep(self, at: datetime) -> int:
        """What was left for too long goes; how many. Raises Unavailable."""
        async with asking(self._pool) as connection:
            gone = await connection.execute("DELETE FROM draft WHERE saved_at < %s", (at - KEPT,))
            return gone.rowcount
