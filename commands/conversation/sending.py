"""What leaves, and what became of it. A message's id is its command's, unless it is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.conversation import Author, Conversation, ConversationId, Event, MessageId
from domain.template import Template


@dataclass(frozen=True, kw_only=True)
class SendMessage(Command):
    """An agent writes. `anyway`: over what the customer wrote meanwhile; `takeover`: take it, then write;
    `template`: as the registry had it, when it is one."""

    conversation_id: ConversationId
    agent_id: AgentId
    kind: str
    content: dict[str, Any]
    purpose: str = "reply"
    reply_to: MessageId | None = None
    message_id: MessageId | None = None
    seen_version: int | None = None
    anyway: bool = False
    takeover: bool = False
    template: Template | None = None


def send_message(command: SendMessage, state: Conversation, at: datetime) -> list[Event]:
    return conversation.request_send(
        state,
        message_id=command.message_id or MessageId(str(command.id)),
        author=Author.AGENT,
        agent_id=command.agent_id,
        kind=command.kind,
        content=command.content,
        purpose=command.purpose,
        reply_to=command.reply_to,
        at=at,
        seen_version=command.seen_version,
        anyway=command.anyway,
        takeover=command.takeover,
        template=command.template,
    )


@dataclass(frozen=True, kw_only=True)
class SendAutomatically(Command):
    """Automation writes: never once a human owns the conversation, but for notices."""

    conversation_id: ConversationId
    kind: str
    content: dict[str, Any]
    purpose: str
    reply_to: MessageId | None = None
    message_id: MessageId | None = None


def send_automatically(command: SendAutomatically, state: Conversation, at: datetime) -> list[Event]:
    return conversation.request_send(
        state,
        message_id=command.message_id or MessageId(str(command.id)),
        author=Author.AUTOMATION,
        agent_id=None,
        kind=command.kind,
        content=command.content,
        purpose=command.purpose,
        reply_to=command.reply_to,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class ReactToMessage(Command):
    """`emoji` None takes the reaction back."""

    conversation_id: ConversationId
    agent_id: AgentId
    target: MessageId
    emoji: str | None
    seen_version: int | None = None


def react_to_message(command: ReactToMessage, state: Conversation, at: datetime) -> list[Event]:
    return conversation.react(
        state,
        command.agent_id,
        message_id=MessageId(str(command.id)),
        target=command.target,
        emoji=command.emoji,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class StartSend(Command):
    """May I call the provider? Whoever's token is recorded may; being refused means: do not call."""

    conversation_id: ConversationId
    message_id: MessageId
    attempt: int
    token: str


def start_send(command: StartSend, state: Conversation, at: datetime) -> list[Event]:
    return conversation.start_send(
        state, command.message_id, attempt=command.attempt, token=command.token, at=at
    )


@dataclass(frozen=True, kw_only=True)
class ReportAccepted(Command):
    conversation_id: ConversationId
    message_id: MessageId
    attempt: int
    provider_ref: MessageId | None
    provider_id: str | None = None
    wa_id: str | None = None


def report_accepted(command: ReportAccepted, state: Conversation, at: datetime) -> list[Event]:
    return conversation.send_accepted(
        state,
        command.message_id,
        attempt=command.attempt,
        provider_ref=command.provider_ref,
        provider_id=command.provider_id,
        wa_id=command.wa_id,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class ReportPostponed(Command):
    """It certainly did not leave; from `retry_at` the next attempt may start."""

    conversation_id: ConversationId
    message_id: MessageId
    attempt: int
    retry_at: datetime
    code: int | None = None


def report_postponed(command: ReportPostponed, state: Conversation, at: datetime) -> list[Event]:
    return conversation.send_postponed(
        state, command.message_id, attempt=command.attempt, code=command.code, retry_at=command.retry_at
    )


@dataclass(frozen=True, kw_only=True)
class ReportUnknown(Command):
    """The call had no answer, or whoever called is gone."""

    conversation_id: ConversationId
    message_id: MessageId
    attempt: int


def report_unknown(command: ReportUnknown, state: Conversation, at: datetime) -> list[Event]:
    return conversation.send_unknown(state, command.message_id, attempt=command.attempt, at=at)


@dataclass(frozen=True, kw_only=True)
class ReportFailed(Command):
    """The provider refused it for good."""

    conversation_id: ConversationId
    message_id: MessageId
    attempt: int
    code: int | None = None


def report_failed(command: ReportFailed, state: Conversation, at: datetime) -> list[Event]:
    return conversation.send_failed(
        state, command.message_id, attempt=command.attempt, code=command.code, at=at
    )
