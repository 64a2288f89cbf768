"""The registry of templates, as processes ask for it."""

from __future__ import annotations

from adapters.reads.asking import Pool, asking
from adapters.reads.lists import all_templates
from commands.template_port import Kept


class TemplateRows:
    """The port `TemplateRegistry`, read from its projection. Raises Unavailable."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def kept(self) -> list[Kept]:
        async with asking(self._pool) as connection:
            rows = await all_templates(connection, None)
        return [Kept(row.channel_id, row.name, row.language, row.version, row.template) for row in rows]
