"""The floor as the matching sees it: what may be handed out now, by the calendar of its queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.reads.deadlines import book
from adapters.reads.floor import FloorRows
from commands.floor_ports import FloorNow, Ripe
from domain import agent, calendar, conversation, queue
from domain.agent import AgentId
from domain.conversation import ConversationId, Opener, Stage
from domain.hours import ALWAYS, Timetable
from domain.journal import Position, Recorded
from domain.queue import Priority, QueueId
from domain.queueing import Mode, OfflinePolicy, Strategy
from domain.routing import match
from domain.sla.calendar import Calendar, Day, weekly
from domain.sla.policy import QueueService
from domain.sla.written import write_calendar
from tests.projections.histories import CHANNEL, told

NOON = datetime(2026, 3, 12, 15, tzinfo=UTC)
MORNING: Day = ((8 * 60, 12 * 60),)
MORNINGS = Calendar(weekly(MORNING))
SALES, SUPPORT = QueueId("vendas"), QueueId("suporte")


class Hours:
    """Sales keeps the mornings, everybody else never closes."""

    async def of(self, queue_id: QueueId | None) -> Timetable:
        return MORNINGS if queue_id == SALES else ALWAYS


def waits(name: str, queue_id: QueueId) -> list[Recorded]:
    opened = conversation.Opened(1, CHANNEL, Opener.CUSTOMER, NOON, Stage.WAITING)
    due_at = NOON + timedelta(minutes=30)
    entered = conversation.EnteredWaiting(queue_id, Priority.NORMAL, "late", None, NOON, due_at, first=True)
    return told(opened, entered, stream=f"conversation-{name}")


ANA = told(agent.Welcomed("Ana"), agent.BecameAvailable(NOON), stream="agent-ana")
QUEUES = [told(queue.Created(str(name)), stream=f"queue-{name}") for name in (SALES, SUPPORT)]


def seen(known: Any, at: datetime) -> FloorNow:
    floor: FloorNow = known.ask(lambda pool: FloorRows(pool, Hours()).now(at, Position(0, 0)))
    return floor


def test_what_waits_in_a_closed_queue_is_offered_to_nobody_and_hides_nobody(known: Any) -> None:
    known.fold(ANA, *QUEUES, waits("c1", SALES), waits("c2", SUPPORT))
    floor = seen(known, NOON)
    assert [item.conversation_id for item in floor.waiting] == ["c2"]
    assert not floor.queues[SALES].is_open
    assert floor.queues[SALES].opens_at == datetime(2026, 3, 13, 11, tzinfo=UTC)
    given = match(NOON, floor.waiting, floor.queues, floor.workers)
    assert [one.conversation_id for one in given] == [ConversationId("c2")]
    morning = datetime(2026, 3, 13, 11, tzinfo=UTC)
    assert {item.conversation_id for item in seen(known, morning).waiting} == {"c1", "c2"}


FULL = agent.Reserved(ConversationId("other"), SUPPORT, Mode.OFFER, NOON, NOON)


def able(*queues: QueueId, full: bool = False) -> list[Recorded]:
    equipped = agent.Equipped(queues, {}, 1, None)
    more = (FULL,) if full else ()
    available = agent.BecameAvailable(NOON)
    return told(agent.Welcomed("Ana"), equipped, available, *more, stream="agent-ana")


@pytest.mark.parametrize(
    ("ana", "looked_at"),
    [
        (able(SUPPORT), {"free", "asked"}),
        (able(QueueId("outra")), {"asked"}),
        (able(SUPPORT, full=True), {"asked"}),
    ],
    ids=["with room", "in another queue", "without room"],
)
def test_only_what_somebody_with_room_serves_is_looked_at_and_rounds_that_may_be_over(
    known: Any, ana: list[Recorded], looked_at: set[str]
) -> None:
    asked = entered(
        "asked", conversation.Offered(ANAS, NOON, LATER), conversation.OfferDeclined(ANAS, None, NOON)
    )
    paused = entered(
        "paused",
        conversation.Offered(ANAS, NOON, LATER),
        conversation.OfferDeclined(ANAS, None, NOON),
        conversation.RoundEnded((ANAS,), NOON + timedelta(seconds=60), NOON),
    )
    known.fold(ana, *QUEUES, entered("free"), asked, paused)
    floor = seen(known, NOON)
    found = {str(item.conversation_id) for item in floor.waiting}
    assert found - {"paused"} == looked_at
    given = {outcome.conversation_id for outcome in match(NOON, floor.waiting, floor.queues, floor.workers)}
    assert given == looked_at


def test_queues_that_are_retired_open_no_more(known: Any) -> None:
    known.fold(QUEUES[0], told(queue.Created("Suporte"), queue.Retired(), stream="queue-suporte"))
    assert known.ask(lambda pool: FloorRows(pool, Hours()).queues()) == [SALES]


def test_what_queues_say_of_themselves_is_among_the_rules_in_force(known: Any) -> None:
    known.fold(*QUEUES)
    assert known.ask(book) is None
    known.forget()
    hours = calendar.Edited(1, write_calendar(MORNINGS), "ana", NOON)
    said = queue.ServiceSet(1, "manhas", 2, ("technical/solved",))
    sales = told(queue.Created("Vendas"), said, stream="queue-vendas")
    known.fold(sales, QUEUES[1], told(hours, stream="calendar-manhas"))
    rules = known.ask(book)
    assert rules.service(SALES) == QueueService("manhas", 2, ("technical/solved",))
    assert rules.service(SUPPORT) == QueueService()


# What time has come for

LATER = NOON + timedelta(seconds=30)
ANAS = AgentId("ana")


def due(known: Any, at: datetime) -> set[tuple[str, Ripe]]:
    return {
        (turn.conversation_id, turn.ripe) for turn in known.ask(lambda pool: FloorRows(pool, Hours()).due(at))
    }


def entered(name: str, *more: conversation.Event, reason: str = "late") -> list[Recorded]:
    [opening, waiting] = waits(name, SUPPORT)
    return told(opening.event, replace(waiting.event, reason=reason), *more, stream=f"conversation-{name}")


TURNS: list[tuple[Ripe, list[Recorded], timedelta]] = [
    (Ripe.OFFER, entered("c1", conversation.Offered(ANAS, NOON, LATER)), LATER - NOON),
    (
        Ripe.ROUND,
        entered(
            "c1",
            conversation.Offered(ANAS, NOON, LATER),
            conversation.OfferDeclined(ANAS, None, NOON),
            conversation.RoundEnded((ANAS,), NOON + timedelta(seconds=60), NOON),
        ),
        timedelta(seconds=60),
    ),
    (Ripe.SKILLS, entered("c1"), timedelta(seconds=90)),
    (Ripe.UNDO, entered("c1", reason="transferred"), timedelta(seconds=10)),
    (
        Ripe.SILENCE,
        told(conversation.Opened(1, CHANNEL, Opener.AGENT, NOON, Stage.IN_SERVICE, ANAS)),
        timedelta(minutes=10),
    ),
]


@pytest.mark.parametrize(("ripe", "history", "after"), TURNS, ids=[ripe for ripe, _, _ in TURNS])
def test_time_has_come_for_each_turn_at_its_instant_and_not_before(
    known: Any, ripe: Ripe, history: list[Recorded], after: timedelta
) -> None:
    asks = queue.RoutingSet(
        1, Mode.OFFER, Strategy.ROUND_ROBIN, {"fibra": 2}, {}, 90, 0, 30, OfflinePolicy.KEEP, {}
    )
    known.fold(history, told(queue.Created("Suporte"), asks, stream="queue-suporte"))
    since = history[-1].at if ripe is Ripe.SILENCE else NOON
    assert ("c1", ripe) not in due(known, since + after - timedelta(microseconds=1))
    assert ("c1", ripe) in due(known, since + after)
