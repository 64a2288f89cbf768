"""Who the customers are, and what they tell."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.simulator.customers import words
from adapters.simulator.customers.hearing import automatic
from adapters.simulator.customers.people import EIGHT_DIGITS, NINE_DIGITS, person
from adapters.simulator.customers.steps import Act, Do, Sign, Wait
from adapters.simulator.customers.stories import story
from adapters.simulator.robots import phrases
from adapters.simulator.simulation import LONG_AGO, who
from adapters.whatsapp.addresses import canonical_phone
from domain.copy.catalogue import TEXTS, Part, Reader
from domain.firstline import MENU, Heard, Subject, understand

SEEDS = st.integers(0, 2**31)
PLACES = st.integers(0, 100_000)
IN_USE = {  # area codes that Brazil has given out
    *range(11, 20), 21, 22, 24, 27, 28, 31, 32, 33, 34, 35, 37, 38, *range(41, 50), 51, 53, 54, 55,
    *range(61, 70), 71, 73, 74, 75, 77, 79, *range(81, 90), *range(91, 100),
}  # fmt: skip


@given(SEEDS, PLACES)
def test_the_same_seed_tells_the_same_stories_about_the_same_people(seed: int, n: int) -> None:
    assert story(seed, n) == story(seed, n)
    assert person(seed, n) == person(seed, n)


@given(SEEDS)
def test_another_seed_tells_other_stories(seed: int) -> None:
    assert [story(seed, n) for n in range(30)] != [story(seed + 1, n) for n in range(30)]


@given(SEEDS, st.sets(PLACES, min_size=2, max_size=60))
def test_no_two_customers_share_an_address(seed: int, places: set[int]) -> None:
    addresses = {canonical_phone(person(seed, n).address) for n in places}
    assert len(addresses) == len(places)


@given(SEEDS, PLACES)
def test_no_customer_has_a_phone_that_somebody_could_have(seed: int, n: int) -> None:
    wa_id = person(seed, n).wa_id
    if wa_id is not None:
        assert re.fullmatch(r"55\d{10,11}", wa_id)
        assert int(wa_id[2:4]) not in IN_USE


def test_area_codes_of_customers_are_given_to_nobody() -> None:
    assert not {int(code) for code in (*NINE_DIGITS, *EIGHT_DIGITS)} & IN_USE


def test_customers_come_with_and_without_the_ninth_digit_by_landline_and_by_username() -> None:
    people = [person(3, n) for n in range(500)]
    phones = [who.wa_id for who in people if who.wa_id]
    assert {len(phone) for phone in phones} == {12, 13}
    assert any(canonical_phone(phone) != phone for phone in phones)
    assert any(len(phone) == 12 and canonical_phone(phone) == phone for phone in phones)
    assert any(who.wa_id is None and who.user_id for who in people)
    assert any(who.wa_id and who.user_id for who in people)


def test_stories_use_everything_a_customer_can_do_and_wait_for() -> None:
    steps = [step for n in range(2_000) for step in story(11, n).steps]
    assert {step.act for step in steps if isinstance(step, Do)} == set(Act)
    assert {step.until for step in steps if isinstance(step, Wait)} == set(Sign)
    assert any(step.ago > 86_400 for step in steps if isinstance(step, Do))


@given(SEEDS, PLACES)
def test_whoever_chooses_from_the_menu_chooses_a_line_it_has(seed: int, n: int) -> None:
    told = story(seed, n)
    assert told.subject in MENU
    chosen = [s.words for s in told.steps if isinstance(s, Do) and s.act is Act.CHOICE]
    assert set(chosen) <= set(MENU)
    tapped = [s.words for s in told.steps if isinstance(s, Do) and s.act is Act.TAP]
    assert set(tapped) <= {"cancel_contract", "other"}


@pytest.mark.parametrize(
    ("scripts", "subject"),
    [
        (words.DOWN, Subject.TECHNICAL),
        (words.SLOW, Subject.TECHNICAL),
        (words.WIFI, Subject.TECHNICAL),
        (words.EQUIPMENT, Subject.TECHNICAL),
        (words.INVOICE, Subject.BILLING),
        (words.PAID, Subject.BILLING),
        (words.AGREEMENT, Subject.BILLING),
        (words.SALES, Subject.SALES),
        (words.QUESTION, Subject.QUESTION),
        (words.CANCEL, Subject.CANCEL),
    ],
)
def test_the_first_line_understands_what_customers_came_for(
    scripts: tuple[words.Lines, ...], subject: Subject
) -> None:
    for lines in scripts:
        assert understand([Heard("text", line) for line in lines]).subject is subject, lines


def test_nobody_understands_the_puzzling() -> None:
    for line in words.PUZZLING:
        assert understand([Heard("text", line)]).subject in (Subject.NOTHING, Subject.GREETING), line


@pytest.mark.parametrize(
    "key",
    [k for k, t in TEXTS.items() if t.automatic and t.reader is Reader.CUSTOMER and t.part is Part.BODY],
)
def test_customers_know_a_machine_when_they_hear_one(key: str) -> None:
    text = TEXTS[key].text
    filled = Formatter().vformat(text, (), {name: f"<{name}>" for name in TEXTS[key].variables})
    assert automatic(filled)


def test_customers_know_a_person_when_they_hear_one() -> None:
    tables = (phrases.FIRST, phrases.NEXT)
    said = [line for table in tables for lines in table.values() for line in lines]
    assert said
    assert not [line for line in said if automatic(line)]


def test_a_returning_customer_was_here_long_before() -> None:
    places = range(LONG_AGO, LONG_AGO * 4)
    returned = [n for n in places if who(5, n) != n]
    assert 0 < len(returned) < len(places) / 4
    assert {n - who(5, n) for n in returned} == {LONG_AGO}
