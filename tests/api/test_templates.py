"""Templates and consent through the doors."""

from __future__ import annotations

from typing import Any

import pytest

from commands.template import HearTemplateStatus
from domain.channel import ChannelId
from domain.template import Category, Status
from tests.api.house import House

BODY = "A sua fatura vence em {{1}}."
LIST = "/v1/channels/principal/templates"


def message(name: str = "segunda_via", *words: str) -> dict[str, Any]:
    parameters = [{"type": "text", "text": word} for word in words]
    components = {"components": [{"type": "body", "parameters": parameters}]} if words else {}
    return {"kind": "template", "name": name, **components}


def open_for_ana(house: House, phone: str = "5511900000077") -> str:
    opened = house.post("/v1/conversations", {"channel_id": "principal", "phone": phone}, "ana")
    assert opened.status_code == 200
    conversation_id: str = opened.json()["conversation_id"]
    return conversation_id


def test_the_registry_of_a_number_is_listed_with_what_each_asks_for(house: House) -> None:
    house.lists_template("segunda_via", BODY)
    house.want(
        HearTemplateStatus,
        channel_id=ChannelId("principal"),
        name="segunda_via",
        language="pt_BR",
        status=Status.PAUSED,
        told_at=house.clock.now(),
        reason="LOW_QUALITY",
    )
    [told] = house.get(LIST, "ana").json()["items"]
    assert (told["status"], told["reason"], told["sendable"]) == ("paused", "LOW_QUALITY", False)
    assert told["slots"] == [{"part": "body", "names": ["1"]}]
    assert house.get("/v1/channels/outro/templates", "ana").status_code == 404


@pytest.mark.parametrize(
    ("make", "say", "rule", "words"),
    [
        ({}, message("nenhum"), "UnknownTemplate", "não existe"),
        ({"status": Status.REJECTED}, message("segunda_via", "12/03"), "TemplateNotApproved", "aprovou"),
        ({"status": Status.PAUSED}, message("segunda_via", "12/03"), "TemplatePaused", "pausou"),
        ({"category": Category.MARKETING}, message("segunda_via", "12/03"), "WrongCategory", "utilidade"),
        ({}, message(), "MissingVariables", "pede 1 dados neste trecho e recebeu 0"),
        ({}, message("segunda_via", "a" * 1024), "VariableTooLong", "1024 letras"),
    ],
)
def test_each_rule_of_templates_refuses_with_its_own_sentence(
    house: House, make: dict[str, Any], say: dict[str, Any], rule: str, words: str
) -> None:
    house.lists_template("segunda_via", BODY, **make)
    conversation_id = house.somebody_waits()
    house.post(f"/v1/conversations/{conversation_id}/claim", None, "ana")
    answer = house.post(f"/v1/conversations/{conversation_id}/messages", say, "ana")
    assert answer.json()["rule"] == rule
    assert words in answer.json()["detail"]


def test_consent_opens_the_way_for_a_template_and_withdrawing_it_closes_it(house: House) -> None:
    house.lists_template("segunda_via", BODY)
    conversation_id = open_for_ana(house)
    path = f"/v1/conversations/{conversation_id}"
    consent = f"{path}/consents/utility"
    refused = house.post(f"{path}/messages", message("segunda_via", "12/03"), "ana")
    assert (refused.status_code, refused.json()["rule"]) == (403, "NeedsOptIn")
    agreed = house.put(consent, {"agreed": True, "source": "phone"}, "ana")
    assert agreed.status_code == 200, agreed.text
    assert house.post(f"{path}/messages", message("segunda_via", "12/03"), "ana").status_code == 201
    house.put(consent, {"agreed": False, "source": "phone"}, "ana")
    assert house.post(f"{path}/messages", message("segunda_via", "13/03"), "ana").status_code == 403
