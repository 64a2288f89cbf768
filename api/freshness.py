"""Reading what one has just written: `after=` waits, for a moment, until the views have it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import Depends, Query

from api.access import AtDesk
from api.errors import Problem
from domain.journal import Position

PATIENCE: Final = 2.0  # seconds

After = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{1,4}:[0-9]{1,15}$",
        description="A `Position`: answer only what includes it",
        examples=["3:1712"],
    ),
]


def position_of(word: str) -> Position:
    partition, _, ordinal = word.partition(":")
    return Position(int(partition), int(ordinal))


def fresh(*views: str) -> Callable[..., Awaitable[None]]:
    """A dependency: these views have what the caller says they wrote. Raises Problem when not in time."""

    async def arrived(desk: AtDesk, after: After = None) -> None:
        if after is None:
            return
        if not await desk.reads.wait_for(views, position_of(after), PATIENCE):
            raise Problem("NotThereYet", headers={"Retry-After": "1"})

    return arrived


def after(*views: str) -> Any:
    return Depends(fresh(*views))
