"""What a customer agreed to hear from us: said with a button, or recorded by whoever was told."""

from __future__ import annotations

from datetime import datetime

from domain.conversation.courtesy import BUTTON
from domain.conversation.courtesy_events import Consent, ConsentGiven, ConsentWithdrawn
from domain.conversation.events import Event, MessageReceived, Stage
from domain.conversation.refusals import UnknownEpisode
from domain.conversation.state import Conversation
from domain.template.refusals import NeedsOptIn

CALL_ME = "call_me"
"""The button *Pode me chamar aqui*."""


def give_consent(
    state: Conversation, consent: Consent, *, source: str, by: str | None, at: datetime
) -> list[Event]:
    """On record from now on; nothing if it was."""
    if state.version == 0:
        raise UnknownEpisode
    return [] if state.courtesy.agreed(consent) else [ConsentGiven(consent, source, by, at)]


def withdraw_consent(
    state: Conversation, consent: Consent, *, source: str, by: str | None, at: datetime
) -> list[Event]:
    """Also without a consent on record: a no is kept."""
    if state.version == 0:
        raise UnknownEpisode
    if state.courtesy.consents.get(consent) is False:
        return []
    return [ConsentWithdrawn(consent, source, by, at)]


def agreed_in(state: Conversation, message: MessageReceived) -> list[Event]:
    """The consent that a tapped button gives; once more of each opening they were told of."""
    known = state.courtesy
    if message.content.get("reply_id") != CALL_ME:
        return []
    if known.agreed(Consent.UTILITY) and (known.call_me or known.opening is None):
        return []
    return [ConsentGiven(Consent.UTILITY, BUTTON, None, message.received_at, message.message_id)]


def check_opt_in(state: Conversation) -> None:
    """Who starts needs consent on record, or an open request of this customer. Raises NeedsOptIn."""
    asked = state.stage is not Stage.CLOSED and state.courtesy.requested
    if not asked and not state.courtesy.agreed(Consent.UTILITY):
        raise NeedsOptIn
