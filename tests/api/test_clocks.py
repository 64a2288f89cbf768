"""What the doors tell of clocks, and how the rules are changed through them."""

from __future__ import annotations

from typing import Any

from commands import conversation as wanted
from domain.queue import Priority
from tests.api.house import House


def fire(house: House) -> None:
    """The timekeeper comes by."""
    conversation_id = house.conversation_of()
    state = house.inbox.states[f"conversation-{conversation_id}"][0]
    house.want(wanted.FireTimer, conversation_id=conversation_id, armed=state.clocks_version)


def test_a_conversation_tells_its_clocks_and_why(house: House) -> None:
    conversation_id = house.somebody_waits(Priority.URGENT)
    told = house.get(f"/v1/conversations/{conversation_id}/clocks").json()
    clocks = {clock["kind"]: clock for clock in told["items"]}
    assert set(clocks) == {"automation", "resolution", "first"}
    assert clocks["automation"]["verdict"] == "met"
    assert (clocks["first"]["target_minutes"], clocks["first"]["policy_version"]) == (5, 1)
    assert clocks["first"]["owners"][-1]["owner"] == "queue:suporte"
    assert told["next_timer_at"] < clocks["first"]["due_at"]


def test_of_nobody_there_are_no_clocks(house: House) -> None:
    answer = house.get(f"/v1/conversations/{house.conversation_of()}/clocks")
    assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownConversation")


def test_only_a_breach_can_be_acknowledged(house: House) -> None:
    conversation_id = house.somebody_waits(Priority.URGENT)
    path = f"/v1/conversations/{conversation_id}/acknowledge"
    early = house.post(path)
    assert (early.status_code, early.json()["rule"]) == (409, "NothingToAcknowledge")
    house.clock.pass_by(minutes=6)
    fire(house)
    assert house.post(path).status_code == 200
    assert house.events()[-1] == "EscalationAcknowledged"
    [first] = [
        clock
        for clock in house.get(f"/v1/conversations/{conversation_id}/clocks").json()["items"]
        if clock["kind"] == "first"
    ]
    assert first["verdict"] == "breached"
    assert [step["postponed"] for step in first["steps"]] == [True, False, False]


def test_a_message_is_marked_as_needing_no_answer(house: House) -> None:
    conversation_id = house.somebody_waits()
    path = f"/v1/conversations/{conversation_id}/no-answer-needed"
    unknown = house.post(path, {"message_id": "f" * 32})
    assert (unknown.status_code, unknown.json()["rule"]) == (409, "UnknownMessage")
    assert house.post(path, {}).status_code == 200
    assert house.get(f"/v1/conversations/{conversation_id}").json()["due_at"] is None


def test_rules_are_read_by_the_house_and_changed_by_those_who_run_it(house: House) -> None:
    assert house.get("/v1/rules").json() == {"policy": None, "calendars": []}
    week = {"week": {"mon": ["08:00-12:00", "13:00-18:00"]}}
    assert house.put("/v1/calendars/comercial", week).status_code == 200
    policy: dict[str, Any] = {"calendar": "comercial", "targets": {"urgent": {"first": 3}}}
    assert house.put("/v1/policy", policy).status_code == 200
    assert house.put("/v1/policy", policy, key="outra").json()["changed"] is False
    told = house.get("/v1/rules").json()
    assert (told["policy"]["version"], told["policy"]["rules"]["targets"]["urgent"][0]) == (2, 3)
    assert told["calendars"][0]["rules"]["week"][0] == [[480, 720], [780, 1080]]
    assert house.put("/v1/policy", policy, "ana").status_code == 403


def test_rules_that_are_none_are_told_by_their_field(house: House) -> None:
    answer = house.put("/v1/policy", {"targets": {"urgent": {"first": 0}}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.targets.urgent.first"
    answer = house.put("/v1/policy", {"calendar": "nenhum"})
    assert answer.json()["errors"][0]["field"] == "body.calendar"
    answer = house.put("/v1/calendars/comercial", {"week": {"mon": ["12:00-08:00"]}})
    assert answer.json()["errors"][0]["field"] == "body.week.mon[0]"
    answer = house.put("/v1/calendars/24x7", {"always": True})
    assert answer.json()["rule"] == "NameTaken"
