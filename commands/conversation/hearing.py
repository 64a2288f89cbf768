"""What comes in from the customer's side. Whoever fans a delivery out names each command by `heard_id`, so
that what is older than a conversation's own memory is still heard once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from commands.conversation.promising import reopening
from commands.intention import COMMANDS, Command
from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ContactKnown, Conversation, ConversationId, Event, MessageId, Receipt
from domain.queue import QueueId


def heard_id(conversation_id: str, ref: str, what: str = "message") -> UUID:
    """The id of the command that hears something of the provider: the same however often it is told.

    `ref` is the keyed hash of the provider's id; `what` tells apart what shares one id, such as the turns of
    a call or the statuses of a message.
    """
    return uuid5(COMMANDS, f"heard/{conversation_id}/{ref}/{what}")


@dataclass(frozen=True, kw_only=True)
class HearMessage(Command):
    """`received_at`: when it stood at our door. `to_agent`: the last agent, if free to go on with it."""

    conversation_id: ConversationId
    channel_id: ChannelId
    message_id: MessageId
    provider_id: str
    kind: str
    text: str | None
    sent_at: datetime
    received_at: datetime
    content: dict[str, Any] = field(default_factory=dict)
    reply_to: MessageId | None = None
    forwarded: bool = False
    thanks: bool = False
    contact: ContactKnown | None = None
    queue_id: QueueId = conversation.GENERAL
    to_agent: AgentId | None = None
    new_demand: bool = False


def hear_message(command: HearMessage, state: Conversation, at: datetime) -> list[Event]:
    message = conversation.MessageReceived(
        command.message_id,
        command.provider_id,
        command.kind,
        command.text,
        command.content,
        command.sent_at,
        command.received_at,
        command.reply_to,
        thanks=command.thanks,
        forwarded=command.forwarded,
    )
    return conversation.receive(
        state,
        message,
        channel_id=command.channel_id,
        contact=command.contact,
        queue_id=command.queue_id,
        to_agent=command.to_agent,
        new_demand=command.new_demand,
        reopening=reopening(command, state),
    )


@dataclass(frozen=True, kw_only=True)
class HearEcho(Command):
    """We wrote, on the phone or another console."""

    conversation_id: ConversationId
    channel_id: ChannelId
    message_id: MessageId
    provider_id: str
    kind: str
    text: str | None
    sent_at: datetime
    received_at: datetime
    content: dict[str, Any] = field(default_factory=dict)
    reply_to: MessageId | None = None
    forwarded: bool = False
    contact: ContactKnown | None = None


def hear_echo(command: HearEcho, state: Conversation, at: datetime) -> list[Event]:
    message = conversation.MessageReceived(
        command.message_id,
        command.provider_id,
        command.kind,
        command.text,
        command.content,
        command.sent_at,
        command.received_at,
        command.reply_to,
        forwarded=command.forwarded,
        echo=True,
    )
    return conversation.hear_echo(state, message, channel_id=command.channel_id, contact=command.contact)


@dataclass(frozen=True, kw_only=True)
class HearCall(Command):
    conversation_id: ConversationId
    channel_id: ChannelId
    call_id: MessageId
    call_event: str
    direction: str
    received_at: datetime
    sent_at: datetime | None = None
    contact: ContactKnown | None = None
    queue_id: QueueId = conversation.GENERAL


def hear_call(command: HearCall, state: Conversation, at: datetime) -> list[Event]:
    call = conversation.CallHeard(
        command.call_id, command.call_event, command.direction, command.received_at, command.sent_at
    )
    return conversation.hear_call(
        state,
        call,
        channel_id=command.channel_id,
        contact=command.contact,
        queue_id=command.queue_id,
        reopening=reopening(command, state),
    )


@dataclass(frozen=True, kw_only=True)
class HearEdit(Command):
    """`target` is the message that reads differently now; `heard_as` the one that says so."""

    conversation_id: ConversationId
    heard_as: MessageId
    target: MessageId
    kind: str
    text: str | None
    sent_at: datetime


def hear_edit(command: HearEdit, state: Conversation, at: datetime) -> list[Event]:
    edited = conversation.MessageEdited(
        command.target, command.kind, command.text, command.sent_at, command.heard_as
    )
    return conversation.hear_edit(state, edited)


@dataclass(frozen=True, kw_only=True)
class HearDeletion(Command):
    conversation_id: ConversationId
    heard_as: MessageId
    target: MessageId
    sent_at: datetime


def hear_deletion(command: HearDeletion, state: Conversation, at: datetime) -> list[Event]:
    return conversation.hear_deletion(
        state, conversation.MessageDeleted(command.target, command.sent_at, command.heard_as)
    )


@dataclass(frozen=True, kw_only=True)
class HearReaction(Command):
    """`agent_id`: whose it is, when it is one of ours (the device's)."""

    conversation_id: ConversationId
    heard_as: MessageId
    target: MessageId
    emoji: str | None
    sent_at: datetime
    agent_id: AgentId | None = None


def hear_reaction(command: HearReaction, state: Conversation, at: datetime) -> list[Event]:
    reacted = conversation.Reacted(
        command.target, command.emoji, command.sent_at, command.agent_id, command.heard_as
    )
    return conversation.hear_reaction(state, reacted)


@dataclass(frozen=True, kw_only=True)
class HearNumberChange(Command):
    conversation_id: ConversationId
    heard_as: MessageId
    wa_id: str | None
    sent_at: datetime


def hear_number_change(command: HearNumberChange, state: Conversation, at: datetime) -> list[Event]:
    return conversation.hear_number_change(
        state, conversation.NumberChanged(command.wa_id, command.sent_at, command.heard_as)
    )


@dataclass(frozen=True, kw_only=True)
class HearReceipt(Command):
    """A status. `correlation`: our message and attempt, if the provider gave them back."""

    conversation_id: ConversationId
    provider_ref: MessageId
    receipt: Receipt
    sent_at: datetime
    codes: tuple[int, ...] = ()
    category: str | None = None
    correlation: tuple[MessageId, int] | None = None
    provider_id: str | None = None


def hear_receipt(command: HearReceipt, state: Conversation, at: datetime) -> list[Event]:
    return conversation.hear_receipt(
        state,
        command.provider_ref,
        command.receipt,
        sent_at=command.sent_at,
        codes=command.codes,
        category=command.category,
        correlation=command.correlation,
        provider_id=command.provider_id,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class LearnContact(Command):
    """The provider says that these addresses are one person."""

    conversation_id: ConversationId
    contact: ContactKnown


def learn_contact(command: LearnContact, state: Conversation, at: datetime) -> list[Event]:
    return conversation.learn_contact(state, command.contact)


@dataclass(frozen=True, kw_only=True)
class KeepMedia(Command):
    """The file of a message is ours now."""

    conversation_id: ConversationId
    message_id: MessageId
    key: str
    size: int
    sha256: str
    mime: str


def keep_media(command: KeepMedia, state: Conversation, at: datetime) -> list[Event]:
    stored = conversation.MediaStored(
        command.message_id, command.key, command.size, command.sha256, command.mime
    )
    return conversation.keep_media(state, stored)


@dataclass(frozen=True, kw_only=True)
class LoseMedia(Command):
    """The provider would not give the file of a message."""

    conversation_id: ConversationId
    message_id: MessageId
    reason: str


def lose_media(command: LoseMedia, state: Conversation, at: datetime) -> list[Event]:
    return conversation.lose_media(state, conversation.MediaLost(command.message_id, command.reason))
