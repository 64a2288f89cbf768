"""What is due is fired for the version it was armed for; other rules reach every open conversation once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from commands.conversation import FireTimer, ReviseClocks
from commands.intention import Command
from commands.ports import Deadline
from commands.processes import timekeeper
from domain.conversation import ConversationId

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


@dataclass
class Shelf:
    book: str = ""
    timers: list[Deadline] = field(default_factory=list)
    open: list[ConversationId] = field(default_factory=list)

    @property
    def deadlines(self) -> Shelf:
        return self

    async def due(self, at: datetime) -> list[Deadline]:
        return self.timers

    async def open_after(self, conversation_id: ConversationId, limit: int) -> list[ConversationId]:
        return [each for each in self.open if each > conversation_id][:limit]


def wishes(look: Callable[[datetime, Any], Awaitable[list[Command]]], shelf: Shelf) -> list[Any]:
    return asyncio.run(look(NOON, shelf))  # type: ignore[arg-type]


def timer(name: str, armed: int) -> Deadline:
    return Deadline(ConversationId(name), armed)


def test_a_timer_is_fired_for_the_version_it_was_armed_for() -> None:
    [wish] = wishes(timekeeper.look, Shelf(timers=[timer("c1", 7)]))
    assert isinstance(wish, FireTimer)
    assert (wish.conversation_id, wish.armed) == ("c1", 7)


def test_looking_twice_wants_the_same_once_and_what_was_armed_anew_again() -> None:
    [first] = wishes(timekeeper.look, Shelf(timers=[timer("c1", 7)]))
    [again] = wishes(timekeeper.look, Shelf(timers=[timer("c1", 7)]))
    [anew] = wishes(timekeeper.look, Shelf(timers=[timer("c1", 9)]))
    assert first.id == again.id
    assert anew.id != first.id


def test_other_rules_reach_every_open_conversation_page_by_page_and_once() -> None:
    names = [ConversationId(f"c{n:04}") for n in range(timekeeper.PAGE + 20)]
    look, shelf = timekeeper.revising(), Shelf(open=names)
    assert wishes(look, shelf) == []  # nobody has given any rules
    shelf.book = "other rules"
    told = [wish for _ in range(4) for wish in wishes(look, shelf)]
    assert all(isinstance(wish, ReviseClocks) for wish in told)
    assert [wish.conversation_id for wish in told] == names


def test_begun_again_the_same_is_wanted_and_by_yet_other_rules_something_else() -> None:
    shelf = Shelf(book="one", open=[ConversationId("c1")])
    [wish] = wishes(timekeeper.revising(), shelf)
    [again] = wishes(timekeeper.revising(), shelf)
    assert wish.id == again.id
    shelf.book = "another"
    [other] = wishes(timekeeper.revising(), shelf)
    assert other.id != wish.id
