"""A colleague looks for a customer, marks what it is about, and sends a nuisance away."""

from __future__ import annotations

import pytest

from tests.walks.house import House, until

pytestmark = pytest.mark.slow


def test_a_customer_is_found_by_phone_name_and_protocol_and_tagged(house: House) -> None:
    who, ana = house.customer(), house.agent("ana")
    waiting = house.waits(who)
    conversation_id = house.conversation_id(who)
    protocol = until(lambda: house.conversation(who)["protocol"], "a protocol number")
    names = who.name.split()
    assert who.wa_id is not None
    for typed in (who.wa_id, who.wa_id.removeprefix("55"), protocol, f"{names[-1][:4].upper()} {names[0]}"):
        found = ana.post("/v1/conversations/search", {"query": typed, "limit": 50}).json()["items"]
        assert conversation_id in [item["conversation_id"] for item in found], len(typed)

    tagged = ana.post(f"/v1/conversations/{conversation_id}/tags", {"add": ["massiva"]})
    assert tagged.status_code == 200, tagged.text
    assert house.conversation(who, after=tagged.headers["Position"])["tags"] == ["massiva"]
    listed = ana.get("/v1/conversations", tag="massiva", limit=200).json()["items"]
    assert conversation_id in [item["conversation_id"] for item in listed]
    assert all("massiva" in item["tags"] for item in listed)
    counts = ana.get("/v1/conversations/counts").json()
    assert counts["queues"][waiting["queue_id"]] >= 1


def test_a_blocked_contact_is_heard_and_not_attended_until_somebody_lets_them_in(house: House) -> None:
    who, ana = house.customer(), house.agent("ana")
    house.waits(who)
    path = f"/v1/conversations/{house.conversation_id(who)}"
    house.said.add("Propaganda de apostas.")
    blocked = ana.post(f"{path}/block", {"reason": "Propaganda de apostas.", "spam": True})
    assert blocked.status_code == 200, blocked.text
    told = house.conversation(who, after=blocked.headers["Position"])
    assert (told["stage"], told["blocked"], told["closed_reason"]) == ("closed", True, "other/spam")
    heard = house.writes(who, "aproveite a promoção")
    until(lambda: house.outcomes(heard.headers["Delivery-Id"]) == ["accepted"], "the words heard")
    until(lambda: house.lines(who, "customer")[-1]["text"] == "aproveite a promoção", "the words shown")
    assert house.conversation(who)["stage"] == "closed"
    assert ana.post(f"{path}/unblock").status_code == 200
    house.writes(who, "desculpe, sou cliente e estou sem sinal")
    until(lambda: house.conversation(who)["stage"] == "waiting", "the wait")
