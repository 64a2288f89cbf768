"""Answers kept ready: written, written anew, withdrawn, and what may stand in their braces."""

from __future__ import annotations

import pytest

from domain import canned
from domain.canned import CANNED, VARIABLES, UnknownCanned, UnknownVariable, Withdrawn, Written
from domain.queue import QueueId
from tests.domain.facts import at
from tests.spec import given

SUPPORT = QueueId("suporte-tecnico")
OI = Written(1, "Apresentação", "Oi, {nome}.", (), "user:1", at(0))


def test_an_answer_is_kept_once_and_every_change_is_another_version() -> None:
    same = {"title": "Apresentação", "text": "Oi, {nome}.", "queues": (), "by": "user:1"}
    kept = given(CANNED).when(canned.write, **same, at=at(0)).then(OI)
    kept.when(canned.write, **same, at=at(5)).then_nothing()
    changed = Written(2, "Apresentação", "Oi, {nome}.", (SUPPORT,), "user:2", at(6))
    kept.when(canned.write, **same | {"queues": [SUPPORT, SUPPORT], "by": "user:2"}, at=at(6)).then(changed)


def test_what_was_withdrawn_is_gone_and_may_be_written_again() -> None:
    gone = given(CANNED, OI).when(canned.withdraw, by="user:1", at=at(1)).then(Withdrawn("user:1", at(1)))
    gone.when(canned.withdraw, by="user:1", at=at(2)).then_nothing()
    gone.when(canned.write, title="Apresentação", text="Oi.", queues=(), by="user:1", at=at(3)).then(
        Written(2, "Apresentação", "Oi.", (), "user:1", at(3))
    )
    given(CANNED).when(canned.withdraw, by="user:1", at=at(1)).then_refused(UnknownCanned)


@pytest.mark.parametrize(
    "text", ["{valor}", "{nome", "nome}", "{}", "{0}", "{nome!r}", "{nome:>3}", "{nome.x}"]
)
def test_braces_hold_a_variable_that_can_be_filled_and_nothing_else(text: str) -> None:
    given(CANNED).when(canned.write, title="x", text=text, queues=(), by="u", at=at(0)).then_refused(
        UnknownVariable
    )


def test_every_variable_may_stand_in_a_text() -> None:
    canned.check_variables(" ".join(f"{{{name}}}" for name in VARIABLES))
