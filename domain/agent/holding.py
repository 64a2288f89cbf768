"""What an agent has: places reserved, taken and given up. Nothing is given automatically, or taken without a
reason, above the capacity, because whoever wants to must reserve here first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.agent.being import paused
from domain.agent.events import Event, Hushed, LetGo, Reserved, Roused, TookUp
from domain.agent.knowing import attends, known
from domain.agent.refusals import AtCapacity, AtCeiling, NotAvailable
from domain.agent.state import OF_OFFERS, Agent, evolve
from domain.presence import NOT_ANSWERING, Availability, pauses_after, unreached
from domain.queue import QueueId
from domain.queueing import Mode


def reserve(
    state: Agent,
    conversation_id: str,
    *,
    queue_id: QueueId,
    mode: Mode,
    expires_at: datetime | None,
    weight: float = 1,
    why: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    at: datetime,
) -> list[Event]:
    """A place for what is about to be offered or assigned, or taken by the agent, who is there then whatever
    they say of themselves. Nothing when it has one; what they take has one of its own even so, because what
    they had of it may be over already."""
    attends(state)
    had = conversation_id in state.has
    if conversation_id in state.reserved or (had and mode is not Mode.PULL):
        return []
    away = state.availability is not Availability.AVAILABLE or unreached(state.lost_at, at)
    if away and mode is not Mode.PULL:
        raise NotAvailable
    load = state.without(conversation_id).load if had else state.load
    if not load.below_capacity:
        raise AtCapacity(capacity=load.capacity)
    if not load.below_ceiling:
        raise AtCeiling(ceiling=load.ceiling)
    inputs = None if why is None else dict(why)
    return [Reserved(conversation_id, queue_id, mode, at, expires_at, weight, inputs, seen_version)]


def take_up(state: Agent, conversation_id: str, *, as_of: int | None = None, at: datetime) -> list[Event]:
    """It is theirs. True whoever says it: by hand there may be more than there is room for. `as_of`: since
    that version of the conversation; a place that was reserved for a later wait stays reserved."""
    known(state)
    if conversation_id in state.has or _for_later(state, conversation_id, as_of):
        return []
    load = state.load
    over = load.busy > load.capacity if conversation_id in state.reserved else not load.has_room
    return [TookUp(conversation_id, at, over_capacity=over)]


def let_go(
    state: Agent, conversation_id: str, *, reason: str, as_of: int | None = None, at: datetime
) -> list[Event]:
    """It is theirs no more, or was only offered: each reason ends one of both. Offers that expire in a row
    end in a pause."""
    known(state)
    if conversation_id not in (state.reserved if reason in OF_OFFERS else state.has):
        return []
    if reason in OF_OFFERS and _for_later(state, conversation_id, as_of):
        return []
    gone = LetGo(conversation_id, reason, at)
    after = evolve(state, gone)
    tired = pauses_after(after.expired) and after.expired > state.expired
    if tired and state.availability is Availability.AVAILABLE:
        return [gone, paused(after, NOT_ANSWERING, at, by_offers=True)]
    return [gone]


def hush(state: Agent, conversation_id: str, *, at: datetime) -> list[Event]:
    known(state)
    return [Hushed(conversation_id, at)] if state.has.get(conversation_id) is False else []


def rouse(state: Agent, conversation_id: str, *, at: datetime) -> list[Event]:
    """Even above capacity; that it is, is told."""
    known(state)
    if not state.has.get(conversation_id):
        return []
    return [Roused(conversation_id, at, over_capacity=not state.load.below_capacity)]


def _for_later(state: Agent, conversation_id: str, as_of: int | None) -> bool:
    """Whether a place is reserved for what came of the conversation after that version."""
    seen = state.reserved.get(conversation_id)
    return as_of is not None and seen is not None and seen >= as_of
