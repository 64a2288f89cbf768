"""Somebody changes history by hand: everybody who reads it stops, and says where."""

from __future__ import annotations

import json

import psycopg
import pytest

from adapters.log.chain import partition_of
from tests.faults.checker import Unsound
from tests.faults.conftest import Breakable
from tests.walks.house import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

UPDATE = (
    "UPDATE log SET record = set_byte(record, 90, get_byte(record, 90) # 1) WHERE partition = %s AND seq = %s"
)


def change(dsn: str, partition: int, seq: int, *, forged: bool = False) -> None:
    """One byte, as somebody may who owns the server; `forged`: and the hash beside it to match."""
    with psycopg.connect(dsn) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
            connection.execute(UPDATE, (partition, seq))
        connection.rollback()
        connection.execute("ALTER TABLE log DISABLE TRIGGER log_keeps_its_rows")
        connection.execute(UPDATE, (partition, seq))
        if forged:
            connection.execute(
                "UPDATE log SET hash = sha256(record) WHERE partition = %s AND seq = %s", (partition, seq)
            )
        connection.execute("ALTER TABLE log ENABLE TRIGGER log_keeps_its_rows")


def test_a_changed_byte_of_the_past_is_named_and_nothing_is_rebuilt_from_it(doomed: Breakable) -> None:
    house, who = doomed.house, doomed.house.customer()
    house.writes(who, "bom dia")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    partition = partition_of(house.conversation_id(who), 12)
    change(doomed.dsn, partition, 1)
    with pytest.raises(Unsound):
        doomed.history()
    done = house.program("verify", "--json")
    assert done.returncode == 1
    bad = json.loads(done.stdout.splitlines()[-1])["first_bad"]
    assert (bad["partition"], bad["seq"]) == (partition, 1)
    told = house.program("verify")
    assert told.returncode == 1
    assert f"partition {partition}, record 1" in told.stdout
    rebuilt = house.program("rebuild", "inbox")
    assert rebuilt.returncode == 1
    assert f"partition {partition}" in rebuilt.stderr
    assert "Traceback" not in rebuilt.stderr
    change(doomed.dsn, partition, 1)  # the same byte once more is the byte it was
    assert house.program("verify").returncode == 0


def test_the_views_stop_before_a_changed_record(doomed: Breakable) -> None:
    house, who = doomed.house, doomed.house.customer()
    house.writes(who, "bom dia")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    partition = partition_of(house.conversation_id(who), 12)
    house.quiet_ends()
    house.follow.pause()
    house.writes(who, "minha internet caiu")
    seq = house.quiet_ends()[partition]
    house.writes(who, "alguém aí?")
    until(lambda: house.ends()[partition] > seq, "a record behind it")
    change(doomed.dsn, partition, seq, forged=True)
    house.follow.go_on()
    assert house.follow.ended() == 1
    last = next(line for line in reversed(house.follow.lines()) if line["event"] == "feed_stopped")
    assert (last["error"], last["partition"]) == ("Halted", partition)
    assert (
        until(lambda: (t := house.ready())["components"]["views"] != "ok" and t, "health that says so")[
            "status"
        ]
        == "unavailable"
    )
    house.follow.start()
    assert house.follow.ended() == 1


def test_the_engine_decides_nothing_behind_a_changed_record(doomed: Breakable) -> None:
    house, who = doomed.house, doomed.house.customer()
    house.writes(who, "bom dia")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    partition = partition_of(house.conversation_id(who), 12)
    seq = house.quiet_ends()[partition]
    change(doomed.dsn, partition, seq, forged=True)
    note = house.agent("ana").post(
        f"/v1/conversations/{house.conversation_id(who)}/notes", {"text": "cliente insiste"}
    )
    assert note.status_code in (202, 503)
    told = until(lambda: (t := house.ready())["components"]["engine"] != "ok" and t, "health that says so")
    assert "atende verify" in told["components"]["engine"]
    assert told["status"] == "unavailable"
    assert house.deliver(house.body(who, house.text(who, "tem alguém?"))).status_code == 503
    assert house.ends()[partition] == seq
    house.serve.stop()
    house.serve.start()
    assert house.serve.ended() != 0
    assert "Halted" in house.serve.tail()
    done = house.program("verify", "--json")
    assert done.returncode == 1
    bad = json.loads(done.stdout.splitlines()[-1])["first_bad"]
    assert (bad["partition"], bad["seq"]) == (partition, seq)


def test_a_record_nobody_of_ours_wrote_halts_whoever_reads_it(doomed: Breakable) -> None:
    house, who = doomed.house, doomed.house.customer()
    house.writes(who, "bom dia")
    until(lambda: house.conversation(who).get("protocol"), "a conversation")
    partition = partition_of(house.conversation_id(who), 12)
    seq = house.quiet_ends()[partition]
    with psycopg.connect(doomed.dsn) as connection:
        connection.execute(
            "INSERT INTO log (partition, seq, hash, record) SELECT partition, seq + 1, sha256(r), r FROM"
            " (SELECT partition, seq, overlay(record placing int8send(seq + 1) from 30 for 8) AS r FROM log"
            "  WHERE partition = %s AND seq = %s) AS forged",
            (partition, seq),
        )
    assert house.follow.ended() == 1
    told = until(lambda: (t := house.ready())["components"]["followers"] != "ok" and t, "health that says so")
    assert told["status"] == "unavailable"
    note = house.agent("ana").post(
        f"/v1/conversations/{house.conversation_id(who)}/notes", {"text": "cliente insiste"}
    )
    assert note.status_code in (202, 503)
    until(lambda: house.ready()["components"]["engine"] != "ok", "the engine halted as well")
