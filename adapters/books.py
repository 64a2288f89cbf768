"""The rules in force, at hand: read from their view, and put into every command that clocks may need.

Whoever decides reads nothing: a decision is made by the rules that its command came with (ADR 16).
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

import psycopg
import structlog

from adapters.reads.asking import Pool
from adapters.reads.deadlines import book
from commands.intention import Command
from commands.ports import Unavailable
from domain.sla.written import write_book

EVERY: Final = 1.0  # seconds

log = structlog.get_logger(__name__)


class Bookshelf:
    """`text` is the book in force as it travels; empty as long as nobody has given any rules."""

    def __init__(self) -> None:
        self.text = ""

    def brief(self, command: Command) -> Command:
        """The command with the rules in force, if it is one of a conversation and came without."""
        if not self.text or command.book or not hasattr(command, "conversation_id"):
            return command
        return replace(command, book=self.text)

    async def refresh(self, pool: Pool) -> None:
        """Read what is in force. Rules that do not fit together yet leave the last ones in force."""
        try:
            found = await book(pool)
        except psycopg.errors.UndefinedTable:
            return  # nothing was ever folded here: nobody can have given any rules
        except ValueError as why:
            log.error("rules_do_not_fit", reason=str(why))
            return
        self.text = "" if found is None else write_book(found)

    async def keep(self, pool: Pool, stopping: asyncio.Event) -> None:
        """Look again every second, until `stopping`; without the database the last rules stay in force."""
        while not stopping.is_set():
            try:
                await self.refresh(pool)
            except Unavailable as error:
                log.warning("rules_not_read", reason=str(error))
            try:
                await asyncio.wait_for(stopping.wait(), EVERY)
            except TimeoutError:
                continue
