"""Watches, looked after: each looks at its list when its time comes, for as long as the house is open."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from commands.intention import Command
from commands.ports import Busy, Clock, Inbox, Unavailable
from commands.roles import Watch

AWAY: Final = 2.0  # seconds until the next look when the database or the inbox did not answer

log = structlog.get_logger(__name__)


async def keep_watch(watch: Watch, ports: Any, inbox: Inbox, clock: Clock, stopping: asyncio.Event) -> None:
    """Look, want, wait, until `stopping`. A machine that is away is waited for, and what was wanted is wanted
    again before the next look; any other error ends it."""
    wanted: list[Command] = []
    while not stopping.is_set():
        pause = watch.every
        try:
            wanted = wanted or await watch.look(clock.now(), ports)
            if wanted:
                await inbox.submit_all(wanted)
            wanted = []
        except (Busy, Unavailable, psycopg.OperationalError, PoolTimeout) as error:
            log.warning("watch_waits", watch=watch.name, reason=type(error).__name__)
            pause = max(pause, AWAY)
        try:
            await asyncio.wait_for(stopping.wait(), pause)
        except TimeoutError:
            continue
