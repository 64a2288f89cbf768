"""Leaving the house exactly as often as meant: who may write, what may leave, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain.agent import AgentId
from domain.conversation.events import (
    AnswerVoided,
    Author,
    Event,
    MessageId,
    Reacted,
    Receipt,
    ReceiptHeard,
    ReceiptParked,
    SendAccepted,
    SendFailed,
    SendPostponed,
    SendRequested,
    SendStarted,
    SendUnknown,
    Stage,
)
from domain.conversation.memory import evolve
from domain.conversation.refusals import (
    AlreadyDone,
    AlreadyStarted,
    AutomationIsSilent,
    CustomerWrote,
    EarlierPending,
    HumanOwns,
    NotOpen,
    NotOwner,
    NotYet,
    UnknownSend,
    WindowClosed,
    WrongAttempt,
)
from domain.conversation.serving import given, waiting
from domain.conversation.state import NOTICES, RETRY_UNKNOWN, Conversation, Send, Sending, Stop
from domain.queue import due

TEMPLATE: Final = "template"


# Who may write


def request_send(
    state: Conversation,
    *,
    message_id: MessageId,
    author: Author,
    agent_id: AgentId | None,
    kind: str,
    content: dict[str, Any],
    purpose: str,
    reply_to: MessageId | None = None,
    at: datetime,
    seen_version: int | None = None,
    anyway: bool = False,
    takeover: bool = False,
) -> list[Event]:
    """A message of ours shall leave. An agent writes only in what they own (`takeover`: take it first), and
    not over a customer's message they have not seen (`anyway`: they insist). Free text needs the window."""
    if message_id in state.sends:
        return []
    events: list[Event] = []
    unseen = False
    if author is Author.AGENT:
        assert agent_id is not None
        events = _pen(state, agent_id, takeover=takeover, at=at)
        unseen = kind != "reaction" and state.wrote_since(seen_version)
        if unseen and not anyway:
            raise CustomerWrote(version=state.wrote_version)
    else:
        _automation_may_write(state, purpose)
    if kind != TEMPLATE and not state.window_open(at):
        ended_at = state.window_ends_at
        raise WindowClosed(ended_at=None if ended_at is None else ended_at.isoformat())
    request = SendRequested(message_id, author, agent_id, kind, content, purpose, reply_to, at, anyway=unseen)
    return [*events, request]


def _pen(state: Conversation, agent_id: AgentId, *, takeover: bool, at: datetime) -> list[Event]:
    """What must happen before this agent may write: nothing, or taking it over."""
    if not state.is_open:
        raise NotOpen
    if state.agent_id == agent_id:
        return []
    if not takeover:
        raise NotOwner(owner=state.agent_id)
    return [given(state, agent_id, "claimed" if state.agent_id is None else "taken", at)]


def _automation_may_write(state: Conversation, purpose: str) -> None:
    if purpose in NOTICES:
        return
    if state.stage is Stage.IN_SERVICE:
        raise HumanOwns(by=state.agent_id)
    if state.stage is Stage.AUTOMATION and state.silenced:
        raise AutomationIsSilent
