"""What agents do through the doors, and how they are told no."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from commands import conversation as wanted
from commands.ports import Busy, Unavailable
from domain.conversation import SendRequested, Stage
from tests.api.house import ANA, BIA, NOW, PHONE, House

WORDS = "Oi! Já estou verificando o sinal."


def claim(house: House, who: str = "ana", **more: Any) -> Any:
    return house.post(f"/v1/conversations/{house.conversation_of()}/claim", None, who, **more)


def write(house: House, who: str = "ana", say: Any = WORDS, **more: Any) -> Any:
    """A text, or a message as a whole."""
    message = {"kind": "text", "text": say} if isinstance(say, str) else say
    return house.post(f"/v1/conversations/{house.conversation_of()}/messages", message, who, **more)


def problem(response: Any) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert told["status"] == response.status_code
    assert re.fullmatch(r"urn:atende:problem:[a-z-]+", told["type"])
    assert told["request_id"] == response.headers["x-request-id"]
    return told


# Claiming


def test_a_claim_answers_where_history_has_come_to(house: House) -> None:
    house.somebody_waits()
    answer = claim(house, key="assumir-1")
    assert answer.status_code == 200
    assert answer.headers["position"] == f"3:{len(house.inbox.history)}"
    assert answer.headers["idempotency-key"] == "assumir-1"
    assert answer.json()["position"] == answer.headers["position"]
    assert answer.json()["changed"] is True
    claimed, _clocks_set = house.inbox.history[-2:]
    assert claimed.event.agent_id == ANA
    assert claimed.cause.actor == "agent:ana"


def test_of_two_who_claim_one_is_told_who_was_first(house: House) -> None:
    house.somebody_waits()
    assert claim(house, "bia").status_code == 200
    answer = claim(house, "ana")
    told = problem(answer)
    assert (answer.status_code, told["rule"]) == (409, "AlreadyAttended")
    assert told["winner"] == {"agent_id": "bia", "name": "Bia"}
    assert told["fields"] == {"by": "bia"}
    assert told["detail"] == "Bia já está com esta conversa."
    assert answer.headers["position"]


def test_a_conflict_is_told_even_when_nobody_can_say_names(house: House) -> None:
    house.somebody_waits()
    claim(house, "bia")
    house.reads.away = True
    told = problem(claim(house, "ana"))
    assert told["rule"] == "AlreadyAttended"
    assert "winner" not in told


def test_claiming_over_what_one_has_not_seen_is_refused(house: House) -> None:
    conversation_id = house.somebody_waits()
    seen = house.version_of(conversation_id)
    claim(house, "bia")
    house.post(f"/v1/conversations/{conversation_id}/release", {}, "bia")
    answer = claim(house, "ana", seen=seen)
    assert (answer.status_code, problem(answer)["rule"]) == (409, "Changed")
    assert problem(answer)["winner"]["name"] == "Bia"
    assert claim(house, "ana", seen=house.version_of(conversation_id)).status_code == 200


def test_what_only_the_customer_wrote_does_not_stand_in_a_claims_way(house: House) -> None:
    conversation_id = house.somebody_waits()
    seen = house.version_of(conversation_id)
    house.writes("e agora?", 2)
    assert claim(house, seen=seen).status_code == 200


@pytest.mark.parametrize("etag", ["17", '"dezessete"', 'W/"17"', '"1", "2"', '"-1"'])
def test_what_was_never_an_etag_of_ours_is_refused_and_not_repeated(house: House, etag: str) -> None:
    house.somebody_waits()
    answer = claim(house, seen=etag)
    assert (answer.status_code, problem(answer)["rule"]) == (422, "Invalid")
    assert "dezessete" not in answer.text
    assert claim(house, seen="*").status_code == 200


# Keys


def test_asking_twice_is_asking_once(house: House) -> None:
    house.somebody_waits()
    claim(house)
    first = write(house, key="oi-1")
    before = list(house.inbox.history)
    again = write(house, key="oi-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert again.json()["line_id"] == first.json()["line_id"]
    assert again.headers["position"] == first.headers["position"]
    assert house.inbox.history == before


def test_a_key_used_for_something_else_is_refused(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house, key="k")
    before = list(house.inbox.history)
    for answer in (
        write(house, key="k"),
        house.post(f"/v1/conversations/{conversation_id}/release", {}, key="k"),
    ):
        assert (answer.status_code, problem(answer)["rule"]) == (422, "KeyReused")
    assert house.inbox.history == before


def test_the_same_key_with_another_body_is_refused_even_after_a_refusal(house: House) -> None:
    house.somebody_waits()
    assert write(house, key="k").status_code == 403
    assert problem(write(house, key="k"))["rule"] == "NotOwner"
    assert problem(write(house, say="Outra coisa", key="k"))["rule"] == "KeyReused"


def test_two_people_may_use_the_same_key(house: House) -> None:
    house.somebody_waits()
    assert claim(house, "bia", key="k").status_code == 200
    assert problem(claim(house, "ana", key="k"))["rule"] == "AlreadyAttended"


def test_a_missing_key_is_made_and_told(house: House) -> None:
    house.somebody_waits()
    answer = claim(house)
    assert answer.headers["idempotency-key"]
    assert claim(house, key=answer.headers["idempotency-key"]).json()["repeated"] is True


@pytest.mark.parametrize("key", ["", "x" * 201, "com espaço"])
def test_a_key_is_a_plain_word(house: House, key: str) -> None:
    house.somebody_waits()
    answer = house.request(
        "POST",
        f"/v1/conversations/{house.conversation_of()}/claim",
        headers=[(b"Idempotency-Key", key.encode("latin-1")), (b"Authorization", b"Bearer atende_ana")],
        who=None,
    )
    assert (answer.status_code, problem(answer)["rule"]) == (422, "Invalid")


# Writing


def test_what_an_agent_writes_becomes_a_line_of_the_transcript(house: House) -> None:
    house.somebody_waits()
    claim(house)
    answer = write(house)
    assert answer.status_code == 201
    event = house.inbox.history[-1].event
    assert isinstance(event, SendRequested)
    assert (event.content, event.message_id) == ({"text": WORDS}, answer.json()["line_id"])
    lines = house.get(f"/v1/conversations/{house.conversation_of()}/transcript").json()["items"]
    assert (lines[-1]["line_id"], lines[-1]["text"]) == (answer.json()["line_id"], WORDS)
    assert lines[-1]["status"] == "requested"


def test_nobody_writes_in_what_is_not_theirs_unless_they_take_it(house: House) -> None:
    house.somebody_waits()
    claim(house, "bia")
    answer = write(house, "ana")
    assert (answer.status_code, problem(answer)["rule"]) == (403, "NotOwner")
    assert problem(answer)["winner"] == {"agent_id": "bia", "name": "Bia"}
    assert write(house, "ana", {"kind": "text", "text": WORDS, "takeover": True}).status_code == 201
    assert house.events()[-2:] == ["Assigned", "SendRequested"]


def test_nobody_writes_over_what_they_have_not_read_unless_they_insist(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house)
    seen = house.version_of(conversation_id)
    house.writes("voltou!", 2)
    answer = write(house, seen=seen)
    assert (answer.status_code, problem(answer)["rule"]) == (409, "CustomerWrote")
    insisting = {"kind": "text", "text": WORDS, "anyway": True}
    assert write(house, say=insisting, seen=seen).status_code == 201
    assert house.inbox.history[-1].event.anyway is True


def test_after_the_window_only_a_template_goes(house: House) -> None:
    house.somebody_waits()
    claim(house)
    house.clock.pass_by(hours=25)
    answer = write(house)
    assert (answer.status_code, problem(answer)["rule"]) == (409, "WindowClosed")
    assert "que foi ontem às 14h32" in problem(answer)["detail"]
    house.lists_template("retomar_atendimento")
    template = {"kind": "template", "name": "retomar_atendimento"}
    assert write(house, say=template).status_code == 201
    assert house.inbox.history[-1].event.content == {"name": "retomar_atendimento", "language": "pt_BR"}


BUTTONS = [{"id": "sim", "title": "Pode agendar"}, {"id": "nao", "title": "Outro dia"}]
ROWS = [{"id": "manha", "title": "Manhã", "description": "Entre 8h e 12h"}]
LINK = "https://exemplo.com.br/luzes.png"


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ({"kind": "text", "text": "Oi", "preview": True}, {"text": "Oi", "preview": True}),
        ({"kind": "image", "link": LINK, "caption": "Assim"}, {"link": LINK, "caption": "Assim"}),
        ({"kind": "video", "link": LINK}, {"link": LINK}),
        ({"kind": "audio", "link": LINK, "voice": True}, {"link": LINK, "voice": True}),
        ({"kind": "document", "link": LINK, "filename": "f.pdf"}, {"link": LINK, "filename": "f.pdf"}),
        ({"kind": "sticker", "link": LINK}, {"link": LINK}),
        ({"kind": "buttons", "text": "Posso?", "buttons": BUTTONS}, {"text": "Posso?", "buttons": BUTTONS}),
        (
            {"kind": "list", "text": "Quando?", "button": "Ver horários", "rows": ROWS, "footer": "Até 18h"},
            {"text": "Quando?", "button": "Ver horários", "rows": ROWS, "footer": "Até 18h"},
        ),
        (
            {"kind": "template", "name": "oi", "language": "pt_BR", "components": [{"type": "body"}]},
            {"name": "oi", "language": "pt_BR", "components": [{"type": "body"}]},
        ),
    ],
    ids=lambda value: value.get("kind", "") if isinstance(value, dict) else "",
)
def test_every_kind_of_message_is_asked_for_in_its_shape(
    house: House, message: dict[str, Any], content: dict[str, Any]
) -> None:
    house.somebody_waits()
    claim(house)
    house.lists_template("oi")
    answer = write(house, say={**message, "reply_to": f"{1:032x}"})
    assert answer.status_code == 201, answer.text
    event = house.inbox.history[-1].event
    assert (event.kind, event.content) == (message["kind"], content)
    assert event.reply_to == f"{1:032x}"


def test_a_file_of_ours_is_sent_by_its_key(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house)
    key = "ab" * 32
    house.objects.files[key] = b"%PDF-1.7"
    house.want(
        wanted.KeepMedia,
        conversation_id=conversation_id,
        message_id=f"{1:032x}",
        key=key,
        size=8,
        sha256=key,
        mime="application/pdf",
    )
    assert write(house, say={"kind": "document", "key": key}).status_code == 201
    assert house.inbox.history[-1].event.content == {"key": key, "mime": "application/pdf"}
    answer = write(house, say={"kind": "document", "key": "cd" * 32})
    assert (answer.status_code, problem(answer)["rule"]) == (404, "UnknownMedia")


SECRET_WORDS = "Joana Prado mora na Rua das Acácias"


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "text"},
        {"kind": "text", "text": ""},
        {"kind": "text", "text": " \n "},
        {"kind": "text", "text": SECRET_WORDS * 200},
        {"kind": "text", "text": f"{SECRET_WORDS}\x00"},
        {"kind": "text", "text": "Oi", SECRET_WORDS: SECRET_WORDS},
        {"kind": SECRET_WORDS, "text": "Oi"},
        {"text": SECRET_WORDS},
        {"kind": "text", "text": {"de": SECRET_WORDS}},
        {"kind": "text", "text": "Oi", "reply_to": SECRET_WORDS},
        {"kind": "text", "text": "Oi", "anyway": SECRET_WORDS},
        {"kind": "image"},
        {"kind": "image", "link": LINK, "key": "ab" * 32},
        {"kind": "image", "link": f"http://exemplo.com.br/{SECRET_WORDS}"},
        {"kind": "image", "key": SECRET_WORDS},
        {"kind": "buttons", "text": "Oi", "buttons": []},
        {"kind": "buttons", "text": "Oi", "buttons": BUTTONS * 2},
        {"kind": "buttons", "text": "Oi", "buttons": BUTTONS[:1] * 2},
        {"kind": "buttons", "text": "Oi", "buttons": [{"id": "a", "title": SECRET_WORDS}]},
        {"kind": "list", "text": "Oi", "button": "Ver", "rows": [{"id": "a", "title": SECRET_WORDS}]},
        {"kind": "template", "name": SECRET_WORDS},
        {"kind": "template", "name": "oi", "components": [{"type": "body", SECRET_WORDS: "\x00"}]},
        [SECRET_WORDS],
        SECRET_WORDS,
        None,
    ],
    ids=str,
)
def test_a_message_of_the_wrong_shape_is_refused_without_repeating_it(house: House, message: Any) -> None:
    house.somebody_waits()
    claim(house)
    before = list(house.inbox.history)
    answer = house.post(f"/v1/conversations/{house.conversation_of()}/messages", message)
    told = problem(answer)
    assert (answer.status_code, told["rule"]) == (422, "Invalid")
    assert told["errors"]
    assert all(error["field"].startswith("body") and error["message"] for error in told["errors"])
    assert "Joana" not in answer.text
    assert "Acácias" not in answer.text
    assert house.inbox.history == before


@pytest.mark.parametrize(
    "body",
    [
        b'{"kind": "text", "text": "\\ud800"}',
        b'{"kind": "template", "name": "oi", "components": [{"a": NaN}]}',
        b'{"kind": "template", "name": "oi", "components": [{"a": "\\ud800"}]}',
        b'{"kind": "template", "name": "oi", "components": [' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"]}",
        b'{"kind": "text", "text": "Jo',
        b'{"kind": "text", "text": "Jo\xff\xfe"}',
        b"[" * 100_000,
        b'{"kind": "text", "text": ' + b"9" * 5000 + b"}",
        b"",
    ],
    ids=["surrogate", "nan", "surrogate-within", "deep", "cut", "not-utf-8", "very-deep", "huge", "empty"],
)
def test_what_no_database_can_hold_is_refused(house: House, body: bytes) -> None:
    house.somebody_waits()
    claim(house)
    before = list(house.inbox.history)
    answer = house.post(
        f"/v1/conversations/{house.conversation_of()}/messages",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in (400, 422)
    assert problem(answer)["rule"] in ("BadBody", "Invalid")
    assert house.inbox.history == before


def test_more_than_anybody_writes_is_refused_while_it_comes_in(house: House) -> None:
    house.somebody_waits()
    claim(house)
    answer = write(house, say="a" * 300_000)
    assert (answer.status_code, problem(answer)["rule"]) == (413, "TooLarge")


# The rest of a day's work


def test_a_conversation_is_noted_transferred_released_closed_and_reopened(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house)
    at = f"/v1/conversations/{conversation_id}"

    def does(path: str, body: Any = None, who: str = "ana") -> list[str]:
        before = len(house.events())
        answer = house.post(f"{at}/{path}", body, who)
        assert answer.status_code in (200, 201), answer.text
        return house.events()[before:]

    assert does("notes", {"text": "Prefere à tarde."}) == ["NoteAdded"]
    assert does("reactions", {"target": f"{1:032x}", "emoji": "👍"}) == ["Reacted", "SendRequested"]
    assert does("priority", {"priority": "high", "reason": "Sem telefone."}) == ["PriorityChanged"]
    later = (NOW + timedelta(days=1)).isoformat()
    assert does("snooze", {"until": later, "reason": "Visita marcada."}) == ["Snoozed", "FellSilent"]
    assert does("wake") == ["Woke", "Stirred"]
    assert does("transfer", {"to_agent": "bia", "reason": "Especialista."}) == ["Transferred", "Assigned"]
    assert does("release", {"reason": "end_of_shift"}, "bia") == ["Released", "EnteredWaiting"]
    assert does("claim") == ["Assigned"]
    assert does("transfer", {"to_queue": "geral"}) == ["Transferred", "EnteredWaiting"]
    assert does("claim") == ["Assigned"]
    assert does("close", {"reason": "technical/solved", "outcome": "Sinal normal."}) == ["Closed"]
    assert does("reopen") == ["Reopened"]
    assert does("new-demand") == ["Closed", "Opened"]


def test_a_supervisor_moves_what_others_attend_and_an_agent_does_not(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house, "bia")
    path = f"/v1/conversations/{conversation_id}/transfer"
    assert problem(house.post(path, {"to_agent": "ana"}, "ana"))["rule"] == "NotOwner"
    assert house.post(path, {"to_agent": "ana", "reason": "Conhece o caso."}, "carla").status_code == 200


def test_raising_to_urgent_is_a_permission_of_its_own(house: House) -> None:
    conversation_id = house.somebody_waits()
    path = f"/v1/conversations/{conversation_id}/priority"
    ask = {"priority": "urgent", "reason": "Cliente com equipamento médico."}
    answer = house.post(path, ask, "ana")
    assert (answer.status_code, problem(answer)["rule"]) == (403, "UrgentNotAllowed")
    assert house.post(path, ask, "carla").status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "named"),
    [
        ("transfer", {}, 422, "NeedsReceiver"),
        ("transfer", {"to_agent": "bia", "to_queue": "geral"}, 422, "NeedsReceiver"),
        ("transfer", {"to_agent": "ninguem"}, 404, "UnknownAgent"),
        ("transfer", {"to_queue": "nenhuma"}, 404, "UnknownQueue"),
        ("release", {"queue_id": "nenhuma"}, 404, "UnknownQueue"),
        ("close", {"reason": "resolvido", "outcome": "Sinal normal."}, 422, "UnknownReason"),
        ("close", {"reason": "technical/solved", "outcome": "  "}, 422, "NeedsOutcome"),
        ("snooze", {"until": "2026-03-12T10:00:00Z", "reason": "Visita."}, 422, "BadWakeUp"),
        ("snooze", {"until": "2026-03-13T10:00:00", "reason": "Visita."}, 422, "Invalid"),
        ("reopen", None, 409, "NotClosed"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    house: House, path: str, body: Any, status: int, named: str
) -> None:
    conversation_id = house.somebody_waits()
    claim(house)
    if path == "reopen":
        house.post(f"/v1/conversations/{conversation_id}/release", {})
    answer = house.post(f"/v1/conversations/{conversation_id}/{path}", body)
    told = problem(answer)
    assert (answer.status_code, told["rule"]) == (status, named)
    assert len(told["detail"]) > 20


def test_what_was_closed_too_long_ago_is_not_reopened(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house)
    closing = {"reason": "technical/solved", "outcome": "Sinal normal."}
    house.post(f"/v1/conversations/{conversation_id}/close", closing)
    house.clock.pass_by(hours=25)
    answer = house.post(f"/v1/conversations/{conversation_id}/reopen")
    assert (answer.status_code, problem(answer)["rule"]) == (409, "ReopenTooLate")
    assert "ontem às 14h32" in problem(answer)["detail"]


@pytest.mark.parametrize("phone", [PHONE, f"+{PHONE}", "551100000001"])
def test_an_agent_opens_a_conversation_by_phone(house: House, phone: str) -> None:
    answer = house.post("/v1/conversations", {"channel_id": "principal", "phone": phone})
    assert answer.status_code == 200, answer.text
    conversation_id = answer.json()["conversation_id"]
    assert phone.lstrip("+") not in conversation_id
    row = house.get(f"/v1/conversations/{conversation_id}").json()
    assert (row["stage"], row["agent_id"]) == (Stage.IN_SERVICE, "ana")
    assert row["contact"]["phone"] == phone.lstrip("+")


@pytest.mark.parametrize("phone", ["11 90000-0001", "0800000000", "55119000000012345", "Joana"])
def test_what_is_no_phone_opens_nothing(house: House, phone: str) -> None:
    answer = house.post("/v1/conversations", {"channel_id": "principal", "phone": phone})
    assert (answer.status_code, problem(answer)["rule"]) == (422, "Invalid")
    assert phone not in answer.text


def test_opening_needs_a_number_of_ours_and_no_open_conversation(house: House) -> None:
    ask = {"channel_id": "principal", "phone": PHONE}
    answer = house.post("/v1/conversations", {**ask, "channel_id": "outro"})
    assert (answer.status_code, problem(answer)["rule"]) == (404, "UnknownChannel")
    house.somebody_waits()
    assert problem(house.post("/v1/conversations", ask))["rule"] == "AlreadyOpen"
    claim(house, "bia")
    assert problem(house.post("/v1/conversations", ask))["winner"]["name"] == "Bia"


def test_having_it_in_view_is_passed_on_and_not_recorded(house: House) -> None:
    conversation_id = house.somebody_waits()
    before = list(house.inbox.history)
    answer = house.post(f"/v1/conversations/{conversation_id}/seen", {"typing": True}, "bia")
    assert (answer.status_code, answer.content) == (204, b"")
    assert house.receipts.seen_by == [(conversation_id, BIA, True)]
    assert house.inbox.history == before


# When it cannot be decided


def test_what_is_not_decided_in_time_can_be_asked_for() -> None:
    house = House(patience=0.01)
    house.somebody_waits()
    house.inbox.slow = True
    answer = claim(house, key="k")
    assert answer.status_code == 202
    location = answer.headers["location"]
    assert location == f"/v1/commands/{answer.json()['command_id']}"
    unknown = house.get(location)
    assert (unknown.status_code, problem(unknown)["rule"]) == (404, "UnknownCommand")
    house.inbox.slow = False
    assert claim(house, key="k").status_code == 200
    told = house.get(location).json()
    assert (told["outcome"], told["changed"]) == ("accepted", True)


def test_what_was_refused_can_be_asked_for_too(house: House) -> None:
    house.somebody_waits()
    claim(house, "bia")
    claim(house, "ana", key="k")
    command_id = list(house.inbox.decisions)[-1]
    told = house.get(f"/v1/commands/{command_id}").json()
    assert (told["outcome"], told["rule"]) == ("refused", "AlreadyAttended")
    assert told["detail"] == "Bia já está com esta conversa."


@pytest.mark.parametrize(("error", "named"), [(Busy(), "Busy"), (Unavailable(), "Unavailable")], ids=str)
def test_what_cannot_be_durable_is_to_be_asked_again(house: House, error: Exception, named: str) -> None:
    house.somebody_waits()
    house.inbox.error = error
    answer = claim(house)
    assert (answer.status_code, problem(answer)["rule"]) == (503, named)
    assert int(answer.headers["retry-after"]) > 0


def test_a_broken_decision_is_told_by_its_command(house: House) -> None:
    house.somebody_waits()
    house.inbox.broken.add(wanted.ClaimConversation)
    answer = claim(house)
    told = problem(answer)
    assert (answer.status_code, told["rule"]) == (500, "Broken")
    assert told["command_id"] == str(list(house.inbox.decisions)[-1])
    assert house.get(f"/v1/commands/{told['command_id']}").json()["outcome"] == "broken"


# Undoing


def test_what_was_closed_or_handed_on_is_taken_back_within_seconds(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house, "bia")
    path = f"/v1/conversations/{conversation_id}"
    before = house.get(path, "bia").json()
    ask = {"reason": "technical/solved", "outcome": "Resolvido."}
    for door, body in (
        ("close", ask),
        ("transfer", {"to_queue": "geral"}),
        ("transfer", {"to_agent": "ana"}),
    ):
        assert house.post(f"{path}/{door}", body, "bia").status_code == 200
        house.clock.pass_by(seconds=10)
        assert house.post(f"{path}/undo", None, "bia").json()["changed"] is True
        after = house.get(path, "bia").json()
        for told in ("stage", "agent_id", "queue_id", "due_at", "closed_at", "waiting_since", "awaiting"):
            assert after[told] == before[told], told
        assert after["episodes"] == before["episodes"]
        line = house.get(f"{path}/transcript", "bia").json()["items"][-1]
        assert (line["kind"], line["content"]["by"]) == ("undone", "bia")


def test_what_is_too_late_to_take_back_or_was_never_done_is_told_so(house: House) -> None:
    conversation_id = house.somebody_waits()
    claim(house, "bia")
    path = f"/v1/conversations/{conversation_id}"
    assert problem(house.post(f"{path}/undo", None, "bia"))["rule"] == "NothingToUndo"
    house.post(f"{path}/transfer", {"to_queue": "geral"}, "bia")
    assert problem(house.post(f"{path}/undo", None, "ana"))["rule"] == "NothingToUndo"
    house.clock.pass_by(seconds=11)
    assert problem(house.post(f"{path}/undo", None, "bia"))["rule"] == "UndoTooLate"
