"""What became of a command, as the index knows it."""

from __future__ import annotations

from uuid import UUID

from adapters.engine.owner import decision_of
from adapters.log.index import StoredOutcome
from adapters.reads.asking import Pool, asking
from commands.ports import Decision


class IndexOutcomes:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def outcome(self, command_id: UUID) -> Decision | None:
        """None when nothing is known of it yet. Raises Unavailable."""
        async with asking(self._pool) as connection:
            cursor = await connection.execute(
                "SELECT partition, ordinal, outcome FROM command WHERE command_id = %s", (command_id,)
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            partition, ordinal, outcome = row
            cursor = await connection.execute(
                "SELECT type FROM event WHERE partition = %s AND ordinal > %s AND ordinal <= %s "
                "ORDER BY ordinal",
                (partition, ordinal - outcome.get("accepted", 0), ordinal),
            )
            types = tuple(name for (name,) in await cursor.fetchall())
        return decision_of(StoredOutcome(ordinal, outcome, types), partition)
