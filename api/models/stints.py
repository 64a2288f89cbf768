"""Where conversations stood at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.models.views import View
from api.permissions import Mask
from domain.queue import Priority
from projections.stints import State


class Stood(View):
    """A conversation as it stood. `name`: what its customer is called today, for whoever is told."""

    conversation_id: str
    state: State
    agent_id: str | None = Field(description="Who attended it, or was being asked")
    priority: Priority
    since: datetime
    late: bool = Field(description="In that period an answer had been due before the moment, and missed it")
    name: Annotated[str | None, Mask.NAME] = Field(
        description="null: not told, or out of your reach as the desk stands today"
    )


class Depth(View):
    at: datetime
    waiting: int
    in_service: int


class QueueAt(View):
    """A queue as it was. Its numbers are of the moment, whatever page this is."""

    queue_id: str
    moment: datetime
    waiting: int
    in_service: int
    breached: int = Field(description="Of both, those that are `late`")
    items: list[Stood] = Field(description="What waited, then what was attended; the longest first")
    next: str | None = Field(description="Goes back as `cursor`; null on the last page")
    day_starts_at: datetime = Field(description="Of the day of the moment, where the desk is")
    day_ends_at: datetime
    changes: list[Depth] = Field(
        description="That day, looked at every 5 minutes, wherever the numbers were others than before; empty"
        " where they were not asked for"
    )


class Stint(View):
    """A time in which queue, state, agent and priority stayed what they were."""

    state: State
    queue_id: str | None
    agent_id: str | None = Field(description="Who attended it, or was being asked")
    priority: Priority
    since: datetime
    until: datetime | None = Field(description="null: it lasts")
    late_at: datetime | None = Field(description="Since then an answer was late, in that period")


class Stints(View):
    items: list[Stint] = Field(description="In order; each begins when the one before ended")
    next: str | None = Field(description="Goes back as `cursor`; null on the last page")
