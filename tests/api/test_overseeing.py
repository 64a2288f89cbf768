"""Reading along, whispering and taking over, through the doors."""

from __future__ import annotations

import pytest

from commands import conversation as wanted
from tests.api.house import BIA, House


def attended(house: House) -> str:
    """By Bia."""
    one = house.somebody_waits()
    house.want(wanted.ClaimConversation, conversation_id=one, agent_id=BIA)
    return one


def last(house: House, one: str) -> dict[str, object]:
    line: dict[str, object] = house.get(f"/v1/conversations/{one}/transcript", "bia").json()["items"][-1]
    return line


def test_reading_along_stands_in_the_history_and_the_customer_learns_nothing(house: House) -> None:
    one = attended(house)
    assert house.post(f"/v1/conversations/{one}/listen", None, "carla").json()["changed"] is True
    told = last(house, one)
    assert (told["line"], told["kind"], told["content"]) == ("turn", "listened", {"by": "carla"})
    assert house.receipts.seen_by == []
    cause = house.inbox.history[-1].cause
    assert cause.actor == "agent:carla"


def test_a_whisper_is_a_note_that_says_whom_it_is_for(house: House) -> None:
    one = attended(house)
    answer = house.post(f"/v1/conversations/{one}/whisper", {"text": "Ofereça a visita."}, "carla")
    assert answer.status_code == 201
    told = last(house, one)
    assert (told["line"], told["kind"], told["agent_id"]) == ("note", "whisper", "carla")
    assert (told["text"], told["content"]) == ("Ofereça a visita.", {"to": "bia"})
    assert not [r for r in house.inbox.history if type(r.event).__name__ == "SendRequested"]


def test_who_takes_over_has_it_and_its_history_tells_from_whom_and_why(house: House) -> None:
    one = attended(house)
    bare = house.post(f"/v1/conversations/{one}/take-over", {"reason": " "}, "carla")
    assert (bare.status_code, bare.json()["rule"]) == (422, "Invalid")
    assert house.post(f"/v1/conversations/{one}/take-over", {"reason": "Pediu."}, "carla").status_code == 200
    assert house.get(f"/v1/conversations/{one}", "bia").json()["agent_id"] == "carla"
    moved, given = house.get(f"/v1/conversations/{one}/transcript", "bia").json()["items"][-2:]
    assert (moved["text"], moved["content"]["from_agent"], moved["content"]["by"]) == (
        "Pediu.",
        "bia",
        "carla",
    )
    assert given["content"] == {"agent_id": "carla", "how": "taken"}


def test_moving_what_a_colleague_attends_says_why(house: House) -> None:
    one = attended(house)
    bare = house.post(f"/v1/conversations/{one}/transfer", {"to_agent": "ana"}, "carla")
    assert (bare.status_code, bare.json()["rule"]) == (422, "NeedsReason")
    ask = {"to_agent": "ana", "reason": "Ana conhece o caso."}
    assert house.post(f"/v1/conversations/{one}/transfer", ask, "carla").status_code == 200


@pytest.mark.parametrize("door", ["listen", "whisper", "take-over"])
def test_agents_do_not_oversee_their_colleagues(house: House, door: str) -> None:
    one = attended(house)
    answer = house.post(f"/v1/conversations/{one}/{door}", {"text": "x", "reason": "x"}, "ana")
    assert answer.json()["rule"] == "Forbidden"


def test_a_supervisor_says_of_a_colleague_whether_they_are_there(house: House) -> None:
    paused = {"availability": "paused", "reason": "treinamento"}
    assert house.put("/v1/agents/bia/availability", paused, "carla").status_code == 200
    told = house.get("/v1/agents/bia").json()
    assert (told["availability"], told["pause_reason"]) == ("paused", "treinamento")
    assert house.inbox.history[-1].cause.actor == "agent:carla"
    assert house.put("/v1/agents/bia/availability", {"availability": "available"}, "carla").status_code == 200
    assert house.presence.beats == []
    unknown = house.put("/v1/agents/ninguem/availability", paused, "carla")
    assert (unknown.status_code, unknown.json()["rule"]) == (404, "UnknownAgent")
    assert house.put("/v1/agents/bia/availability", paused, "ana").json()["rule"] == "Forbidden"
