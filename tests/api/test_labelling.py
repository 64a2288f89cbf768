"""Tags and blocked contacts, through the doors."""

from __future__ import annotations

import pytest

from tests.api.house import House


def test_tags_are_seen_in_the_list_and_in_the_transcript(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}"
    assert house.post(f"{path}/tags", {"add": ["massiva", "vip"]}).json()["changed"] is True
    assert house.post(f"{path}/tags", {"add": ["vip"], "remove": ["massiva"]}, "bia").status_code == 200
    assert house.post(f"{path}/tags", {"add": ["vip"]}, "bia").json()["changed"] is False
    assert house.get("/v1/conversations").json()["items"][0]["tags"] == ["vip"]
    assert house.get("/v1/conversations?tag=massiva").json()["items"] == []
    assert len(house.get("/v1/conversations?tag=vip").json()["items"]) == 1
    assert house.get("/v1/conversations?tag=Vip").status_code == 422
    turns = house.get(f"{path}/transcript").json()["items"][-3:]
    assert [(turn["kind"], turn["content"]) for turn in turns] == [
        ("tagged", {"tag": "massiva", "by": "ana"}),
        ("tagged", {"tag": "vip", "by": "ana"}),
        ("untagged", {"tag": "massiva", "by": "bia"}),
    ]


def test_a_blocked_contact_is_seen_as_such_and_opens_nothing(house: House) -> None:
    conversation_id = house.somebody_waits()
    path = f"/v1/conversations/{conversation_id}"
    assert house.post(f"{path}/block", {"reason": "Propaganda.", "spam": True}).status_code == 200
    told = house.get(path).json()
    assert (told["stage"], told["blocked"], told["closed_reason"]) == ("closed", True, "other/spam")
    house.writes("Compre já!", n=9)
    told = house.get(path).json()
    assert (told["stage"], told["episode"], told["last_preview"]) == ("closed", 1, "Compre já!")
    answer = house.post("/v1/conversations", {"channel_id": "principal", "phone": "5511900000001"})
    assert (answer.status_code, answer.json()["rule"]) == (409, "Blocked")
    assert house.post(f"{path}/unblock").json()["changed"] is True
    house.writes("Oi, sou cliente", n=10)
    assert house.get(path).json()["stage"] == "waiting"


@pytest.mark.parametrize(
    ("door", "body", "status", "rule"),
    [
        ("tags", {"add": ["Duas Palavras"]}, 422, "BadTag"),
        ("tags", {"add": [f"t{n}" for n in range(21)]}, 422, "Invalid"),
        ("tags", {"add": ["x" * 41]}, 422, "Invalid"),
        ("block", {"reason": ""}, 422, "Invalid"),
        ("block", {}, 422, "Invalid"),
    ],
)
def test_what_is_no_tag_and_no_reason_is_refused(
    house: House, door: str, body: dict[str, object], status: int, rule: str
) -> None:
    answer = house.post(f"/v1/conversations/{house.somebody_waits()}/{door}", body)
    assert (answer.status_code, answer.json()["rule"]) == (status, rule)
