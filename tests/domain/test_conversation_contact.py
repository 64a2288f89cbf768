"""What the desk writes down of a contact, and the contracts that are theirs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import conversation as c
from domain.agent import AgentId
from domain.conversation import CONVERSATION
from domain.privacy import SubjectId
from tests.domain.facts import ANA, BIA, CLOSED, SERVED, WAITS, at
from tests.spec import given


def edited(by: AgentId = ANA, minute: float = 5, **details: str | None) -> c.ContactEdited:
    """The digest of a test is its words in angle brackets."""
    digests = {name: f"<{words}>" if words else "" for name, words in details.items()}
    return c.ContactEdited(digests, by, at(minute), **details)


def linked(number: str = "4471", label: str | None = None, by: AgentId = ANA) -> c.ContractLinked:
    return c.ContractLinked(f"<{number}>", number, label, by, at(6))


FORGOTTEN = c.SubjectForgotten(SubjectId("s1"), "LGPD, art. 18, VI", None, at(60))
NAMED = edited(name="Dona Lúcia", email="lucia@example.com")


@pytest.mark.parametrize("history", [WAITS, SERVED, CLOSED])
def test_whatever_became_of_a_demand_its_contact_is_edited(history: tuple[c.Event, ...]) -> None:
    given(CONVERSATION, *history).when(c.edit_contact, NAMED).then(NAMED)


def test_only_what_is_new_is_written_down() -> None:
    again = edited(BIA, 7, name="Dona Lúcia", email="lucia@example.net")
    given(CONVERSATION, *SERVED, NAMED).when(c.edit_contact, again).then(
        edited(BIA, 7, email="lucia@example.net")
    )


def test_the_same_words_again_change_nothing() -> None:
    given(CONVERSATION, *SERVED, NAMED).when(c.edit_contact, edited(BIA, 7, name="Dona Lúcia")).then_nothing()


def test_what_is_taken_out_can_be_written_down_anew() -> None:
    out = edited(name=None)
    given(CONVERSATION, *SERVED).when(c.edit_contact, out).then_nothing()
    given(CONVERSATION, *SERVED, NAMED).when(c.edit_contact, out).then(out)
    given(CONVERSATION, *SERVED, NAMED, out).when(c.edit_contact, edited(name="Dona Lúcia")).then(
        edited(name="Dona Lúcia")
    )


def test_a_document_that_does_not_add_up_is_refused() -> None:
    for number in ("52998224724", "529.982.247-25"):
        given(CONVERSATION, *SERVED).when(c.edit_contact, edited(document=number)).then_refused(c.BadDocument)
    right = edited(document="52998224725")
    given(CONVERSATION, *SERVED).when(c.edit_contact, right).then(right)


def test_nobody_is_written_down_who_never_wrote() -> None:
    given(CONVERSATION).when(c.edit_contact, NAMED).then_refused(c.UnknownEpisode)
    given(CONVERSATION).when(c.link_contract, linked()).then_refused(c.UnknownEpisode)


def test_several_contracts_are_linked_and_each_once() -> None:
    home, shop = linked(label="Fibra 500, casa"), linked("4471-B", "Loja")
    given(CONVERSATION, *SERVED).when(c.link_contract, home).then(home)
    given(CONVERSATION, *SERVED, home).when(c.link_contract, shop).then(shop)
    given(CONVERSATION, *SERVED, home, shop).when(c.link_contract, linked(by=BIA)).then_refused(
        c.AlreadyLinked
    )


def test_a_contract_that_was_unlinked_can_be_linked_again() -> None:
    apart = c.ContractUnlinked("<4471>", "4471", BIA, at(9))
    unlinking = {"number": "4471", "by": BIA, "at": at(9)}
    given(CONVERSATION, *SERVED).when(c.unlink_contract, "<4471>", **unlinking).then_nothing()
    given(CONVERSATION, *SERVED, linked()).when(c.unlink_contract, "<4471>", **unlinking).then(apart)
    given(CONVERSATION, *SERVED, linked(), apart).when(c.link_contract, linked()).then(linked())


@pytest.mark.parametrize(
    "number", ["", " ", "-4471", "4471-", "contrato do João", "44 71", "4471\n", "9" * 31]
)
def test_a_contract_number_is_a_number_and_no_words(number: str) -> None:
    given(CONVERSATION, *SERVED).when(c.link_contract, linked(number)).then_refused(c.BadContract)


def test_contracts_have_an_end() -> None:
    full = [linked(str(n)) for n in range(c.MOST_CONTRACTS)]
    given(CONVERSATION, *SERVED, *full).when(c.link_contract, linked("99")).then_refused(
        c.TooManyContracts, most=c.MOST_CONTRACTS
    )


def test_whoever_comes_after_a_forgotten_customer_starts_with_nothing_written_down() -> None:
    before = given(CONVERSATION, *SERVED, NAMED, linked(), FORGOTTEN)
    before.when(c.edit_contact, NAMED).then(NAMED)
    before.when(c.link_contract, linked()).then(linked())
    before.when(c.edit_contact, edited(name=None)).then_nothing()


def test_the_memory_of_a_contact_holds_no_words() -> None:
    card = replace(NAMED, digests={"name": "d1", "email": "d2"})
    contract = replace(linked(label="Rua das Flores, 12"), contract_id="d3")
    state = CONVERSATION.fold([*SERVED, card, contract])
    assert (state.card, state.contracts) == ({"name": "d1", "email": "d2"}, ("d3",))
    assert not any(word in repr(state) for word in ("Lúcia", "lucia@", "4471", "Flores"))
