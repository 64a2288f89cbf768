"""Two people at once, old sights, keys used twice: what the doors answer when somebody else was there."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from tests.walks.house import AGENTS, House, until

pytestmark = pytest.mark.slow


def test_two_claim_at_once_and_the_loser_is_told_who_won(house: House) -> None:
    waiting = house.waits(who := house.customer())
    path = f"/v1/conversations/{house.conversation_id(who)}/claim"
    answers: dict[str, httpx.Response] = {}
    together = threading.Barrier(2)

    def claim(name: str) -> None:
        together.wait()
        answers[name] = house.agent(name).post(path, seen=waiting["version"])

    both = [threading.Thread(target=claim, args=(name,)) for name in ("ana", "bia")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    winner, loser = sorted(answers, key=lambda name: answers[name].status_code)
    assert [answers[winner].status_code, answers[loser].status_code] == [200, 409]
    problem = answers[loser].json()
    assert problem["rule"] == "AlreadyAttended"
    assert problem["winner"] == {"agent_id": winner, "name": AGENTS[winner]}
    assert AGENTS[winner] in problem["detail"]
    assert answers[loser].headers["content-type"] == "application/problem+json"
    told = house.conversation(who, after=answers[winner].headers["Position"])
    assert (told["agent_id"], told["stage"]) == (winner, "in_service")
    turns = [x for x in house.transcript(who) if x["line"] == "turn" and x["kind"] == "assigned"]
    assert len(turns) == 1


def test_an_old_sight_changes_nothing(house: House) -> None:
    waiting = house.waits(who := house.customer())
    path = f"/v1/conversations/{house.conversation_id(who)}"
    ana, bia = house.agent("ana"), house.agent("bia")
    assert ana.post(f"{path}/claim", seen=waiting["version"]).status_code == 200
    assert ana.post(f"{path}/transfer", {"to_queue": "financeiro"}).status_code == 200
    stale = bia.post(f"{path}/claim", seen=waiting["version"])
    assert (stale.status_code, stale.json()["rule"]) == (409, "Changed")
    assert stale.json()["winner"] == {"agent_id": "ana", "name": "Ana"}
    fresh = until(lambda: (c := house.conversation(who))["queue_id"] == "financeiro" and c, "the transfer")
    assert bia.post(f"{path}/claim", seen=fresh["version"]).status_code == 200
    assert bia.post(f"{path}/claim", seen="seventeen").status_code == 422


def test_what_does_not_matter_to_a_claim_does_not_stop_it(house: House) -> None:
    waiting = house.waits(who := house.customer())
    path = f"/v1/conversations/{house.conversation_id(who)}"
    assert house.agent("bia").post(f"{path}/notes", {"text": "já ligou ontem"}).status_code == 201
    house.writes(who, "ainda estou esperando")
    until(lambda: house.conversation(who)["unread"] >= 2, "the second message")
    assert house.agent("ana").post(f"{path}/claim", seen=waiting["version"]).status_code == 200


def test_nobody_answers_over_words_they_have_not_seen(house: House) -> None:
    house.waits(who := house.customer())
    ana, path = house.agent("ana"), f"/v1/conversations/{house.conversation_id(who)}"
    claimed = ana.post(f"{path}/claim")
    seen = house.conversation(who, after=claimed.headers["Position"])["version"]
    house.writes(who, "agora voltou, pode deixar")
    until(lambda: house.conversation(who)["version"] > seen, "the words in between")
    reply = {"kind": "text", "text": "Vou abrir uma visita técnica."}
    house.said.add(reply["text"])
    blind = ana.post(f"{path}/messages", reply, seen=seen)
    assert (blind.status_code, blind.json()["rule"]) == (409, "CustomerWrote")
    assert not [m for m in house.sent_to(who) if m.kind == "text" and m.body["text"]["body"] == reply["text"]]
    insisted = ana.post(f"{path}/messages", {**reply, "anyway": True}, seen=seen)
    assert insisted.status_code == 201
    until(
        lambda: [m for m in house.sent_to(who) if m.opaque == f"{insisted.json()['line_id']}.1"],
        "the answer that was insisted on",
    )


def test_only_the_owner_writes(house: House) -> None:
    house.waits(who := house.customer())
    path = f"/v1/conversations/{house.conversation_id(who)}"
    assert house.agent("ana").post(f"{path}/claim").status_code == 200
    no = house.agent("bia").post(f"{path}/messages", {"kind": "text", "text": "posso ajudar?"})
    assert (no.status_code, no.json()["rule"]) == (403, "NotOwner")
    assert no.json()["winner"] == {"agent_id": "ana", "name": "Ana"}
    taken = house.agent("bia").post(
        f"{path}/messages", {"kind": "text", "text": "posso ajudar?", "takeover": True}
    )
    assert taken.status_code == 201
    assert house.conversation(who, after=taken.headers["Position"])["agent_id"] == "bia"


def test_the_same_key_again_is_the_same_wish(house: House) -> None:
    house.waits(who := house.customer())
    path, ana = f"/v1/conversations/{house.conversation_id(who)}", house.agent("ana")
    assert ana.post(f"{path}/claim").status_code == 200
    said = {"kind": "text", "text": "Só um momento, por favor."}
    first = ana.post(f"{path}/messages", said, key="momento-1")
    again = [ana.post(f"{path}/messages", said, key="momento-1") for _ in range(3)]
    assert [a.status_code for a in (first, *again)] == [201] * 4
    assert {a.json()["line_id"] for a in again} == {first.json()["line_id"]}
    assert {a.headers["Position"] for a in again} == {first.headers["Position"]}
    assert [a.json()["repeated"] for a in (first, *again)] == [False, True, True, True]
    other = ana.post(f"{path}/messages", {**said, "text": "Outra coisa."}, key="momento-1")
    assert (other.status_code, other.json()["rule"]) == (422, "KeyReused")
    until(lambda: [m for m in house.sent_to(who) if m.opaque == f"{first.json()['line_id']}.1"], "it left")
    # the key is Ana's alone, and a refusal is remembered as well as an acceptance
    elses = house.agent("bia").post(f"{path}/messages", said, key="momento-1")
    assert (elses.status_code, elses.json()["rule"]) == (403, "NotOwner")
    assert len([x for x in house.lines(who, "agent") if x["text"] == said["text"]]) == 1


def test_what_one_has_just_written_can_be_read(house: House) -> None:
    house.waits(who := house.customer())
    path, ana = f"/v1/conversations/{house.conversation_id(who)}", house.agent("ana")
    for n in range(5):
        note = ana.post(f"{path}/notes", {"text": f"nota {n}"})
        told = ana.get(f"{path}/transcript", after=note.headers["Position"])
        assert note.json()["line_id"] in [line["line_id"] for line in told.json()["items"]]
    partition, _, ordinal = note.headers["Position"].partition(":")
    ahead = ana.get(path, after=f"{partition}:{int(ordinal) + 1000}")
    assert (ahead.status_code, ahead.json()["rule"]) == (503, "NotThereYet")
    assert ahead.headers["Retry-After"]
    assert ana.get(path, after="soon").status_code == 422


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        ("admin", "post", "/v1/conversations", 403),
        ("service", "post", "/v1/conversations", 403),
        ("ana", "put", "/v1/queues/geral", 403),
        ("ana", "get", "/v1/deliveries/00000000-0000-8000-8000-000000000000", 403),
        (None, "get", "/v1/conversations", 401),
    ],
)
def test_a_token_opens_its_own_doors_alone(
    house: House, who: str | None, method: str, path: str, status: int
) -> None:
    body: Any = {} if method == "get" else {"json": {"name": "Geral"}}
    if who is None:
        answer = httpx.request(method, f"{house.url}{path}", headers={"Authorization": "Bearer atende_x"})
    else:
        answer = house.callers[who].http.request(method, path, **body)
    assert answer.status_code == status
