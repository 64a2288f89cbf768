"""Which files agents have brought for which conversation: until they are sent, or for a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, LiteralString

from adapters.reads import Pool
from adapters.reads.asking import asking, changing
from commands.door_ports import Upload

KEPT: Final = timedelta(days=1)

TABLE: Final[LiteralString] = """
CREATE TABLE IF NOT EXISTS upload (
    conversation_id text        NOT NULL,
    agent_id        text        NOT NULL,
    key             text        NOT NULL,
    mime            text        NOT NULL,
    uploaded_at     timestamptz NOT NULL,
    PRIMARY KEY (conversation_id, agent_id, key)
)
"""
_KEEP: Final = """
INSERT INTO upload VALUES (%s, %s, %s, %s, %s) ON CONFLICT (conversation_id, agent_id, key)
DO UPDATE SET mime = excluded.mime, uploaded_at = excluded.uploaded_at
"""
_MIME: Final = """
SELECT mime FROM upload
WHERE conversation_id = %s AND agent_id = %s AND key = %s AND uploaded_at > %s
"""
_STALE: Final = "DELETE FROM upload WHERE uploaded_at < %s RETURNING key"
_STILL: Final = "SELECT 1 FROM upload WHERE key = %s LIMIT 1"


class PostgresUploads:
    """The port `Uploads`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def keep(self, upload: Upload) -> None:
        values = (upload.conversation_id, upload.agent_id, upload.key, upload.mime, upload.uploaded_at)
        async with asking(self._pool) as connection:
            await connection.execute(_KEEP, values)

    async def mime(self, conversation_id: str, agent_id: str, key: str, at: datetime) -> str | None:
        async with asking(self._pool) as connection:
            # an hour before the sweep it can be sent no more: what is being sent is not swept away
            since = at - KEPT + timedelta(hours=1)
            found = await connection.execute(_MIME, (conversation_id, agent_id, key, since))
            values = await found.fetchone()
        return None if values is None else str(values[0])

    async def sweep(self, at: datetime) -> list[str]:
        """Forget those of more than a day ago, and answer the keys that nobody else has brought since.
        Raises Unavailable."""
        async with changing(self._pool) as connection:
            rows = await (await connection.execute(_STALE, (at - KEPT,))).fetchall()
            gone = []
            for (key,) in rows:
                if await (await connection.execute(_STILL, (key,))).fetchone() is None:
                    gone.append(str(key))
        return gone
