"""Answers kept ready, at the doors."""

from __future__ import annotations

from tests.api.house import House

ANSWERS = "/v1/canned-answers"
LIGHTS = {"title": "Pedir foto do modem", "text": "Pode me mandar uma foto das luzes, {nome}?"}


def test_what_an_admin_writes_every_agent_reads_until_it_is_withdrawn(house: House) -> None:
    assert house.put(f"{ANSWERS}/luzes", {**LIGHTS, "queues": ["suporte"]}).json()["changed"] is True
    [told] = house.get(ANSWERS).json()["items"]
    assert told == {
        "canned_id": "luzes",
        "version": 1,
        **LIGHTS,
        "queues": ["suporte"],
        "written_at": "2026-03-12T17:32:00Z",
    }
    assert house.request("DELETE", f"{ANSWERS}/luzes", "dora").status_code == 200
    assert house.get(ANSWERS).json()["items"] == []
    assert house.events()[-2:] == ["Written", "Withdrawn"]


def test_an_answer_nobody_could_fill_or_for_a_queue_nobody_has_is_refused(house: House) -> None:
    for ask, status, rule in (
        ({**LIGHTS, "text": "São {valor}."}, 422, "UnknownVariable"),
        ({**LIGHTS, "queues": ["nenhuma"]}, 404, "UnknownQueue"),
        ({**LIGHTS, "text": "  "}, 422, "Invalid"),
    ):
        answer = house.put(f"{ANSWERS}/luzes", ask)
        assert (answer.status_code, answer.json()["rule"]) == (status, rule)
    answer = house.request("DELETE", f"{ANSWERS}/luzes", "dora")
    assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownCanned")
    assert house.put(f"{ANSWERS}/Luzes!", LIGHTS).json()["rule"] == "Invalid"
