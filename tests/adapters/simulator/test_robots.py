"""Robots at a desk that is a double, with no provider behind it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adapters.simulator.robots.chief import Chief
from adapters.simulator.robots.door import Counts, Door
from adapters.simulator.robots.robot import Manner, Robot
from tests.adapters.simulator.desk_double import DeskDouble, desk_double

FAST = 0.01


def attended(
    desk: DeskDouble,
    until: Callable[[], bool],
    *names: str,
    at_once: int = 5,
    skills: frozenset[str] = frozenset(),
    kind: type[Robot] = Robot,
) -> Counts:
    """Let these robots work until it is so; the test's own time limit ends a wait for nothing."""
    counts = Counts()

    async def go() -> None:
        async with httpx.AsyncClient(timeout=10) as client, asyncio.TaskGroup() as group:
            present: list[str] = []
            working = []
            for name in names:
                door = Door(client, desk.url, f"token-{name}", counts)
                manner = Manner(name, skills, at_once=at_once, silence=(40.0, 40.0))
                working.append(group.create_task(kind(door, manner, present, 1, FAST).work()))
            while not until():
                await asyncio.sleep(0.01)
            for task in working:
                task.cancel()

    asyncio.run(go())
    return counts


def waiting(desk: DeskDouble, *keys: str, **fields: Any) -> None:
    for key in keys:
        desk.rows[key] = {
            "version": 1,
            "stage": "waiting",
            "awaiting": None,
            "unread": 1,
            "waiting_since": "2026-03-12T14:32:00Z",
            "agent_id": None,
            "queue_id": "geral",
            "priority": "urgent",
            "subject": "technical",
            "contact": {"name": "Ana Lima", "phone": "5523998765432"},
            **fields,
        }


def wishes(desk: DeskDouble, name: str) -> list[dict[str, Any]]:
    return [body for _, wish, body in desk.wished if wish == name]


def test_a_robot_claims_answers_and_closes_when_the_customer_falls_silent() -> None:
    with desk_double() as desk:
        waiting(desk, "c1")
        counts = attended(desk, lambda: desk.rows["c1"]["stage"] == "closed", "duda")
        first = wishes(desk, "messages")[0]["text"]
        close = wishes(desk, "close")[0]
    assert counts.claims == 1
    assert first.startswith("Oi, Ana, aqui é duda")
    assert close["reason"] == "technical/solved"
    assert close["outcome"]
    assert not counts.errors


def test_whoever_loses_the_race_takes_the_next() -> None:
    with desk_double() as desk:
        waiting(desk, "c1", "c2")
        desk.no["claim"] = "AlreadyAttended"
        counts = attended(desk, lambda: bool(wishes(desk, "messages")), "duda")
    assert counts.lost_races == 1
    assert counts.claims >= 1
    assert counts.refusals["AlreadyAttended"] == 1


def test_a_robot_accepts_what_it_is_offered_and_leaves_what_others_are() -> None:
    with desk_double() as desk:
        desk.modes["geral"] = "offer"
        waiting(desk, "c1", offered_to="duda")
        waiting(desk, "c2", offered_to="enzo")
        counts = attended(desk, lambda: bool(wishes(desk, "messages")), "duda")
        assert desk.rows["c2"]["stage"] == "waiting"
        assert desk.present == {"duda"}
    assert (counts.accepts, counts.claims) == (1, 0)


def test_a_robot_takes_the_next_where_one_takes_by_oneself() -> None:
    with desk_double() as desk:
        desk.modes["geral"] = "pull"
        waiting(desk, "c1")
        counts = attended(desk, lambda: bool(wishes(desk, "messages")), "duda")
    assert (counts.accepts, counts.claims) == (0, 1)


def test_a_chief_says_that_it_acts_on_what_was_escalated_takes_it_and_nothing_else() -> None:
    with desk_double() as desk:
        waiting(desk, "c1", breached=True, escalated_at="2026-03-12T15:02:00Z")
        waiting(desk, "c2", breached=True)
        waiting(desk, "c3", breached=False)
        counts = attended(desk, lambda: bool(wishes(desk, "messages")), "rui", kind=Chief)
        told = [(path, wish) for path, wish, _ in desk.wished]
        assert {key for key, row in desk.rows.items() if row["stage"] == "waiting"} == {"c2", "c3"}
    assert [wish for _, wish in told][:2] == ["acknowledge", "claim"]
    assert (counts.acknowledged, counts.claims) == (1, 1)


def test_a_robot_never_attends_more_than_it_can() -> None:
    most = 0

    with desk_double() as desk:
        waiting(desk, *(f"c{n}" for n in range(8)))

        def done() -> bool:
            nonlocal most
            most = max(most, sum(row["stage"] == "in_service" for row in list(desk.rows.values())))
            return all(row["stage"] == "closed" for row in desk.rows.values())

        attended(desk, done, "duda", at_once=2)
    assert most == 2


def test_a_robot_reads_again_when_the_customer_wrote_meanwhile() -> None:
    with desk_double() as desk:
        waiting(desk, "c1")
        desk.no["messages"] = "CustomerWrote"
        counts = attended(desk, lambda: desk.rows["c1"]["awaiting"] == "customer", "duda")
    assert len(wishes(desk, "messages")) == 2
    assert counts.refusals["CustomerWrote"] == 1


def test_a_robot_says_nothing_twice_to_a_customer_who_wrote_nothing_new() -> None:
    with desk_double() as desk:
        waiting(desk, "c1")
        attended(desk, lambda: desk.rows["c1"]["stage"] == "closed", "duda")
    assert len(wishes(desk, "messages")) == 1


def test_a_robot_answers_what_came_after_its_answer() -> None:
    wrote = False

    with desk_double() as desk:
        waiting(desk, "c1")

        def done() -> bool:
            nonlocal wrote
            with desk.lock:
                if not wrote and wishes(desk, "messages"):
                    wrote = True
                    row = desk.rows["c1"]
                    row |= {"unread": 1, "version": row["version"] + 1, "waiting_since": "now"}
            return len(wishes(desk, "messages")) == 2

        attended(desk, done, "duda")
    assert wrote


def test_thanks_alone_get_no_answer() -> None:
    with desk_double() as desk:
        waiting(desk, "c1", stage="in_service", agent_id="duda", awaiting="agent", waiting_since=None)
        attended(desk, lambda: desk.rows["c1"]["stage"] == "closed", "duda")
    assert not wishes(desk, "messages")


def test_outside_the_window_a_robot_closes_instead() -> None:
    with desk_double() as desk:
        waiting(desk, "c1")
        desk.no["messages"] = "WindowClosed"
        attended(desk, lambda: desk.rows["c1"]["stage"] == "closed", "duda")
    assert len(wishes(desk, "messages")) == 1


def test_what_was_left_from_an_earlier_day_is_attended() -> None:
    with desk_double() as desk:
        waiting(desk, "c1", stage="in_service", agent_id="duda", awaiting="agent")
        attended(desk, lambda: bool(wishes(desk, "messages")), "duda")
    assert not wishes(desk, "claim")


def test_a_robot_prefers_what_it_is_good_at() -> None:
    with desk_double() as desk:
        waiting(desk, "c1")
        waiting(desk, "c2", queue_id="financeiro")
        attended(
            desk,
            lambda: bool(wishes(desk, "claim")),
            "duda",
            at_once=1,
            skills=frozenset({"financeiro"}),
        )
    assert desk.rows["c2"]["agent_id"] == "duda" or desk.rows["c2"]["stage"] == "closed"
    assert desk.rows["c1"]["agent_id"] is None


@pytest.mark.parametrize(("rule", "asked"), [("Busy", 2), ("NotOpen", 1)])
def test_the_same_wish_is_asked_again_under_the_same_key_only_when_it_may_still_come_true(
    rule: str, asked: int
) -> None:
    async def go(url: str) -> None:
        async with httpx.AsyncClient() as client:
            await Door(client, url, "token-duda", Counts()).want("/v1/conversations/c1/claim")

    with desk_double() as desk, contextlib.nullcontext():
        waiting(desk, "c1")
        desk.no["claim"] = rule
        asyncio.run(go(desk.url))
    assert len(desk.keys) == asked
    assert len(set(desk.keys)) == 1
