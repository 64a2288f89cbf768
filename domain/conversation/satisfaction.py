"""Satisfaction: one question after the closing, an answer from 1 to 5, and one comment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from domain.conversation.courtesy import main_agent
from domain.conversation.courtesy_events import Rated, RatingAlerted, RatingCommented, SatisfactionAsked
from domain.conversation.events import (
    Author,
    Event,
    MessageId,
    MessageReceived,
    SendRequested,
    Stage,
)
from domain.conversation.state import Conversation, Sending
from domain.copy import say
from domain.scores import score_of

PURPOSE: Final = "satisfaction"
UNDO: Final = timedelta(seconds=10)
"""What closing sends waits so long."""
ANSWERED_WITHIN: Final = timedelta(hours=24)
COMMENTED_WITHIN: Final = timedelta(minutes=10)
ASKED_AGAIN: Final = timedelta(days=7)
POOR: Final = 2
"""So few points, or fewer, and a supervisor is told."""
NOT_SERVED: Final = frozenset({"spam", "mistake"})
"""Words of a closing reason after which nobody is asked."""

_SPOKEN: Final = frozenset({"text", "audio"})


# The question


def ask_satisfaction(
    state: Conversation,
    *,
    episode: int,
    closed_at: datetime,
    outcome: str | None,
    message_id: MessageId,
    at: datetime,
) -> list[Event]:
    """Ask about the episode that was closed then. Nothing when it was taken up again, or a rule says no."""
    if state.stage is not Stage.CLOSED or (state.episode, state.closed_at) != (episode, closed_at):
        return []
    known = state.courtesy
    if known.asked == episode or at < closed_at + UNDO or not state.window_open(at):
        return []
    if known.asked_at is not None and at < known.asked_at + ASKED_AGAIN:
        return []
    if NOT_SERVED & set((known.reason or "").split("/")) or not _human_answered(state):
        return []
    asked = SatisfactionAsked(episode, message_id, main_agent(known), state.queue_id, at)
    return [asked, _question(state, outcome, message_id, at)]


def _human_answered(state: Conversation) -> bool:
    return any(
        send.human and send.episode == state.episode and send.status is Sending.ACCEPTED and not send.failed
        for send in state.sends.values()
    )


def _question(state: Conversation, outcome: str | None, message_id: MessageId, at: datetime) -> SendRequested:
    line = (outcome or "").strip().rstrip(".")
    if state.protocol is None:
        closing = say("closing.outcome.unnumbered", outcome=line) if line else say("closing.unnumbered")
    elif line:
        closing = say("closing.outcome", protocol=state.protocol, outcome=line)
    else:
        closing = say("closing", protocol=state.protocol)
    rows = [{"id": f"score_{n}", "title": say(_ROWS[n])} for n in range(5, 0, -1)]
    content: dict[str, Any] = {
        "text": say("service.satisfaction", closing=closing),
        "button": say("satisfaction.button"),
        "rows": rows,
    }
    return SendRequested(message_id, Author.AUTOMATION, None, "list", content, PURPOSE, None, at)


_ROWS: Final = {
    1: "satisfaction.1",
    2: "satisfaction.2",
    3: "satisfaction.3",
    4: "satisfaction.4",
    5: "satisfaction.5",
}


# The answer


def answered(state: Conversation, message: MessageReceived) -> list[Event] | None:
    """What a message says to the open question, itself included; it reopens nothing and starts no clock.
    None: it is about something else."""
    known, at = state.courtesy, message.received_at
    if state.stage is not Stage.CLOSED or known.asked != state.episode or known.asked_at is None:
        return None
    quiet = replace(message, thanks=True)  # as a thank you: it wants nothing
    if known.rated_at is None:
        score = score_of(message.kind, message.text, message.content.get("reply_id"))
        if score is None or at > known.asked_at + ANSWERED_WITHIN:
            return None
        agent, queue = known.asked_agent, known.asked_queue
        rated = Rated(state.episode, score, agent, queue, message.message_id, at)
        if score > POOR:
            return [quiet, rated]
        return [quiet, rated, RatingAlerted(state.episode, score, agent, queue, at)]
    if known.commented or message.thanks or message.kind not in _SPOKEN:
        return None
    if at > known.rated_at + COMMENTED_WITHIN:
        return None
    return [quiet, RatingCommented(state.episode, message.message_id, message.text, at)]
