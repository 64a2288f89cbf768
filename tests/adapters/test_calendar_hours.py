"""Whoever speaks by itself keeps to the hours of the queue's own calendar."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from adapters.books import Bookshelf
from adapters.calendar_hours import CalendarHours
from domain.hours import ALWAYS
from domain.queue import QueueId
from domain.sla.calendar import Calendar, Day
from domain.sla.policy import Book, Policy, QueueTerms
from domain.sla.written import write_book
from tests.domain.test_hours import local

WORK: Day = ((9 * 60, 18 * 60),)
OFFICE = Calendar((WORK, WORK, WORK, WORK, WORK, (), ()))


def test_without_rules_somebody_is_always_there() -> None:
    assert asyncio.run(CalendarHours(Bookshelf()).of(None)) is ALWAYS


def test_a_queue_with_a_calendar_of_its_own_is_closed_when_that_says_so() -> None:
    shelf = Bookshelf()
    policy = Policy(queues={QueueId("vendas"): QueueTerms(calendar="comercial")})
    shelf.text = write_book(Book(policy, 1, {"comercial": (1, OFFICE)}))
    hours = CalendarHours(shelf)
    sales, others = asyncio.run(hours.of(QueueId("vendas"))), asyncio.run(hours.of(QueueId("geral")))
    friday = local(19, day=13)
    assert not sales.is_open(friday)
    assert sales.next_opening(friday) == local(9, day=16)
    assert others.is_open(friday + timedelta(days=1))
