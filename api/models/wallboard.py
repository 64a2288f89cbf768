"""How the desk stands, as a wall shows it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.models.views import View
from api.permissions import Mask
from domain.presence import Availability


class WallQueue(View):
    queue_id: str
    name: str
    waiting: int
    oldest_at: datetime | None = Field(description="When the first of those that wait entered")
    in_service: int
    breached: int = Field(description="Of both, past their due time")
    available: int = Field(description="Agents who are there for it")
    forecast: float | None = Field(
        description="Seconds until all that waits has been taken up: as many as wait, times the median of"
        " what the last ones took in service, divided by who is available. null with fewer than 10 of the"
        " last 4 hours to go by, or with nobody there"
    )


class WallAgent(View):
    agent_id: str
    name: Annotated[str, Mask.NAME]
    availability: Availability
    pause_reason: str | None = Field(description="Of a pause that counts; of another nobody is told")
    connected: bool
    since: datetime | None = Field(description="So long they are what they declare; null: unknown")
    in_service: int
    breached: int
    active: int
    silent: int
    offered: int
    capacity: int


class Wallboard(View):
    """What is in reach: whoever has queues sees those, and who attends them."""

    at: datetime
    queues: list[WallQueue]
    agents: list[WallAgent]
