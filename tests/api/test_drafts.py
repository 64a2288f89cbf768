"""What somebody began to write, at the doors."""

from __future__ import annotations

from tests.api.house import House


def test_what_somebody_began_to_write_is_theirs_alone_until_it_is_emptied(house: House) -> None:
    path = f"/v1/conversations/{house.somebody_waits()}/draft"
    before = list(house.inbox.history)
    assert house.put(path, {"text": "Estou vendo o sinal do"}, "ana").status_code == 204
    assert house.get(path).json() == {
        "text": "Estou vendo o sinal do",
        "note": False,
        "saved_at": "2026-03-12T17:32:00Z",
    }
    assert house.get(path, "bia").json() == {"text": "", "note": False, "saved_at": None}
    assert house.put(path, {"text": "ligar amanhã", "note": True}, "bia").status_code == 204
    assert house.put(path, {"text": "  \n"}, "ana").status_code == 204
    assert house.get(path).json()["text"] == ""
    assert house.get(path, "bia").json()["note"] is True
    assert house.request("DELETE", path, "bia").status_code == 204
    assert house.get(path, "bia").json()["text"] == ""
    assert house.inbox.history == before
