"""The simulated provider keeps the documents' word, and breaks it only when told to."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from adapters.simulator.faults import Faults
from adapters.simulator.graph import Graph
from adapters.simulator.post import Line
from adapters.simulator.running import running
from adapters.whatsapp.parser import Provider, parse
from tests.adapters.provider import ANA, BIA, NUMBER, SECRET, TOKEN, Hook, hook, provider

MESSAGES = f"/v23.0/{NUMBER.phone_number_id}/messages"


class Caller:
    """Somebody with a token, who asks one thing after the other."""

    def __init__(self, graph: Graph, http: httpx.Client, heard: Hook) -> None:
        self.graph = graph
        self.http = http
        self.heard = heard

    def send(self, opaque: str = "m1.1", to: str = ANA, url: str = MESSAGES, **more: Any) -> httpx.Response:
        body = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "oi"}}
        body["biz_opaque_callback_data"] = opaque
        return self.http.post(url, json=body | more)

    def states(self, opaque: str) -> list[str]:
        return [
            status["status"] for status in self.heard.statuses if status["biz_opaque_callback_data"] == opaque
        ]

    def wait(self, statuses: int) -> None:
        self.heard.wait(lambda heard: len(heard.statuses) >= statuses)


@pytest.fixture(scope="module")
def heard() -> Iterator[Hook]:
    with hook() as here:
        yield here


@pytest.fixture(scope="module")
def served(heard: Hook) -> Iterator[tuple[Graph, str]]:
    with provider(heard.url) as both:
        yield both


@pytest.fixture
def caller(served: tuple[Graph, str], heard: Hook) -> Iterator[Caller]:
    graph, url = served
    graph.start_anew(Faults(delay=0.02, unread=0))
    graph.customer_wrote(ANA)
    heard.bodies.clear()
    heard.raw.clear()
    heard.answer.clear()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as http:
        yield Caller(graph, http, heard)


def code(response: httpx.Response) -> int:
    return int(response.json()["error"]["code"])


# Messages


def test_a_message_gets_an_id_and_the_customers_own_address(caller: Caller) -> None:
    answer = caller.send().json()
    assert answer["contacts"] == [{"input": ANA, "wa_id": ANA}]
    assert answer["messages"] == [{"id": caller.graph.ledger.accepted[0].wamid}]
    caller.wait(3)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer other", TOKEN, f"Basic {TOKEN}"])
def test_nothing_is_taken_without_the_token(caller: Caller, authorization: str) -> None:
    refused = caller.http.post(MESSAGES, json=_text("m1.1"), headers={"Authorization": authorization})
    assert (refused.status_code, code(refused)) == (401, 190)
    assert caller.graph.ledger.accepted == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"to": ""}, 100),
        ({"to": 7}, 100),
        ({"type": "telegram"}, 100),
        ({"type": ["text"]}, 100),
        ({"text": {}}, 131008),
        ({"text": "oi"}, 131008),
        ({"text": {"body": "a" * 4097}}, 131009),
        ({"type": "image", "image": {}}, 131008),
        ({"type": "image", "image": {"id": "unknown"}}, 131053),
        ({"biz_opaque_callback_data": "a" * 513}, 131009),
    ],
)
def test_a_message_of_the_wrong_shape_is_refused(
    caller: Caller, change: dict[str, Any], expected: int
) -> None:
    refused = caller.send(**change)
    assert (refused.status_code, code(refused)) == (400, expected)
    assert caller.graph.ledger.accepted == []


def test_a_body_that_is_not_json_is_refused(caller: Caller) -> None:
    assert caller.http.post(MESSAGES, content=b"{").status_code == 400


def test_the_window_closes_a_day_after_the_customer_wrote(caller: Caller) -> None:
    now = datetime.now(UTC)
    caller.graph.customer_wrote(ANA, now - timedelta(hours=23, minutes=59))
    assert caller.send().status_code == 200
    caller.graph.customer_wrote(ANA, now - timedelta(hours=24, minutes=1))
    assert code(caller.send("m2.1")) == 131047
    caller.graph.customer_wrote(ANA, now, phone_number_id="another")
    assert code(caller.send("m3.1")) == 131047
    template = {"type": "template", "template": {"name": "a", "language": {"code": "pt_BR"}}}
    assert caller.send("m4.1", **template).status_code == 200
    caller.wait(6)


def test_a_stranger_is_unreachable(caller: Caller) -> None:
    assert code(caller.send(to=BIA)) == 131026


@pytest.mark.parametrize(("to", "expected"), [(BIA, 131026), (ANA, 131047)])
def test_a_late_refusal_comes_as_a_failed_status(caller: Caller, to: str, expected: int) -> None:
    caller.graph.start_anew(Faults(delay=0, late_refusals=1))
    caller.graph.customer_exists(ANA)
    assert caller.send(to=to).status_code == 200
    caller.wait(1)
    (status,) = caller.heard.statuses
    assert status["status"] == "failed"
    assert [error["code"] for error in status["errors"]] == [expected]


def test_a_fault_meets_the_same_message_with_the_same_seed_and_not_every_message() -> None:
    faults = Faults(seed=7, hangs=0.5)
    fates = [faults.happens("hangs", f"m{n}.1") for n in range(100)]
    assert fates == [Faults(seed=7, hangs=0.5).happens("hangs", f"m{n}.1") for n in range(100)]
    assert fates != [Faults(seed=8, hangs=0.5).happens("hangs", f"m{n}.1") for n in range(100)]
    assert 20 < sum(fates) < 80


def test_more_than_the_number_may_say_in_a_second_is_refused(caller: Caller) -> None:
    slow = Line(NUMBER, TOKEN, messages_per_second=1)
    graph = Graph([slow], SECRET)
    people = [f"5511900000{n:03}" for n in range(20)]
    for address in people:
        graph.customer_wrote(address)
    with running(graph) as url:
        answers = [caller.send(to=address, url=f"{url}{MESSAGES}") for address in people]
    assert answers[0].status_code == 200
    assert 130429 in [code(answer) for answer in answers if answer.status_code == 400]


# Statuses


def test_statuses_are_signed_over_their_bytes(caller: Caller) -> None:
    caller.send()
    caller.wait(3)
    for raw, signature in caller.heard.raw:
        digest = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert signature == f"sha256={digest}"
        assert raw.isascii()


def test_statuses_come_with_our_own_id_and_the_price_on_two_of_them(caller: Caller) -> None:
    caller.send("m9.2")
    caller.wait(3)
    by_state = {status["status"]: status for status in caller.heard.statuses}
    assert set(by_state) == {"sent", "delivered", "read"}
    assert {status["biz_opaque_callback_data"] for status in by_state.values()} == {"m9.2"}
    assert {state for state, status in by_state.items() if "pricing" in status} == {"sent", "delivered"}


def test_our_parser_reads_every_status(caller: Caller) -> None:
    caller.send("m9.2")
    caller.wait(3)
    items = [item for raw, _ in caller.heard.raw for item in parse(Provider.META, raw)]
    assert {item["event"] for item in items} == {"status"}
    assert {item["correlation"] for item in items} == {"m9.2"}
    assert {item["recipient"] for item in items} == {ANA}


def test_a_chat_that_was_open_skips_delivered_and_read_carries_the_price(caller: Caller) -> None:
    caller.graph.faults = Faults(delay=0.02, unread=0, skips_delivered=1)
    caller.send()
    caller.wait(2)
    by_state = {status["status"]: status for status in caller.heard.statuses}
    assert set(by_state) == {"sent", "read"}
    assert "pricing" in by_state["read"]


def test_a_voice_note_is_played(caller: Caller) -> None:
    caller.send(type="audio", audio={"link": "https://files.example/a.ogg"})
    caller.wait(4)
    assert "played" in caller.states("m1.1")


def test_a_duplicated_status_is_the_same_twice(caller: Caller) -> None:
    caller.graph.faults = Faults(delay=0.02, unread=0, duplicated=1)
    caller.send()
    caller.wait(6)
    statuses = caller.heard.statuses
    assert all(statuses.count(status) == 2 for status in statuses)


@pytest.mark.parametrize(("out_of_order", "orders"), [(0.0, 1), (1.0, 6)])
def test_statuses_are_due_in_order_or_in_any(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, out_of_order: float, orders: int
) -> None:
    due: dict[str, list[tuple[float, str]]] = {}

    def note(_: Line, status: dict[str, Any], after: float) -> None:
        due.setdefault(status["biz_opaque_callback_data"], []).append((after, status["status"]))

    monkeypatch.setattr(caller.graph.post, "hand_in", note)
    caller.graph.faults = Faults(unread=0, out_of_order=out_of_order)
    for n in range(40):
        caller.send(f"m{n}.1")
    seen = {tuple(state for _, state in sorted(times)) for times in due.values()}
    assert len(seen) == orders
    assert ("sent", "delivered", "read") in seen


def test_many_statuses_may_come_in_one_body(caller: Caller) -> None:
    caller.graph.faults = Faults(delay=0, unread=0, batched=1)
    caller.send()
    caller.wait(3)
    assert max(len(parse(Provider.META, raw)) for raw, _ in caller.heard.raw) > 1


def test_a_message_that_hung_or_broke_off_still_gets_its_statuses(caller: Caller) -> None:
    caller.graph.faults = Faults(delay=0.02, unread=0, hangs=1)
    with pytest.raises(httpx.ReadTimeout):
        caller.http.post(MESSAGES, json=_text("m1.1"), timeout=0.3)
    caller.graph.faults = Faults(delay=0.02, unread=0, reset_after=1)
    with pytest.raises(httpx.TransportError):
        caller.send("m2.1")
    caller.wait(6)
    assert sorted(caller.states("m1.1")) == sorted(caller.states("m2.1")) == ["delivered", "read", "sent"]
    assert [message.answered for message in caller.graph.ledger.accepted] == ["hang", "reset"]


def _text(opaque: str) -> dict[str, Any]:
    body = {"messaging_product": "whatsapp", "to": ANA, "type": "text", "text": {"body": "oi"}}
    return body | {"biz_opaque_callback_data": opaque}


def test_a_delivery_is_repeated_until_it_is_acknowledged(caller: Caller) -> None:
    caller.heard.answer[:] = [500, 401, 503, 204]
    caller.send()
    caller.wait(3)
    assert sorted(caller.states("m1.1")) == ["delivered", "read", "sent"]
    assert len(caller.heard.raw) == 3 + 4


def test_statuses_wait_for_a_door_that_is_closed_and_a_provider_may_start_again() -> None:
    with hook() as heard:
        graph = Graph([Line(NUMBER, TOKEN, heard.url)], SECRET, Faults(delay=0), first_retry=0.01)
        for turn in (1, 2):
            graph.customer_wrote(ANA)
            with running(graph) as url:
                headers = {"Authorization": f"Bearer {TOKEN}"}
                httpx.post(f"{url}{MESSAGES}", json=_text(f"m{turn}.1"), headers=headers)
                heard.wait(lambda heard, turn=turn: len(heard.statuses) >= 2 * turn)  # type: ignore[misc]


# Files, numbers and control


def test_a_file_is_only_for_those_with_the_token(caller: Caller) -> None:
    photo = caller.graph.keep_file(b"modem", "image/jpeg")
    about = caller.http.get(f"/v23.0/{photo.media_id}").json()
    assert about["sha256"] == hashlib.sha256(b"modem").hexdigest()
    assert about["file_size"] == 5
    assert caller.http.get(about["url"]).content == b"modem"
    assert httpx.get(about["url"]).status_code == 404


def test_an_address_of_a_file_lasts_five_minutes(caller: Caller) -> None:
    photo = caller.graph.keep_file(b"modem", "image/jpeg")
    old = int(datetime.now(UTC).timestamp()) - 301
    assert caller.http.get(f"/files/{photo.media_id}/{old}").status_code == 404


def test_a_probe_sees_the_number(caller: Caller) -> None:
    about = caller.http.get(f"/v23.0/{NUMBER.phone_number_id}")
    assert about.json()["id"] == NUMBER.phone_number_id
    caller.graph.faults = Faults(down=True)
    assert caller.http.get(f"/v23.0/{NUMBER.phone_number_id}").status_code == 503


def test_faults_are_changed_while_it_runs(caller: Caller) -> None:
    changed = caller.http.post("/_control/faults", json={"throttled": 1, "seed": 3}).json()
    assert (changed["throttled"], changed["seed"], changed["unread"]) == (1, 3, 0)
    assert code(caller.send()) == 130429
    assert caller.http.get("/_control/faults").json() == changed


@pytest.mark.parametrize("change", [{"weather": 1}, {"throttled": "often"}, {"down": 1}, {"throttled": True}])
def test_a_fault_that_does_not_exist_is_refused(caller: Caller, change: dict[str, Any]) -> None:
    before = caller.graph.faults
    assert caller.http.post("/_control/faults", json=change).status_code == 400
    assert caller.graph.faults == before


def test_the_ledger_tells_what_was_accepted_and_in_which_order(caller: Caller) -> None:
    caller.http.post("/_control/customers", json={"address": BIA})
    for opaque, to in (("m1.1", ANA), ("m2.1", BIA), ("m3.1", ANA), ("m4.1", "5511900000000")):
        caller.send(opaque, to=to)
    caller.wait(9)
    told = caller.http.get("/_control/ledger").json()
    assert told["by_address"] == {ANA: ["m1.1", "m3.1"], BIA: ["m2.1"]}
    assert told["refused"] == {"131026": 1}
    assert [message["n"] for message in told["accepted"]] == [0, 1, 2]
    assert len({message["wamid"] for message in told["accepted"]}) == 3
    assert told["post"]["given_up"] == 0


def test_a_file_put_by_hand_can_be_fetched(caller: Caller) -> None:
    kept = caller.http.post("/_control/files", content=b"abc", headers={"Content-Type": "audio/ogg"}).json()
    assert caller.http.get(f"/v23.0/{kept['media_id']}").json()["mime_type"] == "audio/ogg"
