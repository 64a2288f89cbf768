"""What Atende says by itself, and what is to leave later. A message's id is its command's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.conversation import Conversation, ConversationId, Event, MessageId
from domain.estimate import Estimate
from domain.template import Template


@dataclass(frozen=True, kw_only=True)
class NudgeCustomer(Command):
    """Nobody said anything since `said_at`; it will be closed at `closes_at`. `name`: how to address them."""

    conversation_id: ConversationId
    said_at: datetime
    closes_at: datetime
    zone: str
    name: str | None = None


def nudge_customer(command: NudgeCustomer, state: Conversation, at: datetime) -> list[Event]:
    return conversation.nudge(
        state,
        said_at=command.said_at,
        closes_at=command.closes_at,
        name=command.name,
        zone=ZoneInfo(command.zone),
        message_id=MessageId(str(command.id)),
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class CloseSilent(Command):
    """… and nobody answered the nudge either. `nudged_at`: None when there could be none."""

    conversation_id: ConversationId
    said_at: datetime
    nudged_at: datetime | None = None


def close_silent(command: CloseSilent, state: Conversation, at: datetime) -> list[Event]:
    return conversation.close_silent(state, said_at=command.said_at, nudged_at=command.nudged_at, at=at)


@dataclass(frozen=True, kw_only=True)
class AskSatisfaction(Command):
    """About the episode that was closed then, with that outcome."""

    conversation_id: ConversationId
    episode: int
    closed_at: datetime
    outcome: str | None = None


def ask_satisfaction(command: AskSatisfaction, state: Conversation, at: datetime) -> list[Event]:
    return conversation.ask_satisfaction(
        state,
        episode=command.episode,
        closed_at=command.closed_at,
        outcome=command.outcome,
        message_id=MessageId(str(command.id)),
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class ScheduleSend(Command):
    """An agent writes for later. The schedule's id is the command's, and the message's too."""

    conversation_id: ConversationId
    agent_id: AgentId
    kind: str
    content: dict[str, Any]
    send_at: datetime
    template: Template | None = None
    seen_version: int | None = None


def schedule_send(command: ScheduleSend, state: Conversation, at: datetime) -> list[Event]:
    return conversation.schedule_send(
        state,
        command.agent_id,
        schedule_id=str(command.id),
        kind=command.kind,
        content=command.content,
        send_at=command.send_at,
        template=command.template,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class CancelSchedule(Command):
    """`for_another`: they may move what others attend."""

    conversation_id: ConversationId
    schedule_id: str
    by: AgentId
    for_another: bool = False
    seen_version: int | None = None


def cancel_schedule(command: CancelSchedule, state: Conversation, at: datetime) -> list[Event]:
    return conversation.cancel_schedule(
        state, command.schedule_id, command.by, for_another=command.for_another, at=at
    )


@dataclass(frozen=True, kw_only=True)
class SendWhatIsDue(Command):
    """Its time came. `template`: as the registry has it now, when it is one."""

    conversation_id: ConversationId
    schedule_id: str
    content: dict[str, Any]
    template: Template | None = None


def send_what_is_due(command: SendWhatIsDue, state: Conversation, at: datetime) -> list[Event]:
    return conversation.send_scheduled(
        state, command.schedule_id, content=command.content, template=command.template, at=at
    )


@dataclass(frozen=True, kw_only=True)
class TellEstimate(Command):
    """To whoever entered the queue at `entered_at`, out of the last waits of others; `queue` is its name."""

    conversation_id: ConversationId
    entered_at: datetime
    estimate: Estimate
    queue: str


def tell_estimate(command: TellEstimate, state: Conversation, at: datetime) -> list[Event]:
    return conversation.tell_estimate(
        state,
        command.estimate,
        entered_at=command.entered_at,
        queue=command.queue,
        message_id=MessageId(str(command.id)),
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class ApologiseForDelay(Command):
    conversation_id: ConversationId
    entered_at: datetime


def apologise_for_delay(command: ApologiseForDelay, state: Conversation, at: datetime) -> list[Event]:
    return conversation.apologise(
        state, entered_at=command.entered_at, message_id=MessageId(str(command.id)), at=at
    )


@dataclass(frozen=True, kw_only=True)
class TellPosition(Command):
    """They asked; `position` counts from 1 in the one order of their queue."""

    conversation_id: ConversationId
    entered_at: datetime
    position: int


def tell_position(command: TellPosition, state: Conversation, at: datetime) -> list[Event]:
    return conversation.tell_position(
        state,
        command.position,
        entered_at=command.entered_at,
        message_id=MessageId(str(command.id)),
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class CallBack(Command):
    """Their queue opened at `opening`. `template`: what the registry of their number has of it."""

    conversation_id: ConversationId
    opening: datetime
    content: dict[str, Any]
    template: Template | None = None


def call_back(command: CallBack, state: Conversation, at: datetime) -> list[Event]:
    return conversation.call_back(
        state,
        command.template,
        command.content,
        opening=command.opening,
        message_id=MessageId(str(command.id)),
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class TellHours(Command):
    """Nobody is there before `opening`; `phone` is where to call until then."""

    conversation_id: ConversationId
    opening: datetime
    phone: str
    zone: str


def tell_hours(command: TellHours, state: Conversation, at: datetime) -> list[Event]:
    return conversation.tell_hours(
        state,
        opening=command.opening,
        phone=command.phone,
        zone=ZoneInfo(command.zone),
        message_id=MessageId(str(command.id)),
        at=at,
    )
