"""Being there: what an agent declares, and what their connection says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from domain.agent.events import (
    BecameAvailable,
    Connected,
    ConnectionLost,
    Event,
    Left,
    Paused,
    WentOffline,
)
from domain.agent.knowing import attends, known
from domain.agent.refusals import NeedsChoice
from domain.agent.state import Agent
from domain.presence import Availability, counted, policy_at


def become_available(state: Agent, *, at: datetime) -> list[Event]:
    attends(state)
    return [] if state.availability is Availability.AVAILABLE else [BecameAvailable(at)]


def pause(state: Agent, reason: str, *, at: datetime) -> list[Event]:
    """A pause goes on from where it began, whatever its reason becomes; what does not count begins none."""
    attends(state)
    if state.availability is Availability.PAUSED and state.pause_reason == reason:
        return []
    return [paused(state, reason, at)]


def paused(state: Agent, reason: str, at: datetime, *, by_offers: bool = False) -> Paused:
    goes_on = state.availability is Availability.PAUSED and counted(state.pause_reason)
    since = state.paused_at if goes_on and state.paused_at is not None else at
    return Paused(reason, at, since, by_offers)


def log_out(state: Agent, *, settled: Collection[str], keeps: Collection[str], at: datetime) -> list[Event]:
    """Every conversation they have is `settled` by whoever asks (returned, transferred), or is among those
    they keep until the next shift."""
    attends(state)
    missing = sorted(one for one in state.has if one not in settled and one not in keeps)
    if missing:
        raise NeedsChoice(conversation=missing[0])
    if state.availability is Availability.OFFLINE:
        return []
    chosen = tuple(sorted(one for one in state.has if one in keeps or one in settled))
    return [WentOffline(at), Left("offline", at, chosen)]


def lose_connection(state: Agent, *, at: datetime) -> list[Event]:
    """So many heartbeats were missed: declared lost, and everything else counts from here."""
    known(state)
    if state.lost_at is not None or state.availability is Availability.OFFLINE:
        return []
    return [ConnectionLost(at)]


def connect(state: Agent, *, at: datetime) -> list[Event]:
    known(state)
    return [] if state.lost_at is None else [Connected(at)]


def leave(state: Agent, *, at: datetime) -> list[Event]:
    """Away for too long; nothing when they are back, or it is too early."""
    known(state)
    due_at = policy_at(
        state.availability,
        pause_reason=state.pause_reason,
        paused_at=state.paused_at,
        lost_at=state.lost_at,
    )
    if state.gone or due_at is None or at < due_at:
        return []
    lost = state.lost_at is not None and due_at == policy_at(
        Availability.OFFLINE, pause_reason=None, paused_at=None, lost_at=state.lost_at
    )
    return [Left("lost" if lost else "pause", at)]
