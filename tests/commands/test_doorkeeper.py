"""Whoever waited while a queue was closed is matched when its hours begin, and nobody looks in between."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from adapters.books import Bookshelf
from adapters.calendar_hours import CalendarHours
from commands.conversation import CallBack
from commands.courtesy_ports import Asking
from commands.intention import Command
from commands.processes import doorkeeper, matchmaker
from commands.queue import OpenQueue
from domain import queue
from domain.conversation import ConversationId
from domain.hours import Timetable
from domain.queue import QUEUE, QueueId
from domain.sla.calendar import Calendar, Day
from domain.sla.policy import Book, Policy, QueueService, QueueTerms
from domain.sla.written import write_book
from tests.domain.test_hours import local
from tests.spec import given

WORK: Day = ((9 * 60, 18 * 60),)
OFFICE = Calendar((WORK, WORK, WORK, WORK, WORK, (), ()))
SALES, OTHERS = QueueId("vendas"), QueueId("geral")
SECOND = timedelta(seconds=1)


class Hours(CalendarHours):
    """And whose were asked for."""

    def __init__(self, shelf: Bookshelf) -> None:
        super().__init__(shelf)
        self.asked: list[QueueId | None] = []

    async def of(self, queue_id: QueueId | None) -> Timetable:
        self.asked.append(queue_id)
        return await super().of(queue_id)


class Porch:
    """Two queues and the rules of a test."""

    def __init__(self, book: Book | None) -> None:
        self.shelf = Bookshelf()
        self.shelf.text = "" if book is None else write_book(book)
        self.queue_hours = Hours(self.shelf)
        self.known = [SALES, OTHERS]
        self.asking: list[Asking] = []

    @property
    def book(self) -> str:
        return self.shelf.text

    @property
    def floor(self) -> Porch:
        return self

    @property
    def call_backs(self) -> Porch:
        return self

    async def of(self, queue_id: QueueId, opening: datetime) -> list[Asking]:
        return self.asking if queue_id == SALES and opening == local(9) else []

    async def queues(self) -> list[QueueId]:
        return self.known


def ruled(**more: object) -> Book:
    policy = Policy(queues={SALES: QueueTerms(calendar="comercial")})
    return Book(policy, 1, {"comercial": (1, OFFICE)}, **more)  # type: ignore[arg-type]


def looked(porch: Porch, *times: datetime) -> list[list[Command]]:
    look = doorkeeper.opening()
    return [asyncio.run(look(at, porch)) for at in times]  # type: ignore[arg-type]


def test_hours_that_begin_are_told_once_at_their_instant() -> None:
    porch = Porch(ruled())
    before, at, after = looked(porch, local(9) - SECOND, local(9), local(9) + SECOND)
    assert before == after == []
    (wish,) = at
    assert isinstance(wish, OpenQueue)
    assert (wish.queue_id, wish.opened_at) == (SALES, local(9))


def test_whoever_asked_for_it_is_called_before_anybody_is_offered() -> None:
    porch = Porch(ruled())
    porch.asking = [Asking(ConversationId("c1"), {"name": "voltamos", "language": "pt_BR"}, None)]
    call, opening = looked(porch, local(9))[0]
    assert isinstance(call, CallBack)
    assert (call.conversation_id, call.opening) == ("c1", local(9))
    assert isinstance(opening, OpenQueue)


def test_nobody_looks_at_hours_until_they_change_or_the_rules_or_the_queues_do() -> None:
    porch = Porch(ruled())
    porch.known = [OTHERS]
    look = doorkeeper.opening()
    for minute in range(9 * 60):
        asyncio.run(look(local(0) + timedelta(minutes=minute), porch))  # type: ignore[arg-type]
    assert porch.queue_hours.asked == [None, OTHERS]
    porch.shelf.text = write_book(ruled(unreachable=frozenset({"x"})))
    asyncio.run(look(local(9), porch))  # type: ignore[arg-type]
    assert porch.queue_hours.asked == 2 * [None, OTHERS]
    porch.known = [OTHERS, SALES]
    asyncio.run(look(local(9), porch))  # type: ignore[arg-type]
    assert porch.queue_hours.asked[4:] == [None, OTHERS, SALES]


def test_a_queue_that_is_made_after_its_hours_opens_all_the_same() -> None:
    porch = Porch(ruled())
    porch.known = []
    look = doorkeeper.opening()
    assert asyncio.run(look(local(7), porch)) == []  # type: ignore[arg-type]
    porch.known = [SALES]
    assert asyncio.run(look(local(8), porch)) == []  # type: ignore[arg-type]
    (wish,) = asyncio.run(look(local(9), porch))  # type: ignore[arg-type]
    assert isinstance(wish, OpenQueue)


def test_begun_again_while_open_it_wants_the_same() -> None:
    porch = Porch(ruled())
    [[first]], [[again]] = looked(porch, local(9)), looked(porch, local(15))
    assert first.id == again.id


def test_other_rules_while_open_are_told_again() -> None:
    porch = Porch(ruled())
    look = doorkeeper.opening()
    (first,) = asyncio.run(look(local(10), porch))  # type: ignore[arg-type]
    porch.shelf.text = write_book(ruled(unreachable=frozenset({"x"})))
    (again,) = asyncio.run(look(local(11), porch))  # type: ignore[arg-type]
    assert first.id != again.id


def test_without_rules_nothing_ever_opens() -> None:
    assert looked(Porch(None), local(9), local(10)) == [[], []]


def test_a_queue_keeps_the_calendar_it_names_unless_the_policy_names_one_for_it() -> None:
    book = Book(Policy(), 1, {"comercial": (1, OFFICE)}, services={SALES: QueueService("comercial")})
    night = local(3)
    hours = CalendarHours(Porch(book).shelf)
    assert not asyncio.run(hours.of(SALES)).is_open(night)
    assert asyncio.run(hours.of(OTHERS)).is_open(night)
    unknown = Book(Policy(), 1, {}, services={SALES: QueueService("antigo")})
    assert asyncio.run(CalendarHours(Porch(unknown).shelf).of(SALES)).is_open(night)


def test_an_opening_wakes_the_matching_and_a_retired_queue_never_opens() -> None:
    assert queue.Opened in matchmaker.WAKES
    created = queue.Created("Vendas")
    given(QUEUE, created).when(queue.open_up, opened_at=local(9)).then(queue.Opened(local(9)))
    given(QUEUE, created, queue.Retired()).when(queue.open_up, opened_at=local(9)).then_nothing()
