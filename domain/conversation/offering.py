"""Being offered: one agent is asked at a time, and what waits goes on waiting, its clock running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.agent.events import AgentId
from domain.conversation.events import (
    Assigned,
    Event,
    FellSilent,
    OfferAccepted,
    OfferDeclined,
    Offered,
    OfferExpired,
    OfferWithdrawn,
    Ripened,
    RoundEnded,
    RoundRestarted,
    SkillsRelaxed,
    Stage,
    Stirred,
)
from domain.conversation.refusals import AlreadyOffered, Changed, NotOffered, NotWaiting
from domain.conversation.state import Awaiting, Conversation
from domain.sla.policy import Book, Level


def offer(
    state: Conversation,
    agent_id: AgentId,
    *,
    expires_at: datetime,
    why: Mapping[str, Any] | None,
    entered_at: datetime | None,
    seen_version: int | None = None,
    at: datetime,
) -> list[Event]:
    """Ask an agent, who has a place reserved. `entered_at`, `seen_version`: the wait that was seen when they
    were chosen."""
    if state.stage is not Stage.WAITING:
        raise NotWaiting
    if state.offered_to == agent_id:
        return []
    if state.offered_to is not None:
        raise AlreadyOffered(by=state.offered_to)
    other_wait = entered_at is not None and entered_at != state.entered_at
    if other_wait or state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    return [Offered(agent_id, at, expires_at, None if why is None else dict(why))]


def accept_offer(state: Conversation, agent_id: AgentId, *, reason: str | None, at: datetime) -> list[Event]:
    """Up to the very instant of expiry."""
    if state.agent_id == agent_id and state.stage is Stage.IN_SERVICE:
        return []
    _asked(state, agent_id)
    return [OfferAccepted(agent_id, at), Assigned(agent_id, "accepted", at, reason=reason)]


def decline_offer(state: Conversation, agent_id: AgentId, *, reason: str | None, at: datetime) -> list[Event]:
    if agent_id in state.tried and state.offered_to != agent_id:
        return []
    _asked(state, agent_id)
    return [OfferDeclined(agent_id, reason, at)]


def _asked(state: Conversation, agent_id: AgentId) -> None:
    if state.stage is not Stage.WAITING or state.offered_to != agent_id:
        raise NotOffered(by=state.offered_to)


def expire_offer(state: Conversation, *, expires_at: datetime, at: datetime) -> list[Event]:
    """Its time came (`expires_at`: the one it was armed for). Nothing when it was answered."""
    if state.offered_to is None or state.expires_at != expires_at or at < expires_at:
        return []
    return [OfferExpired(state.offered_to, at)]


def withdraw_offer(state: Conversation, agent_id: AgentId, *, reason: str, at: datetime) -> list[Event]:
    """The agent cannot answer it any more; nothing when they are not being asked."""
    return [] if state.offered_to != agent_id else withdrawn(state, reason, at)


def withdrawn(state: Conversation, reason: str, at: datetime) -> list[Event]:
    """What goes before anything that moves an offered conversation."""
    return [] if state.offered_to is None else [OfferWithdrawn(state.offered_to, reason, at)]


def end_round(
    state: Conversation, asked: Sequence[AgentId], *, restart_at: datetime, book: Book, at: datetime
) -> list[Event]:
    """Everybody who could take it was asked, as far as somebody saw; nothing when that is over already."""
    if state.stage is not Stage.WAITING or state.offered_to is not None or state.restart_at is not None:
        return []
    if not state.tried or set(state.tried) != set(asked):
        return []
    told = book.recipients(state.queue_id, Level.SUPERVISOR)
    return [RoundEnded(tuple(sorted(asked)), restart_at, at, told, state.queue_id)]


def restart_round(state: Conversation, *, restart_at: datetime, at: datetime) -> list[Event]:
    if state.stage is not Stage.WAITING or state.restart_at != restart_at or at < restart_at:
        return []
    return [RoundRestarted(at)]


def relax(state: Conversation, *, entered_at: datetime, at: datetime) -> list[Event]:
    """The wait that began then lasted so long that what is required is only preferred."""
    if state.stage is not Stage.WAITING or state.relaxed or state.entered_at != entered_at:
        return []
    return [SkillsRelaxed(at)]


def ripen(state: Conversation, reason: str, *, entered_at: datetime, at: datetime) -> list[Event]:
    """The wait that began then may be offered from now on."""
    if state.stage is not Stage.WAITING or state.entered_at != entered_at:
        return []
    return [Ripened(reason, at)]


def fall_silent(state: Conversation, *, since_version: int | None, at: datetime) -> list[Event]:
    """The customer owed the answer for so long; nothing when they wrote since what was seen."""
    if state.stage is not Stage.IN_SERVICE or not state.attended or state.silent or state.agent_id is None:
        return []
    if state.awaiting is Awaiting.AGENT or state.wrote_since(since_version):
        return []
    return [FellSilent(state.agent_id, at)]


def stirred(state: Conversation, at: datetime) -> list[Event]:
    """What a silent conversation says when it is its agent's turn again."""
    if not state.silent or state.agent_id is None:
        return []
    return [Stirred(state.agent_id, at)]
