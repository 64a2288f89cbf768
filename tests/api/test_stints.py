"""Looking back: how a queue stood at a moment, where a conversation was at each, and who is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from commands import conversation as wanted
from domain.privacy import MASKED
from domain.queue import Priority, QueueId
from tests.api.house import ANA, BIA, NOW, House

OTHER = "5511900000002"


def iso(minutes: float = 0) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def at(house: House, minutes: float, who: str = "carla", queue: str = "suporte", more: str = "") -> Any:
    answer = house.get(f"/v1/queues/{queue}/at?moment={iso(minutes)}{more}", who)
    assert answer.status_code == 200, answer.text
    return answer.json()


def a_day(house: House) -> tuple[str, str]:
    """One waits from 14h32 on, Bia takes it ten minutes later and closes it after another twenty; another
    waits from 14h47 on, and moves to another queue at 15h02."""
    one = house.somebody_waits()
    house.clock.pass_by(minutes=10)
    house.want(wanted.ClaimConversation, conversation_id=one, agent_id=BIA)
    house.clock.pass_by(minutes=5)
    other = house.somebody_waits(Priority.HIGH, phone=OTHER, n=2)
    house.clock.pass_by(minutes=15)
    house.want(
        wanted.CloseConversation, conversation_id=one, by=BIA, reason="technical/solved", outcome="Sim."
    )
    house.want(
        wanted.TransferConversation,
        conversation_id=other,
        by=BIA,
        to_queue=QueueId("geral"),
        reason="outra equipe",
        for_another=True,
    )
    house.clock.pass_by(minutes=30)
    return one, other


def test_a_queue_is_told_as_it_was(house: House) -> None:
    one, other = a_day(house)
    told = [at(house, minutes) for minutes in (-1, 0, 12, 20, 30)]
    assert [(t["waiting"], t["in_service"]) for t in told] == [(0, 0), (1, 0), (0, 1), (1, 1), (0, 0)]
    then = told[3]
    assert [item["conversation_id"] for item in then["items"]] == [other, one]
    waiting, served = then["items"]
    assert (waiting["state"], waiting["agent_id"], waiting["priority"]) == ("waiting", None, "high")
    assert (served["state"], served["agent_id"], served["since"]) == ("in_service", "bia", iso(10))
    assert at(house, 40, queue="geral")["items"][0]["conversation_id"] == other


def test_a_day_is_told_by_where_its_numbers_change(house: House) -> None:
    a_day(house)
    told = at(house, 20)
    assert (told["day_starts_at"], told["day_ends_at"]) == ("2026-03-12T03:00:00Z", "2026-03-13T03:00:00Z")
    first, *changes = told["changes"]
    assert first == {"at": told["day_starts_at"], "waiting": 0, "in_service": 0}
    assert [(c["at"], c["waiting"], c["in_service"]) for c in changes] == [
        (iso(3), 1, 0),
        (iso(13), 0, 1),
        (iso(18), 1, 1),
        (iso(33), 0, 0),
    ]
    assert at(house, 20, more="&changes=false")["changes"] == []


def test_what_was_late_at_a_moment_is_told_from_then_on(house: House) -> None:
    one = house.somebody_waits(Priority.URGENT)
    house.clock.pass_by(minutes=5)
    house.want(wanted.FireTimer, conversation_id=one, armed=house.reads._rows("deadlines")[0].armed)
    house.clock.pass_by(minutes=5)
    before, after = at(house, 4), at(house, 6)
    assert (before["breached"], before["items"][0]["late"]) == (0, False)
    assert (after["breached"], after["items"][0]["late"]) == (1, True)


def test_a_long_queue_is_told_in_pages(house: House) -> None:
    ids = [house.somebody_waits(phone=f"551190000000{n}", n=n) for n in range(1, 4)]
    house.clock.pass_by(minutes=1)
    first = at(house, 0, more="&limit=2")
    last = at(house, 0, more=f"&limit=2&cursor={first['next']}")
    assert {i["conversation_id"] for t in (first, last) for i in t["items"]} == {*ids}
    assert (len(first["items"]), first["waiting"], last["waiting"], last["next"]) == (2, 3, 3, None)
    answer = house.get(f"/v1/queues/suporte/at?moment={iso()}&cursor=nada", "carla")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "cursor")


@pytest.mark.parametrize(
    ("moment", "rule", "code"),
    [
        (iso(1), "MomentAhead", None),
        ("2026-03-12T14:32:00", "Invalid", "timezone_aware"),
        ("ontem", "Invalid", "datetime_from_date_parsing"),
        ("0001-01-01T00:00:00%2B03:00", "Invalid", "long_ago"),
    ],
)
def test_a_moment_that_nobody_can_look_at_is_a_problem(
    house: House, moment: str, rule: str, code: str | None
) -> None:
    answer = house.get(f"/v1/queues/suporte/at?moment={moment}", "carla")
    assert (answer.status_code, answer.json()["rule"]) == (422, rule)
    assert code is None or answer.json()["errors"][0]["code"] == code
    assert answer.json()["detail"]


def test_a_queue_that_never_was_is_not_found(house: House) -> None:
    answer = house.get(f"/v1/queues/nenhuma/at?moment={iso()}", "carla")
    assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownQueue")


def test_whoever_has_some_queues_looks_back_at_those(house: House) -> None:
    one, other = a_day(house)
    assert at(house, 20, "eva")["waiting"] == 1
    refused = house.get(f"/v1/queues/geral/at?moment={iso(40)}", "eva")
    assert (refused.status_code, refused.json()["rule"]) == (403, "QueueOutOfReach")
    denied = house.inbox.history[-1]
    assert (type(denied.event).__name__, denied.event.rule) == ("Denied", "QueueOutOfReach")
    assert house.get(f"/v1/conversations/{one}/stints", "eva").status_code == 200
    assert house.get(f"/v1/conversations/{other}/stints", "eva").json()["rule"] == "OutOfReach"


def test_customers_are_named_to_whoever_is_told_their_names_today(house: House) -> None:
    a_day(house)
    assert [item["name"] for item in at(house, 20)["items"]] == ["Joana Prado", "Joana Prado"]
    assert [item["name"] for item in at(house, 20, "eva")["items"]] == [None, "Joana Prado"]
    assert [item["name"] for item in at(house, 20, "noa")["items"]] == [MASKED, MASKED]


@pytest.mark.parametrize("who", ["ana", "ivo", "lia", "dora", "erp"])
def test_agents_and_whoever_sees_numbers_alone_do_not_look_back(house: House, who: str) -> None:
    one = house.somebody_waits()
    for path in (f"/v1/queues/suporte/at?moment={iso()}", f"/v1/conversations/{one}/stints"):
        assert house.get(path, who).json()["rule"] == "Forbidden"


def test_a_conversation_tells_where_it_was_at_each_moment(house: House) -> None:
    one, other = a_day(house)
    told = house.get(f"/v1/conversations/{one}/stints", "carla").json()
    assert [(s["state"], s["queue_id"], s["agent_id"], s["since"], s["until"]) for s in told["items"]] == [
        ("waiting", "suporte", None, iso(), iso(10)),
        ("in_service", "suporte", "bia", iso(10), iso(30)),
        ("closed", "suporte", None, iso(30), None),
    ]
    first = house.get(f"/v1/conversations/{other}/stints?limit=1", "carla").json()
    rest = house.get(f"/v1/conversations/{other}/stints?cursor={first['next']}", "carla").json()
    assert [(s["queue_id"], s["until"]) for s in first["items"] + rest["items"]] == [
        ("suporte", iso(30)),
        ("geral", None),
    ]
    unknown = house.get(f"/v1/conversations/{house.conversation_of('5511900000009')}/stints", "carla")
    assert (unknown.status_code, unknown.json()["rule"]) == (404, "UnknownConversation")


def test_a_thread_is_told_as_far_as_it_had_come(house: House) -> None:
    one = house.somebody_waits()
    house.clock.pass_by(minutes=10)
    house.writes("Ainda nada", n=2)
    house.want(wanted.AddNote, conversation_id=one, agent_id=ANA, text="Sem sinal.")

    def lines(query: str) -> list[str]:
        return [
            line["text"] for line in house.get(f"/v1/conversations/{one}/transcript{query}").json()["items"]
        ]

    assert lines("")[-2:] == ["Ainda nada", "Sem sinal."]
    assert "Ainda nada" not in lines(f"?moment={iso(9)}")
    assert lines(f"?moment={iso(9)}") == lines("")[: len(lines(f"?moment={iso(9)}"))]
    assert lines(f"?moment={iso(-9)}") == []
    answer = house.get(f"/v1/conversations/{one}/transcript?moment=2026-03-12T14:32:00")
    assert answer.json()["errors"][0]["code"] == "timezone_aware"


def test_looking_back_changes_nothing(house: House) -> None:
    one, _ = a_day(house)
    before = list(house.inbox.history)
    at(house, 20)
    house.get(f"/v1/conversations/{one}/stints", "carla")
    assert house.inbox.history == before


def test_a_day_of_the_desk_is_that_of_its_zone(house: House) -> None:
    house.clock.at = datetime.fromisoformat("2026-03-13T02:30:00+00:00")
    told = house.get("/v1/queues/suporte/at?moment=2026-03-13T02:00:00Z", "carla").json()
    assert (told["day_starts_at"], told["day_ends_at"]) == ("2026-03-12T03:00:00Z", "2026-03-13T03:00:00Z")
