"""When somebody is there, by the calendars in force."""

from __future__ import annotations

from functools import lru_cache

from adapters.books import Bookshelf
from domain.hours import ALWAYS, Timetable
from domain.queue import Priority, QueueId
from domain.sla.policy import Book, Kind
from domain.sla.written import read_book

_read = lru_cache(maxsize=4)(read_book)


class CalendarHours:
    """The port `QueueHours`: the calendar a queue's clocks run by; without any rules it never closes."""

    def __init__(self, shelf: Bookshelf) -> None:
        self._shelf = shelf

    async def of(self, queue_id: QueueId | None) -> Timetable:
        if not self._shelf.text:
            return ALWAYS
        book: Book = _read(self._shelf.text)
        return book.terms(Kind.FIRST, Priority.NORMAL, queue_id).calendar
