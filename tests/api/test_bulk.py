"""Many at once: an outcome each, and the same outcomes for the same key."""

from __future__ import annotations

from typing import Any

import pytest

from commands import conversation as wanted
from commands.conversation import CloseConversation
from domain.agent import AgentId
from tests.api.house import BIA, House

CARLA = AgentId("carla")


def waiting(house: House, n: int) -> list[str]:
    return [house.somebody_waits(phone=f"55119000000{i:02}", n=i) for i in range(1, n + 1)]


def bulk(house: House, who: str = "carla", key: str = "k1", **ask: Any) -> Any:
    return house.request("POST", "/v1/conversations/bulk", who, json=ask, headers={"Idempotency-Key": key})


def outcomes(answer: Any) -> list[tuple[bool, str | None]]:
    return [(item["done"], item["rule"]) for item in answer.json()["items"]]


def test_many_at_once_have_an_outcome_each(house: House) -> None:
    mine, waits = waiting(house, 2)
    house.want(wanted.ClaimConversation, conversation_id=mine, agent_id=CARLA)
    answer = bulk(house, conversations=[mine, waits], do="release", reason="Massiva.")
    assert outcomes(answer) == [(True, None), (False, "NotInService")]
    assert answer.json()["items"][1]["detail"]


def test_tags_are_put_on_and_taken_off_without_a_reason(house: House) -> None:
    one, two = waiting(house, 2)
    house.post(f"/v1/conversations/{one}/tags", {"add": ["vip"]})
    answer = bulk(house, conversations=[one, two], do="tag", add=["massiva"], remove=["vip"])
    assert outcomes(answer) == [(True, None), (True, None)]
    assert house.get(f"/v1/conversations/{one}").json()["tags"] == ["massiva"]


def test_the_same_key_again_answers_the_same_and_records_nothing_more(house: House) -> None:
    ids = waiting(house, 3)
    ask = {"conversations": ids, "do": "close", "reason": "technical/outage", "outcome": "Massiva."}
    first = bulk(house, **ask)
    before = len(house.inbox.history)
    assert bulk(house, **ask).json() == first.json()
    assert len(house.inbox.history) == before


def test_a_key_that_was_used_for_something_else_is_refused(house: House) -> None:
    ids = waiting(house, 2)
    bulk(house, conversations=ids, do="tag", add=["massiva"])
    answer = bulk(house, conversations=ids, do="tag", add=["vip"])
    assert (answer.status_code, answer.json()["rule"]) == (422, "KeyReused")


def test_what_broke_is_told_of_each(house: House) -> None:
    one, two = waiting(house, 2)
    house.want(wanted.ClaimConversation, conversation_id=one, agent_id=BIA)
    house.inbox.broken.add(CloseConversation)
    answer = bulk(house, conversations=[one, two], do="close", reason="a/b", outcome="x")
    assert outcomes(answer) == [(False, "Broken"), (False, "Broken")]


@pytest.mark.parametrize(
    ("ask", "rule"),
    [
        ({"do": "transfer", "to_queue": "nenhuma", "reason": "x"}, "UnknownQueue"),
        ({"do": "transfer", "to_agent": "ninguem", "reason": "x"}, "UnknownAgent"),
        ({"do": "transfer", "reason": "x"}, "NeedsReceiver"),
        ({"do": "transfer", "to_queue": "geral"}, "Invalid"),
        ({"do": "priority", "reason": "x"}, "Invalid"),
        ({"do": "tag"}, "Invalid"),
    ],
)
def test_what_says_too_little_is_refused_as_a_whole(house: House, ask: dict[str, Any], rule: str) -> None:
    ids = waiting(house, 1)
    before = len(house.inbox.history)
    assert bulk(house, conversations=ids, **ask).json()["rule"] == rule
    assert len(house.inbox.history) == before


def test_two_hundred_go_at_once_and_not_one_more(house: House) -> None:
    one = waiting(house, 1)
    assert bulk(house, conversations=one * 201, do="tag", add=["a"]).json()["rule"] == "Invalid"
    assert len(bulk(house, conversations=one * 200, do="tag", add=["a"]).json()["items"]) == 200


def test_what_others_attend_is_moved_by_whoever_may(house: House) -> None:
    (one,) = waiting(house, 1)
    house.want(wanted.ClaimConversation, conversation_id=one, agent_id=BIA)
    ask = {"conversations": [one], "do": "transfer", "to_agent": "ana", "reason": "Fim do turno."}
    assert outcomes(bulk(house, "ana", **ask)) == [(False, "NotOwner")]
    assert outcomes(bulk(house, "carla", **ask)) == [(True, None)]
