"""The providers' door: what became of everything that was ever thrown at it."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.simulator import webhooks
from adapters.whatsapp.addresses import message_ref
from api.wiring.local import CHANNEL
from tests.walks.house import LINE, House, message_id, until

pytestmark = pytest.mark.slow

LIMIT = 3 * 1024 * 1024


def delivered(house: House, raw: bytes) -> list[str]:
    """The outcomes of a body the door takes."""
    answer = house.deliver(raw)
    assert answer.status_code == 200, answer.text
    return until(lambda: house.outcomes(answer.headers["Delivery-Id"]), "every item decided")


def kept(house: House, answer: httpx.Response) -> bytes | None:
    path = house.local.folder / "raw" / answer.headers["Delivery-Id"]
    return path.read_bytes() if path.exists() else None


def test_a_new_message_is_accepted_and_an_old_one_in_a_new_body_is_a_duplicate(house: House) -> None:
    who = house.customer()
    message = house.text(who, "quero a segunda via")
    assert delivered(house, house.body(who, message)) == ["accepted"]
    other = house.text(who, "do mês passado")
    assert delivered(house, house.body(who, message, other)) == ["duplicate", "accepted"]
    assert [line["text"] for line in house.lines(who, "customer")] == [
        "quero a segunda via",
        "do mês passado",
    ]


def test_the_same_delivery_five_times_and_shuffled_is_one(house: House) -> None:
    crowd = [house.customer() for _ in range(4)]
    bodies = [house.body(who, house.text(who, f"mensagem {n} de teste")) for who in crowd for n in range(3)]
    storm = bodies * 5
    random.Random(20261122).shuffle(storm)
    answers = [house.deliver(raw) for raw in storm]
    assert {a.status_code for a in answers} == {200}
    assert len({a.headers["Delivery-Id"] for a in answers}) == len(bodies)
    for answer in answers:
        assert until(lambda a=answer: house.outcomes(a.headers["Delivery-Id"]), "decided") == ["accepted"]
    for who in crowd:
        heard = sorted(line["text"] for line in house.lines(who, "customer"))
        assert heard == [f"mensagem {n} de teste" for n in range(3)]


def test_a_status_before_its_message_waits_for_it(house: House) -> None:
    """The provider's own word comes first: our id in it settles what we sent, a strange one is parked."""
    who = house.customer()
    house.writes(who, "oi")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    early = webhooks.status(message_id(), "delivered", datetime.now(UTC), who)
    assert delivered(house, house.body(who, statuses=[early])) == ["parked"]
    assert delivered(house, house.body(who, statuses=[early | {"extra": 1}])) == ["duplicate"]


def test_statuses_in_any_order_end_with_the_highest(house: House) -> None:
    house.waits(who := house.customer())
    ana, path = house.agent("ana"), f"/v1/conversations/{house.conversation_id(who)}"
    assert ana.post(f"{path}/claim").status_code == 200
    before = house.graph.faults
    house.graph.faults = before.changed({"silent": 1.0})
    try:
        answer = ana.post(f"{path}/messages", {"kind": "text", "text": "Pronto."})
        line_id = answer.json()["line_id"]
        sent = until(lambda: [m for m in house.sent_to(who) if m.opaque == f"{line_id}.1"], "it left")[0]
    finally:
        house.graph.faults = before
    for state in ("read", "sent", "delivered", "read"):
        at = datetime.now(UTC)
        status = webhooks.status(sent.wamid, state, at, who, opaque=sent.opaque)
        delivered(house, house.body(who, statuses=[status]))
    line = next(x for x in house.transcript(who) if x["line_id"] == line_id)
    assert line["status"] == "read"


def test_a_message_from_five_days_ago_is_late_and_waits_for_people_at_once(house: House) -> None:
    who = house.customer()
    old = datetime.now(UTC) - timedelta(days=5)
    raw = house.body(who, house.text(who, "alguém me atende?", at=old))
    assert delivered(house, raw) == ["accepted"]
    told = until(lambda: (c := house.conversation(who)).get("stage") == "waiting" and c, "the wait")
    heard = house.lines(who, "customer")[0]
    assert heard["late"] is True
    assert datetime.fromisoformat(heard["sent_at"]) == old.replace(microsecond=0)
    assert datetime.fromisoformat(told["waiting_since"]) > datetime.now(UTC) - timedelta(minutes=5)


def test_nul_and_half_characters_are_read_without_them(house: House) -> None:
    who = house.customer()
    message = webhooks.text(who, message_id(), datetime.now(UTC), "sem \x00sinal \ud83d aqui")
    raw = webhooks.encoded(webhooks.body(LINE, people=[who], messages=[message]))
    assert b"\\u0000" in raw
    assert b"\\ud83d" in raw
    assert delivered(house, raw) == ["accepted"]
    assert [line["text"] for line in house.lines(who, "customer")] == ["sem sinal  aqui"]


def test_what_is_not_understood_is_kept_as_it_came(house: House) -> None:
    """One body with a message, something nobody reads, somebody nobody is, and a shape nobody knows."""
    who = house.customer()
    nobody: dict[str, Any] = {
        "id": message_id(),
        "timestamp": "1700000000",
        "type": "text",
        "text": {"body": "?"},
    }
    group = house.text(who, "no grupo da família") | {"group_id": "G1"}
    messages: list[Any] = [house.text(who, "preciso de ajuda"), nobody, group, "what is this"]
    raw = webhooks.encoded(webhooks.body(LINE, messages=messages))
    answer = house.deliver(raw)
    assert answer.status_code == 200
    became = until(lambda: house.outcomes(answer.headers["Delivery-Id"]), "every item decided")
    assert became == ["accepted", "quarantined", "ignored", "malformed"]
    told = house.as_service.get(f"/v1/deliveries/{answer.headers['Delivery-Id']}").json()
    assert told["kept"] is True
    assert all(item["reason"] for item in told["items"] if item["outcome"] not in ("accepted", "duplicate"))
    assert kept(house, answer) == raw


def test_what_is_understood_leaves_no_raw_body(house: House) -> None:
    who = house.customer()
    answer = house.writes(who, "bom dia, tudo bem?")
    until(lambda: house.outcomes(answer.headers["Delivery-Id"]), "every item decided")
    assert kept(house, answer) is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"not json", b"\xff\xfe\x00", b"[]", b"{}", b'{"object":"page","entry":[]}', b'{"entry":[1,{}]}'],
    ids=["empty", "words", "bytes", "list", "nothing", "a-page", "entries"],
)
def test_a_signed_body_of_any_other_shape_is_kept_and_harms_nobody(house: House, raw: bytes) -> None:
    answer = house.deliver(raw)
    assert answer.status_code == 200
    became = until(lambda: house.outcomes(answer.headers["Delivery-Id"]), "every item decided")
    assert set(became) <= {"malformed", "ignored"}
    assert kept(house, answer) == raw


def test_nobody_without_the_right_signature_leaves_a_trace(house: House) -> None:
    who = house.customer()
    raw = house.body(who, house.text(who, "isto não entra"))
    right = webhooks.signature(house.local.secrets["app_secret"], raw)
    reserialised = json.dumps(json.loads(raw), indent=1).encode()
    before, files = house.received(), list((house.local.folder / "raw").iterdir())
    answers = {
        "missing": house.deliver(raw, None),
        "empty": house.deliver(raw, "sha256="),
        "wrong": house.deliver(raw, webhooks.signature("another secret", raw)),
        "short": house.deliver(raw, right[:-1]),
        "upper": house.deliver(raw, "sha256=" + right.removeprefix("sha256=").upper()),
        "scheme": house.deliver(raw, right.replace("sha256=", "sha1=")),
        "re-serialised": house.deliver(reserialised, right),
        "one byte more": house.deliver(raw + b" ", right),
    }
    told = {name: (answer.status_code, answer.json()["rule"]) for name, answer in answers.items()}
    assert told.pop("missing") == (401, "SignatureMissing")
    assert set(told.values()) == {(403, "SignatureWrong")}
    assert not any("Delivery-Id" in answer.headers for answer in answers.values())
    assert house.received() == before
    assert list((house.local.folder / "raw").iterdir()) == files
    assert house.conversation(who) == {}
    assert house.deliver(raw, right).status_code == 200  # the very same body, signed right


def test_three_megabytes_fit_and_one_byte_more_does_not(house: House) -> None:
    before = house.received()
    answer = house.deliver(b" " * (LIMIT + 1))
    assert (answer.status_code, answer.json()["rule"]) == (413, "TooLarge")
    with httpx.Client(trust_env=False) as client:  # nor when nobody announces how much comes
        chunked = client.post(
            f"{house.url}/webhooks/meta/{CHANNEL}", content=(b" " * 65536 for _ in range(49)), timeout=30
        )
    assert chunked.status_code == 413
    assert house.received() == before
    who = house.customer()
    raw = house.body(who, house.text(who, "uma mensagem comum"))
    assert delivered(house, raw + b" " * (LIMIT - len(raw))) == ["accepted"]


def test_a_channel_nobody_connected_is_no_door(house: House) -> None:
    answer = httpx.post(f"{house.url}/webhooks/meta/outro", content=b"{}")
    assert (answer.status_code, answer.json()["rule"]) == (404, "UnknownChannel")


def test_the_provider_proves_that_the_address_is_ours(house: House) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    url = f"{house.url}/webhooks/meta/{CHANNEL}"
    right = httpx.get(url, params={**asked, "hub.verify_token": house.local.secrets["verify_token"]})
    assert (right.status_code, right.text) == (200, "1158201444")
    assert httpx.get(url, params={**asked, "hub.verify_token": "guess"}).status_code == 403


def test_our_names_of_people_tell_nothing_of_them(house: House) -> None:
    who = house.customer()
    message = house.text(who, "quem sou eu?")
    delivered(house, house.body(who, message))
    line = house.lines(who, "customer")[0]
    assert line["line_id"] == message_ref(
        house.local.secrets["index_key"].encode(), CHANNEL, str(message["id"])
    )
    assert who.address not in house.conversation_id(who)
