"""What automation has to do now."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from psycopg import sql

from adapters.reads.asking import Pool, asking
from adapters.reads.lists import CHANNELS, QUEUES
from adapters.reads.sql import source
from commands.ports import DueBurst
from domain.firstline import Due, FirstLineSettings, due
from projections import first_line

FIRST_LINE: Final = source(first_line.FIRST_LINE)
LIMIT: Final = 300

_CANDIDATES: Final = sql.SQL(
    """
    SELECT {columns}, c.queue_id, q.name FROM {first_line} AS t
    LEFT JOIN {channels} AS c ON c.channel_id = t.channel_id
    LEFT JOIN {queues} AS q ON q.queue_id = c.queue_id
    WHERE t.open AND (t.automation OR t.number_owed) AND (
        (t.number_owed AND t.numbered)
        OR (t.automation AND NOT t.silenced AND t.unread_from IS NOT NULL AND (
            t.unread @@ '$[last].reply_id != null'
            OR t.unread_to <= %(quiet)s OR t.unread_from <= %(longest)s))
        OR (t.automation AND NOT t.silenced AND t.breached)
        OR (t.automation AND NOT t.silenced AND t.unread_from IS NULL
            AND t.read_at <= CASE WHEN t.said_something THEN %(silence)s ELSE %(greeting)s END)
    )
    ORDER BY coalesce(t.unread_from, t.read_at), t.conversation_id LIMIT %(limit)s
    """
).format(
    columns=FIRST_LINE.columns,
    first_line=FIRST_LINE.identifier,
    channels=CHANNELS.identifier,
    queues=QUEUES.identifier,
)
_NOTICES: Final = sql.SQL(
    "SELECT queue_id, notice FROM {} WHERE active AND notice IS NOT NULL"
    " AND (notice_until IS NULL OR notice_until > %s) ORDER BY name, queue_id"
).format(QUEUES.identifier)
"""Whoever may have something due; what it is, and whether, is for `domain.firstline.due` to say."""


class FirstLineRows:
    """The port `FirstLine`, read from its projection. Raises Unavailable."""

    def __init__(self, pool: Pool, settings: FirstLineSettings) -> None:
        self._pool, self._settings = pool, settings

    async def due(self, at: datetime) -> list[DueBurst]:
        settings = self._settings
        async with asking(self._pool) as connection:
            found = await connection.execute(
                _CANDIDATES,
                {
                    "quiet": at - settings.quiet,
                    "longest": at - settings.longest,
                    "silence": at - settings.silence,
                    "greeting": at - settings.bare_greeting,
                    "limit": LIMIT,
                },
            )
            values = await found.fetchall()
            noticed = await (await connection.execute(_NOTICES, (at,))).fetchall() if values else []
        bursts: list[DueBurst] = []
        for *columns, queue_id, queue in values:
            row = FIRST_LINE.row(tuple(columns))
            what = due(row.standing, settings, at)
            if what is None:
                continue
            bursts.append(
                DueBurst(
                    conversation_id=row.conversation_id,
                    episode=row.episode,
                    due=what,
                    armed=row.armed,
                    through=row.through,
                    messages=row.heard if what in (Due.BURST, Due.BREACH) else (),
                    correlation=row.correlation,
                    name=row.name,
                    queue_id=queue_id,
                    queue=queue,
                    notices=tuple(text for of, text in noticed if of == queue_id or of in settings.queues),
                )
            )
        return bursts
