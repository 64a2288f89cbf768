"""The herald: whoever a breach, a step or a round without acceptance names, and who is not at a desk of ours,
hears of it outside."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

from commands.intention import Command
from commands.ports import Alarm, Alarms, Clock
from commands.roles import Courier
from domain.conversation import Breached, Escalated, RoundEnded
from domain.copy import say
from domain.copy.moments import recent_moment
from domain.firstline import FirstLineSettings
from domain.journal import Recorded
from domain.sla.policy import Kind

NAME: Final = "herald"
STALE: Final = timedelta(hours=6)
"""What is older is no news any more: whoever follows a long history raises no alarms about it."""


class Gate(Protocol):
    @property
    def clock(self) -> Clock: ...

    @property
    def alarms(self) -> Alarms: ...

    @property
    def first_line_settings(self) -> FirstLineSettings: ...


async def carry(recorded: Recorded, ports: Gate) -> list[Command]:
    """One alarm per recipient. Agents see it on their screens."""
    now = ports.clock.now()
    if now - recorded.at > STALE:
        return []
    event = recorded.event
    assert isinstance(event, Breached | Escalated | RoundEnded)
    names = event.recipients if isinstance(event, Escalated) else event.told
    for recipient in (name for name in names if not name.startswith("agent:")):
        await ports.alarms.tell(recipient, alarm(recorded, event, now, ports.first_line_settings))
    return []


def alarm(
    recorded: Recorded, event: Breached | Escalated | RoundEnded, now: datetime, settings: FirstLineSettings
) -> Alarm:
    """What is told: which conversation, which queue, since when. Of the customer nothing."""
    queue_id = event.breach.queue_id if isinstance(event, Breached) else event.queue_id
    queue = next((route.queue for route in settings.routes if route.queue_id == queue_id), queue_id or "")
    facts = {"queue": queue, "conversation": recorded.root}
    subject = "alarm.subject"
    data: dict[str, str | int | None] = {"conversation_id": recorded.root, "queue_id": queue_id}
    match event:
        case Breached(kind=kind, breach=breach):
            due = recent_moment(breach.due_at, now, settings.tz)
            key = "alarm.resolution" if kind is Kind.RESOLUTION else "alarm.answer"
            text = say(key, due=due, **facts)
            data |= {"what": "breached", "clock": kind.value, "due_at": breach.due_at.isoformat()}
        case Escalated(level=level, minutes=minutes):
            since = recent_moment(event.waiting_since, now, settings.tz)
            text = say("alarm.step", since=since, **facts)
            data |= {"what": "escalated", "level": level.value, "after_minutes": minutes}
        case RoundEnded(asked=asked, restart_at=restart_at):
            subject, text = "alarm.subject.round", say("alarm.round", **facts)
            data |= {"what": "round_ended", "asked": len(asked), "restart_at": restart_at.isoformat()}
    return Alarm(f"{recorded.stream}@{recorded.version}", say(subject, queue=queue), text, data)


def herald() -> Courier:
    return Courier(NAME, (Breached, Escalated, RoundEnded), carry)
