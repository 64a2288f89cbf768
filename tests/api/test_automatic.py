"""Answers and scheduled sends through the doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from commands import conversation as wanted
from domain.conversation import MessageId
from tests.api.house import NOW, House

VISIT = {"kind": "text", "text": "Bom dia! A visita é hoje."}


def attended(house: House) -> str:
    """Ana has it and answered."""
    conversation_id = house.somebody_waits()
    path = f"/v1/conversations/{conversation_id}"
    house.post(f"{path}/claim", None, "ana")
    sent = house.post(f"{path}/messages", {"kind": "text", "text": "Oi!"}, "ana").json()["line_id"]
    about = {"conversation_id": conversation_id, "message_id": MessageId(sent), "attempt": 1}
    house.want(wanted.StartSend, token="t", **about)
    house.want(wanted.ReportAccepted, provider_ref=MessageId("r"), **about)
    return path


def rated(house: House, text: str, comment: str | None = None) -> str:
    """Closed, asked and answered; says the path."""
    path = attended(house)
    house.clock.pass_by(minutes=5)
    closing = {"reason": "technical/solved", "outcome": "Sinal normalizado."}
    assert house.post(f"{path}/close", closing, "ana").status_code == 200
    closed_at = house.clock.now()
    house.clock.pass_by(seconds=10)
    house.want(
        wanted.AskSatisfaction, conversation_id=house.conversation_of(), episode=1, closed_at=closed_at
    )
    house.writes(text, 2)
    if comment is not None:
        house.writes(comment, 3)
    return path


def test_answers_are_listed_with_whose_they_are_and_the_comment(house: House) -> None:
    path = rated(house, "2", "Demorou muito")
    [told] = house.get("/v1/ratings", "carla").json()["items"]
    assert (told["score"], told["agent_id"], told["queue_id"]) == (2, "ana", "suporte")
    assert told["comment"] == "Demorou muito"
    assert told["alerted_at"] is not None
    assert house.get(path, "ana").json()["stage"] == "closed"
    assert house.get("/v1/ratings?alerted=false", "carla").json()["items"] == []
    assert len(house.get("/v1/ratings?agent_id=ana", "carla").json()["items"]) == 1


def test_answers_of_other_queues_are_out_of_reach_and_who_reads_no_content_reads_no_comment(
    house: House,
) -> None:
    rated(house, "5", "Muito bom")
    assert len(house.get("/v1/ratings", "eva").json()["items"]) == 1  # of her queue
    assert house.get("/v1/ratings", "fora").json()["items"] == []
    [told] = house.get("/v1/ratings", "dora").json()["items"]
    assert told["score"] == 5
    assert told["comment"] != "Muito bom"
    assert house.get("/v1/ratings", "ivo").status_code == 403


def test_a_message_for_later_is_listed_and_taken_back(house: House) -> None:
    path = attended(house)
    send_at = (NOW + timedelta(hours=2)).isoformat()
    asked = house.post(f"{path}/scheduled", {"send_at": send_at, "message": VISIT}, "ana", key="depois")
    assert asked.status_code == 200, asked.text
    [row] = house.get(f"{path}/scheduled", "ana").json()["items"]
    assert (row["state"], row["content"], row["agent_id"]) == ("pending", {"text": VISIT["text"]}, "ana")
    assert row["schedule_id"] == asked.json()["command_id"]
    gone = house.request("DELETE", f"{path}/scheduled/{row['schedule_id']}", "ana")
    assert gone.status_code == 200, gone.text
    assert house.get(f"{path}/scheduled", "ana").json()["items"][0]["state"] == "cancelled"
    again = house.request("DELETE", f"{path}/scheduled/{row['schedule_id']}", "ana")
    assert (again.status_code, again.json()["rule"]) == (404, "UnknownSchedule")


def test_what_was_dropped_says_why(house: House) -> None:
    path = attended(house)
    send_at = (NOW + timedelta(hours=2)).isoformat()
    asked = house.post(f"{path}/scheduled", {"send_at": send_at, "message": VISIT}, "ana")
    house.writes("E agora?", 5)
    house.clock.pass_by(hours=3)
    house.want(
        wanted.SendWhatIsDue,
        conversation_id=house.conversation_of(),
        schedule_id=asked.json()["command_id"],
        content={"text": VISIT["text"]},
    )
    [row] = house.get(f"{path}/scheduled", "ana").json()["items"]
    assert (row["state"], row["rule"]) == ("dropped", "CustomerWrote")


def test_later_is_not_in_the_past_and_files_cannot_wait(house: House) -> None:
    path = attended(house)

    def ask(send_at: str, message: dict[str, Any]) -> Any:
        return house.post(f"{path}/scheduled", {"send_at": send_at, "message": message}, "ana")

    assert ask("2026-03-12T14:00:00-03:00", VISIT).json()["rule"] == "BadSendTime"
    later = (NOW + timedelta(hours=2)).isoformat()
    assert ask(later, {"kind": "image", "key": "ab" * 32}).json()["rule"] == "Invalid"
