"""Who attends here, and what they can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.agent.events import (
    Deactivated,
    Equipped,
    Event,
    Left,
    Reactivated,
    Renamed,
    Shift,
    Welcomed,
)
from domain.agent.load import ceiling_of
from domain.agent.refusals import AgentDeactivated, BadCapacity, UnknownAgent
from domain.agent.state import Agent
from domain.queue import QueueId


def welcome(state: Agent, name: str) -> list[Event]:
    """Let an agent in, or say their new name."""
    return [Renamed(name)] if state.known else [Welcomed(name)]


def deactivate(state: Agent, *, at: datetime | None = None) -> list[Event]:
    """They attend nobody any more; what they have goes back."""
    known(state)
    if not state.active:
        return []
    left = [] if at is None or not state.has else [Left("deactivated", at)]
    return [Deactivated(), *left]


def reactivate(state: Agent) -> list[Event]:
    known(state)
    return [] if state.active else [Reactivated()]


def equip(
    state: Agent,
    *,
    queues: Sequence[QueueId] | None,
    skills: Mapping[str, int],
    capacity: int,
    ceiling: int | None,
    shifts: Sequence[Shift] | None = (),
) -> list[Event]:
    """Queues, skills, capacity and shifts (None: as they are), all at once. What they have stays theirs,
    whatever it is."""
    known(state)
    if capacity < 0 or ceiling_of(capacity, ceiling) < capacity:
        raise BadCapacity
    served = None if queues is None else tuple(sorted(set(queues)))
    if shifts is None:
        shifts = state.equipped.shifts if state.equipped else ()
    equipped = Equipped(served, dict(sorted(skills.items())), capacity, ceiling, tuple(shifts))
    return [] if equipped == state.equipped else [equipped]


def known(state: Agent) -> None:
    if not state.known:
        raise UnknownAgent


def attends(state: Agent) -> None:
    known(state)
    if not state.active:
        raise AgentDeactivated
