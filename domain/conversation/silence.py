"""Silence: whoever owes us the answer is asked once whether they still need help, and then it is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from domain.conversation.courtesy import NUDGE
from domain.conversation.episodes import close_by_silence
from domain.conversation.events import Author, Event, MessageId, SendRequested, Stage
from domain.conversation.state import Awaiting, Conversation
from domain.copy import clock_time, named_moment, say
from domain.hours import Hours, next_decent

PATIENCE: Final = timedelta(minutes=30)
"""From the last thing said to the nudge, and from the nudge to the closing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What silence leads to. Without `nudge_at` it is closed without a word."""

    nudge_at: datetime | None
    close_at: datetime


def plan(
    said_at: datetime,
    nudged_at: datetime | None,
    window_ends_at: datetime | None,
    hours: Hours,
    zone: tzinfo,
) -> Plan | None:
    """What follows if nobody says anything more. `window_ends_at`: until when a nudge may leave (None: it may
    not). None: the queue never opens again."""
    if nudged_at is not None:
        close_at = next_decent(nudged_at + PATIENCE, hours, zone)
        return None if close_at is None else Plan(None, close_at)
    nudge_at = next_decent(said_at + PATIENCE, hours, zone)
    if nudge_at is None:
        return None
    fits = window_ends_at is not None and nudge_at <= window_ends_at
    close_at = next_decent((nudge_at if fits else said_at + PATIENCE) + PATIENCE, hours, zone)
    return None if close_at is None else Plan(nudge_at if fits else None, close_at)


def their_turn(state: Conversation) -> bool:
    """Whether silence is the customer's: in service and waiting on them, or in automation that has nothing of
    theirs to answer and no timer of its own running."""
    if state.stage is Stage.IN_SERVICE:
        return state.awaiting is Awaiting.CUSTOMER and not state.unanswered
    idle = state.silenced or state.understood is None
    return state.stage is Stage.AUTOMATION and state.burst_at is None and idle


def nudge(
    state: Conversation,
    *,
    said_at: datetime,
    closes_at: datetime,
    name: str | None,
    zone: tzinfo,
    message_id: MessageId,
    at: datetime,
) -> list[Event]:
    """Ask whether help is still needed, and say when it will be closed. Nothing if anything was said since
    `said_at`, or nothing may be said."""
    known = state.courtesy
    if not their_turn(state) or known.said_at != said_at or known.nudged_at is not None:
        return []
    if at < said_at + PATIENCE or state.silenced or not state.window_open(at):
        return []
    today = closes_at.astimezone(zone).date() == at.astimezone(zone).date()
    moment = (
        say("nudge.today", time=clock_time(closes_at, zone))
        if today
        else say("nudge.later", moment=named_moment(closes_at, zone))
    )
    opening = say("nudge.opening", name=name) if name else say("nudge.opening.nameless")
    text = say("service.nudge", opening=opening, moment=moment)
    return [SendRequested(message_id, Author.AUTOMATION, None, "text", {"text": text}, NUDGE, None, at)]


def close_silent(
    state: Conversation, *, said_at: datetime, nudged_at: datetime | None, at: datetime
) -> list[Event]:
    """Nobody answered. `nudged_at`: the nudge that was seen, None when there could be none."""
    known = state.courtesy
    if not their_turn(state) or known.said_at != said_at or known.nudged_at != nudged_at:
        return []
    since = said_at + PATIENCE if nudged_at is None else nudged_at
    if at < since + PATIENCE:
        return []
    return close_by_silence(state, seen_version=None, at=at)
