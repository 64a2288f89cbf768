"""Colleagues among themselves, at the doors: who enters which room, and what a card shows to whom."""

from __future__ import annotations

from typing import Any

from domain.chat import room_of_two
from domain.privacy import Class
from tests.api.house import ANA, BIA, House

ROOMS = "/v1/chat/rooms"


def opened(house: House, who: str = "ana", **what: str) -> str:
    answer = house.post(ROOMS, what, who)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["room_id"])


def say(house: House, room: str, text: str = "oi", who: str = "ana", **more: Any) -> Any:
    return house.post(f"{ROOMS}/{room}/messages", {"text": text, **more}, who)


def listed(house: House, who: str) -> dict[str, tuple[int, bool]]:
    rooms = house.get(ROOMS, who).json()["items"]
    return {room["room_id"]: (room["unread"], room["mentioned"]) for room in rooms}


def test_two_talk_and_nobody_else_sees_it(house: House) -> None:
    room = opened(house, agent_id="bia")
    assert room == room_of_two(ANA, BIA) == opened(house, "bia", agent_id="ana")
    assert say(house, room, "Vamos trocar o turno?").status_code == 201
    told = house.get(f"{ROOMS}/{room}/messages", "bia").json()["items"]
    assert [(m["n"], m["author"], m["text"]) for m in told] == [(1, "ana", "Vamos trocar o turno?")]
    for answer in (
        house.get(f"{ROOMS}/{room}/messages", "carla"),
        say(house, room, who="carla"),
        house.post(f"{ROOMS}/{room}/read", {"through": 1}, "carla"),
    ):
        assert (answer.status_code, answer.json()["rule"]) == (403, "RoomOutOfReach")
    assert room not in listed(house, "carla")


def test_the_room_of_a_queue_is_for_whoever_has_that_queue(house: House) -> None:
    room = opened(house, queue_id="suporte")
    assert say(house, room, who="edu").status_code == 201
    assert room in listed(house, "edu")
    assert room not in listed(house, "fora")
    assert say(house, room, who="fora").json()["rule"] == "RoomOutOfReach"
    assert house.post(ROOMS, {"queue_id": "suporte"}, "fora").json()["rule"] == "RoomOutOfReach"


def test_what_is_unread_is_counted_and_a_mention_calls(house: House) -> None:
    room = opened(house, queue_id="suporte")
    say(house, room, "Bia, olha isso", mentions=["bia"])
    say(house, room, "e isso")
    assert listed(house, "bia") == {room: (2, True)}
    assert listed(house, "carla") == {room: (2, False)}
    assert listed(house, "ana") == {room: (0, False)}
    assert house.post(f"{ROOMS}/{room}/read", {"through": 1}, "bia").json()["changed"] is True
    assert listed(house, "bia") == {room: (1, False)}
    assert house.post(f"{ROOMS}/{room}/read", {"through": 1}, "bia").json()["changed"] is False


def test_a_card_shows_a_conversation_to_whoever_may_see_it_and_to_nobody_else(house: House) -> None:
    conversation_id = house.somebody_waits()  # in `suporte`
    room = opened(house, "fora", agent_id="ana")
    assert say(house, room, who="fora", conversation_id=conversation_id).json()["rule"] == "OutOfReach"
    assert say(house, room, "olha", conversation_id=conversation_id).status_code == 201
    [shown] = house.get(f"{ROOMS}/{room}/messages").json()["items"]
    assert shown["card"]["contact"]["name"] == "Joana Prado"
    [hidden] = house.get(f"{ROOMS}/{room}/messages", "fora").json()["items"]
    assert (hidden["card"], hidden["card_hidden"]) == (None, True)


def test_pages_lead_back_to_the_beginning(house: House) -> None:
    room = opened(house, agent_id="bia")
    for n in range(5):
        say(house, room, f"mensagem {n}")
    page = house.get(f"{ROOMS}/{room}/messages?limit=2").json()
    assert ([m["n"] for m in page["items"]], page["before"]) == ([4, 5], 4)
    page = house.get(f"{ROOMS}/{room}/messages?limit=3&before=4").json()
    assert ([m["n"] for m in page["items"]], page["before"]) == ([1, 2, 3], None)


def test_a_room_needs_one_colleague_or_one_queue(house: House) -> None:
    for what, rule in (
        ({}, "Invalid"),
        ({"agent_id": "bia", "queue_id": "suporte"}, "Invalid"),
        ({"agent_id": "ninguem"}, "UnknownAgent"),
        ({"queue_id": "nenhuma"}, "UnknownQueue"),
        ({"agent_id": "ana"}, "NobodyElse"),
    ):
        assert house.post(ROOMS, what).json()["rule"] == rule
    assert say(house, house.conversation_of()).json()["rule"] == "UnknownRoom"


def test_what_colleagues_say_is_kept_under_a_class_of_its_own() -> None:
    from adapters.archive import Archive
    from domain.chat import CHAT

    assert Archive([CHAT], None).kept("chat.Said").personal == {"text": Class.CHAT}
