"""What a customer agreed to hear from us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import conversation
from domain.conversation import Consent, Conversation, ConversationId, Event


@dataclass(frozen=True, kw_only=True)
class GiveConsent(Command):
    """`source`: how it was told; `by`: who records it, None when the customer said so themselves."""

    conversation_id: ConversationId
    consent: Consent
    source: str
    by: str | None = None
    seen_version: int | None = None


def give_consent(command: GiveConsent, state: Conversation, at: datetime) -> list[Event]:
    return conversation.give_consent(state, command.consent, source=command.source, by=command.by, at=at)


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent(Command):
    conversation_id: ConversationId
    consent: Consent
    source: str
    by: str | None = None
    seen_version: int | None = None


def withdraw_consent(command: WithdrawConsent, state: Conversation, at: datetime) -> list[Event]:
    return conversation.withdraw_consent(state, command.consent, source=command.source, by=command.by, at=at)
