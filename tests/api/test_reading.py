"""What is told to those who ask: the list, one conversation, its words, and only to whoever may read them."""

from __future__ import annotations

from typing import Any

import pytest

from api.models.views import Conversation, TranscriptLine
from commands import conversation as wanted
from domain.conversation import Receipt
from domain.queue import Priority
from projections import inbox, transcript
from projections.answer import columns
from tests.api.house import ANA, House

OTHERS = ("5511900000002", "5511900000003", "5511900000004")


def listed(house: House, who: str = "ana", **asked: Any) -> list[str]:
    answer = house.get("/v1/conversations", who, params=asked)
    assert answer.status_code == 200, answer.text
    return [item["conversation_id"] for item in answer.json()["items"]]


def test_the_list_comes_in_the_one_order(house: House) -> None:
    low = house.somebody_waits(Priority.LOW)
    urgent = house.somebody_waits(Priority.URGENT, OTHERS[0], 2)
    high = house.somebody_waits(Priority.HIGH, OTHERS[1], 3)
    assert listed(house) == [urgent, high, low]


def test_pages_follow_each_other_until_there_is_none(house: House) -> None:
    for n, phone in enumerate(OTHERS):
        house.somebody_waits(Priority.NORMAL, phone, n + 1)
    first = house.get("/v1/conversations", params={"limit": 2}).json()
    second = house.get("/v1/conversations", params={"limit": 2, "cursor": first["next"]}).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert [i["conversation_id"] for i in first["items"] + second["items"]] == listed(house)


def test_the_list_holds_what_is_asked_for(house: House) -> None:
    mine = house.somebody_waits(Priority.HIGH)
    theirs = house.somebody_waits(Priority.LOW, OTHERS[0], 2)
    waits = house.somebody_waits(Priority.LOW, OTHERS[1], 3)
    house.post(f"/v1/conversations/{mine}/claim")
    house.post(f"/v1/conversations/{theirs}/claim", None, "bia")
    house.want(wanted.GiveProtocol, conversation_id=waits, episode=1, number="20260000000007")
    assert listed(house, agent="me") == [mine]
    assert listed(house, "bia", agent="me") == [theirs]
    assert listed(house, agent="bia") == [theirs]
    assert listed(house, stage="waiting") == [waits]
    assert listed(house, priority="high") == [mine]
    assert set(listed(house, queue="suporte")) == {mine, theirs, waits}
    assert listed(house, queue="geral") == []
    assert set(listed(house, channel="principal")) == {mine, theirs, waits}
    assert listed(house, protocol="20260000000007") == [waits]


@pytest.mark.parametrize(
    "asked",
    [
        {"stage": "Joana"},
        {"priority": "Joana"},
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "Joana"},
        {"protocol": "Joana"},
        {"queue": "Joana Prado"},
        {"cursor": "Joana"},
        {"after": "Joana"},
        {"after": "3"},
    ],
    ids=str,
)
def test_a_question_of_the_wrong_shape_is_refused_without_repeating_it(
    house: House, asked: dict[str, str]
) -> None:
    answer = house.get("/v1/conversations", params=asked)
    assert (answer.status_code, answer.json()["rule"]) == (422, "Invalid")
    assert answer.json()["errors"][0]["field"] == f"query.{next(iter(asked))}"
    assert "Joana" not in answer.text


def test_one_conversation_tells_its_version_as_etag(house: House) -> None:
    conversation_id = house.somebody_waits()
    answer = house.get(f"/v1/conversations/{conversation_id}")
    assert answer.headers["etag"] == f'"{house.version_of(conversation_id)}"'
    told = answer.json()
    known = {name: of for name, of in told["contact"].items() if of}
    assert known == {"name": "Joana Prado", "profile_name": "Joana Prado", "phone": "5511900000001"}
    assert (told["stage"], told["due_at"]) == ("waiting", "2026-03-12T18:02:00Z")
    assert [episode["episode"] for episode in told["episodes"]] == [1]


def test_the_etag_of_what_one_saw_protects_what_one_decides(house: House) -> None:
    conversation_id = house.somebody_waits()
    etag = house.get(f"/v1/conversations/{conversation_id}").headers["etag"]
    house.post(f"/v1/conversations/{conversation_id}/claim", None, "bia")
    house.post(f"/v1/conversations/{conversation_id}/release", {}, "bia")
    answer = house.post(f"/v1/conversations/{conversation_id}/claim", seen=etag)
    assert (answer.status_code, answer.json()["rule"]) == (409, "Changed")


def test_nobody_knows_a_conversation_that_never_was(house: House) -> None:
    unknown = "00000000-0000-8000-8000-000000000000"
    for path in (f"/v1/conversations/{unknown}", f"/v1/conversations/{unknown}/transcript"):
        assert house.get(path).json()["rule"] == "UnknownConversation"
    assert house.get("/v1/conversations/Joana").status_code == 422


def test_a_transcript_tells_failures_as_sentences_and_never_the_providers_ids(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.post(f"/v1/conversations/{conversation_id}/claim")
    sent = house.post(f"/v1/conversations/{conversation_id}/messages", {"kind": "text", "text": "Oi"})
    message_id = sent.json()["line_id"]
    house.want(wanted.StartSend, conversation_id=conversation_id, message_id=message_id, attempt=1, token="t")
    house.want(
        wanted.ReportAccepted,
        conversation_id=conversation_id,
        message_id=message_id,
        attempt=1,
        provider_ref="ab" * 16,
        provider_id="wamid.SEGREDO",
    )
    house.want(
        wanted.HearReceipt,
        conversation_id=conversation_id,
        provider_ref="ab" * 16,
        receipt=Receipt.FAILED,
        sent_at=house.clock.now(),
        codes=(131026,),
    )
    answer = house.get(f"/v1/conversations/{conversation_id}/transcript")
    line = next(item for item in answer.json()["items"] if item["line_id"] == message_id)
    assert line["status"] == "failed"
    assert line["failures"] == [{"code": 131026, "sentence": "Frase do código 131026."}]
    assert "wamid" not in answer.text


def test_a_transcript_is_read_backwards(house: House) -> None:
    conversation_id = house.somebody_waits()
    house.writes("e agora?", 2)
    house.writes("alguém?", 3)
    path = f"/v1/conversations/{conversation_id}/transcript"
    latest = house.get(path, params={"limit": 2}).json()
    assert [item["text"] for item in latest["items"]] == ["e agora?", "alguém?"]
    before = house.get(path, params={"limit": 50, "cursor": latest["previous"]}).json()
    assert before["items"][-1]["kind"] == "waiting"
    assert before["previous"] is None
    assert house.get(path, params={"cursor": "Joana"}).status_code == 422


HIDDEN = {"unanswered", "answering"} | {
    *(name for name in columns(inbox.Row) if name.startswith("contact_")),  # told as `contact`
    *("tried", "restart_at", "relaxed", "ripe", "quiet_since"),  # what the routing alone looks at
}
WITHHELD = {"conversation_id", "provider_id", "codes"}


def test_every_column_is_told_or_withheld_on_purpose() -> None:
    known = set(columns(inbox.Row)) - HIDDEN
    assert known <= set(Conversation.model_fields)
    lines = {name for name in columns(transcript.Row) if not name.startswith("file")} - WITHHELD
    assert lines <= set(TranscriptLine.model_fields)


# Reading what one has just written


def test_a_read_waits_for_what_one_wrote(house: House) -> None:
    conversation_id = house.somebody_waits()
    position = house.post(f"/v1/conversations/{conversation_id}/claim").headers["position"]
    house.reads.hidden = 2  # that it was claimed, and what its clocks say
    answer = house.get("/v1/conversations", params={"after": position})
    assert (answer.status_code, answer.json()["rule"]) == (503, "NotThereYet")
    assert answer.headers["retry-after"] == "1"
    assert listed(house, agent="me") == []
    house.reads.hidden = 0
    assert listed(house, agent="me", after=position) == [conversation_id]


@pytest.mark.parametrize(
    ("path", "views"),
    [
        ("/v1/conversations", {"inbox", "episodes"}),
        ("/v1/conversations/{id}", {"inbox", "episodes"}),
        ("/v1/conversations/{id}/transcript", {"transcript"}),
        ("/v1/queues", {"queues"}),
        ("/v1/queues/suporte", {"queues"}),
        ("/v1/agents", {"agents"}),
        ("/v1/agents/ana", {"agents"}),
        ("/v1/channels", {"channels"}),
        ("/v1/channels/principal", {"channels"}),
    ],
)
def test_each_question_waits_for_the_views_it_is_answered_from(
    house: House, path: str, views: set[str]
) -> None:
    conversation_id = house.somebody_waits()
    answer = house.get(path.format(id=conversation_id), params={"after": "3:1"})
    assert answer.status_code == 200
    assert [(set(asked), position) for asked, position in house.reads.asked] == [(views, (3, 1))]


# The desk


def test_an_admin_runs_the_desk(house: House) -> None:
    assert house.put("/v1/queues/vendas", {"name": "Vendas"}).status_code == 200
    told = house.get("/v1/queues/vendas").json()
    assert (told["name"], told["active"], told["targets"]["urgent"]) == ("Vendas", True, 5)
    assert house.request("DELETE", "/v1/queues/vendas", "dora").status_code == 200
    assert house.get("/v1/queues/vendas").json()["active"] is False
    nothing = house.request("DELETE", "/v1/queues/nenhuma", "dora")
    assert (nothing.status_code, nothing.json()["rule"]) == (404, "UnknownQueue")

    assert house.put("/v1/agents/edu", {"name": "Edu"}).json()["changed"] is True
    assert house.put("/v1/agents/edu", {"name": "Eduardo", "active": False}).status_code == 200
    gone = house.get("/v1/agents/edu").json()
    assert (gone["agent_id"], gone["name"], gone["active"]) == ("edu", "Eduardo", False)
    assert house.put("/v1/agents/edu", {"name": "Eduardo", "active": True}).status_code == 200
    assert house.get("/v1/agents/edu").json()["active"] is True
    assert house.put("/v1/agents/aparelho", {"name": "Celular"}).status_code == 403

    loja = {"name": "Loja", "provider": "meta", "number_id": "200000000000002", "queue_id": "geral"}
    assert house.put("/v1/channels/loja", loja).status_code == 200
    assert house.get("/v1/channels/loja").json() == {"channel_id": "loja", **loja}
    assert [row["channel_id"] for row in house.get("/v1/channels").json()["items"]] == ["principal", "loja"]


def test_saying_the_same_of_the_desk_again_changes_nothing(house: House) -> None:
    house.put("/v1/agents/edu", {"name": "Edu", "active": False}, key="k")
    before = list(house.inbox.history)
    again = house.put("/v1/agents/edu", {"name": "Edu", "active": False}, key="k")
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    assert house.inbox.history == before


@pytest.mark.parametrize("path", ["queues/nenhuma", "agents/ninguem", "channels/nenhum"])
def test_what_is_not_of_this_desk_is_not_found(house: House, path: str) -> None:
    answer = house.get(f"/v1/{path}")
    assert answer.status_code == 404
    assert answer.json()["rule"].startswith("Unknown")


# Files


def stored(house: House, mime: str, body: bytes = b"\x89PNG") -> str:
    conversation_id = house.somebody_waits()
    key = "ab" * 32
    house.objects.files[key] = body
    house.want(
        wanted.KeepMedia,
        conversation_id=conversation_id,
        message_id=f"{1:032x}",
        key=key,
        size=len(body),
        sha256=key,
        mime=mime,
    )
    return key


def test_a_file_comes_with_its_type_and_is_not_guessed_at(house: House) -> None:
    key = stored(house, "image/png")
    answer = house.get(f"/v1/media/{key}")
    assert (answer.status_code, answer.content) == (200, b"\x89PNG")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers["content-length"] == "4"
    lines = house.get(f"/v1/conversations/{house.conversation_of()}/transcript").json()["items"]
    assert [line["media"]["url"] for line in lines if line["media"]] == [f"/v1/media/{key}"]


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/x-msdownload", "Joana\r\nX: y"])
def test_what_a_browser_might_run_is_only_saved(house: House, mime: str) -> None:
    answer = house.get(f"/v1/media/{stored(house, mime)}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_file_that_no_conversation_holds_is_not_given(house: House) -> None:
    house.objects.files["cd" * 32] = b"de outra casa"
    for key in ("cd" * 32, "ef" * 32):
        answer = house.get(f"/v1/media/{key}")
        assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownMedia")


def test_who_am_i(house: House) -> None:
    told = house.get("/v1/me").json()
    assert (told["actor"], told["agent_id"], told["name"]) == ("agent:ana", ANA, "Ana")
    assert "conversations.attend" in told["permissions"]
    assert "desk.run" not in told["permissions"]
