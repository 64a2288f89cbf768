"""Doors of the routing: answering offers, the next in order, being there, many at once, settings."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commands.agent import ReservePlace, TakeUp
from commands.conversation import OfferConversation
from domain.agent import AgentId
from domain.conversation import Assigned, OfferWithdrawn
from domain.queue import Priority, QueueId
from domain.queueing import Mode
from tests.api.house import NOW, House

GERAL = QueueId("geral")


@pytest.fixture
def house() -> House:
    return House()


def offered(house: House, agent: str = "bia") -> str:
    """A conversation that waits, offered to this agent."""
    one = house.somebody_waits()
    expires_at = NOW + timedelta(seconds=30)
    house.want(OfferConversation, conversation_id=one, agent_id=AgentId(agent), expires_at=expires_at)
    return one


def test_a_row_that_is_offered_says_to_whom(house: House) -> None:
    one = offered(house)
    row = house.get(f"/v1/conversations/{one}", "bia").json()
    assert (row["stage"], row["offered_to"]) == ("waiting", "bia")


def test_who_accepts_has_it_and_who_was_not_asked_is_told_who_was(house: House) -> None:
    one = offered(house)
    refused = house.post(f"/v1/conversations/{one}/accept", {}, "ana")
    assert (refused.status_code, refused.json()["rule"]) == (409, "NotOffered")
    assert "Bia" in refused.json()["detail"]
    assert house.post(f"/v1/conversations/{one}/accept", {}, "bia").status_code == 200
    assert house.get(f"/v1/conversations/{one}", "bia").json()["agent_id"] == "bia"


def test_who_declines_is_no_longer_asked(house: House) -> None:
    one = offered(house)
    declined = house.post(f"/v1/conversations/{one}/decline", {"reason": "Em visita."}, "bia")
    assert declined.status_code == 200
    assert house.get(f"/v1/conversations/{one}", "bia").json()["offered_to"] is None


def test_the_next_in_order_is_taken_and_the_urgent_comes_first(house: House) -> None:
    house.somebody_waits()
    urgent = house.somebody_waits(Priority.URGENT, "5511900000002", 2)
    taken = house.post("/v1/conversations/next", {}, "bia")
    assert (taken.status_code, taken.json()["conversation_id"]) == (200, urgent)


@pytest.mark.parametrize("here", [True, False], ids=["in this process", "elsewhere"])
def test_who_is_slower_than_a_colleague_has_the_one_behind_it(house: House, here: bool) -> None:
    urgent, normal = house.somebody_waits(Priority.URGENT), house.somebody_waits(phone="5511900000002", n=2)
    until_then = len(house.inbox.history)
    path = "/v1/conversations/next" if here else f"/v1/conversations/{urgent}/claim"
    assert house.post(path, {}, "ana").status_code == 200
    house.reads.hidden = len(house.inbox.history) - until_then
    answer = house.post("/v1/conversations/next", {}, "bia")
    assert (answer.status_code, answer.json()["conversation_id"]) == (200, normal)
    house.reads.hidden = 0
    assert house.get(f"/v1/conversations/{urgent}", "bia").json()["agent_id"] == "ana"


def test_the_same_wish_for_the_next_names_the_same_while_lists_are_late(house: House) -> None:
    urgent, _ = house.somebody_waits(Priority.URGENT), house.somebody_waits(phone="5511900000002", n=2)
    until_then = len(house.inbox.history)
    first = house.post("/v1/conversations/next", {}, "ana", key="a-mesma")
    house.reads.hidden = len(house.inbox.history) - until_then
    again = house.post("/v1/conversations/next", {}, "ana", key="a-mesma")
    assert first.json()["conversation_id"] == again.json()["conversation_id"] == urgent
    assert again.json()["repeated"] is True


def test_a_crowd_in_other_queues_hides_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.taking.PAGES", 1)
    monkeypatch.setattr("api.routes.taking.PAGE", 1)
    house.somebody_waits(Priority.URGENT)
    mine = house.somebody_waits(phone="5511900000002", n=2, queue="financeiro")
    house.put("/v1/queues/financeiro", {"name": "Financeiro"}, "dora")
    place = {"queues": ["financeiro"], "capacity": 4}
    assert house.put("/v1/agents/bia/routing", place, "dora").status_code == 200
    assert house.post("/v1/conversations/next", {}, "bia").json()["conversation_id"] == mine


def test_what_waits_behind_a_page_of_others_is_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.taking.PAGE", 1)
    offered(house, "ana")
    mine = house.somebody_waits(phone="5511900000002", n=2)
    assert house.post("/v1/conversations/next", {}, "bia").json()["conversation_id"] == mine


def test_nothing_that_waits_is_said_so(house: House) -> None:
    answer = house.post("/v1/conversations/next", {}, "bia")
    assert (answer.status_code, answer.json()["rule"]) == (404, "NothingWaits")


def test_above_a_capacity_that_was_set_the_next_needs_a_reason(house: House) -> None:
    house.somebody_waits()
    full = house.put("/v1/agents/bia/routing", {"capacity": 0}, "dora")
    assert full.status_code == 200
    answer = house.post("/v1/conversations/next", {}, "bia")
    assert (answer.status_code, answer.json()["rule"]) == (422, "NeedsGround")
    assert house.post("/v1/conversations/next", {"reason": "Na loja."}, "bia").status_code == 200


@pytest.mark.parametrize("by", ["next", "claim"])
def test_room_is_asked_of_the_agent_and_not_of_lists_that_may_be_late(house: House, by: str) -> None:
    one, other = house.somebody_waits(Priority.URGENT), house.somebody_waits(phone="5511900000002", n=2)
    house.put("/v1/agents/bia/routing", {"capacity": 1}, "dora")
    until_then = len(house.inbox.history)
    assert house.post("/v1/conversations/next", {}, "bia").json()["conversation_id"] == one
    house.reads.hidden = len(house.inbox.history) - until_then
    path = "/v1/conversations/next" if by == "next" else f"/v1/conversations/{other}/claim"
    answer = house.post(path, {}, "bia")
    assert (answer.status_code, answer.json()["rule"]) == (422, "NeedsGround")
    assert house.post(path, {"reason": "Na loja."}, "bia").status_code == 200
    assert [(given.how, given.over_capacity) for given in assigned(house)][-1][1] is True


def test_what_a_colleague_took_leaves_no_place_taken(house: House) -> None:
    one, other = house.somebody_waits(), house.somebody_waits(phone="5511900000002", n=2)
    house.put("/v1/agents/bia/routing", {"capacity": 1}, "dora")
    until_then = len(house.inbox.history)
    house.post(f"/v1/conversations/{one}/claim", {}, "ana")
    house.reads.hidden = len(house.inbox.history) - until_then
    assert house.post(f"/v1/conversations/{one}/claim", {}, "bia").json()["rule"] == "AlreadyAttended"
    assert house.post(f"/v1/conversations/{other}/claim", {}, "bia").status_code == 200


def test_claiming_above_a_capacity_that_was_set_needs_a_reason_that_is_recorded(house: House) -> None:
    one = house.somebody_waits()
    house.put("/v1/agents/bia/routing", {"capacity": 0}, "dora")
    for body in (None, {}):
        answer = house.post(f"/v1/conversations/{one}/claim", body, "bia")
        assert (answer.status_code, answer.json()["rule"]) == (422, "NeedsGround")
    taken = house.post(f"/v1/conversations/{one}/claim", {"reason": "Na loja."}, "bia")
    assert taken.status_code == 200
    (given,) = assigned(house)
    assert (given.over_capacity, given.reason, given.passed_over) == (True, "Na loja.", 0)


def assigned(house: House) -> list[Assigned]:
    return [fact.event for fact in house.inbox.history if isinstance(fact.event, Assigned)]


def pulled(house: House) -> tuple[str, str]:
    """Two that wait in a queue that agents pull from: the next in order, and another."""
    assert house.put("/v1/queues/suporte/routing", {"mode": "pull"}, "dora").status_code == 200
    first = house.somebody_waits()
    house.clock.pass_by(minutes=1)
    return first, house.somebody_waits(phone="5511900000002", n=2)


def test_the_first_of_another_queue_passes_over_nothing(house: House) -> None:
    first, _ = pulled(house)
    house.put("/v1/queues/financeiro", {"name": "Financeiro"}, "dora")
    assert house.put("/v1/queues/financeiro/routing", {"mode": "pull"}, "dora").status_code == 200
    house.somebody_waits(phone="5511900000003", n=3, queue="financeiro")  # behind it, in a queue of theirs
    place = {"queues": ["financeiro"], "capacity": 4}
    assert house.put("/v1/agents/bia/routing", place, "dora").status_code == 200
    assert house.post(f"/v1/conversations/{first}/claim", None, "bia").status_code == 200


def test_where_agents_pull_another_than_the_next_takes_a_permission(house: House) -> None:
    _, other = pulled(house)
    answer = house.post(f"/v1/conversations/{other}/claim", None, "bia")
    assert (answer.status_code, answer.json()["rule"]) == (403, "MayNotChoose")
    assert assigned(house) == []


def test_where_agents_pull_whoever_may_choose_is_recorded_as_out_of_order(house: House) -> None:
    _, other = pulled(house)
    assert house.post(f"/v1/conversations/{other}/claim", None, "carla").status_code == 200
    (given,) = assigned(house)
    assert (given.how, given.passed_over) == ("claimed", 1)
    lines = house.get(f"/v1/conversations/{other}/transcript", "carla").json()["items"]
    assert [line["content"]["passed_over"] for line in lines if line["kind"] == "assigned"] == [1]


def test_where_agents_pull_the_next_in_order_is_anybodys(house: House) -> None:
    first, _ = pulled(house)
    assert house.post(f"/v1/conversations/{first}/claim", None, "bia").status_code == 200
    assert [given.passed_over for given in assigned(house)] == [0]


def test_where_agents_are_asked_any_row_may_be_claimed_and_the_offer_is_withdrawn(house: House) -> None:
    house.somebody_waits(Priority.URGENT, "5511900000002", 2)
    one = offered(house)
    assert house.post(f"/v1/conversations/{one}/claim", None, "ana").status_code == 200
    assert [given.agent_id for given in assigned(house)] == ["ana"]
    assert any(isinstance(fact.event, OfferWithdrawn) for fact in house.inbox.history)


def test_agents_say_whether_they_are_there(house: House) -> None:
    assert house.put("/v1/me/availability", {"availability": "available"}, "bia").status_code == 200
    assert house.presence.beats == [AgentId("bia")]
    paused = {"availability": "paused", "reason": "almoco"}
    assert house.put("/v1/me/availability", paused, "bia").status_code == 200
    told = house.get("/v1/agents/bia", "bia").json()
    assert (told["availability"], told["pause_reason"]) == ("paused", "almoco")
    bare = house.put("/v1/me/availability", {"availability": "paused"}, "bia")
    assert (bare.status_code, bare.json()["rule"]) == (422, "Invalid")


def test_a_heartbeat_is_noted_and_nothing_is_recorded(house: House) -> None:
    before = len(house.inbox.history)
    assert house.post("/v1/me/heartbeat", None, "bia").status_code == 204
    assert house.presence.beats == [AgentId("bia")]
    assert len(house.inbox.history) == before


def test_logging_out_asks_for_each_open_conversation(house: House) -> None:
    one = offered(house)
    house.post(f"/v1/conversations/{one}/accept", {}, "bia")
    house.want(TakeUp, agent_id=AgentId("bia"), conversation_id=one)
    house.put("/v1/me/availability", {"availability": "available"}, "bia")
    bare = house.post("/v1/me/logout", {}, "bia")
    assert (bare.status_code, bare.json()["rule"]) == (422, "NeedsChoice")
    choice = {"conversation_id": one, "choice": "transfer", "to_agent": "ana"}
    assert house.post("/v1/me/logout", {"conversations": [choice]}, "bia").status_code == 200
    assert house.get(f"/v1/conversations/{one}", "bia").json()["agent_id"] == "ana"
    assert house.get("/v1/agents/bia", "bia").json()["availability"] == "offline"


def test_what_an_agent_has_is_told_with_their_places(house: House) -> None:
    house.put("/v1/agents/bia/routing", {"capacity": 3, "queues": ["geral"], "skills": {"fibra": 2}}, "dora")
    house.put("/v1/me/availability", {"availability": "available"}, "bia")
    house.want(
        ReservePlace,
        agent_id=AgentId("bia"),
        conversation_id="c1",
        queue_id=GERAL,
        mode=Mode.OFFER,
        expires_at=None,
    )
    told = house.get("/v1/agents/bia", "bia").json()
    assert told["load"] == {"active": 0, "silent": 0, "reserved": 1, "capacity": 3, "ceiling": 6}
    assert (told["queues"], told["skills"]) == (["geral"], {"fibra": 2})


def test_a_queue_tells_how_it_hands_out_and_only_admins_change_it(house: House) -> None:
    ask = {"mode": "assign", "strategy": "skill_based", "required": {"fibra": 3}, "relax_after": 90}
    assert house.put("/v1/queues/geral/routing", ask, "bia").status_code == 403
    assert house.put("/v1/queues/geral/routing", ask, "dora").status_code == 200
    told = house.get("/v1/queues/geral", "bia").json()
    assert {name: told[name] for name in ask} == ask


def test_a_notice_is_posted_and_taken_down(house: House) -> None:
    assert house.put("/v1/queues/geral/notice", {"text": "Rompimento no centro."}, "dora").status_code == 200
    assert house.get("/v1/queues/geral", "bia").json()["notice"] == "Rompimento no centro."
    assert house.request("DELETE", "/v1/queues/geral/notice", "dora").status_code == 200
    assert house.get("/v1/queues/geral", "bia").json()["notice"] is None


def test_nobody_reaches_by_many_or_by_the_next_what_they_do_not_reach_one_by_one(house: House) -> None:
    one = house.somebody_waits()  # in `suporte`
    assert house.post("/v1/conversations/next", {}, "fora").json()["rule"] in ("NothingWaits", "UnknownAgent")
    ask = {"conversations": [one], "do": "close", "reason": "technical/solved", "outcome": "Resolvido."}
    (item,) = house.post("/v1/conversations/bulk", ask, "fora").json()["items"]
    assert (item["done"], item["rule"]) == (False, "OutOfReach")
