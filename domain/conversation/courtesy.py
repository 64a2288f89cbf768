"""What a conversation remembers for what Atende says by itself: consent, whose turn it is and since when, who
owned how much of it, what was asked and told, and what is to leave later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.agent import AgentId
from domain.conversation import courtesy_events as told
from domain.conversation import events as e
from domain.conversation.courtesy_events import Consent
from domain.conversation.undoing_events import Undone
from domain.grammar import changed
from domain.queue import QueueId

if TYPE_CHECKING:
    from domain.conversation.state import Conversation

BUTTON: Final = "button"
"""Where a consent comes from that somebody tapped."""
NUDGE: Final = "nudge"
OPENING: Final = "opening"
ASIDES: Final = frozenset(
    {NUDGE, OPENING, "protocol", "estimate", "estimate.apology", "position", "closed_hours", "satisfaction"}
)
"""Automatic texts that leave it the same person's turn as before."""


class Pending(NamedTuple):
    """A message for later: whose, when, and where the conversation stood."""

    agent_id: AgentId
    kind: str
    send_at: datetime
    version: int


@dataclass(frozen=True)
class Courtesy:
    consents: dict[Consent, bool] = field(default_factory=dict)  # False: withdrawn
    requested: bool = False  # the customer wrote or called in this episode

    # silence
    said_at: datetime | None = None  # when either side said the last thing that moves the turn
    nudged_at: datetime | None = None  # since then

    # who had it, in this episode
    since: datetime | None = None
    handled: dict[AgentId, float] = field(default_factory=dict)  # seconds; the last one comes last

    # satisfaction
    reason: str | None = None  # of the last closing
    asked_at: datetime | None = None  # the last time this customer was, in whatever episode
    asked: int | None = None  # the episode a question is open for
    asked_agent: AgentId | None = None
    asked_queue: QueueId | None = None
    rated_at: datetime | None = None
    commented: bool = False

    # while they wait
    opening: datetime | None = None  # of the closed period they were told of last
    call_me: bool = False  # when that opening comes, they said
    estimated: datetime | None = None  # the wait they were told an estimate of
    at_most: int = 0  # minutes
    missed: bool = False
    position: int | None = None
    positioned: datetime | None = None  # … of which wait

    scheduled: dict[str, Pending] = field(default_factory=dict)

    def agreed(self, consent: Consent) -> bool:
        return self.consents.get(consent, False)


MOVES: Final = frozenset(
    {
        e.Assigned,
        e.CallHeard,
        e.Closed,
        e.EnteredWaiting,
        e.MessageReceived,
        e.Opened,
        e.Released,
        e.Reopened,
        e.SendAccepted,
        e.SendRequested,
        Undone,
        told.ConsentGiven,
        told.ConsentWithdrawn,
        told.EstimateMissed,
        told.EstimateTold,
        told.HoursTold,
        told.PositionTold,
        told.Rated,
        told.RatingCommented,
        told.SatisfactionAsked,
        told.ScheduleCancelled,
        told.ScheduleDropped,
        told.ScheduleSent,
        told.SendScheduled,
    }
)
"""The only events this memory looks at."""


def remembered(before: Conversation, after: Conversation, event: e.Event) -> Courtesy:
    """The memory after an event: the same object when it changes nothing."""
    known = before.courtesy
    match event:
        case e.Opened(opened_at=at, opened_by=by):
            fresh = changed(known, handled={}, requested=by is e.Opener.CALL, said_at=at, nudged_at=None)
            return changed(fresh, since=at if after.attended else None, asked=None, rated_at=None)
        case e.Reopened(reopened_at=at):
            moved = changed(known, said_at=at, nudged_at=None, asked=None, rated_at=None)
            return changed(moved, since=at if after.attended else None)
        case e.Assigned(assigned_at=at) | e.Released(released_at=at) | e.EnteredWaiting(entered_at=at):
            return _passed_on(known, before, after, at)
        case Undone(undone_at=at):
            return _passed_on(known, before, after, at)
        case e.Closed(closed_at=at):
            return changed(_passed_on(known, before, after, at), nudged_at=None, reason=event.reason)
        case e.MessageReceived():
            if event.echo or event.kind == "system":
                return changed(known, said_at=event.received_at, nudged_at=None) if event.echo else known
            return changed(known, requested=True, said_at=event.received_at, nudged_at=None)
        case e.CallHeard(heard_at=at):
            return changed(known, requested=True, said_at=at, nudged_at=None)
        case e.SendRequested(purpose=purpose, requested_at=at):
            if purpose == OPENING:
                return changed(known, call_me=False)
            return changed(known, nudged_at=at) if purpose == NUDGE else known
        case e.SendAccepted(message_id=message_id, accepted_at=at):
            send = after.sends.get(message_id)
            if send is None or send.purpose in ASIDES or send.kind == "reaction":
                return known
            return changed(known, said_at=at, nudged_at=None)
        case told.ConsentGiven(consent=consent, source=source):
            asked = known.call_me or (consent is Consent.UTILITY and source == BUTTON)
            return changed(known, consents={**known.consents, consent: True}, call_me=asked)
        case told.ConsentWithdrawn(consent=consent):
            asked = known.call_me and consent is not Consent.UTILITY
            return changed(known, consents={**known.consents, consent: False}, call_me=asked)
        case told.SatisfactionAsked(episode=episode, asked_at=at):
            return changed(
                known,
                asked_at=at,
                asked=episode,
                asked_agent=event.agent_id,
                asked_queue=event.queue_id,
                rated_at=None,
                commented=False,
            )
        case told.Rated(rated_at=at):
            return changed(known, rated_at=at)
        case told.RatingCommented():
            return changed(known, commented=True)
        case told.HoursTold(opening=opening):
            return changed(known, opening=opening, call_me=False)
        case told.EstimateTold(entered_at=entered_at, to_minutes=to_minutes):
            return changed(known, estimated=entered_at, at_most=to_minutes, missed=False)
        case told.EstimateMissed():
            return changed(known, missed=True)
        case told.PositionTold(entered_at=entered_at, position=position):
            return changed(known, position=position, positioned=entered_at)
        case told.SendScheduled(schedule_id=id_):
            pending = Pending(event.agent_id, event.kind, event.send_at, after.version)
            return changed(known, scheduled={**known.scheduled, id_: pending})
        case (
            told.ScheduleCancelled(schedule_id=id_)
            | told.ScheduleDropped(schedule_id=id_)
            | told.ScheduleSent(schedule_id=id_)
        ):
            return changed(known, scheduled={k: v for k, v in known.scheduled.items() if k != id_})
        case _:
            return known


def _passed_on(known: Courtesy, before: Conversation, after: Conversation, at: datetime) -> Courtesy:
    """Whoever had it until now has had it for so long."""
    if before.agent_id == after.agent_id:
        return known
    since = at if after.attended else None
    had, owner = known.since, before.agent_id
    if had is None or owner is None:
        return changed(known, since=since)
    spent = known.handled.get(owner, 0.0) + max(0.0, (at - had).total_seconds())
    others = {agent: seconds for agent, seconds in known.handled.items() if agent != owner}
    return changed(known, since=since, handled={**others, owner: spent})


def main_agent(known: Courtesy) -> AgentId | None:
    """Who owned most of the handling time; of equals, the later one."""
    best: AgentId | None = None
    for agent, seconds in known.handled.items():
        if best is None or seconds >= known.handled[best]:
            best = agent
    return best
