"""What the desk writes down of a contact and the contracts that are theirs, through the doors."""

from __future__ import annotations

from typing import Any

import pytest

from commands.conversation import ForgetSubject
from domain.privacy import SubjectId
from tests.api.house import PHONE, House

CARD = {
    "name": "  Dona   Joaninha ",
    "email": "joaninha@example.com",
    "phone": "(11) 3000-4471",
    "document": "529.982.247-25",
    "remark": "Liga cedo.",
}
KNOWN = {
    "name": "Dona Joaninha",
    "profile_name": "Joana Prado",
    "phone": PHONE,
    "email": "joaninha@example.com",
    "second_phone": "551130004471",
    "document": "***.982.247-**",
    "remark": "Liga cedo.",
}


def edit(house: House, path: str, card: dict[str, Any], who: str = "ana") -> Any:
    return house.request("PATCH", f"{path}/contact", who, json=card)


def contact(house: House, path: str) -> dict[str, Any]:
    told: dict[str, Any] = house.get(path).json()["contact"]
    return {name: of for name, of in told.items() if of}


def found(house: House, query: str) -> list[str]:
    items = house.post("/v1/conversations/search", {"query": query}).json()["items"]
    return [item["contact"]["name"] for item in items]


def test_what_is_written_down_is_told_and_the_profile_name_stands_beside_it(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    assert edit(house, path, CARD).json()["changed"] is True
    assert contact(house, path) == KNOWN
    assert house.get("/v1/conversations").json()["items"][0]["contact"]["name"] == "Dona Joaninha"
    turn = house.get(f"{path}/transcript").json()["items"][-1]
    assert (turn["kind"], turn["text"]) == ("contact_edited", None)
    assert turn["content"] == {"details": sorted(CARD), "by": "ana"}


def test_what_is_left_out_stays_and_null_takes_it_out(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    edit(house, path, CARD)
    assert edit(house, path, {"name": None, "remark": "Liga tarde."}, "bia").json()["changed"] is True
    told = KNOWN | {"name": "Joana Prado", "remark": "Liga tarde."}
    assert contact(house, path) == told
    assert edit(house, path, {"name": None, "remark": "Liga tarde."}).json()["changed"] is False
    assert edit(house, path, {}).json()["changed"] is False


def test_nothing_shows_more_of_a_document_than_its_middle(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    edit(house, path, CARD)
    for name in ("inbox", "contacts", "transcript"):
        assert "52998224725" not in repr(house.reads._rows(name))


@pytest.mark.parametrize(
    ("field", "words", "code"),
    [
        ("name", " ", "blank"),
        ("name", "x" * 81, "string_too_long"),
        ("email", "joaninha@", "email"),
        ("email", "duas palavras@example.com", "email"),
        ("phone", "3000-4471", "phone"),
        ("phone", "ligar para o vizinho", "phone"),
        ("document", "529.982.247-24", "document"),
        ("document", "111.111.111-11", "document"),
        ("remark", "", "blank"),
    ],
)
def test_each_field_says_by_itself_what_is_wrong_with_it(
    house: House, field: str, words: str, code: str
) -> None:
    answer = edit(house, f"/v1/conversations/{house.somebody_waits()}", {field: words})
    assert (answer.status_code, answer.json()["rule"]) == (422, "Invalid")
    [fault] = answer.json()["errors"]
    assert (fault["field"], fault["code"]) == (f"body.{field}", code)
    assert words.strip() == "" or words not in answer.text


def test_contracts_are_linked_and_unlinked_by_name_of_whoever_did_it(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    linked = house.post(f"{path}/contracts", {"number": "CT-4471", "label": "Fibra 500"}).json()
    house.post(f"{path}/contracts", {"number": "9"}, "bia")
    again = house.post(f"{path}/contracts", {"number": "ct-4471"}, "bia")
    assert (again.status_code, again.json()["rule"]) == (409, "AlreadyLinked")
    first, second = contact(house, path)["contracts"]
    assert first == {
        "contract_id": linked["contract_id"],
        "number": "CT-4471",
        "label": "Fibra 500",
        "by": "ana",
        "linked_at": "2026-03-12T17:32:00Z",
    }
    assert (second["number"], second["label"], second["by"]) == ("9", None, "bia")
    door = f"{path}/contracts/{linked['contract_id']}"
    assert house.request("DELETE", door, "bia").json()["changed"] is True
    assert house.request("DELETE", door, "bia").json()["changed"] is False
    assert [one["number"] for one in contact(house, path)["contracts"]] == ["9"]
    turns = house.get(f"{path}/transcript").json()["items"][-3:]
    assert [(turn["kind"], turn["text"], turn["content"]) for turn in turns] == [
        ("contract_linked", "Fibra 500", {"number": "CT-4471", "by": "ana"}),
        ("contract_linked", None, {"number": "9", "by": "bia"}),
        ("contract_unlinked", None, {"number": "CT-4471", "by": "bia"}),
    ]


def test_the_same_contract_is_another_at_another_customers(house: House) -> None:
    ids = [
        house.post(f"/v1/conversations/{one}/contracts", {"number": "4471"}).json()["contract_id"]
        for one in (house.somebody_waits(), house.somebody_waits(phone="5511900000002", n=2))
    ]
    assert len(set(ids)) == 2
    assert "4471" not in "".join(ids)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"number": "contrato do João"}, "number", "contract"),
        ({"number": "-"}, "number", "contract"),
        ({"number": "9" * 31}, "number", "string_too_long"),
        ({}, "number", "missing"),
        ({"number": "1", "label": " "}, "label", "blank"),
    ],
)
def test_a_contract_that_is_no_number_is_refused(
    house: House, body: dict[str, str], field: str, code: str
) -> None:
    answer = house.post(f"/v1/conversations/{house.somebody_waits()}/contracts", body)
    assert answer.status_code == 422
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(f"body.{field}", code)]


def test_nobody_has_more_contracts_than_can_be_looked_over(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}/contracts"
    for n in range(20):
        house.post(path, {"number": str(n)}).raise_for_status()
    answer = house.post(path, {"number": "99"})
    assert (answer.status_code, answer.json()["rule"]) == (422, "TooManyContracts")
    assert "20 contratos" in answer.json()["detail"]


@pytest.mark.parametrize(
    "typed",
    [
        "joaninha",
        "joana pra",
        "CT-4471",
        "ct 44",
        "2024.000017",
        "202400001712",
        "11 3000-4471",
        PHONE,
    ],
)
def test_they_are_found_by_either_name_by_contract_and_by_either_phone(house: House, typed: str) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    house.somebody_waits(phone="5521900000002", n=2)
    edit(house, path, {"name": "Dona Joaninha", "phone": "11 3000-4471"})
    for number in ("CT-4471", "2024.000017", "202400001712"):
        house.post(f"{path}/contracts", {"number": number})
    assert "Dona Joaninha" in found(house, typed)
    if typed != "joana pra":
        assert found(house, typed) == ["Dona Joaninha"]


def test_nobody_is_found_by_what_was_taken_out(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    edit(house, path, {"name": "Zuleica"})
    linked = house.post(f"{path}/contracts", {"number": "4471"}).json()["contract_id"]
    edit(house, path, {"name": None})
    house.request("DELETE", f"{path}/contracts/{linked}")
    assert found(house, "zuleica") == found(house, "4471") == []
    assert found(house, "joana") == ["Joana Prado"]


def test_who_is_not_told_who_it_is_does_not_try_contracts_out(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    house.post(f"{path}/contracts", {"number": "20260000012345"})
    assert found(house, "20260000012345") == ["Joana Prado"]
    assert house.post("/v1/conversations/search", {"query": "20260000012345"}, "lia").json()["items"] == []


def test_of_a_forgotten_customer_nothing_written_down_is_left(house: House) -> None:
    conversation_id = house.somebody_waits()
    path = f"/v1/conversations/{conversation_id}"
    edit(house, path, CARD)
    house.post(f"{path}/contracts", {"number": "4471"})
    house.want(
        ForgetSubject,
        conversation_id=conversation_id,
        subject_id=SubjectId("s1"),
        article="LGPD, art. 18, VI",
        protocol=None,
    )
    assert set(contact(house, path)) == {"name", "profile_name", "phone"}
    assert found(house, "joaninha") == found(house, "4471") == []
    assert house.post(f"{path}/contracts", {"number": "4471"}).status_code == 200


def test_what_is_written_down_stands_in_no_log_line(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    edit(house, path, CARD)
    edit(house, path, {"document": "529.982.247-24"})
    linked = house.post(f"{path}/contracts", {"number": "CT-4471", "label": "Rua das Flores"}).json()
    house.request("DELETE", f"{path}/contracts/{linked['contract_id']}")
    told = capsys.readouterr().out
    assert "/v1/conversations/{conversation_id}/contact" in told
    assert not any(word in told for word in ("oaninha", "CT-4471", "529.982", "52998", "Flores", "Liga"))
