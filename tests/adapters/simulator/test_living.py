"""A customer on their own: nobody else is simulated here but the words they hear."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from adapters.simulator.customers.files import held_by
from adapters.simulator.customers.hearing import Heard
from adapters.simulator.customers.living import Customer, Written
from adapters.simulator.customers.people import person
from adapters.simulator.customers.steps import Act, Do, Sign, Step, Story, Wait
from adapters.simulator.graph import Graph
from adapters.simulator.webhooks import Number

NUMBER = Number("200000000000001", "552330000001", "100000000000001")
FILES = held_by(Graph([], "secret"), 1)
LIST = Heard("wamid.list", Sign.LIST, (("technical", "Sem internet"), ("billing", "2ª via")))
BUTTONS = Heard("wamid.buttons", Sign.BUTTONS, (("cancel_contract", "Cancelar"), ("other", "É outra coisa")))
PERSON = Heard("wamid.person", Sign.PERSON)
MACHINE = Heard("wamid.machine", Sign.ANYTHING)
OI = Do(Act.TEXT, "oi", 0)


def told(
    *steps: Step, hears: Sequence[Heard] = (), subject: str = "billing", run: str = "r", n: int = 4
) -> list[Written]:
    """What a customer writes who hears all of this from the beginning, in order, and lives fast."""
    written: list[Written] = []

    async def write(one: Written) -> None:
        written.append(one)

    async def live() -> None:
        customer = Customer(
            n,
            person(1, n),
            Story("test", subject, steps, "cancel_contract"),
            number=NUMBER,
            files=FILES,
            write=write,
            run=run,
            pace=0.001,
        )
        for news in hears:
            customer.hear(news)
        await customer.live()

    asyncio.run(live())
    return written


def items(written: Sequence[Written]) -> list[dict[str, Any]]:
    return [one.item for one in written]


def test_a_customer_chooses_the_row_that_the_story_names() -> None:
    steps = (OI, Wait(Sign.LIST, 10), Do(Act.CHOICE, "technical"))
    reply = items(told(*steps, hears=[MACHINE, LIST]))[1]
    assert reply["interactive"]["list_reply"] == {"id": "technical", "title": "Sem internet"}
    assert reply["context"]["id"] == "wamid.list"


def test_a_list_nobody_asked_for_is_answered_with_the_subject_of_the_story() -> None:
    reply = items(told(OI, Wait(Sign.PERSON, 10_000), hears=[LIST, PERSON]))[1]
    assert reply["interactive"]["list_reply"]["id"] == "billing"


def test_a_customer_taps_a_button() -> None:
    steps = (OI, Wait(Sign.BUTTONS, 10), Do(Act.TAP, "other"))
    reply = items(told(*steps, hears=[BUTTONS]))[1]
    assert reply["interactive"]["button_reply"]["id"] == "other"


def test_two_machines_never_talk_for_ever() -> None:
    wrote = told(OI, Wait(Sign.PERSON, 300), hears=[LIST] * 15)
    assert len(wrote) == 1 + 3


def test_without_a_list_nothing_is_chosen_and_other_words_are_found() -> None:
    steps = (OI, Wait(Sign.LIST, 1, (Do(Act.TEXT, "atendente"),)), Do(Act.CHOICE, "technical"))
    assert [item["text"]["body"] for item in items(told(*steps))] == ["oi", "atendente"]


def test_whoever_waits_in_vain_asks_whether_anybody_is_there_and_leaves() -> None:
    steps = (OI, Wait(Sign.PERSON, 1, (Do(Act.TEXT, "???"),), 2), Do(Act.TEXT, "obrigada"))
    assert [item["text"]["body"] for item in items(told(*steps, hears=[MACHINE]))] == ["oi", "???"]


def test_whoever_hears_a_person_goes_on() -> None:
    steps = (OI, Wait(Sign.PERSON, 100, (Do(Act.TEXT, "???"),)), Do(Act.TEXT, "obrigada"))
    wrote = items(told(*steps, hears=[MACHINE, PERSON]))
    assert [item["text"]["body"] for item in wrote] == ["oi", "obrigada"]


@pytest.mark.parametrize("act", [Act.EDIT, Act.DELETION])
def test_edits_and_deletions_are_about_words_of_their_own(act: Act) -> None:
    oi, _, changed = items(told(OI, Do(Act.PHOTO), Do(act, "olá")))
    kind = {"edit": "edit", "deletion": "revoke"}[act]
    assert changed[kind]["original_message_id"] == oi["id"]


def test_nothing_is_edited_before_anything_was_said() -> None:
    assert told(Do(Act.EDIT, "olá"), Do(Act.REACTION, "👍")) == []


def test_a_reaction_is_about_what_was_heard_last() -> None:
    reaction = items(told(OI, Wait(Sign.PERSON, 10), Do(Act.REACTION, "👍"), hears=[MACHINE, PERSON]))[1]
    assert reaction["reaction"] == {"message_id": "wamid.person", "emoji": "👍"}


def test_every_message_of_every_run_has_an_id_of_its_own_and_the_same_one_each_time() -> None:
    steps = (OI, OI, Do(Act.STICKER), Do(Act.UNSUPPORTED), Do(Act.NOVELTY), Do(Act.LOCATION))
    first, again, other = (told(*steps, run=run) for run in ("a", "a", "b"))
    assert [one.message_id for one in first] == [one.message_id for one in again]
    assert len({one.message_id for one in (*first, *other)}) == 2 * len(steps)


def test_what_was_written_on_a_phone_that_was_away_carries_its_own_time() -> None:
    late, now = told(Do(Act.TEXT, "oi", 0, ago=5 * 86_400), OI)
    assert (now.at - late.at).days >= 4
    assert late.item["timestamp"] == str(int(late.at.timestamp()))
