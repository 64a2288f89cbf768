"""Somebody is forgotten while the desk runs: their words are gone, the chain is whole, and life goes on."""

from __future__ import annotations

import json

import psycopg
import pytest

from adapters.keyring.postgres import beside
from domain.privacy import ERASED
from tests.walks.house import House, until

pytestmark = pytest.mark.slow

SECRET = "meu CPF é 529.982.247-25 e a internet caiu"


def test_what_a_forgotten_customer_wrote_can_be_read_by_nobody_any_more(house: House) -> None:
    who, other = house.customer(), house.customer()
    house.waits(who, SECRET)
    house.waits(other, "minha internet caiu, sem sinal; isto fica como está")
    begun = f"/v1/conversations/{house.conversation_id(who)}/draft"
    house.agent("ana").put(begun, {"text": f"Você disse: {SECRET}"}).raise_for_status()
    card = {"name": "Vizinha da padaria", "document": "529.982.247-25", "remark": "portão verde"}
    path = f"/v1/conversations/{house.conversation_id(who)}"
    house.agent("ana").http.patch(f"{path}/contact", json=card).raise_for_status()
    house.agent("ana").post(f"{path}/contracts", {"number": "CT-4471"}).raise_for_status()
    until(lambda: house.conversation(who)["contact"]["contracts"], "what was written down")
    written = ("padaria", "52998224725", "982.247", "portão", "CT-4471")
    stream = f"conversation-{house.conversation_id(who)}"
    with psycopg.connect(house.dsn) as connection:
        record = b"".join(r for (r,) in connection.execute("SELECT record FROM log").fetchall())
    assert b"529.982" not in record
    assert who.name.encode() not in record
    assert not any(word.encode() in record for word in written)
    told = house.atende("tell", stream, "--words", "--json")
    assert SECRET in told.stdout
    assert SECRET not in house.atende("tell", stream, "--json", ATENDE_MASTER_KEY="x" * 40).stdout
    house.quiet_ends()

    done = house.atende("forget", stream, "--protocol", "20260000000009", "--json")
    assert done.exit_code == 0, done.output
    forgotten = json.loads(done.stdout.splitlines()[-1])
    assert forgotten["keys"] == 2
    again = json.loads(house.atende("forget", forgotten["subject"], "--json").stdout.splitlines()[-1])
    assert (again["keys"], again["position"]) == (0, forgotten["position"])
    assert house.atende("forget", "conversation-nobody").exit_code == 1
    assert house.atende("forget").exit_code == 2

    # whoever looks now finds nothing, and the chain is whole
    told = house.atende("tell", stream, "--words", "--json")
    assert told.exit_code == 0, told.output
    assert SECRET not in told.stdout
    assert ERASED in told.stdout
    assert "subject forgotten" in told.stdout
    assert house.atende("verify").exit_code == 0
    refused = house.atende("rebuild", "transcript")
    assert refused.exit_code == 1
    assert house.atende("rebuild", "all", "--forgotten").exit_code == 0
    (line,) = house.lines(who, "customer")
    assert line["text"] == ERASED
    assert house.lines(other, "customer")[0]["text"] == "minha internet caiu, sem sinal; isto fica como está"
    with psycopg.connect(house.dsn) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() "
            "AND tablename NOT IN ('log', 'view_bookmark')"
        ).fetchall()
        for (table,) in tables:
            rows = str(connection.execute(f'SELECT * FROM "{table}"').fetchall())
            assert "529.982" not in rows, table
            assert who.name not in rows, table
            assert not any(word in rows for word in written), table
    assert house.conversation(who)["contact"]["contracts"] == []

    # the same customer writes again, and is somebody new
    house.writes(who, "oi, voltei")
    until(lambda: [x["text"] for x in house.lines(who, "customer")] == [ERASED, "oi, voltei"], "new words")
    until(lambda: house.conversation(who)["contact"]["name"] == who.name, "the contact, told anew")
    anew = json.loads(house.atende("forget", stream, "--json").stdout.splitlines()[-1])
    assert anew["subject"] != forgotten["subject"]
    assert house.atende("rebuild", "all", "--forgotten").exit_code == 0


def test_a_key_store_of_before_forgets_again(house: House) -> None:
    who = house.customer()
    house.waits(who, "internet caiu, e apaguem tudo o que é meu")
    stream = f"conversation-{house.conversation_id(who)}"
    keys = beside(house.dsn)
    with psycopg.connect(keys, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT * FROM data_key")
        done = house.atende("forget", stream, "--json")
        subject = json.loads(done.stdout.splitlines()[-1])["subject"]
        for table in ("fence", "forbidden"):  # a restored copy knows of neither
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            connection.execute(f"DELETE FROM {table} WHERE subject = %s", (subject,))
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.execute("INSERT INTO data_key SELECT * FROM kept WHERE subject = %s", (subject,))
        connection.execute("DROP TABLE kept")
    assert "apaguem tudo" in house.atende("tell", stream, "--words", "--json").stdout
    assert house.atende("forget", "--again").stdout.startswith("2 keys had come back")
    assert "apaguem tudo" not in house.atende("tell", stream, "--words", "--json").stdout
    assert house.atende("rebuild", "all", "--forgotten").exit_code == 0


def test_keys_that_are_lost_stop_the_views_until_they_are_written_off(house: House) -> None:
    who = house.customer()
    house.waits(who, "internet caiu, e a chave também")
    stream = f"conversation-{house.conversation_id(who)}"
    subject = subject_of(house, stream)
    with psycopg.connect(beside(house.dsn)) as connection:
        connection.execute("DELETE FROM data_key WHERE subject = %s", (subject,))
    assert "not in the key store" in house.atende("tell", stream, "--words", "--json").stdout
    stopped = house.atende("rebuild", "inbox", "--forgotten")
    assert stopped.exit_code == 1
    assert "not in the key store" in str(stopped.exception)
    assert house.atende("forget", "--lost").stdout.startswith("2 keys are written off")
    assert house.atende("rebuild", "all", "--forgotten").exit_code == 0
    assert ERASED in house.atende("tell", stream, "--words", "--json").stdout


def subject_of(house: House, stream: str) -> str:
    with psycopg.connect(house.dsn) as connection:
        row = connection.execute(
            "SELECT body->'~'->>'of' FROM event WHERE stream = %s AND body->'~' IS NOT NULL LIMIT 1",
            (stream,),
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_another_master_key_opens_nothing_and_says_so(house: House) -> None:
    done = house.atende("forget", "conversation-c", ATENDE_MASTER_KEY="x" * 40)
    assert done.exit_code == 1
    assert "ATENDE_MASTER_KEY" in done.output + str(done.exception)
