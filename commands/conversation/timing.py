"""What the clocks want, and how every decision on a conversation comes to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TypeVar

from commands.conversation.hearing import HearCall, HearMessage
from commands.intention import Command, Handler
from domain.agent import AgentId
from domain.conversation import Conversation, ConversationId, Event, MessageId, timing
from domain.sla.written import read_book

C = TypeVar("C", bound=Command)


def timed(handler: Handler) -> Handler:
    """The same decision, told to the clocks by the rules that came with the command."""
    return Handler(handler.stream, handler.key, _timed(handler.decide))


def _timed(
    decide: Callable[[C, Conversation, datetime], list[Event]],
) -> Callable[[C, Conversation, datetime], list[Event]]:
    @wraps(decide)
    def decided(command: C, state: Conversation, at: datetime) -> list[Event]:
        events = decide(command, state, at)
        home = command.queue_id if isinstance(command, HearMessage | HearCall) else None
        return timing.timed(state, events, read_book(command.book), at, home) if events else events

    return decided


@dataclass(frozen=True, kw_only=True)
class FireTimer(Command):
    """The time of what was `armed` has come: the version of the conversation where its clocks were set."""

    conversation_id: ConversationId
    armed: int


def fire_timer(command: FireTimer, state: Conversation, at: datetime) -> list[Event]:
    return timing.fire_timer(state, command.armed, read_book(command.book), at)


@dataclass(frozen=True, kw_only=True)
class ReviseClocks(Command):
    """Policy or calendars are others now: open clocks are judged again."""

    conversation_id: ConversationId


def revise_clocks(command: ReviseClocks, state: Conversation, at: datetime) -> list[Event]:
    return timing.revise(state, read_book(command.book), at)


@dataclass(frozen=True, kw_only=True)
class AcknowledgeEscalation(Command):
    """Somebody acts on a wait that is too long."""

    conversation_id: ConversationId
    by: AgentId
    seen_version: int | None = None


def acknowledge_escalation(command: AcknowledgeEscalation, state: Conversation, at: datetime) -> list[Event]:
    return timing.acknowledge(state, command.by, read_book(command.book), at)


@dataclass(frozen=True, kw_only=True)
class NeedNoAnswer(Command):
    """What the customer wrote up to a message (without one: up to now) needs no answer."""

    conversation_id: ConversationId
    by: AgentId
    message_id: MessageId | None = None
    seen_version: int | None = None


def need_no_answer(command: NeedNoAnswer, state: Conversation, at: datetime) -> list[Event]:
    return timing.need_no_answer(state, command.message_id, command.by, at)
