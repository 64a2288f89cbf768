"""Every version of what is set: who made it, what it changed, and one of them again."""

from __future__ import annotations

from typing import Any

import pytest

from commands.agent import BecomeAvailable
from commands.user import InviteUser
from domain.agent import AgentId
from domain.user import Role, UserId
from tests.api.house import TOKENS, House

ROUTING = "/v1/queues/suporte/routing"


def told(house: House, of: str, who: str = "dora", **more: Any) -> Any:
    return house.get("/v1/settings/history", who, params={"of": of, **more})


def restore(house: House, of: str, number: int, who: str = "dora") -> Any:
    return house.post("/v1/settings/restore", {"of": of, "number": number}, who)


def test_versions_say_who_changed_what_the_newest_first(house: House) -> None:
    house.put(ROUTING, {"mode": "pull", "required": {"fibra": 2}}, "dora")
    house.put(ROUTING, {"mode": "pull", "offer_for": 45}, "dora")
    items = told(house, "queue:suporte").json()["items"]
    assert [one["number"] for one in items] == [3, 2, 1]
    assert items[0]["changes"] == [
        {"field": "offer_for", "before": 30, "after": 45},
        {"field": "required.fibra", "before": 2, "after": None},
    ]
    assert items[1]["changes"][0] == {"field": "mode", "before": "offer", "after": "pull"}
    assert items[1]["restores"][0] == {"field": "offer_for", "before": 45, "after": 30}
    assert items[0]["by"]["actor"] == TOKENS["dora"].actor
    assert items[2]["by"] == {"actor": "system", "name": None}


def test_whoever_made_a_version_has_their_name_of_today(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id = UserId("8b1d2c3e-4f5a-8b6c-9d7e-0f1a2b3c4d5e")
    house.want(InviteUser, user_id=user_id, name="Eva", login="eva@fibra.example", role=Role.ADMIN)
    eva = TOKENS["dora"].__class__(f"user:{user_id}", "", Role.ADMIN, user_id=user_id)
    monkeypatch.setitem(TOKENS, "eva", eva)
    monkeypatch.setitem(
        TOKENS,
        "corre",
        TOKENS["painel"].__class__("token:7", "Corre", Role.ADMIN, scopes=frozenset({"desk.run"})),
    )
    house.put("/v1/queues/suporte/service", {"reopening": 3}, "eva")
    assert told(house, "queue:suporte").json()["items"][0]["by"]["name"] == "Eva"
    assert told(house, "queue:suporte", "corre").json()["items"][0]["by"]["name"] is None


def test_older_versions_come_by_pages_and_none_twice(house: House) -> None:
    for capacity in range(1, 8):
        house.put("/v1/agents/ana/routing", {"queues": None, "skills": {}, "capacity": capacity}, "dora")
    seen, before = [], None
    while True:
        page = told(house, "agent:ana", limit=3, **({"before": before} if before else {})).json()
        seen += [one["number"] for one in page["items"]]
        if (before := page["before"]) is None:
            break
    assert seen == list(range(8, 0, -1))


def test_names_of_people_and_what_they_do_all_day_are_no_versions(house: House) -> None:
    house.put("/v1/agents/ana", {"name": "Ana Lima", "active": True}, "dora")
    house.want(BecomeAvailable, agent_id=AgentId("ana"))
    answer = told(house, "agent:ana")
    assert "Ana" not in answer.text
    assert [one["changes"][-1]["after"] for one in answer.json()["items"]] == ["[dado protegido]"] * 2


def test_restoring_says_an_old_version_again_as_a_new_one(house: House) -> None:
    first = {"mode": "pull", "prefer_last": 60, "weights": {"urgent": 2.0}, "relax_after": 90}
    house.put(ROUTING, first, "dora")
    house.put(ROUTING, {"mode": "assign"}, "dora")
    house.put("/v1/queues/suporte/service", {"reopening": 3}, "dora")
    before = told(house, "queue:suporte").json()["items"]
    answer = restore(house, "queue:suporte", 2)
    assert answer.json()["changed"] is True
    items = told(house, "queue:suporte").json()["items"]
    assert [one["number"] for one in items] == [5, 4, 3, 2, 1]
    assert [one["changes"] for one in items[1:]] == [one["changes"] for one in before]
    assert items[0]["restores"] == items[3]["restores"] == []
    assert (
        ";pull;round_robin;;;90;60;30;return_waiting;urgent:2;;3;"
        in house.get("/v1/settings/queues", "dora").text
    )
    assert restore(house, "queue:suporte", 2).json()["changed"] is False


def test_everything_that_is_set_comes_back(house: House) -> None:
    week = {"week": {"mon": ["08:00-12:00"]}, "zone": "America/Sao_Paulo"}
    twice: dict[str, tuple[str, Any, Any]] = {
        "calendar:plantao": ("/v1/calendars/plantao", week, {**week, "week": {"tue": ["09:00-10:00"]}}),
        "policy:desk": ("/v1/policy", {"automation": 7}, {"automation": 9}),
        "canned:oi": ("/v1/canned-answers/oi", {"title": "Oi", "text": "Oi!"}, {"title": "Oi", "text": "Ei"}),
        "agent:ana": (
            "/v1/agents/ana/routing",
            {"queues": ["geral"], "skills": {"fibra": 3}, "capacity": 2},
            {"queues": None, "skills": {}, "capacity": 4},
        ),
        "channel:principal": (
            "/v1/channels/principal",
            {"name": "Um", "provider": "meta", "number_id": "1", "queue_id": "geral"},
            {"name": "Dois", "provider": "meta", "number_id": "2", "queue_id": "suporte"},
        ),
    }
    for of, (path, one, other) in twice.items():
        assert house.put(path, one, "dora").status_code == 200, of
        former = told(house, of).json()["items"][0]
        assert house.put(path, other, "dora").status_code == 200, of
        assert told(house, of).json()["items"][1]["restores"] != [], of
        assert restore(house, of, former["number"]).json()["changed"] is True, of
        newest = told(house, of).json()["items"][0]
        assert (newest["number"], newest["restores"]) == (former["number"] + 2, []), of


def test_the_policy_counts_from_what_a_desk_has_that_nobody_gave_any(house: House) -> None:
    house.put("/v1/policy", {"targets": {"urgent": {"first": 3}}}, "dora")
    [first] = told(house, "policy:desk").json()["items"]
    assert first["number"] == 2
    assert first["changes"] == [{"field": "targets.urgent.first", "before": 5, "after": 3}]


def test_a_notice_that_is_over_and_a_queue_that_is_retired_do_not_come_back(house: House) -> None:
    until = "2026-03-12T17:40:00Z"
    house.put("/v1/queues/suporte/notice", {"text": "Rompimento no centro.", "until": until}, "dora")
    house.request("DELETE", "/v1/queues/suporte/notice", "dora")
    house.request("DELETE", "/v1/queues/suporte", "dora")
    items = told(house, "queue:suporte").json()["items"]
    assert [one["restores"] is None for one in items] == [True, True, False, False]
    answer = restore(house, "queue:suporte", 4)
    assert (answer.status_code, answer.json()["rule"]) == (409, "NotRestorable")
    house.clock.pass_by(minutes=9)
    assert restore(house, "queue:suporte", 2).json()["rule"] == "BadNotice"
    assert restore(house, "queue:suporte", 1).json()["changed"] is False


def test_a_version_that_never_was_is_not_found(house: House) -> None:
    answer = restore(house, "queue:suporte", 9)
    assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownVersion")
    assert told(house, "queue:ninguem").json() == {"items": [], "before": None}


@pytest.mark.parametrize("of", ["conversation:x", "queue", "user:8b1d", "queue:../x", "agent:ana/x"])
def test_of_nothing_else_is_a_history_told(house: House, of: str) -> None:
    answer = told(house, of)
    assert (answer.status_code, answer.json()["rule"]) == (422, "Invalid")
    assert restore(house, of, 1).status_code == 422


@pytest.mark.parametrize("who", ["carla", "gil", "noa", "oto", "erp", "painel"])
def test_only_whoever_runs_the_desk_reads_and_restores_versions(house: House, who: str) -> None:
    assert told(house, "queue:suporte", who).json()["rule"] == "Forbidden"
    assert restore(house, "queue:suporte", 1, who).json()["rule"] == "Forbidden"
