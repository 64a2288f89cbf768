"""Every no is a problem, tells its reason in Portuguese, and repeats nothing of what was sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import FIELD_FAULTS, Problem, faults, status_of
from api.problems import PROBLEMS, STATUS_OF_REFUSAL, TITLES
from commands import conversation as wanted
from domain.copy.refusals import REFUSALS
from domain.grammar import Refused
from tests.api.house import House

WORDS = "JoanaPrado"


def told(answer: Any) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "rule", "request_id"} <= set(problem)
    return problem


@pytest.mark.parametrize(
    ("method", "path", "status", "rule"),
    [
        ("GET", f"/{WORDS}", 404, "NotFound"),
        ("GET", f"/v1/{WORDS}", 404, "NotFound"),
        ("GET", "/v1/queues/", 404, "NotFound"),
        ("PATCH", "/v1/queues", 405, "MethodNotAllowed"),
        ("PUT", "/webhooks/meta/principal", 405, "MethodNotAllowed"),
        ("POST", "/metrics", 405, "MethodNotAllowed"),
        (WORDS, "/v1/queues", 405, "MethodNotAllowed"),
    ],
)
def test_a_door_that_is_not_there_is_a_problem_too(
    house: House, method: str, path: str, status: int, rule: str
) -> None:
    answer = house.request(method, path)
    problem = told(answer)
    assert (answer.status_code, problem["rule"]) == (status, rule)
    assert WORDS not in answer.text
    assert ("allow" in answer.headers) is (status == 405)


def test_what_nobody_expected_is_told_by_its_request_and_not_by_its_words(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError(WORDS)

    monkeypatch.setattr(house.reads, "queues", breaks)
    answer = house.get("/v1/queues", headers={"X-Request-Id": "pedido-1"})
    problem = told(answer)
    assert (answer.status_code, problem["rule"], problem["request_id"]) == (500, "Unexpected", "pedido-1")
    assert WORDS not in answer.text
    assert house.get("/v1/agents").status_code == 200


def every_refusal(of: type[Refused] = Refused) -> set[str]:
    return {name for kind in of.__subclasses__() for name in {kind.__name__} | every_refusal(kind)}


def test_every_refusal_of_the_domain_has_a_status_and_a_title() -> None:
    known = {name for name in every_refusal() if name in REFUSALS}
    assert known == set(REFUSALS)
    assert set(STATUS_OF_REFUSAL) <= known
    assert {status_of(rule) for rule in REFUSALS} <= set(TITLES)
    assert not set(REFUSALS) & set(PROBLEMS)


def test_every_problem_of_the_doors_has_a_sentence_and_a_title() -> None:
    for rule, kind in PROBLEMS.items():
        assert kind.status in TITLES, rule
        assert re.fullmatch(r"[A-ZÀ-Ú].{10,}\.", kind.detail), rule


@pytest.mark.parametrize("rule", sorted(PROBLEMS))
def test_what_may_be_tried_again_says_when(rule: str) -> None:
    problem = Problem(rule)
    assert ("Retry-After" in problem.headers) is (problem.status == 503)
    assert ("WWW-Authenticate" in problem.headers) is (rule == "Unauthenticated")


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "type": st.sampled_from([*FIELD_FAULTS, "uuid_parsing", "value_error"]),
                "loc": st.lists(st.integers(0, 9) | st.text(max_size=60), min_size=1).map(tuple),
                "msg": st.text(),
                "input": st.text(),
            }
        )
    )
)
def test_a_fault_is_told_by_plain_names_alone(errors: list[dict[str, Any]]) -> None:
    for fault in faults(errors):
        assert set(fault) == {"field", "code", "message"}
        assert re.fullmatch(r"[A-Za-z0-9_.?-]*", fault["field"])


def test_the_name_of_a_field_nobody_asked_for_is_not_repeated(house: House) -> None:
    conversation_id = house.somebody_waits()
    answer = house.post(f"/v1/conversations/{conversation_id}/notes", {"text": "Oi", WORDS: 1})
    assert told(answer)["errors"] == [
        {"field": "body.?", "code": "extra_forbidden", "message": "Campo desconhecido."}
    ]


def test_the_phone_in_the_shop_is_not_named_as_a_person(house: House) -> None:
    conversation_id = house.conversation_of()
    house.want(
        wanted.HearEcho,
        conversation_id=conversation_id,
        channel_id="principal",
        message_id="ab" * 16,
        provider_id="wamid.9",
        kind="text",
        text="Oi, aqui é da loja",
        sent_at=house.clock.now(),
        received_at=house.clock.now(),
    )
    path = f"/v1/conversations/{conversation_id}/messages"
    problem = told(house.post(path, {"kind": "text", "text": "Oi"}))
    assert (problem["rule"], problem["fields"]) == ("NotOwner", {"owner": "aparelho"})
    assert problem["detail"].startswith("Esta conversa não está com você.")
    assert "winner" not in problem
