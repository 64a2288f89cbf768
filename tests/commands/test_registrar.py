"""Every episode gets its number."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from commands.catalogue import HANDLERS
from commands.conversation import GiveProtocol
from commands.processes.registrar import react
from commands.protocol import AllocateProtocol
from domain import conversation, protocol
from domain.conversation import CONVERSATION
from domain.journal import Cause, Position, Recorded
from domain.protocol import PROTOCOL
from tests.domain.facts import CHANNEL, CLOSED, opened
from tests.spec import given


def recorded(event: object, stream: str = "conversation-c1") -> Recorded:
    cause = Cause("customer", "thread", "request:0")
    return Recorded(stream, 1, Position(0, 1), datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1), cause, event)


@pytest.mark.parametrize(
    ("opened_at", "year"),
    [
        (datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC), 2026),
        (datetime(2027, 1, 1, 3, 0, tzinfo=UTC), 2027),
    ],
)
def test_the_number_comes_from_the_year_of_opening_in_the_zone(opened_at: datetime, year: int) -> None:
    event = conversation.Opened(
        1, CHANNEL, conversation.Opener.CUSTOMER, opened_at, conversation.Stage.AUTOMATION
    )
    [command] = react(recorded(event))
    assert isinstance(command, AllocateProtocol)
    assert (command.year, command.conversation_id, command.episode) == (year, "c1", 1)
    assert HANDLERS[AllocateProtocol].stream_of(command) == f"protocol-{year}"
    [elsewhere] = react(recorded(event), ZoneInfo("UTC"))
    assert isinstance(elsewhere, AllocateProtocol)
    assert elsewhere.year == 2027


def test_asked_twice_by_the_same_opening_it_asks_with_the_same_id() -> None:
    [one], [other] = react(recorded(opened())), react(recorded(opened()))
    assert one.id == other.id
    assert one.cause.correlation == "thread"


def test_what_was_allocated_goes_back_to_who_asked() -> None:
    [command] = react(recorded(protocol.Allocated("c1", 2, 7, "20260000000007"), "protocol-2026"))
    assert isinstance(command, GiveProtocol)
    assert (command.conversation_id, command.episode, command.number) == ("c1", 2, "20260000000007")


def test_nothing_else_asks_for_a_number() -> None:
    assert [react(recorded(event)) for event in CLOSED[1:]] == [[]] * len(CLOSED[1:])


def test_numbers_are_dense_and_carry_their_year() -> None:
    first = given(PROTOCOL).when(protocol.allocate, 2026, "c1", 1)
    second = first.then(protocol.Allocated("c1", 1, 1, "20260000000001")).when(
        protocol.allocate, 2026, "c2", 1
    )
    second.then(protocol.Allocated("c2", 1, 2, "20260000000002"))


def test_opening_and_number_meet_again() -> None:
    [ask] = react(recorded(opened()))
    assert isinstance(ask, AllocateProtocol)
    [allocated] = protocol.allocate(PROTOCOL.initial, ask.year, ask.conversation_id, ask.episode)
    [give] = react(recorded(allocated, "protocol-2026"))
    assert isinstance(give, GiveProtocol)
    given(CONVERSATION, opened()).when(
        conversation.give_protocol, give.episode, give.number, at=opened().opened_at
    ).then(conversation.ProtocolGiven(1, "20260000000001", opened().opened_at))
