"""Episodes and periods: one demand, one protocol number, opened, closed and taken up again."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation.events import (
    Assigned,
    Closed,
    ContactKnown,
    Event,
    Opened,
    Opener,
    ProtocolGiven,
    Reopened,
    Stage,
)
from domain.conversation.hearing import may_reopen, news
from domain.conversation.offering import withdrawn
from domain.conversation.refusals import (
    AlreadyAttended,
    AlreadyOpen,
    Blocked,
    Changed,
    CustomerWaits,
    NeedsOutcome,
    NotClosed,
    NotOpen,
    NotOwner,
    ReopenTooLate,
    UnknownEpisode,
    UnknownReason,
)
from domain.conversation.state import REOPENING, Awaiting, Conversation
from domain.queue import Priority, due

NEW_DEMAND: Final = "other/new_demand"
_REASON: Final = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")


def open_episode(
    state: Conversation,
    agent_id: AgentId,
    *,
    channel_id: ChannelId,
    contact: ContactKnown | None = None,
    at: datetime,
) -> list[Event]:
    """An agent starts: the episode is theirs, waits on the customer, and owes no first response."""
    if state.is_open:
        if state.agent_id == agent_id:
            return []
        if state.attended:
            raise AlreadyAttended(by=state.agent_id)
        raise AlreadyOpen
    if state.blocked:
        raise Blocked
    opened = Opened(state.episode + 1, channel_id, Opener.AGENT, at, Stage.IN_SERVICE, agent_id)
    return [opened, *news(state, contact)]


def close(
    state: Conversation,
    by: AgentId,
    *,
    reason: str,
    outcome: str | None,
    at: datetime,
    seen_version: int | None,
    for_another: bool = False,
    reasons: Collection[str] = (),
) -> list[Event]:
    """An agent ends the period, with a reason of two levels and one line of what came of it. `reasons`: those
    of its queue (none: any)."""
    if not state.is_open and state.closed_by == by:
        return []
    if state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    if not state.is_open:
        raise NotOpen
    if state.attended and state.agent_id != by and not for_another:
        raise NotOwner(owner=state.agent_id)
    if not _REASON.fullmatch(reason) or (reasons and reason not in reasons):
        raise UnknownReason
    line = " ".join((outcome or "").split())
    if not line:
        raise NeedsOutcome
    return [*withdrawn(state, "closed", at), _closed(state, reason, line, by, at)]


def _closed(state: Conversation, reason: str, outcome: str | None, by: str, at: datetime) -> Closed:
    return Closed(state.episode, reason, outcome, by, at, state.agent_id if state.attended else None)


def close_by_silence(state: Conversation, *, seen_version: int | None, at: datetime) -> list[Event]:
    """The customer went silent: closes what owes the customer nothing, and nothing else."""
    if not state.is_open:
        return []
    said_all = state.stage is Stage.AUTOMATION and state.burst_at is None
    their_turn = (
        state.stage is Stage.IN_SERVICE and state.awaiting is Awaiting.CUSTOMER and not state.unanswered
    )
    if state.wrote_since(seen_version) or not (said_all or their_turn):
        raise CustomerWaits
    return [_closed(state, "silence", None, "silence", at)]


def close_quietly(
    state: Conversation, *, seen_version: int | None, at: datetime, reason: str = "quiet"
) -> list[Event]:
    """Automation has answered, or there was nothing to answer."""
    if not state.is_open:
        return []
    if state.stage is not Stage.AUTOMATION or state.wrote_since(seen_version):
        raise CustomerWaits
    return [Closed(state.episode, reason, None, "automation", at)]


def reopen(
    state: Conversation,
    agent_id: AgentId,
    *,
    at: datetime,
    seen_version: int | None,
    reopening: timedelta = REOPENING,
) -> list[Event]:
    """An agent takes a closed demand up again: same protocol, new period, waiting on the customer."""
    if state.is_open:
        if state.agent_id == agent_id:
            return []
        if state.moved_since(seen_version):
            raise Changed(by=state.moved_by)
        raise NotClosed
    if state.episode == 0:
        raise UnknownEpisode
    if state.blocked:
        raise Blocked
    if not may_reopen(state, at, reopening):
        raise ReopenTooLate(closed_at=None if state.closed_at is None else state.closed_at.isoformat())
    return [Reopened(state.episode, state.period + 1, Stage.IN_SERVICE, at, agent_id)]


def start_new_demand(
    state: Conversation, agent_id: AgentId, *, at: datetime, seen_version: int | None
) -> list[Event]:
    """What the customer wants now is another demand: it gets an episode and a protocol number of its own, and
    stays with the agent who says so."""
    if state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    if not state.is_open or state.channel_id is None:
        raise NotOpen
    if state.agent_id != agent_id:
        raise NotOwner(owner=state.agent_id)
    closed = _closed(state, NEW_DEMAND, None, agent_id, at)
    if state.waiting_since is None:
        opened = Opened(state.episode + 1, state.channel_id, Opener.AGENT, at, Stage.IN_SERVICE, agent_id)
        return [closed, opened]
    opened = Opened(state.episode + 1, state.channel_id, Opener.CUSTOMER, at, Stage.IN_SERVICE, agent_id)
    return [closed, opened, Assigned(agent_id, "claimed", at, due(at, Priority.NORMAL))]


def give_protocol(state: Conversation, episode: int, number: str, *, at: datetime) -> list[Event]:
    """The number of an episode came. Each episode gets one, once."""
    if episode > state.episode:
        raise UnknownEpisode
    return [ProtocolGiven(episode, number, at)] if episode in state.unnumbered else []
