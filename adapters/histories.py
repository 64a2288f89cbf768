"""The history of one stream, as the index has it. Nobody's words are opened for it."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import from_json

from adapters.archive import Archive
from adapters.reads.asking import Pool, asking
from commands.catalogue import STREAMS
from domain.journal import Cause, Position, Recorded

_EVENTS = """
SELECT e.version, e.partition, e.ordinal, e.at, e.command_id, e.type, e.schema, e.body::text,
       c.outcome->>'actor', c.outcome->>'correlation', c.outcome->>'cause'
FROM event e JOIN command c ON c.command_id = e.command_id AND c.partition = e.partition
WHERE e.stream = %s AND e.type = ANY(%s) ORDER BY e.version
"""


class IndexHistories:
    """The port `Histories`."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._archive = pool, Archive(STREAMS.values(), None)

    async def of(self, stream: str, events: Sequence[type]) -> Sequence[Recorded]:
        types = [self._archive.name(event) for event in events]
        async with asking(self._pool) as connection:
            found = await connection.execute(_EVENTS, (stream, types))
            rows = await found.fetchall()
        return [
            Recorded(
                stream,
                version,
                Position(partition, ordinal),
                at,
                command_id,
                Cause(*(word or "" for word in cause)),
                self._archive.read(type_, schema, from_json(body), stream, version),
            )
            for version, partition, ordinal, at, command_id, type_, schema, body, *cause in rows
        ]
