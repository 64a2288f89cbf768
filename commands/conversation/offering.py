"""Asking agents, and what time and people make of it. What was seen when they were chosen travels along."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.conversation import Conversation, ConversationId, Event
from domain.sla.written import read_book


@dataclass(frozen=True, kw_only=True)
class OfferConversation(Command):
    """Ask an agent who has a place reserved. `entered_at` and `seen_version`: the wait that was seen."""

    conversation_id: ConversationId
    agent_id: AgentId
    expires_at: datetime
    entered_at: datetime | None = None
    why: dict[str, Any] | None = None
    seen_version: int | None = None


def offer_conversation(command: OfferConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.offer(
        state,
        command.agent_id,
        expires_at=command.expires_at,
        why=command.why,
        entered_at=command.entered_at,
        seen_version=command.seen_version,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class AcceptOffer(Command):
    conversation_id: ConversationId
    agent_id: AgentId
    reason: str | None = None
    seen_version: int | None = None


def accept_offer(command: AcceptOffer, state: Conversation, at: datetime) -> list[Event]:
    return conversation.accept_offer(state, command.agent_id, reason=command.reason, at=at)


@dataclass(frozen=True, kw_only=True)
class DeclineOffer(Command):
    conversation_id: ConversationId
    agent_id: AgentId
    reason: str | None = None
    seen_version: int | None = None


def decline_offer(command: DeclineOffer, state: Conversation, at: datetime) -> list[Event]:
    return conversation.decline_offer(state, command.agent_id, reason=command.reason, at=at)


@dataclass(frozen=True, kw_only=True)
class ExpireOffer(Command):
    """`expires_at`: the one that was armed."""

    conversation_id: ConversationId
    expires_at: datetime


def expire_offer(command: ExpireOffer, state: Conversation, at: datetime) -> list[Event]:
    return conversation.expire_offer(state, expires_at=command.expires_at, at=at)


@dataclass(frozen=True, kw_only=True)
class WithdrawOffer(Command):
    """The agent cannot answer it any more."""

    conversation_id: ConversationId
    agent_id: AgentId
    reason: str


def withdraw_offer(command: WithdrawOffer, state: Conversation, at: datetime) -> list[Event]:
    return conversation.withdraw_offer(state, command.agent_id, reason=command.reason, at=at)


@dataclass(frozen=True, kw_only=True)
class EndRound(Command):
    """Everybody who could take it was asked."""

    conversation_id: ConversationId
    asked: tuple[AgentId, ...]
    restart_at: datetime


def end_round(command: EndRound, state: Conversation, at: datetime) -> list[Event]:
    book = read_book(command.book)
    return conversation.end_round(state, command.asked, restart_at=command.restart_at, book=book, at=at)


@dataclass(frozen=True, kw_only=True)
class RestartRound(Command):
    conversation_id: ConversationId
    restart_at: datetime


def restart_round(command: RestartRound, state: Conversation, at: datetime) -> list[Event]:
    return conversation.restart_round(state, restart_at=command.restart_at, at=at)


@dataclass(frozen=True, kw_only=True)
class RelaxSkills(Command):
    """The wait that began then lasted long enough."""

    conversation_id: ConversationId
    entered_at: datetime


def relax_skills(command: RelaxSkills, state: Conversation, at: datetime) -> list[Event]:
    return conversation.relax(state, entered_at=command.entered_at, at=at)


@dataclass(frozen=True, kw_only=True)
class RipenConversation(Command):
    """What kept the wait that began then from being offered is over."""

    conversation_id: ConversationId
    entered_at: datetime
    reason: str


def ripen_conversation(command: RipenConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.ripen(state, command.reason, entered_at=command.entered_at, at=at)


@dataclass(frozen=True, kw_only=True)
class SilenceConversation(Command):
    """The customer owed the answer for so long, as far as was seen at that version."""

    conversation_id: ConversationId
    since_version: int


def silence_conversation(command: SilenceConversation, state: Conversation, at: datetime) -> list[Event]:
    return conversation.fall_silent(state, since_version=command.since_version, at=at)
