"""Dates and times as people here write them: *segunda, 16/03, às 8h*; *14h32*; *12/03/2026*."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Final

_DAYS: Final = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


def _local(at: datetime, zone: tzinfo) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment without a zone cannot be told")
    return at.astimezone(zone)


def calendar_date(at: datetime, zone: tzinfo) -> str:
    """`12/03/2026`."""
    return _local(at, zone).strftime("%d/%m/%Y")


def clock_time(at: datetime, zone: tzinfo) -> str:
    """`14h32`, and `8h` on the hour."""
    local = _local(at, zone)
    return f"{local.hour}h{local.minute:02d}" if local.minute else f"{local.hour}h"


def at_clock_time(at: datetime, zone: tzinfo) -> str:
    """`às 14h32`, and `à 1h` for the only hour that is singular."""
    article = "à" if _local(at, zone).hour == 1 else "às"
    return f"{article} {clock_time(at, zone)}"


def named_moment(at: datetime, zone: tzinfo) -> str:
    """`segunda, 16/03, às 8h`."""
    local = _local(at, zone)
    return f"{_DAYS[local.weekday()]}, {local:%d/%m}, {at_clock_time(at, zone)}"


def recent_moment(at: datetime, now: datetime, zone: tzinfo) -> str:
    """Relative to the day of `now`: `hoje às 14h32`, `ontem às 14h32`, else `segunda, 16/03, às 8h`."""
    days = (_local(now, zone).date() - _local(at, zone).date()).days
    named = {0: "hoje", 1: "ontem"}.get(days)
    return named_moment(at, zone) if named is None else f"{named} {at_clock_time(at, zone)}"


def ago(at: datetime, now: datetime) -> str:
    """`há 2 segundos`, `há 1 minuto`, `há 3 horas`, `há 2 dias`; never less than a second."""
    seconds = max(1, int((now - at).total_seconds()))
    for size, one, many in ((86_400, "dia", "dias"), (3_600, "hora", "horas"), (60, "minuto", "minutos")):
        if seconds >= size:
            count = seconds // size
            return f"há {count} {one if count == 1 else many}"
    return f"há {seconds} {'segundo' if seconds == 1 else 'segundos'}"
