"""What waits finds its agent by itself: asked, answered, expired, and back when somebody is gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.walks.house import House, Person, until

pytestmark = pytest.mark.slow

QUEUE = "ofertas"


@pytest.fixture
def queue(house: House) -> Iterator[str]:
    """A queue of its own, that offers for 5 s; whoever serves it is offline again afterwards."""
    admin = house.as_admin
    assert admin.put(f"/v1/queues/{QUEUE}", {"name": "Ofertas"}).status_code == 200
    set_ = admin.put(f"/v1/queues/{QUEUE}/routing", {"offer_for": 5})
    assert set_.status_code == 200
    until(
        lambda: admin.get("/v1/queues", after=set_.headers["Position"]).status_code == 200,
        "the queue in its list",
    )
    yield QUEUE
    for who in ("dani", "edu"):
        assert house.agent(who).put("/v1/me/availability", {"availability": "paused", "reason": "nr17"})


def serves(house: House, who: str, capacity: int = 1) -> Any:
    """An agent who serves that queue alone, and is available."""
    settings = {"queues": [QUEUE], "capacity": capacity}
    assert house.as_admin.put(f"/v1/agents/{who}/routing", settings).status_code == 200
    agent = house.agent(who)
    assert agent.put("/v1/me/availability", {"availability": "available"}).status_code == 200
    return agent


def waits(house: House) -> Person:
    """Somebody's conversation, handed to that queue."""
    who, caio = house.customer(), house.agent("caio")
    house.writes(who, "estou sem internet")
    path = f"/v1/conversations/{house.conversation_id(who)}"
    until(lambda: house.conversation(who).get("stage") == "waiting", "the wait")
    assert caio.post(f"{path}/transfer", {"to_queue": QUEUE, "reason": "teste"}).status_code == 200
    return who


def test_an_offer_is_made_accepted_and_its_place_is_taken(house: House, queue: str) -> None:
    ana = serves(house, "dani")
    who = waits(house)
    path = f"/v1/conversations/{house.conversation_id(who)}"
    until(lambda: house.conversation(who).get("offered_to") == "dani", "the offer")
    assert house.conversation(who).get("stage") == "waiting"
    assert ana.post(f"{path}/accept", {}).status_code == 200
    until(lambda: ana.get("/v1/agents/dani").json()["load"]["active"] == 1, "the place")
    assert ana.get("/v1/agents/dani").json()["load"]["reserved"] == 0
    told = [line["kind"] for line in house.transcript(who) if line["line"] == "turn"]
    assert "offered" in told
    outcome = {"reason": "technical/solved", "outcome": "Resolvido."}
    assert ana.post(f"{path}/close", outcome).status_code == 200
    until(lambda: ana.get("/v1/agents/dani").json()["load"]["active"] == 0, "the place again")
    house.writes(who, "a internet caiu de novo")
    until(lambda: house.conversation(who).get("agent_id") == "dani", "what was reopened, back with its agent")
    assert ana.post(f"{path}/close", outcome).status_code == 200


def test_an_offer_that_expires_goes_to_the_next(house: House, queue: str) -> None:
    serves(house, "dani")
    who = waits(house)
    until(lambda: house.conversation(who).get("offered_to") == "dani", "the offer")
    bia = serves(house, "edu")
    until(lambda: house.conversation(who).get("offered_to") == "edu", "the offer to the next")
    path = f"/v1/conversations/{house.conversation_id(who)}"
    assert bia.post(f"{path}/accept", {}).status_code == 200
    outcome = {"reason": "technical/solved", "outcome": "Resolvido."}
    assert bia.post(f"{path}/close", outcome).status_code == 200
