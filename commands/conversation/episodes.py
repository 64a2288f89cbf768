"""Opening, closing and taking up again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.conversation.promising import reasons, reopening
from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ContactKnown, Conversation, ConversationId, Event


@dataclass(frozen=True, kw_only=True)
class OpenConversation(Command):
    """An agent starts an episode; `contact` says how the customer is reached."""

    conversation_id: ConversationId
    channel_id: ChannelId
    agent_id: AgentId
    contact: ContactKnown | None = None
    seen_version: int | None = None


def open_conversation(command: OpenConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.open_episode(
        state, command.agent_id, channel_id=command.channel_id, contact=command.contact, at=at
    )


@dataclass(frozen=True, kw_only=True)
class CloseConversation(Command):
    """`reason` is a code of two levels, `outcome` one line of what came of it."""

    conversation_id: ConversationId
    by: AgentId
    reason: str
    outcome: str | None
    seen_version: int | None = None
    for_another: bool = False


def close_conversation(command: CloseConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.close(
        state,
        command.by,
        reason=command.reason,
        outcome=command.outcome,
        at=at,
        seen_version=command.seen_version,
        for_another=command.for_another,
        reasons=reasons(command, state),
    )


@dataclass(frozen=True, kw_only=True)
class CloseBySilence(Command):
    """The customer has gone silent, as of `seen_version`."""

    conversation_id: ConversationId
    seen_version: int | None = None


def close_by_silence(command: CloseBySilence, state: Conversation, at: datetime) -> list[Event]:
    return conversation.close_by_silence(state, seen_version=command.seen_version, at=at)


@dataclass(frozen=True, kw_only=True)
class CloseQuietly(Command):
    """Automation is done, as of `seen_version`."""

    conversation_id: ConversationId
    seen_version: int | None = None


def close_quietly(command: CloseQuietly, state: Conversation, at: datetime) -> list[Event]:
    return conversation.close_quietly(state, seen_version=command.seen_version, at=at)


@dataclass(frozen=True, kw_only=True)
class ReopenConversation(Command):
    """Within 24 h: same protocol, new period."""

    conversation_id: ConversationId
    agent_id: AgentId
    seen_version: int | None = None


def reopen_conversation(command: ReopenConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.reopen(
        state,
        command.agent_id,
        at=at,
        seen_version=command.seen_version,
        reopening=reopening(command, state),
    )


@dataclass(frozen=True, kw_only=True)
class StartNewDemand(Command):
    """What the customer wants now is another demand, with a protocol of its own."""

    conversation_id: ConversationId
    agent_id: AgentId
    seen_version: int | None = None


def start_new_demand(command: StartNewDemand, state: Conversation, at: datetime) -> list[Event]:
    return conversation.start_new_demand(state, command.agent_id, at=at, seen_version=command.seen_version)


@dataclass(frozen=True, kw_only=True)
class GiveProtocol(Command):
    conversation_id: ConversationId
    episode: int
    number: str


def give_protocol(command: GiveProtocol, state: Conversation, at: datetime) -> list[Event]:
    return conversation.give_protocol(state, command.episode, command.number, at=at)
