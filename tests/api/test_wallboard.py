"""The wall: how queues and agents stand, who sees how much of it, and how it is told as it changes."""

from __future__ import annotations

from typing import Any

from commands import conversation as wanted
from commands.agent import BecomeAvailable, EquipAgent, LoseConnection, PauseAgent
from domain.estimate import FEWEST, forecast
from domain.queue import QueueId
from tests.api.house import ANA, BIA, NOW, House
from tests.api.live import LiveHouse, reading, running
from tests.api.test_live import does, live_walk


def board(house: House, who: str = "carla") -> tuple[dict[str, Any], dict[str, Any]]:
    told = house.get("/v1/wallboard", who).json()
    return {q["queue_id"]: q for q in told["queues"]}, {a["agent_id"]: a for a in told["agents"]}


def handles(house: House, n: int, minutes: int) -> None:
    """Bia takes and closes a conversation, that many minutes later."""
    one = house.somebody_waits(phone=f"55119100000{n:02}", n=100 + n)
    house.want(wanted.ClaimConversation, conversation_id=one, agent_id=BIA)
    house.clock.pass_by(minutes=minutes)
    house.want(
        wanted.CloseConversation, conversation_id=one, by=BIA, reason="technical/solved", outcome="Resolvido."
    )


def test_a_queue_tells_what_waits_how_long_and_what_is_late(house: House) -> None:
    house.somebody_waits()
    house.clock.pass_by(minutes=10)
    taken = house.somebody_waits(phone="5511900000002", n=2)
    house.want(wanted.ClaimConversation, conversation_id=taken, agent_id=BIA)
    house.clock.pass_by(minutes=25)
    queues, agents = board(house)
    told = queues["suporte"]
    assert (told["waiting"], told["in_service"], told["breached"]) == (1, 1, 1)
    assert told["oldest_at"] == NOW.isoformat().replace("+00:00", "Z")
    assert (queues["geral"]["waiting"], queues["geral"]["forecast"]) == (0, 0)
    assert (agents["bia"]["in_service"], agents["ana"]["in_service"]) == (1, 0)


def test_an_agent_tells_what_they_declare_since_when_and_whether_they_are_connected(house: House) -> None:
    house.want(BecomeAvailable, agent_id=ANA)
    house.clock.pass_by(minutes=5)
    house.want(PauseAgent, agent_id=BIA, reason="almoco")
    house.want(LoseConnection, agent_id=ANA)
    _, agents = board(house)
    ana, bia, carla = agents["ana"], agents["bia"], agents["carla"]
    assert (ana["availability"], ana["connected"], ana["since"]) == (
        "available",
        False,
        "2026-03-12T17:32:00Z",
    )
    assert (bia["pause_reason"], bia["since"]) == ("almoco", "2026-03-12T17:37:00Z")
    assert (carla["availability"], carla["since"]) == ("offline", None)


def test_a_wall_does_not_tell_of_a_pause_that_does_not_count(house: House) -> None:
    house.want(PauseAgent, agent_id=BIA, reason="banheiro")
    _, agents = board(house)
    assert (agents["bia"]["availability"], agents["bia"]["pause_reason"]) == ("paused", None)
    assert agents["bia"]["since"] is None


def test_the_forecast_goes_by_what_the_last_ones_took_and_who_is_there(house: House) -> None:
    for n in range(FEWEST):
        handles(house, n, minutes=6)
    house.somebody_waits()
    house.somebody_waits(phone="5511900000002", n=2)
    assert board(house)[0]["suporte"]["forecast"] is None
    house.want(BecomeAvailable, agent_id=BIA)
    assert board(house)[0]["suporte"]["forecast"] == 2 * 360
    house.want(BecomeAvailable, agent_id=ANA)
    assert board(house)[0]["suporte"]["forecast"] == 360


def test_out_of_too_few_nothing_is_forecast() -> None:
    assert forecast(3, [60.0] * (FEWEST - 1), 2) is None
    assert forecast(3, [60.0] * FEWEST, 0) is None
    assert forecast(0, [], 0) == 0


def test_whoever_has_queues_sees_those_and_who_attends_them(house: House) -> None:
    house.want(EquipAgent, agent_id=BIA, queues=(QueueId("geral"),), skills={}, capacity=3)
    queues, agents = board(house, "eva")
    assert set(queues) == {"suporte"}
    assert set(agents) == {"ana", "carla"}


def test_a_wall_with_a_token_of_its_own_sees_the_wall_and_nothing_else(house: House) -> None:
    assert house.get("/v1/wallboard", "parede").status_code == 200
    for path in ("/v1/queues", "/v1/conversations", "/v1/live", "/v1/live?topics=wallboard,waiting"):
        assert house.get(path, "parede").json()["rule"] == "Forbidden"


@live_walk
async def test_a_wall_is_told_again_when_it_changes_and_of_no_conversation(living: LiveHouse) -> None:
    async with running(living.hub) as hub, reading(hub, "wallboard", who="parede") as reader:
        told = await reader.heard("wallboard")
        assert [queue["waiting"] for queue in told["queues"]] == [0, 0]
        waits = await does(living.somebody_waits)
        living.commit()
        told = await reader.heard("wallboard", 2)
        assert {queue["queue_id"]: queue["waiting"] for queue in told["queues"]} == {"geral": 0, "suporte": 1}
        assert not {"conversation", "gone", "list"} & set(reader.names)
        assert waits not in str(reader.events)


@live_walk
async def test_a_wall_that_comes_back_is_told_it_whole_and_nothing_of_what_happened(
    living: LiveHouse,
) -> None:
    async with running(living.hub) as hub:
        async with reading(hub, "wallboard", who="parede") as first:
            await first.heard("wallboard")
            await first.heard("mark")
        await does(living.somebody_waits)
        living.commit()
        async with reading(hub, "wallboard", who="parede", last=first.last_id) as second:
            assert (await second.heard("wallboard"))["queues"][1]["waiting"] == 1
            assert "gone" not in second.names
