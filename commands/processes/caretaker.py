"""The caretaker: asks whoever went silent whether they still need help, and closes what stays silent."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from commands.conversation import CloseSilent, NudgeCustomer
from commands.courtesy_ports import QueueHours, Silences, Silent
from commands.intention import Command, watch_id
from commands.roles import Watch
from domain.conversation import CONVERSATION, plan
from domain.conversation.silence import PATIENCE
from domain.firstline import FirstLineSettings, first_name
from domain.hours import Hours, next_decent
from domain.journal import Cause

NAME: Final = "caretaker"
EVERY: Final = 5.0  # seconds


class Rounds(Protocol):
    @property
    def silences(self) -> Silences: ...
    @property
    def queue_hours(self) -> QueueHours: ...
    @property
    def first_line_settings(self) -> FirstLineSettings: ...


async def look(at: datetime, ports: Rounds) -> list[Command]:
    """One wish per silence, step and hour (whoever decides may be a little behind this
    clock); anything that was said meanwhile makes it void."""
    zone = ports.first_line_settings.zone
    wanted: list[Command] = []
    for silent in await ports.silences.since(at - PATIENCE):
        wish = step(silent, await ports.queue_hours.of(silent.queue_id), zone, at)
        if wish is not None:
            wanted.append(wish)
    return wanted


def step(silent: Silent, hours: Hours, zone: str, at: datetime) -> Command | None:
    """What is due of one silence now, if anything; never outside the queue's hours and 8h to 21h."""
    place = ZoneInfo(zone)
    if next_decent(at, hours, place) != at:
        return None
    due = plan(silent.said_at, silent.nudged_at, silent.window_until, hours, place)
    if due is None:
        return None
    stream = CONVERSATION.id(silent.conversation_id)
    armed = (
        f"{silent.said_at.isoformat()}/{silent.nudged_at and silent.nudged_at.isoformat()}/{at:%Y-%m-%dT%H}"
    )
    cause = Cause(f"process:{NAME}", str(silent.conversation_id), stream)
    in_time = silent.window_until is not None and at <= silent.window_until
    if due.nudge_at is not None and in_time:
        closes_at = next_decent(at + PATIENCE, hours, place)
        if at < due.nudge_at or closes_at is None:
            return None
        return NudgeCustomer(
            id=watch_id(NAME, f"{silent.conversation_id}/nudge", armed),
            cause=cause,
            conversation_id=silent.conversation_id,
            said_at=silent.said_at,
            closes_at=closes_at,
            zone=zone,
            name=first_name(silent.name),
        )
    if at < due.close_at:
        return None
    return CloseSilent(
        id=watch_id(NAME, f"{silent.conversation_id}/close", armed),
        cause=cause,
        conversation_id=silent.conversation_id,
        said_at=silent.said_at,
        nudged_at=silent.nudged_at,
    )


def caretaker() -> Watch:
    return Watch(NAME, EVERY, look)
