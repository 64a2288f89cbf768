"""Who speaks by itself reads one list, wants the same thing once, and keeps to the hours."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from commands.conversation import (
    ApologiseForDelay,
    AskSatisfaction,
    CloseSilent,
    NudgeCustomer,
    SendWhatIsDue,
    TellEstimate,
    TellHours,
    TellPosition,
)
from commands.courtesy_ports import DueSend, Ended, Silent, Waiting
from commands.intention import Command
from commands.processes import caretaker, dispatcher, pollster, usher
from domain.asking import asks_position
from domain.conversation import ConversationId
from domain.firstline import FirstLineSettings
from domain.hours import ALWAYS, Hours
from domain.queue import Priority, QueueId
from tests.domain.test_hours import Office, local

ONE = ConversationId("c1")
QUEUE = QueueId("suporte")
WAITING = Waiting(ONE, QUEUE, "Suporte", Priority.NORMAL, local(14), local(14), estimated=False, opening=None)


@dataclass
class Ports:
    """One list per port; all of them in here."""

    hours: Hours = ALWAYS
    silent: list[Silent] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    sends: list[DueSend] = field(default_factory=list)
    entered: list[Waiting] = field(default_factory=list)
    late: list[Waiting] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    first_line_settings: FirstLineSettings = field(
        default_factory=lambda: FirstLineSettings(company="Fibra", phone="0800 000 0000")
    )

    @property
    def silences(self) -> Ports:
        return self

    @property
    def waits(self) -> Ports:
        return self

    @property
    def queue_hours(self) -> Ports:
        return self

    @property
    def endings(self) -> Ports:
        return self

    @property
    def scheduled_sends(self) -> Any:
        ports = self

        class Tray:
            async def due(self, at: datetime) -> Sequence[DueSend]:
                return ports.sends

        return Tray()

    async def of(self, queue_id: QueueId | None) -> Hours:
        return self.hours

    async def since(self, before: datetime) -> Sequence[Silent]:
        self.asked.append(before)
        return self.silent

    async def due(self, closed_before: datetime, at: datetime) -> Sequence[Ended]:
        return [one for one in self.ended if one.closed_at <= closed_before]

    async def fresh(self, since: datetime) -> Sequence[Waiting]:
        return [one for one in self.entered if one.moved_at >= since]

    async def overdue(self, at: datetime) -> Sequence[Waiting]:
        return self.late

    async def position(self, waiting: Waiting, at: datetime) -> int:
        return 4

    async def latest(self, queue_id: QueueId, priority: Priority, hour: int, zone: str) -> Sequence[float]:
        self.asked.append((queue_id, priority, hour))
        return self.waited


def looks(process: Any, at: datetime, ports: Ports) -> list[Command]:
    found: list[Command] = asyncio.run(process.look(at, ports))
    return found


SILENT = Silent(ONE, local(14), None, local(14, day=13), QUEUE, "Joana Prado")


def test_a_silence_is_nudged_by_first_name_and_then_closed() -> None:
    [nudge] = looks(caretaker, local(14, 30), Ports(silent=[SILENT]))
    assert isinstance(nudge, NudgeCustomer)
    assert (nudge.name, nudge.closes_at) == ("Joana", local(15))
    nudged = replace(SILENT, nudged_at=local(14, 30))
    assert looks(caretaker, local(14, 59), Ports(silent=[nudged])) == []
    [close] = looks(caretaker, local(15), Ports(silent=[nudged]))
    assert isinstance(close, CloseSilent)
    assert close.nudged_at == local(14, 30)


def test_nobody_is_nudged_or_closed_at_night_or_while_the_queue_is_closed() -> None:
    evening = replace(SILENT, said_at=local(20, 50), window_until=local(20, 50, day=13))
    assert looks(caretaker, local(21, 30), Ports(silent=[evening])) == []
    assert looks(caretaker, local(7, 59, day=13), Ports(silent=[evening])) == []
    assert len(looks(caretaker, local(8, day=13), Ports(silent=[evening]))) == 1
    assert looks(caretaker, local(8, day=13), Ports(Office(), silent=[evening])) == []
    assert len(looks(caretaker, local(9, day=13), Ports(Office(), silent=[evening]))) == 1


def test_a_nudge_that_no_longer_fits_the_window_is_left_out() -> None:
    ending = replace(SILENT, window_until=local(14, 10))
    assert looks(caretaker, local(14, 30), Ports(silent=[ending])) == []
    [close] = looks(caretaker, local(15), Ports(silent=[ending]))
    assert isinstance(close, CloseSilent)
    late = looks(caretaker, local(14, 1, day=13), Ports(silent=[SILENT]))  # we were away for a day
    assert [type(one) for one in late] == [CloseSilent]


def test_the_same_silence_is_one_wish_and_another_is_another() -> None:
    [first] = looks(caretaker, local(14, 30), Ports(silent=[SILENT]))
    [again] = looks(caretaker, local(14, 31), Ports(silent=[SILENT]))
    other = replace(SILENT, said_at=local(13, 50))
    [new] = looks(caretaker, local(14, 31), Ports(silent=[other]))
    assert first.id == again.id != new.id


def test_how_it_was_is_asked_ten_seconds_after_the_closing() -> None:
    ended = Ended(ONE, 2, local(14), "Voltou.")
    assert looks(pollster, local(14) + timedelta(seconds=9), Ports(ended=[ended])) == []
    [ask] = looks(pollster, local(14) + timedelta(seconds=10), Ports(ended=[ended]))
    assert isinstance(ask, AskSatisfaction)
    assert (ask.episode, ask.closed_at, ask.outcome) == (2, local(14), "Voltou.")


def test_what_is_due_is_wanted_once_a_minute() -> None:
    ports = Ports(sends=[DueSend(ONE, "s1", {"text": "oi"}, None)])
    [first], [again] = (looks(dispatcher, local(14) + timedelta(seconds=n), ports) for n in (0, 30))
    assert isinstance(first, SendWhatIsDue)
    assert first.id == again.id
    [later] = looks(dispatcher, local(14, 1), ports)  # who decides was behind this clock: it is wanted again
    assert later.id != first.id


def test_an_estimate_is_out_of_the_waits_of_the_same_queue_priority_and_hour() -> None:
    ports = Ports(entered=[WAITING], waited=[300.0] * 20)
    [told] = looks(usher, local(14, 1), ports)
    assert isinstance(told, TellEstimate)
    assert (told.estimate.from_minutes, told.queue) == (5, "Suporte")
    assert ports.asked == [(QUEUE, Priority.NORMAL, 14)]
    assert looks(usher, local(14, 1), Ports(entered=[WAITING], waited=[300.0] * 9)) == []
    assert (
        looks(usher, local(14, 1), Ports(entered=[replace(WAITING, estimated=True)], waited=[1.0] * 20)) == []
    )


def test_while_the_queue_is_closed_the_opening_is_told_and_no_estimate() -> None:
    evening = replace(WAITING, entered_at=local(19), moved_at=local(19))
    closed = Ports(Office(), entered=[evening], waited=[300.0] * 20)
    [told] = looks(usher, local(19, 1), closed)
    assert isinstance(told, TellHours)
    assert (told.opening, told.phone) == (local(9, day=13), "0800 000 0000")
    again = replace(evening, opening=local(9, day=13))
    assert looks(usher, local(19, 2), Ports(Office(), entered=[again], waited=[300.0] * 20)) == []


def test_a_position_is_told_only_when_asked_and_once_per_question() -> None:
    asking = replace(WAITING, estimated=True, said="Qual a minha posição na fila?")
    [first], [again] = (looks(usher, local(14, n), Ports(entered=[asking])) for n in (1, 2))
    assert isinstance(first, TellPosition)
    assert (first.position, first.id) == (4, again.id)
    assert looks(usher, local(14, 1), Ports(entered=[replace(asking, said="sem internet")])) == []


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("qual minha posicao?", True),
        ("Quantas pessoas na minha frente?", True),
        ("quantos tem na frente", True),
        ("quando é a minha vez", True),
        ("a posição do modem mudou de lugar e agora " + "x" * 120, False),
        ("sem internet", False),
        (None, False),
    ],
)
def test_asking_for_a_place_is_understood(text: str | None, asks: bool) -> None:
    assert asks_position(text) is asks


def test_whoever_waits_longer_than_told_is_apologised_to_while_somebody_is_there() -> None:
    late = replace(WAITING, estimated=True)
    [sorry] = looks(usher, local(15), Ports(late=[late]))
    assert isinstance(sorry, ApologiseForDelay)
    assert looks(usher, local(19), Ports(Office(), late=[late])) == []
