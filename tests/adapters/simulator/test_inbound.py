"""What customers wrote, on its way to a desk that does not always listen."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime

import httpx

from adapters.simulator import webhooks
from adapters.simulator.customers.living import Written
from adapters.simulator.customers.people import person
from adapters.simulator.figures import Received
from adapters.simulator.inbound import Habits, Inbound, Tally, novel
from adapters.simulator.webhooks import Number
from adapters.whatsapp.parser import Provider, parse
from tests.adapters.simulator.desk_double import SECRET, DeskDouble, desk_double, messages

NUMBER = Number("200000000000001", "552330000001", "100000000000001")
NEVER = Habits(0, 0, 0, 0, 0)


def written(n: int) -> Written:
    who, at = person(1, n), datetime.now(UTC)
    return Written(who, webhooks.text(who, f"wamid.{n}", at, "oi"), at, True, "text", f"{n}/1")


def deliver(desk: DeskDouble, count: int, habits: Habits) -> tuple[Received, Tally]:
    """Hand in so many messages, and wait until all of it is heard."""
    received = Received()

    async def go() -> Tally:
        async with httpx.AsyncClient() as client, asyncio.TaskGroup() as group:
            url = f"{desk.url}/webhooks/meta/principal"
            inbound = Inbound(
                group.create_task,
                client,
                url,
                SECRET,
                NUMBER,
                received,
                seed=1,
                habits=habits,
                first_retry=0.01,
            )
            for n in range(count):
                await inbound.hand_in(written(n))
        return inbound.tally

    return received, asyncio.run(go())


def test_what_was_not_answered_200_is_brought_again_and_only_then_counts() -> None:
    with desk_double() as desk:
        desk.answers = [503, 500, 403]
        received, tally = deliver(desk, 2, NEVER)
    assert set(received.messages) == {"wamid.0", "wamid.1"}
    assert tally.not_200 == Counter({503: 1, 500: 1, 403: 1})
    assert tally.retries == 3
    assert len(desk.bodies) == 2


def test_every_body_is_signed() -> None:
    with desk_double() as desk:
        deliver(desk, 5, Habits(0.5, 0.5, 0.5, 0, 0.5))
    assert desk.forged == 0


def test_a_repeat_is_the_same_body_and_the_same_delivery() -> None:
    with desk_double() as desk:
        received, tally = deliver(desk, 3, Habits(1, 0, 0, 0, 0))
    assert sorted(Counter(desk.bodies).values()) == [2, 2, 2]
    assert sorted(received.deliveries.values()) == [2, 2, 2]
    assert tally.repeats == 3
    assert len(received.messages) == 3


def test_a_message_may_come_again_in_another_body() -> None:
    with desk_double() as desk:
        received, _ = deliver(desk, 1, Habits(1, 1, 0, 0, 0))
    first, second = desk.bodies
    assert first != second
    assert messages(first) == messages(second)
    assert len(received.deliveries) == 2


def test_messages_of_several_customers_may_share_a_body() -> None:
    with desk_double() as desk:
        received, tally = deliver(desk, 4, Habits(0, 0, 1, 0, 0))
    assert [len(messages(body)) for body in desk.bodies] == [4]
    assert len(json.loads(desk.bodies[0])["entry"][0]["changes"][0]["value"]["contacts"]) == 4
    assert tally.batches == 1
    assert len(received.messages) == 4


def test_novelties_hide_no_message() -> None:
    one = written(0)
    plain = webhooks.body(NUMBER, people=[one.who], messages=[one.item])
    strange = novel(plain)

    def said(body: dict[str, object]) -> list[object]:
        items = parse(Provider.META, webhooks.encoded(body))
        return [item for item in items if item["event"] == "message"]

    assert strange != plain
    assert len(said(plain)) == 1
    assert said(strange) == said(plain)


def test_the_ledger_is_written_down_as_it_grows(tmp_path) -> None:
    book = tmp_path / "ledger"
    with book.open("w") as file:
        received = Received(file)
        received.acknowledged("wamid.1", "text", "55", True, "d1")
        received.acknowledged("wamid.1", "text", "55", True, "d2")
        lines = [json.loads(line) for line in book.read_text().splitlines()]
    assert [(line["message_id"], line["delivery_id"]) for line in lines] == [("wamid.1", "d1")]


def test_who_still_waits_is_not_counted_as_answered() -> None:
    received = Received()
    for n, asks in enumerate((True, False, True)):
        received.acknowledged(f"a{n}", "text", "ana", asks, None)
    received.acknowledged("b0", "text", "bia", True, None)
    assert (received.answered, received.waiting) == (0, 2)
    received.person_spoke("ana")
    assert (received.answered, received.waiting) == (3, 1)
    received.acknowledged("a3", "text", "ana", True, None)
    received.acknowledged("a4", "text", "ana", False, None)
    assert (received.answered, received.waiting) == (4, 2)
    assert (received.conversations, received.conversations_answered) == (2, 1)
