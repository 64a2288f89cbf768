"""Finding conversations, and counting them: in a database as in memory."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from adapters.reads import Reads, Wanted
from domain import conversation
from domain.conversation import ConversationId, MessageId
from domain.privacy import SubjectId
from projections.answer import fold
from projections.contacts import CONTACTS, comparable
from projections.inbox import Counts
from tests.adapters.reads.conftest import Known
from tests.api.house import MemoryInbox, MemoryReads, StoppedClock
from tests.luck import examples
from tests.projections.histories import ANA, BIA, START, recorded, steps, told, walk

pytestmark = pytest.mark.slow

LITTLE = examples(10, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = ["José Antônio D'Ávila", "Maria José", "joana prado", "João & Filhos", "Ünal", "李 小龍"]


def called(n: int, name: str, number: str | None = None) -> list[Any]:
    at = START + timedelta(minutes=n)
    return told(
        conversation.Opened(
            1, conversation_channel(), conversation.Opener.CUSTOMER, at, conversation.Stage.AUTOMATION
        ),
        conversation.ContactKnown(name=name),
        *([conversation.ProtocolGiven(1, number, at)] if number else []),
        stream=f"conversation-c{n}",
    )


def conversation_channel() -> Any:
    return "loja"


@pytest.fixture
def people(known: Known) -> Known:
    known.fold(*(called(n, name, f"2026000000000{n}") for n, name in enumerate(NAMES)))
    return known


def found(known: Known, name: str, limit: int = 20) -> list[str]:
    async def ask(pool: Any) -> Any:
        return await Reads(pool).by_name([name], limit=limit)

    return [row.conversation_id for row in known.ask(ask)]


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("jose", ["c1", "c0"]),  # the last active first
        ("JOSÉ", ["c1", "c0"]),
        ("jos mar", ["c1"]),
        ("avila", ["c0"]),
        ("d'avila anto", ["c0"]),
        ("jo", ["c3", "c2", "c1", "c0"]),
        ("unal", ["c4"]),
        ("小", ["c5"]),
        ("ose", []),
        ("jose | maria", ["c1"]),
        ("!:*&", []),
        ("' OR 1=1", []),
        ("", []),
    ],
)
def test_a_name_is_found_by_the_beginnings_of_its_words(people: Known, typed: str, ids: list[str]) -> None:
    assert found(people, typed) == ids


@pytest.mark.parametrize(
    ("typed", "ids"),
    [("lucia", ["c0"]), ("jose", ["c1", "c0"]), ("ct 44", ["c0"]), ("CT-4471", ["c0"]), ("4472", [])],
)
def test_a_conversation_is_found_by_what_the_desk_wrote_down(
    known: Known, typed: str, ids: list[str]
) -> None:
    at = START + timedelta(hours=1)
    events = [fact.event for fact in called(0, NAMES[0])]
    events += [
        conversation.ContactEdited({"name": "d1"}, ANA, at, name="Dona Lúcia"),
        conversation.ContractLinked("d2", "CT-4471", None, ANA, at),
        conversation.ContractLinked("d3", "4472", None, ANA, at),
        conversation.ContractUnlinked("d3", "4472", ANA, at),
    ]
    known.fold(told(*events, stream="conversation-c0"), called(1, NAMES[1]))
    assert found(known, typed) == ids


def test_either_of_several_forms_is_found(people: Known) -> None:
    async def ask(pool: Any) -> Any:
        return await Reads(pool).by_name(["unal", "prado", "!"], limit=5)

    assert [row.conversation_id for row in people.ask(ask)] == ["c4", "c2"]


def test_no_more_are_told_than_were_asked_for(people: Known) -> None:
    assert found(people, "jo", limit=2) == ["c3", "c2"]


def test_a_protocol_number_is_found_also_of_an_episode_that_is_over(people: Known) -> None:
    async def ask(pool: Any) -> Any:
        reads = Reads(pool)
        ids = [ConversationId("c4"), ConversationId("nobody")]
        return (
            await reads.by_protocol("20260000000003", limit=5),
            await reads.by_protocol("2", limit=5),
            await reads.by_ids(ids, limit=5),
        )

    one, none, by_id = people.ask(ask)
    assert [row.conversation_id for row in one] == ["c3"]
    assert none == []
    assert [row.conversation_id for row in by_id] == ["c4"]


@given(st.text(max_size=30))
def test_comparable_names_stay_as_they_are(name: str) -> None:
    assert comparable(comparable(name)) == comparable(name)


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4), st.text(max_size=12))
@LITTLE
def test_a_database_finds_whom_a_fold_finds(known: Known, names: list[str], typed: str) -> None:
    known.forget()
    facts = known.fold(*(called(n, name) for n, name in enumerate(names)))
    words = comparable(typed).split()
    rows = fold(CONTACTS, facts).values()
    expected = {
        row.conversation_id
        for row in rows
        if words and all(any(w.startswith(one) for w in row.words.split()) for one in words)
    }
    assert set(found(known, typed)) == expected


def test_whoever_was_forgotten_is_not_found_by_their_name() -> None:
    history = called(0, "Joana Prado")
    gone = conversation.SubjectForgotten(SubjectId("s"), "LGPD art. 18, VI", None, START)
    assert fold(CONTACTS, history)
    assert not fold(CONTACTS, [*history, recorded(gone, 9, stream="conversation-c0")])


@given(st.lists(steps, max_size=4), st.integers(0, 100), st.sampled_from([ANA, BIA, None]))
@LITTLE
def test_a_database_counts_what_a_fold_counts(known: Known, several: Any, hours: int, who: Any) -> None:
    known.forget()
    facts = known.fold(*(told(*walk(n).events, stream=f"conversation-c{i}") for i, n in enumerate(several)))
    at = START + timedelta(hours=hours)

    async def ask(pool: Any) -> Any:
        return await Reads(pool).counts(who, at)

    async def in_memory(_: Any) -> Counts:
        return await MemoryReads(MemoryInbox(StoppedClock(), facts)).counts(who, at)

    assert known.ask(ask) == known.ask(in_memory)


def test_a_list_of_a_tag_holds_what_carries_it(known: Known) -> None:
    at = START
    tagged = [*called(0, "Joana"), recorded(conversation.Tagged("vip", ANA, at), 9, stream="conversation-c0")]
    off = [
        *called(1, "Maria"),
        recorded(conversation.Tagged("vip", ANA, at), 9, stream="conversation-c1"),
        recorded(conversation.Untagged("vip", ANA, at), 10, stream="conversation-c1"),
    ]
    known.fold(tagged, off)

    async def ask(pool: Any) -> Any:
        return await Reads(pool).conversations(Wanted(tag="vip"), at)

    page = known.ask(ask)
    assert [(row.conversation_id, row.tags) for row in page.rows] == [("c0", ("vip",))]


def test_lines_are_found_by_their_ids_within_their_conversation(known: Known) -> None:
    known.fold(called(0, "Joana", "20260000000001"), called(1, "Maria", "20260000000002"))

    async def ask(pool: Any) -> Any:
        wanted = [MessageId("#1"), MessageId("#3"), MessageId("#9")]
        return await Reads(pool).lines(ConversationId("c0"), wanted)

    assert {(row.conversation_id, row.line_id) for row in known.ask(ask)} == {("c0", "#1"), ("c0", "#3")}
