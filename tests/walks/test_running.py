"""How the house tells of itself: health, figures, its own description, its logs, its command line."""

from __future__ import annotations

import json

import httpx
import pytest

from api.settings import WrongSettings
from tests.walks.house import House, until

pytestmark = pytest.mark.slow


def test_health_says_what_it_looked_at(house: House) -> None:
    assert httpx.get(f"{house.url}/health/live").json()["status"] == "ok"
    told = house.ready()
    assert told["status"] == "ok"
    components = ("engine", "database", "redis", "followers", "views", "parked")
    assert told["components"] == dict.fromkeys(components, "ok")


def test_the_figures_count_what_happened(house: House) -> None:
    house.waits(who := house.customer())
    path = f"/v1/conversations/{house.conversation_id(who)}"
    waiting = 'active_conversations_total{priority="urgent",status="waiting"}'
    assert house.metric("active_conversations_total")[waiting] >= 1
    first = house.metric("first_response_seconds_count")
    assert house.agent("ana").post(f"{path}/claim").status_code == 200
    house.said.add("Olá, já vou verificar.")
    sent = house.agent("ana").post(f"{path}/messages", {"kind": "text", "text": "Olá, já vou verificar."})
    assert sent.status_code == 201
    until(
        lambda: sum(house.metric("first_response_seconds_count").values()) == sum(first.values()) + 1,
        "the first answer counted once",
    )
    webhooks = 'response_time_seconds_count{method="POST",route="/webhooks/meta/{channel}",status="200"}'
    assert house.metric("response_time_seconds_count")[webhooks] >= 1
    heard = 'commands_decided_total{command="SendMessage",outcome="accepted"}'
    assert house.metric("commands_decided_total")[heard] >= 1
    assert set(house.metric("follower_lag_records")) == {
        'follower_lag_records{follower="policies"}',
        'follower_lag_records{follower="couriers"}',
        'follower_lag_records{follower="routing"}',
    }
    text = httpx.get(f"{house.url}/metrics").text
    assert who.address not in text
    assert house.conversation_id(who) not in text


def test_the_description_is_served(house: House) -> None:
    document = httpx.get(f"{house.url}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert "/v1/conversations/{conversation_id}/claim" in document["paths"]
    assert httpx.get(f"{house.url}/docs").headers["content-type"].startswith("text/html")


def test_one_thread_runs_through_the_logs_and_the_history_and_nobody_is_named(house: House) -> None:
    who = house.customer()
    raw = house.body(who, house.text(who, "queria falar com o setor de cobrança"))
    answer = house.deliver(raw, **{"X-Request-Id": "walk-4711"})
    assert answer.headers["X-Request-Id"] == "walk-4711"
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    told = house.atende("tell", f"conversation-{house.conversation_id(who)}", "--json")
    assert told.exit_code == 0, told.stderr
    assert "message received" in told.stdout
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line["version"] for line in lines] == list(range(1, len(lines) + 1))
    refused = house.deliver(raw, "sha256=" + "0" * 64, **{"X-Request-Id": "walk-4711"})
    assert refused.status_code == 403
    at_the_door = until(
        lambda: [line for line in house.serve.lines() if line.get("correlation") == "walk-4711"],
        "a line for what was refused",  # it is written when the answer has left
    )
    assert [(line["event"], line["status"]) for line in at_the_door] == [("request", 403)]
    assert at_the_door[0]["route"] == "/webhooks/meta/{channel}"
    import psycopg

    with psycopg.connect(house.dsn) as connection:
        threaded = {
            name
            for (name,) in connection.execute(
                "SELECT outcome->>'command' FROM command WHERE outcome->>'correlation' = 'walk-4711'"
            )
        }
    assert {"ReceiveDelivery", "HearMessage", "AllocateProtocol", "GiveProtocol"} <= threaded
    for role in (house.serve, house.follow):
        text = role.log.read_text()
        role.lines()
        for word in (who.name, who.address, "cobrança", house.local.secrets["app_secret"]):
            assert word not in text


def test_the_history_hides_what_people_said_unless_it_is_asked_for(house: House) -> None:
    who = house.customer()
    house.writes(who, "meu roteador está piscando laranja")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    stream = f"conversation-{house.conversation_id(who)}"
    table = house.atende("tell", stream)
    assert table.exit_code == 0
    assert "laranja" not in table.stdout
    assert who.address not in table.stdout
    assert "laranja" in house.atende("tell", stream, "--words").stdout
    assert house.atende("tell", "conversation-nobody").exit_code == 1


def test_the_chain_is_verified_while_the_house_is_open(house: House) -> None:
    done = house.program("verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["ok"] is True
    assert found["records"] > 0
    assert len(found["partitions"]) == 12


def test_every_view_is_rebuilt_into_the_same_rows_while_it_is_read(house: House) -> None:
    who = house.customer()
    house.writes(who, "alô")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    done = house.atende("rebuild", "inbox", "--json")
    assert done.exit_code == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["identical"] is True
    assert figures["rows"] >= 1
    house.writes(who, "ainda aí?")
    until(lambda: house.conversation(who)["unread"] == 2, "the view going on after the swap")
    assert house.atende("rebuild", "nothing").exit_code == 2


def test_nothing_is_parked(house: House) -> None:
    done = house.atende("parked", "list", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout.splitlines()[-1]) == {"parked": [], "broken": []}
    assert house.atende("parked", "retry").stdout.startswith("0 done, 0 still parked")


def test_a_token_is_made_works_and_is_revoked(house: House) -> None:
    made = house.atende("token", "create", "painel", "--role", "service")
    assert made.exit_code == 0, made.stderr
    token = made.stdout.strip()
    me = httpx.get(f"{house.url}/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (me.status_code, me.json()["role"]) == (200, "service")
    assert token not in made.stderr
    listed = house.atende("token", "list")
    assert "painel" in listed.stdout
    assert token not in listed.stdout
    token_id = made.stderr.split()[1]
    assert house.atende("token", "revoke", token_id).exit_code == 0
    assert house.atende("token", "revoke", token_id).exit_code == 1
    assert house.atende("token", "create", "x", "--role", "king").exit_code == 2


def test_the_settings_are_printed_without_secrets(house: House) -> None:
    done = house.atende("config")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["port"] == int(house.url.rpartition(":")[2])
    for secret in (*house.local.secrets.values(), house.dsn):
        assert secret not in done.stdout
    broken = house.atende("serve", ATENDE_INDEX_KEY="too-little")
    assert isinstance(broken.exception, WrongSettings)
    assert "ATENDE_INDEX_KEY" in str(broken.exception)
    assert "too-little" not in str(broken.exception) + broken.output
