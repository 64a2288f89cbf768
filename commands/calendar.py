"""What is wanted of calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import calendar
from domain.agent import AgentId
from domain.calendar import Calendar, CalendarId


@dataclass(frozen=True, kw_only=True)
class EditCalendar(Command):
    """Other hours, as `domain.sla.written` writes them."""

    calendar_id: CalendarId
    by: AgentId
    hours: str


def edit_calendar(command: EditCalendar, state: Calendar, at: datetime) -> list[calendar.Event]:
    return calendar.edit(state, command.calendar_id, command.hours, by=command.by, at=at)
