"""While they wait: how long it should last, that it lasts longer, how many come before, and that nobody is
there."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from domain.conversation.consenting import CALL_ME
from domain.conversation.courtesy_events import EstimateMissed, EstimateTold, HoursTold, PositionTold
from domain.conversation.events import Author, Event, MessageId, SendRequested, Stage
from domain.conversation.state import Conversation
from domain.copy import named_moment, say
from domain.estimate import Estimate

ESTIMATE: Final = "estimate"
APOLOGY: Final = "estimate.apology"
POSITION: Final = "position"
CLOSED_HOURS: Final = "closed_hours"


def tell_estimate(
    state: Conversation,
    estimate: Estimate,
    *,
    entered_at: datetime,
    queue: str,
    message_id: MessageId,
    at: datetime,
) -> list[Event]:
    """Once per wait: a range, no position."""
    if not _waits(state, entered_at, at) or state.courtesy.estimated == entered_at:
        return []
    span = {"from": str(estimate.from_minutes), "to": str(estimate.to_minutes)}
    told = EstimateTold(entered_at, estimate.from_minutes, estimate.to_minutes, estimate.samples, at)
    return [told, _text(message_id, ESTIMATE, say("queued.estimate", queue=queue, **span), at)]


def apologise(
    state: Conversation, *, entered_at: datetime, message_id: MessageId, at: datetime
) -> list[Event]:
    """Once, when it lasts longer than they were told."""
    known = state.courtesy
    if not _waits(state, entered_at, at) or known.estimated != entered_at or known.missed:
        return []
    if at <= entered_at + timedelta(minutes=known.at_most):
        return []
    return [EstimateMissed(entered_at, at), _text(message_id, APOLOGY, say("queued.apology"), at)]


def tell_position(
    state: Conversation, position: int, *, entered_at: datetime, message_id: MessageId, at: datetime
) -> list[Event]:
    """They asked. Never a worse one than they were told before in this wait."""
    known = state.courtesy
    if not _waits(state, entered_at, at):
        return []
    before = known.position if known.positioned == entered_at else None
    told = position if before is None else min(before, position)
    text = say("queued.next") if told <= 1 else say("queued.position", ahead=str(told - 1))
    return [PositionTold(entered_at, told, at), _text(message_id, POSITION, text, at)]


def tell_hours(
    state: Conversation,
    *,
    opening: datetime,
    phone: str,
    zone: tzinfo,
    message_id: MessageId,
    at: datetime,
) -> list[Event]:
    """Once per closed period. Where the window ends before the opening, the customer may ask to be called."""
    if state.stage is not Stage.WAITING or not state.window_open(at):
        return []
    if opening <= at or state.courtesy.opening == opening:
        return []
    number = {} if state.protocol is None else {"protocol": state.protocol}
    ends_at = state.window_ends_at
    offers = ends_at is not None and ends_at < opening
    key = ("closed_hours" if number else "closed_hours.unnumbered") if offers else _NO_OFFER[bool(number)]
    text = say(key, opening=named_moment(opening, zone), phone=phone, **number)
    if not offers:
        return [HoursTold(opening, at), _text(message_id, CLOSED_HOURS, text, at)]
    buttons = [
        {"id": CALL_ME, "title": say("closed_hours.call_me")},
        {"id": "no_need", "title": say("closed_hours.no_need")},
    ]
    content: dict[str, Any] = {"text": text, "buttons": buttons}
    request = SendRequested(message_id, Author.AUTOMATION, None, "buttons", content, CLOSED_HOURS, None, at)
    return [HoursTold(opening, at), request]


_NO_OFFER: Final = {True: "closed_hours.plain", False: "closed_hours.plain.unnumbered"}


def _waits(state: Conversation, entered_at: datetime, at: datetime) -> bool:
    return state.stage is Stage.WAITING and state.entered_at == entered_at and state.window_open(at)


def _text(message_id: MessageId, purpose: str, text: str, at: datetime) -> SendRequested:
    return SendRequested(message_id, Author.AUTOMATION, None, "text", {"text": text}, purpose, None, at)
