"""A message for later: written now, judged again when its time comes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from domain.agent import AgentId
from domain.conversation.courtesy_events import (
    ScheduleCancelled,
    ScheduleDropped,
    ScheduleSent,
    SendScheduled,
)
from domain.conversation.events import Author, Event, MessageId
from domain.conversation.refusals import BadSendTime, CustomerWrote, NotOpen, NotOwner, UnknownSchedule
from domain.conversation.sending import TEMPLATE, check_template, request_send
from domain.conversation.state import Conversation
from domain.grammar import Refused
from domain.template import Template

LATEST: Final = timedelta(days=30)


def schedule_send(
    state: Conversation,
    agent_id: AgentId,
    *,
    schedule_id: str,
    kind: str,
    content: dict[str, Any],
    send_at: datetime,
    template: Template | None = None,
    at: datetime,
) -> list[Event]:
    """Only the owner writes, also for later; a template that may not leave today is refused today."""
    if schedule_id in state.courtesy.scheduled:
        return []
    if not state.is_open:
        raise NotOpen
    if state.agent_id != agent_id:
        raise NotOwner(owner=state.agent_id)
    if not at < send_at <= at + LATEST:
        raise BadSendTime
    if kind == TEMPLATE:
        check_template(state, template, content)
    return [SendScheduled(schedule_id, agent_id, kind, content, send_at, at)]


def cancel_schedule(
    state: Conversation, schedule_id: str, by: AgentId, *, for_another: bool = False, at: datetime
) -> list[Event]:
    """Whoever wrote it, whoever has the conversation now, or who may move what others attend."""
    pending = state.courtesy.scheduled.get(schedule_id)
    if pending is None:
        raise UnknownSchedule
    if by not in (pending.agent_id, state.agent_id) and not for_another:
        raise NotOwner(owner=pending.agent_id)
    return [ScheduleCancelled(schedule_id, by, at)]


def send_scheduled(
    state: Conversation,
    schedule_id: str,
    *,
    content: dict[str, Any],
    template: Template | None,
    at: datetime,
) -> list[Event]:
    """Its time came: window, consent, template and owner are looked at as they are now. What may not leave is
    dropped, with the rule that said so; a customer who waits for an answer is never written past."""
    pending = state.courtesy.scheduled.get(schedule_id)
    if pending is None or at < pending.send_at:
        return []
    message_id = MessageId(schedule_id)
    try:
        if any(wait.version > pending.version for wait in state.unanswered):
            raise CustomerWrote(version=state.wrote_version)
        events = request_send(
            state,
            message_id=message_id,
            author=Author.AGENT,
            agent_id=pending.agent_id,
            kind=pending.kind,
            content=content,
            purpose="scheduled",
            at=at,
            template=template,
        )
    except Refused as no:
        return [ScheduleDropped(schedule_id, no.rule, at)]
    return [*events, ScheduleSent(schedule_id, message_id, at)]
