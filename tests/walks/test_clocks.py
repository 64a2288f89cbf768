"""Rules that are changed through the doors reach what is decided after, and what waits already."""

from __future__ import annotations

from typing import Any

import pytest

from tests.walks.house import House, until

pytestmark = pytest.mark.slow


def first_clock(house: House, conversation_id: str) -> dict[str, Any]:
    told = house.agent("ana").get(f"/v1/conversations/{conversation_id}/clocks").json()
    return next((clock for clock in told.get("items", ()) if clock["kind"] == "first"), {})


def test_other_rules_judge_what_waits_and_what_comes(house: House) -> None:
    house.waits(before := house.customer())
    waiting = house.conversation_id(before)
    assert until(lambda: first_clock(house, waiting), "its clocks")["policy_version"] == 1
    hours = {"always": True, "closed": ["2020-01-01"]}  # open all the same: others wait in this house
    house.as_admin.put("/v1/calendars/sempre", hours).raise_for_status()
    until(lambda: house.as_admin.get("/v1/rules").json()["calendars"], "the calendar in the rules")
    house.as_admin.put("/v1/policy", {"calendar": "sempre"}).raise_for_status()
    judged = until(
        lambda: (clock := first_clock(house, waiting)).get("policy_version") == 2 and clock,
        "the clocks that ran, judged again",
    )
    assert (judged["calendar"], judged["calendar_version"]) == ("sempre", 1)
    house.waits(after := house.customer())
    came = until(lambda: first_clock(house, house.conversation_id(after)), "the clocks that came")
    assert (came["policy_version"], came["calendar"], came["state"]) == (2, "sempre", "running")
    assert came["due_at"] == house.conversation(after)["due_at"]
