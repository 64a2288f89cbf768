"""An event that breaks its follower is put aside, loudly; the others go on, and it can be tried again."""

from __future__ import annotations

import json

import psycopg
import pytest

from tests.faults.conftest import Breakable
from tests.walks.house import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def rename(dsn: str, stream: str, was: str, becomes: str) -> None:
    """The index forgets what an event is called, or learns it again."""
    with psycopg.connect(dsn) as connection:
        changed = connection.execute(
            "UPDATE event SET type = %s WHERE stream = %s AND type = %s AND version = 1",
            (becomes, stream, was),
        )
        assert changed.rowcount == 1


def test_one_history_that_cannot_be_read_stops_nobody_else(desk: Breakable) -> None:
    house = desk.house
    who, other = house.customer(), house.customer()
    house.writes(who, "oi")
    until(lambda: house.sent_to(who), "a greeting")
    house.quiet_ends()
    stream = f"conversation-{house.conversation_id(who)}"
    house.serve.stop()
    rename(desk.dsn, stream, "conversation.Opened", "conversation.Nonsense")
    house.open_doors()

    poison = house.writes(who, "minha internet caiu")
    fine = house.writes(other, "minha internet caiu")
    until(lambda: house.outcomes(fine.headers["Delivery-Id"]) == ["accepted"], "the other goes on")
    assert until(lambda: house.outcomes(poison.headers["Delivery-Id"]), "the outcome") == ["broken"]
    told = house.atende("parked", "list", "--json")
    listed = json.loads(told.stdout.splitlines()[-1])
    assert [p["stream"] for p in listed["parked"]] == [f"delivery-{poison.headers['Delivery-Id']}"]
    assert listed["parked"][0]["follower"] == "sorter"
    assert {b["command"] for b in listed["broken"] if b["stream"] == stream} >= {"HearMessage"}
    assert any(line["event"] == "event_parked" for line in house.serve.lines())
    assert house.ready()["status"] == "ok"

    still = house.atende("parked", "retry")
    assert still.exit_code == 1
    assert "0 done, 1 still parked" in still.stdout

    rename(desk.dsn, stream, "conversation.Nonsense", "conversation.Opened")
    done = house.atende("parked", "retry", "sorter")
    assert done.exit_code == 0, done.output
    assert "1 done, 0 still parked" in done.stdout
    until(lambda: house.outcomes(poison.headers["Delivery-Id"]) == ["accepted"], "the outcome mended")
    until(
        lambda: [x["text"] for x in house.lines(who, "customer")] == ["oi", "minha internet caiu"],
        "the message in the transcript",
    )
    until(lambda: house.conversation(who)["stage"] == "waiting", "the desk going on with it")
    assert json.loads(house.atende("parked", "list", "--json").stdout.splitlines()[-1])["parked"] == []
    house.writes(who, "obrigado por nada")
    until(lambda: len(house.lines(who, "customer")) == 3, "and with what comes after")
