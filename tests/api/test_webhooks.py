"""The providers' door: real or not, small enough, kept or not, and said again."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.routes.webhooks import LIMIT
from commands.delivery import ReceiveDelivery
from commands.ports import Busy, Unavailable
from tests.api.house import OLD_SECRET, House, signed, text, webhook
from tests.luck import examples

BODY = webhook(text())


def rule(response: Any) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["rule"])


def test_a_signed_webhook_is_in_the_log_when_it_is_answered(house: House) -> None:
    answer = house.deliver(BODY)
    assert (answer.status_code, answer.content) == (200, b"")
    recorded = house.inbox.history[-1]
    assert recorded.stream == f"delivery-{answer.headers['delivery-id']}"
    assert recorded.event.items[0]["text"] == "Oi, estou sem internet"
    assert recorded.cause.actor == "channel:principal"
    assert recorded.cause.correlation == answer.headers["x-request-id"]


def test_the_same_body_gets_the_same_id_and_changes_nothing(house: House) -> None:
    first = house.deliver(BODY)
    before = list(house.inbox.history)
    again = [house.deliver(BODY) for _ in range(5)]
    assert {a.headers["delivery-id"] for a in again} == {first.headers["delivery-id"]}
    assert {a.status_code for a in again} == {200}
    assert house.inbox.history == before
    assert house.deliver(webhook(text(2))).headers["delivery-id"] != first.headers["delivery-id"]


def test_both_secrets_of_a_rotation_fit(house: House) -> None:
    assert house.deliver(BODY, signed(BODY, OLD_SECRET)).status_code == 200


@pytest.mark.parametrize(
    ("signature", "status", "named"),
    [
        (None, 401, "SignatureMissing"),
        (signed(BODY, b"outro segredo"), 403, "SignatureWrong"),
        (signed(BODY)[:-1], 403, "SignatureWrong"),
        (signed(BODY) + "0", 403, "SignatureWrong"),
        ("sha256=" + signed(BODY).removeprefix("sha256=").upper(), 403, "SignatureWrong"),
        (signed(BODY).replace("sha256", "SHA256"), 403, "SignatureWrong"),
        (signed(BODY).replace("sha256=", "sha1="), 403, "SignatureWrong"),
        (signed(json.dumps(json.loads(BODY), indent=1).encode()), 403, "SignatureWrong"),
        ("sha256=" + "é" * 64, 403, "SignatureWrong"),
    ],
    ids=["missing", "wrong", "short", "long", "upper", "scheme", "sha1", "re-serialised", "not-hex"],
)
def test_a_body_that_is_not_signed_right_writes_nothing(
    house: House, signature: str | None, status: int, named: str
) -> None:
    before = list(house.inbox.history)
    answer = house.ask(
        lambda client: client.post(
            "/webhooks/meta/principal",
            content=BODY,
            headers={} if signature is None else [(b"X-Hub-Signature-256", signature.encode("latin-1"))],
        )
    )
    assert (answer.status_code, rule(answer)) == (status, named)
    assert "delivery-id" not in answer.headers
    assert house.inbox.history == before
    assert house.bodies.kept == {}


def test_no_secret_believes_nobody(house: House) -> None:
    assert house.deliver(BODY, signed(BODY, b""), channel="sem-token").status_code == 403


def test_a_number_that_is_not_ours_has_no_door(house: House) -> None:
    answer = house.deliver(BODY, channel="de-outra-empresa")
    assert (answer.status_code, rule(answer)) == (404, "UnknownChannel")
    assert house.get("/webhooks/meta/de-outra-empresa", None).status_code == 404


def test_what_says_nothing_readable_is_kept_and_accepted(house: House) -> None:
    answer = house.deliver(b"isto nao e json")
    assert answer.status_code == 200
    delivery_id = answer.headers["delivery-id"]
    assert house.bodies.kept == {delivery_id: b"isto nao e json"}
    event = house.inbox.history[-1].event
    assert [item["event"] for item in event.items] == ["malformed"]
    assert event.raw == f"raw/{delivery_id}"


def test_a_body_is_kept_only_when_something_in_it_was_not_understood(house: House) -> None:
    house.deliver(BODY)
    assert house.bodies.kept == {}
    ignored = webhook(text(2), {**text(3), "type": "request_welcome"})
    answer = house.deliver(ignored)
    assert house.bodies.kept == {answer.headers["delivery-id"]: ignored}


def stream(body: bytes, size: int = 64 * 1024) -> Any:
    """A body in pieces, whose length nobody announces."""

    async def pieces() -> Any:
        for start in range(0, len(body), size):
            yield body[start : start + size]

    return pieces()


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in-pieces"])
def test_three_mebibytes_pass_and_one_byte_more_does_not(house: House, announced: bool) -> None:
    fits, too_much = b" " * LIMIT, b" " * (LIMIT + 1)

    def deliver(body: bytes) -> Any:
        return house.ask(
            lambda client: client.post(
                "/webhooks/meta/principal",
                content=body if announced else stream(body),
                headers={"X-Hub-Signature-256": signed(body)},
            )
        )

    assert deliver(fits).status_code == 200
    before = list(house.inbox.history)
    answer = deliver(too_much)
    assert (answer.status_code, rule(answer)) == (413, "TooLarge")
    assert answer.headers["connection"] == "close"
    assert house.inbox.history == before


def test_nothing_is_read_beyond_the_limit(house: House) -> None:
    taken = 0

    async def knock() -> list[Any]:
        async def receive() -> Any:
            nonlocal taken
            taken += 1
            return {"type": "http.request", "body": b"x" * 1024 * 1024, "more_body": True}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/webhooks/meta/principal",
            "raw_path": b"/webhooks/meta/principal",
            "query_string": b"",
            "root_path": "",
            "headers": [],
        }
        await house.app(scope, receive, send)
        return sent

    assert asyncio.run(knock())[0]["status"] == 413
    assert taken == 4


@pytest.mark.parametrize(
    ("error", "named"), [(Busy(), "Busy"), (Unavailable(), "Unavailable")], ids=["busy", "unavailable"]
)
def test_what_cannot_be_made_durable_is_to_be_brought_again(
    house: House, error: Exception, named: str
) -> None:
    house.inbox.error = error
    answer = house.deliver(BODY)
    assert (answer.status_code, rule(answer)) == (503, named)
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["delivery-id"]
    house.inbox.error = None
    assert house.deliver(BODY).headers["delivery-id"] == answer.headers["delivery-id"]


def test_a_raw_body_that_cannot_be_kept_is_not_acknowledged(house: House) -> None:
    house.bodies.full = True
    before = list(house.inbox.history)
    answer = house.deliver(b"isto nao e json")
    assert answer.status_code == 503
    assert house.inbox.history == before
    assert house.deliver(BODY).status_code == 200


def test_a_delivery_whose_decision_broke_is_told_and_its_body_kept(house: House) -> None:
    house.inbox.broken.add(ReceiveDelivery)
    answer = house.deliver(BODY)
    assert (answer.status_code, rule(answer)) == (500, "Broken")
    assert house.bodies.kept == {answer.headers["delivery-id"]: BODY}
    assert answer.json()["command_id"]


VERIFY = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "combinado"}


def test_the_challenge_comes_back_bare(house: House) -> None:
    answer = house.get("/webhooks/meta/principal", None, params=VERIFY)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "outro"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
        {"hub.verify_token": "combinado\u00e9"},
    ],
)
def test_whoever_does_not_know_the_token_is_not_answered(house: House, changed: dict[str, str]) -> None:
    answer = house.get("/webhooks/meta/principal", None, params=VERIFY | changed)
    assert (answer.status_code, rule(answer)) == (403, "VerificationRefused")
    assert "1158201444" not in answer.text


@pytest.mark.parametrize("token", ["", "None", "combinado"])
def test_a_token_that_was_never_set_fits_nothing(house: House, token: str) -> None:
    answer = house.get("/webhooks/meta/sem-token", None, params=VERIFY | {"hub.verify_token": token})
    assert answer.status_code == 403


def test_a_delivery_tells_what_became_of_its_items(house: House) -> None:
    delivery_id = house.deliver(webhook(text(1), text(2))).headers["delivery-id"]
    told = house.get(f"/v1/deliveries/{delivery_id}", "erp").json()
    assert [item["event"] for item in told["items"]] == ["message", "message"]
    assert [item["outcome"] for item in told["items"]] == [None, None]
    assert told["kept"] is False
    assert "internet" not in json.dumps(told)
    assert house.get("/v1/deliveries/0123456789abcdef", "erp").status_code == 404


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)


@examples(40)
@given(
    st.binary(max_size=300)
    | SHAPES.map(lambda shape: json.dumps(shape).encode())
    | SHAPES.map(lambda shape: webhook(shape))  # type: ignore[arg-type]
    | SHAPES.map(lambda shape: webhook({**text(), "text": shape, "from": shape}))
)
def test_whatever_is_signed_is_accepted_and_named(body: bytes) -> None:
    house = House()
    answer = house.deliver(body)
    assert answer.status_code == 200
    assert house.inbox.history[-1].stream == f"delivery-{answer.headers['delivery-id']}"


def test_whoever_hangs_up_is_not_answered_and_writes_nothing(house: House) -> None:
    before = list(house.inbox.history)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    path = "/webhooks/meta/principal"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"x-hub-signature-256", signed(BODY).encode())],
    }
    asyncio.run(house.app(scope, receive, send))
    assert sent == []
    assert house.inbox.history == before


def test_a_delivery_is_acknowledged_when_it_is_durable_whoever_decides_it_later(house: House) -> None:
    house.inbox.durable_first = True
    answer = house.deliver(BODY)
    assert (answer.status_code, answer.content) == (200, b"")
    assert house.bodies.kept == {}
