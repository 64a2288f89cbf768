"""A stream is told in words; nobody's own words are told unless somebody asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta, timezone
from typing import Annotated, Any
from uuid import uuid4

import pytest

from adapters.archive import Archive
from adapters.log.index import Index
from adapters.log.memory import MemoryLog
from adapters.log.port import LogUnavailable
from adapters.log.record import body_of, event_json
from adapters.log.schema import migrate
from adapters.log.telling import history, in_words
from domain.grammar import Stream
from domain.journal import Position
from domain.privacy import Class, Content, Open
from tests.adapters.log.histories import append, index_all, outcome


@dataclass(frozen=True)
class Noted:
    text: Content
    room: Open
    line: int | None = None
    address: Annotated[dict[str, Any], Class.IDENTITY] | None = None


@dataclass(frozen=True)
class SLAMissed:
    pass


THING: Stream[None, Noted | SLAMissed] = Stream("thing", (Noted, SLAMissed), None, lambda state, _: state)
ARCHIVE = Archive([THING], None)
PRIVATE = b'{"text":"um segredo","room":"loja","line":null,"address":{"street":"Rua Azul","floor":2}}'


def said(n: int, version: int, type_: str, body: bytes, schema: int = 1) -> bytes:
    made = outcome(n, "thing-a")
    return event_json("thing-a", version, type_, schema, made["at"], made["id"], body)


@pytest.fixture
def dsn(database: str) -> str:
    migrate(database)
    log, index = MemoryLog(uuid4(), 1), Index(database)
    append(
        log,
        0,
        [
            body_of([outcome(0, "thing-a", accepted=1)], [said(0, 1, "thing.Noted", PRIVATE)]),
            body_of(
                [outcome(1, "thing-a", accepted=3, actor="customer")],
                [
                    said(1, 2, "thing.SLAMissed", b"{}"),
                    said(1, 3, "thing.FromTheFuture", b'{"secret":"um segredo","n":1}'),
                    said(1, 4, "thing.Noted", b'{"text":"um segredo","room":"loja"}', schema=9),
                ],
            ),
        ],
    )
    index_all(log, index)
    index.close()
    return database


def test_a_history_says_what_happened_who_wanted_it_and_where_it_stands(dsn: str) -> None:
    first, second, *_ = history(dsn, ARCHIVE, "thing-a")
    assert first.row(UTC) == (
        "2026-01-02 03:04:05",
        "noted: text «…», room loja, address «…»",
        "agent:bia (request:0)",
        "0/1 @1",
    )
    assert second.row(timezone(timedelta(hours=-3))) == (
        "2026-01-02 00:04:06",
        "SLA missed",
        "customer (request:1)",
        "0/2 @2",
    )
    assert (second.command, second.position) == ("DoSomething", Position(0, 2))


def test_nobodys_own_words_are_told_unless_asked_for(dsn: str) -> None:
    hidden = " ".join(text for told in history(dsn, ARCHIVE, "thing-a") for text in told.row(UTC))
    assert "segredo" not in hidden
    assert "Azul" not in hidden
    first, *_ = history(dsn, ARCHIVE, "thing-a", personal=True)
    assert first.details["text"] == "um segredo"
    assert first.details["address"] == '{"street":"Rua Azul","floor":2}'


@pytest.mark.parametrize("version", [3, 4])
def test_an_event_without_a_name_keeps_all_its_words(dsn: str, version: int) -> None:
    told = next(history(dsn, ARCHIVE, "thing-a", after=version - 1))
    assert told.version == version
    assert set(told.details.values()) == {"«…»"}


def test_a_history_goes_on_after_a_version(dsn: str) -> None:
    assert [told.version for told in history(dsn, ARCHIVE, "thing-a", after=2)] == [3, 4]
    assert list(history(dsn, ARCHIVE, "thing-b")) == []


def test_a_database_that_does_not_answer_is_said_so() -> None:
    with pytest.raises(LogUnavailable):
        history("postgresql://nobody@127.0.0.1:1/none", ARCHIVE, "thing-a")


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("conversation.MessageReceived", "message received"),
        ("conversation.Closed", "closed"),
        ("queue.SLAChanged", "SLA changed"),
    ],
)
def test_a_stored_name_is_told_in_words(stored: str, words: str) -> None:
    assert in_words(stored) == words
