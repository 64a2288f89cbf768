"""Commands of conversations take the rules in force along; others, and those that have some, do not."""

from __future__ import annotations

from uuid import UUID

from adapters.books import Bookshelf
from commands.conversation import FireTimer
from commands.queue import CreateQueue
from domain.conversation import ConversationId
from domain.journal import Cause
from domain.queue import QueueId
from domain.sla.policy import Book
from domain.sla.written import read_book, write_book

CAUSE = Cause("system", "thread", "test")
RULES = write_book(Book(version=3))
FIRE = FireTimer(id=UUID(int=1), cause=CAUSE, conversation_id=ConversationId("c1"), armed=7)


def shelf(text: str = RULES) -> Bookshelf:
    made = Bookshelf()
    made.text = text
    return made


def test_a_command_of_a_conversation_takes_the_rules_in_force_along() -> None:
    briefed = shelf().brief(FIRE)
    assert read_book(briefed.book).version == 3
    assert briefed == FIRE  # it wants the same


def test_a_command_that_came_with_rules_keeps_them() -> None:
    older = shelf(write_book(Book(version=2))).brief(FIRE)
    assert read_book(shelf().brief(older).book).version == 2


def test_nothing_else_carries_rules_about() -> None:
    create = CreateQueue(id=UUID(int=2), cause=CAUSE, queue_id=QueueId("q"), name="Fila")
    assert shelf().brief(create) is create
    assert shelf("").brief(FIRE) is FIRE
