"""What a queue promises holds when its conversations are closed and taken up again, by the rules in force."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from commands.catalogue import HANDLERS
from commands.conversation import CloseConversation, HearCall, HearMessage, ReopenConversation
from commands.intention import Command
from domain import conversation as c
from domain.conversation import CONVERSATION, ConversationId, MessageId
from domain.grammar import Refused
from domain.journal import Cause
from domain.sla.policy import Book, QueueService
from domain.sla.written import read_book, write_book
from tests.domain.facts import ANA, ANSWERED, CHANNEL, CLOSED, TECHNICAL, at

BOOK = Book(services={TECHNICAL: QueueService(None, 1, ("technical/solved",))})
WHO: dict[str, Any] = {"cause": Cause("agent:ana", "", ""), "conversation_id": ConversationId("c1")}


def decided(command: Command, *history: c.Event, minute: float) -> c.Conversation:
    state = CONVERSATION.fold(history)
    events = HANDLERS[type(command)].decide(command, state, at(minute))
    return CONVERSATION.fold((*history, *events))


def test_a_book_is_read_as_it_was_written_and_an_older_one_too() -> None:
    assert read_book(write_book(BOOK)) == BOOK
    older = write_book(Book()).replace(',"services":{}', "")
    assert "services" not in older
    assert read_book(older) == Book()


@pytest.mark.parametrize(("minute", "episode"), [(10 + 60, 1), (10 + 61, 2)])
def test_a_message_reopens_as_long_as_the_closing_queue_says(minute: float, episode: int) -> None:
    said = {"kind": "text", "text": "oi?", "sent_at": at(minute), "received_at": at(minute)}
    command = HearMessage(
        id=uuid4(),
        book=write_book(BOOK),
        channel_id=CHANNEL,
        message_id=MessageId("m9"),
        provider_id="wamid-9",
        **said,
        **WHO,
    )
    assert decided(command, *CLOSED, minute=minute).episode == episode


@pytest.mark.parametrize(("minute", "episode"), [(10 + 60, 1), (10 + 61, 2)])
def test_a_missed_call_reopens_no_longer_than_a_message(minute: float, episode: int) -> None:
    command = HearCall(
        id=uuid4(),
        book=write_book(BOOK),
        channel_id=CHANNEL,
        call_id=MessageId("call"),
        call_event="terminate",
        direction="inbound",
        received_at=at(minute),
        **WHO,
    )
    assert decided(command, *CLOSED, minute=minute).episode == episode


def test_an_agent_reopens_no_longer_than_the_queue_says() -> None:
    command = ReopenConversation(id=uuid4(), book=write_book(BOOK), agent_id=ANA, **WHO)
    assert decided(command, *CLOSED, minute=10 + 60).is_open
    with pytest.raises(Refused) as refused:
        decided(command, *CLOSED, minute=10 + 60 + (1 / 60))
    assert type(refused.value) is c.ReopenTooLate
    free = ReopenConversation(id=uuid4(), agent_id=ANA, **WHO)
    assert decided(free, *CLOSED, minute=10 + timedelta(hours=24) / timedelta(minutes=1)).is_open


def test_it_is_closed_with_a_reason_of_its_queue() -> None:
    def closing(reason: str) -> CloseConversation:
        return CloseConversation(
            id=uuid4(), book=write_book(BOOK), by=ANA, reason=reason, outcome="Voltou.", **WHO
        )

    assert not decided(closing("technical/solved"), *ANSWERED, minute=10).is_open
    with pytest.raises(Refused) as refused:
        decided(closing("billing/paid"), *ANSWERED, minute=10)
    assert type(refused.value) is c.UnknownReason
