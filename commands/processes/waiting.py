"""Waiting for what is read to catch up with what is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PAUSES: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds


async def until_known(ask: Callable[[], Awaitable[T | None]]) -> T | None:
    """Ask until there is an answer, for some seconds; None if there never was."""
    for pause in PAUSES:
        answer = await ask()
        if answer is not None:
            return answer
        await asyncio.sleep(pause)
    return await ask()
