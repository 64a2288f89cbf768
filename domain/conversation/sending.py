"""Leaving the house exactly as often as meant: who may write, and what may leave."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from domain.agent import AgentId
from domain.conversation.consenting import check_opt_in
from domain.conversation.events import (
    Author,
    Event,
    MessageId,
    Reacted,
    SendRequested,
    SendStarted,
    Stage,
)
from domain.conversation.refusals import (
    AlreadyDone,
    AlreadyStarted,
    AutomationIsSilent,
    Changed,
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
from domain.conversation.serving import given
from domain.conversation.state import NOTICES, RETRY_UNKNOWN, Conversation, Send, Sending
from domain.template import Template, check_send

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
    template: Template | None = None,
) -> list[Event]:
    """A message of ours shall leave. An agent writes only in what they own (`takeover`: take it first), and
    not over a customer's message they have not seen (`anyway`: they insist, on the first of those and what
    came within `INSISTING` of it). Free text needs the window; an agent's template (`template`: as the
    registry has it) needs the customer's consent, or an open request of theirs."""
    if message_id in state.sends:
        return []
    events: list[Event] = []
    unseen = False
    if author is Author.AGENT:
        assert agent_id is not None
        events = _pen(state, agent_id, takeover=takeover, seen_version=seen_version, at=at)
        unseen = state.wrote_since(seen_version)
        if unseen and not (anyway and state.told_of_all_since(seen_version)):
            raise CustomerWrote(version=state.wrote_version)
        if kind == TEMPLATE:
            check_template(state, template, content)
    else:
        _automation_may_write(state, purpose)
    if kind != TEMPLATE and not state.window_open(at):
        ended_at = state.window_ends_at
        raise WindowClosed(ended_at=None if ended_at is None else ended_at.isoformat())
    request = SendRequested(message_id, author, agent_id, kind, content, purpose, reply_to, at, anyway=unseen)
    return [*events, request]


def check_template(state: Conversation, template: Template | None, content: dict[str, Any]) -> None:
    """Whether an agent may send this template to this customer now. Raises one refusal per rule."""
    components = content.get("components")
    check_send(template, components if isinstance(components, list) else [])
    check_opt_in(state)


def _pen(
    state: Conversation, agent_id: AgentId, *, takeover: bool, seen_version: int | None, at: datetime
) -> list[Event]:
    """What must happen before this agent may write: nothing, or taking it from who was seen to have it."""
    if not state.is_open:
        raise NotOpen
    if state.agent_id == agent_id:
        return []
    if not takeover:
        raise NotOwner(owner=state.agent_id)
    if state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    return [given(state, agent_id, "claimed" if state.agent_id is None else "taken", at)]


def _automation_may_write(state: Conversation, purpose: str) -> None:
    if purpose in NOTICES:
        return
    if state.stage is Stage.IN_SERVICE:
        raise HumanOwns(by=state.agent_id)
    if state.stage is Stage.AUTOMATION and state.silenced:
        raise AutomationIsSilent


def react(
    state: Conversation,
    agent_id: AgentId,
    *,
    message_id: MessageId,
    target: MessageId,
    emoji: str | None,
    at: datetime,
) -> list[Event]:
    """The agent reacts to a message, or takes the reaction back (None). It answers nobody. Only the first
    wish is one: the same message id again is nothing."""
    request = request_send(
        state,
        message_id=message_id,
        author=Author.AGENT,
        agent_id=agent_id,
        kind="reaction",
        content={"target": target, "emoji": emoji or ""},
        purpose="reaction",
        at=at,
    )
    return [Reacted(target, emoji, at, agent_id), *request] if request else []


# What may leave


def start_send(
    state: Conversation, message_id: MessageId, *, attempt: int, token: str, at: datetime
) -> list[Event]:
    """Whoever holds the decided token may call the provider for this attempt, and nobody else. Attempts count
    from 1; what ended unknown is tried once more, 30 s later; what came before must be out of the way."""
    send = known_send(state, message_id)
    if send.done:
        raise AlreadyDone
    if send.status is Sending.STARTED:
        raise AlreadyStarted(attempt=send.attempt)
    if attempt != send.attempt + 1:
        raise WrongAttempt(expected=send.attempt + 1)
    if send.status is Sending.UNKNOWN and send.since is not None and at < send.since + RETRY_UNKNOWN:
        raise NotYet(retry_at=(send.since + RETRY_UNKNOWN).isoformat())
    if send.retry_at is not None and at < send.retry_at:
        raise NotYet(retry_at=send.retry_at.isoformat())
    for earlier in state.sends.values():
        if earlier.message_id == message_id:
            break
        if earlier.status is not Sending.ACCEPTED and not earlier.done:
            raise EarlierPending(message=earlier.message_id)
    twice = send.possibly_twice or send.status is Sending.UNKNOWN
    return [SendStarted(message_id, attempt, token, at, possibly_twice=twice)]


def known_send(state: Conversation, message_id: MessageId) -> Send:
    send = state.sends.get(message_id)
    if send is None:
        raise UnknownSend
    return send
