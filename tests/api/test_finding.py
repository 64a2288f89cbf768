"""What is typed into the search, and what the lists' badges say."""

from __future__ import annotations

import pytest

from api.finding import Name, Phone, Protocol, meant
from commands import conversation as wanted
from domain.privacy import MASKED
from tests.api.house import ANA, PHONE, House


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [
        ("20260000012345", Protocol("20260000012345")),
        ("2026 0000 0123-45", Protocol("20260000012345")),
        ("(11) 90000-0001", Phone(("5511900000001", "11900000001"))),
        ("+55 11 90000-0001", Phone(("5511900000001",))),
        ("551130000001", Phone(("551130000001",))),
        ("Joana", Name("Joana")),
        ("12345", Name("12345")),
        ("١٢٣٤٥٦٧٨٩٠", Name("١٢٣٤٥٦٧٨٩٠")),
    ],
)
def test_what_is_typed_tells_by_itself_what_is_meant(typed: str, meaning: object) -> None:
    assert meant(typed) == meaning


@pytest.mark.parametrize("typed", [PHONE, "(11) 90000-0001", "joana pra"])
def test_a_conversation_is_found_by_phone_and_name(house: House, typed: str) -> None:
    conversation_id = house.writes()
    house.writes(n=2, phone="5521900000002")
    answer = house.post("/v1/conversations/search", {"query": typed})
    assert answer.status_code == 200
    assert conversation_id in [item["conversation_id"] for item in answer.json()["items"]]
    if any(c.isdigit() for c in typed):
        assert len(answer.json()["items"]) == 1


def test_a_conversation_is_found_by_its_protocol_number(house: House) -> None:
    conversation_id = house.writes()
    house.want(wanted.GiveProtocol, conversation_id=conversation_id, episode=1, number="20260000012345")
    answer = house.post("/v1/conversations/search", {"query": "20260000012345"}, "erp")
    assert [item["protocol"] for item in answer.json()["items"]] == ["20260000012345"]


@pytest.mark.parametrize(
    "body", [{"query": ""}, {"query": " "}, {"query": "a"}, {}, {"query": "ab", "limit": 51}]
)
def test_a_search_for_nothing_is_refused(house: House, body: dict[str, object]) -> None:
    assert house.post("/v1/conversations/search", body).status_code == 422


def test_what_was_searched_for_is_not_logged(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.post("/v1/conversations/search", {"query": "Joana Prado"})
    house.post("/v1/conversations/search", {"query": PHONE})
    told = capsys.readouterr().out
    assert "/v1/conversations/search" in told
    assert "Joana" not in told
    assert PHONE not in told


def test_counts_say_how_many_stand_in_each_list(house: House) -> None:
    first = house.somebody_waits()
    house.somebody_waits(phone="5511900000002", n=2)
    house.writes(n=3, phone="5511900000003")
    house.want(wanted.ClaimConversation, conversation_id=first, agent_id=ANA)
    told = house.get("/v1/conversations/counts").json()
    assert told == {
        "automation": 1,
        "waiting": 1,
        "waiting_late": 0,
        "in_service": 1,
        "mine": 1,
        "closed_lately": 0,
        "queues": {"suporte": 1},
    }
    assert house.get("/v1/conversations/counts", "bia").json()["mine"] == 0
    house.clock.pass_by(hours=1)
    assert house.get("/v1/conversations/counts", "erp").json()["waiting_late"] == 1


def test_a_search_tells_what_may_be_seen_and_no_more(house: House) -> None:
    house.want(wanted.GiveProtocol, conversation_id=house.writes(), episode=1, number="20260000012345")
    found = house.post("/v1/conversations/search", {"query": "20260000012345"}, "lia").json()["items"]
    assert [item["contact"]["phone"] for item in found] == [MASKED]
    for typed in ("joana", PHONE):  # who is not told who it is does not try names and phones out
        answer = house.post("/v1/conversations/search", {"query": typed}, "lia")
        assert (answer.status_code, answer.json()["rule"]) == (403, "Forbidden")
