"""Who is there: what an agent declares, what their connection says, and how long either is waited for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.copy import say

HEARTBEAT: Final = timedelta(seconds=10)
MISSED: Final = 3
"""So many heartbeats in a row are missed before a connection is declared lost."""
UNREACHED: Final = timedelta(seconds=60)
"""Lost for so long: no new offers."""
GONE: Final = timedelta(minutes=5)
"""Lost for so long: the queue's offline policy."""
LONG_PAUSE: Final = timedelta(minutes=15)
"""Paused for so long: the queue's offline policy."""
EXPIRED_IN_A_ROW: Final = 2
"""So many expired offers in a row are a pause."""


class Availability(StrEnum):
    """What an agent declares; whether they are connected is another question."""

    AVAILABLE = "available"
    PAUSED = "paused"
    OFFLINE = "offline"


NOT_ANSWERING: Final = "nao_respondeu"
TOILET: Final = "banheiro"


@dataclass(frozen=True, slots=True)
class PauseReason:
    """Why an agent pauses. `minutes` and `times` (a day) are what is usual, for whoever plans; nobody is
    stopped by them. What is not `counted` is never limited, and enters no evaluation."""

    code: str
    minutes: int | None = None
    times: int | None = None
    counted: bool = True

    @property
    def name(self) -> str:
        """How people read it."""
        return say(f"pause.{self.code}")


PAUSES: Final = {
    reason.code: reason
    for reason in (
        PauseReason("almoco", 60, 1),
        PauseReason("nr17", 10, 2),
        PauseReason(TOILET, counted=False),
        PauseReason("treinamento"),
        PauseReason(NOT_ANSWERING),
    )
}
"""The reasons every deployment starts with; `nao_respondeu` is set by offers that expired."""


def counted(reason: str | None) -> bool:
    """Whether a pause for this reason may ever be held against anybody; reasons of a deployment's own are."""
    known = PAUSES.get(reason or "")
    return known is None or known.counted


def declared_lost_at(last_heartbeat: datetime) -> datetime:
    """When a connection whose last heartbeat this was is declared lost."""
    return last_heartbeat + MISSED * HEARTBEAT


def unreached(lost_at: datetime | None, at: datetime) -> bool:
    """Whether a connection declared lost then has been so for too long to be offered anything."""
    return lost_at is not None and at >= lost_at + UNREACHED


def policy_at(
    availability: Availability,
    *,
    pause_reason: str | None,
    paused_at: datetime | None,
    lost_at: datetime | None,
) -> datetime | None:
    """From when the offline policies of their queues hold for what an agent has; None while they do not
    threaten to. Lost counts from the declaration of loss, a pause from its start; banheiro never counts."""
    moments = []
    if lost_at is not None:
        moments.append(lost_at + GONE)
    if availability is Availability.PAUSED and paused_at is not None and counted(pause_reason):
        moments.append(paused_at + LONG_PAUSE)
    return min(moments, default=None)


def pauses_after(expired: int) -> bool:
    """Whether so many expired offers in a row put their agent in pause."""
    return expired >= EXPIRED_IN_A_ROW
