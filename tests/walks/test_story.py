"""A customer's story, from the signed webhook to the thank you that opens nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.simulator import webhooks
from tests.walks.house import LINE, House, until

pytestmark = pytest.mark.slow


def test_from_the_first_word_to_the_last_thanks(house: House) -> None:
    who, ana, bia = house.customer(), house.agent("ana"), house.agent("bia")
    path = f"/v1/conversations/{house.conversation_id(who)}"

    # greeted, with the protocol number, and asked what it is about
    house.writes(who, "oi, bom dia")
    greeting = until(lambda: house.sent_to(who), "a greeting")[0]
    protocol = until(lambda: house.conversation(who)["protocol"], "a protocol number")
    assert len(protocol) == 14
    assert greeting.kind == "interactive"
    assert protocol in greeting.body["interactive"]["body"]["text"]
    assert greeting.opaque.endswith(".1")

    # a tap on the list leads to its queue
    row = greeting.body["interactive"]["action"]["sections"][0]["rows"][0]
    tap = webhooks.list_reply(
        who, "wamid." + "tap" + who.address, _now(), LINE, greeting.wamid, row["id"], row["title"]
    )
    assert house.deliver(house.body(who, tap)).status_code == 200
    waiting = until(lambda: (c := house.conversation(who))["stage"] == "waiting" and c, "the wait")
    assert (waiting["queue_id"], waiting["priority"]) == ("suporte-tecnico", "urgent")
    assert waiting["due_at"] is not None
    listed = house.as_service.get("/v1/conversations", stage="waiting", queue="suporte-tecnico", limit=200)
    assert house.conversation_id(who) in [c["conversation_id"] for c in listed.json()["items"]]

    # claimed with what was seen, answered, and the ticks come back
    claimed = ana.post(f"{path}/claim", seen=waiting["version"])
    assert claimed.status_code == 200, claimed.text
    assert house.conversation(who, after=claimed.headers["Position"])["agent_id"] == "ana"
    words = "Bom dia! Já estou vendo o sinal do seu equipamento."
    house.said.add(words)
    answer = ana.post(f"{path}/messages", {"kind": "text", "text": words})
    assert answer.status_code == 201, answer.text
    line_id = answer.json()["line_id"]
    line = until(
        lambda: next(
            (x for x in house.transcript(who) if x["line_id"] == line_id and x["status"] == "read"), {}
        ),
        "blue ticks on the answer",
    )
    assert (line["side"], line["agent_id"], line["text"], line["possibly_twice"]) == (
        "agent",
        "ana",
        words,
        False,
    )
    assert [m.body["text"]["body"] for m in house.sent_to(who) if m.opaque == f"{line_id}.1"] == [words]
    answered = house.conversation(who)
    assert answered["answered_at"] is not None
    assert answered["awaiting"] == "customer"

    # a note for colleagues, a transfer with a reason, a return to the queue
    note = "Sinal óptico baixo na caixa da rua."
    house.said.add(note)
    assert ana.post(f"{path}/notes", {"text": note}).status_code == 201
    moved = ana.post(f"{path}/transfer", {"to_agent": "bia", "reason": "Plantão da rua."})
    assert moved.status_code == 200, moved.text
    assert house.conversation(who, after=moved.headers["Position"])["agent_id"] == "bia"
    assert bia.post(f"{path}/release", {"reason": "end_of_shift"}).status_code == 200
    back = until(lambda: (c := house.conversation(who))["stage"] == "waiting" and c, "the return")
    assert back["queue_id"] == "suporte-tecnico"
    assert bia.post(f"{path}/claim", seen=back["version"]).status_code == 200

    # closed, taken up again under the same number, closed again
    outcome = "Conector refeito, sinal normal."
    house.said.add(outcome)
    closed = bia.post(f"{path}/close", {"reason": "technical/solved", "outcome": outcome})
    assert closed.status_code == 200, closed.text
    assert house.conversation(who, after=closed.headers["Position"])["stage"] == "closed"
    house.writes(who, "caiu de novo, continua sem sinal")
    again = until(lambda: (c := house.conversation(who))["period"] == 2 and c, "the second period")
    assert (again["protocol"], again["stage"], again["episode"]) == (protocol, "waiting", 1)
    assert bia.post(f"{path}/claim").status_code == 200
    last = bia.post(f"{path}/close", {"reason": "technical/solved", "outcome": outcome})
    assert last.status_code == 200, last.text

    # a thank you is shown, and opens nothing
    thanks = house.writes(who, "muito obrigada")
    until(lambda: house.outcomes(thanks.headers["Delivery-Id"]) == ["accepted"], "the thanks heard")
    told = house.conversation(who)
    assert (told["stage"], told["period"]) == ("closed", 2)
    assert house.lines(who, "customer")[-1]["thanks"] is True

    # nothing was sent twice, and the numbers of sends and of lines agree
    opaque = [m.opaque for m in house.sent_to(who)]
    assert len(opaque) == len(set(opaque))
    ours = [
        x for x in house.transcript(who) if x["side"] in ("agent", "automation") and x["line"] == "message"
    ]
    assert {f"{x['line_id']}.{x['attempt']}" for x in ours} == set(opaque)


def test_a_photo_is_fetched_into_our_store_and_served(house: House) -> None:
    who = house.customer()
    photo = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 64
    attachment = house.graph.keep_file(photo, "image/jpeg")
    picture = webhooks.image(who, "wamid.photo" + who.address, _now(), attachment, "as luzes do modem")
    house.said.add("as luzes do modem")
    assert house.deliver(house.body(who, picture)).status_code == 200
    media = until(
        lambda: next(
            (x["media"] for x in house.lines(who, "customer") if x["media"]["state"] == "stored"), {}
        ),
        "the photo in the store",
    )
    served = house.agent("ana").get(f"/v1/media/{media['key']}")
    assert served.status_code == 200
    assert served.content == photo
    assert served.headers["content-type"] == "image/jpeg"
    assert media["size"] == len(photo)
    assert house.as_admin.get(f"/v1/media/{media['key']}").status_code == 403


def test_outside_the_window_only_a_template_leaves(house: House) -> None:
    who, ana = house.customer(), house.agent("ana")
    assert who.wa_id is not None
    house.graph.customer_exists(who.address)
    opened = ana.post("/v1/conversations", {"channel_id": "principal", "phone": who.wa_id})
    assert opened.status_code == 200, opened.text
    path = f"/v1/conversations/{opened.json()['conversation_id']}/messages"
    refused = ana.post(path, {"kind": "text", "text": "Olá!"})
    assert (refused.status_code, refused.json()["rule"]) == (409, "WindowClosed")
    template = {"kind": "template", "name": "aviso_visita", "language": "pt_BR"}
    until(
        lambda: ana.get("/v1/channels/principal/templates").json()["items"], "the templates in the registry"
    )
    unasked = ana.post(path, template)
    assert (unasked.status_code, unasked.json()["rule"]) == (403, "NeedsOptIn")
    consent = path.replace("/messages", "/consents/utility")
    assert ana.put(consent, {"agreed": True, "source": "phone"}).status_code == 200
    sent = ana.post(path, template)
    assert sent.status_code == 201, sent.text
    assert until(lambda: house.sent_to(who), "the template")[0].kind == "template"


def _now() -> datetime:
    return datetime.now(UTC)
