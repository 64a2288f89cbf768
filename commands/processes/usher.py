"""The usher: tells whoever waits how long it should last, apologises once when it lasts longer, and says when
the team is back if nobody is there."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from commands.conversation import ApologiseForDelay, TellEstimate, TellHours, TellPosition
from commands.courtesy_ports import QueueHours, Waiting, Waits
from commands.intention import Command, watch_id
from commands.roles import Watch
from domain.asking import asks_position
from domain.conversation import CONVERSATION
from domain.estimate import estimate
from domain.firstline import FirstLineSettings
from domain.journal import Cause

NAME: Final = "usher"
EVERY: Final = 2.0  # seconds
LATELY: Final = timedelta(minutes=10)
"""Whoever entered or wrote longer ago is told nothing new."""


class Foyer(Protocol):
    @property
    def waits(self) -> Waits: ...
    @property
    def queue_hours(self) -> QueueHours: ...
    @property
    def first_line_settings(self) -> FirstLineSettings: ...


async def look(at: datetime, ports: Foyer) -> list[Command]:
    wanted: list[Command] = []
    for waiting in await ports.waits.fresh(at - LATELY):
        wish = await _welcome(waiting, at, ports)
        if wish is not None:
            wanted.append(wish)
    late = [
        one for one in await ports.waits.overdue(at) if (await ports.queue_hours.of(one.queue_id)).is_open(at)
    ]
    return [*wanted, *(_sorry(one, at) for one in late)]


async def _welcome(waiting: Waiting, at: datetime, ports: Foyer) -> Command | None:
    """The one thing to tell: that nobody is there; their place, if they ask; or how long it should last."""
    settings = ports.first_line_settings
    hours = await ports.queue_hours.of(waiting.queue_id)
    if not hours.is_open(at):
        opening = hours.next_opening(at)
        if opening is None or waiting.opening == opening:
            return None
        return TellHours(
            id=watch_id(NAME, f"{waiting.conversation_id}/hours", opening.isoformat()),
            cause=_cause(waiting),
            conversation_id=waiting.conversation_id,
            opening=opening,
            phone=settings.phone,
            zone=settings.zone,
        )
    if asks_position(waiting.said):
        return TellPosition(
            id=watch_id(NAME, f"{waiting.conversation_id}/position", waiting.moved_at.isoformat()),
            cause=_cause(waiting),
            conversation_id=waiting.conversation_id,
            entered_at=waiting.entered_at,
            position=await ports.waits.position(waiting, at),
        )
    if waiting.estimated or waiting.entered_at < at - LATELY:
        return None
    hour = waiting.entered_at.astimezone(ZoneInfo(settings.zone)).hour
    found = estimate(await ports.waits.latest(waiting.queue_id, waiting.priority, hour, settings.zone))
    if found is None:
        return None
    return TellEstimate(
        id=watch_id(NAME, f"{waiting.conversation_id}/estimate", waiting.entered_at.isoformat()),
        cause=_cause(waiting),
        conversation_id=waiting.conversation_id,
        entered_at=waiting.entered_at,
        estimate=found,
        queue=waiting.queue,
    )


def _sorry(late: Waiting, at: datetime) -> Command:
    return ApologiseForDelay(
        id=watch_id(NAME, f"{late.conversation_id}/late", f"{late.entered_at.isoformat()}/{at:%H:%M}"),
        cause=_cause(late),
        conversation_id=late.conversation_id,
        entered_at=late.entered_at,
    )


def _cause(waiting: Waiting) -> Cause:
    return Cause(f"process:{NAME}", str(waiting.conversation_id), CONVERSATION.id(waiting.conversation_id))


def usher() -> Watch:
    return Watch(NAME, EVERY, look)
