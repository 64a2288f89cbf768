"""Section 6, templates: a registry fed by the provider, and what may leave of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import template as t
from domain.grammar import Refused
from domain.template import TEMPLATE, Button, Category, Quality, Shape, Status
from domain.template.shape import check_lengths
from tests.domain.facts import at
from tests.spec import given

SHAPE = Shape("A sua fatura vence em {{1}}: {{2}}.", footer="Responda se precisar.")
LINE: dict[str, Any] = {
    "category": Category.UTILITY,
    "status": Status.APPROVED,
    "quality": Quality.GREEN,
}
KNOWN = t.Registered(SHAPE, Category.UTILITY, Status.APPROVED, Quality.GREEN, at(0))
APPROVED = given(TEMPLATE, KNOWN).state


def body(*words: str) -> list[dict[str, Any]]:
    return [{"type": "body", "parameters": [{"type": "text", "text": word} for word in words]}]


# The registry is fed by the provider: status, category, quality, variables


def test_what_the_provider_lists_is_registered_once() -> None:
    first = given(TEMPLATE).when(t.sync, SHAPE, **LINE, at=at(0)).then(KNOWN)
    first.when(t.sync, SHAPE, **LINE, at=at(5)).then_nothing()


def test_the_list_tells_only_what_changed() -> None:
    news = LINE | {"category": Category.MARKETING, "status": Status.PAUSED}
    given(TEMPLATE, KNOWN).when(t.sync, SHAPE, **news, at=at(9)).then(
        t.Recategorised(Category.MARKETING, Category.UTILITY, at(9)),
        t.StatusChanged(Status.PAUSED, None, at(9)),
    )


def test_what_is_not_listed_any_more_is_removed_and_may_come_back() -> None:
    gone = given(TEMPLATE, KNOWN).when(t.miss, at=at(3)).then(t.Removed(at(3)))
    gone.when(t.miss, at=at(4)).then_nothing()
    gone.when(t.sync, SHAPE, **LINE, at=at(5)).then(
        t.Registered(SHAPE, Category.UTILITY, Status.APPROVED, Quality.GREEN, at(5))
    )


def test_a_webhook_that_is_older_than_what_we_know_changes_nothing() -> None:
    paused = given(TEMPLATE, KNOWN).when(t.hear_status, Status.PAUSED, reason="LOW", at=at(10))
    after = paused.then(t.StatusChanged(Status.PAUSED, "LOW", at(10)))
    after.when(t.hear_status, Status.APPROVED, reason=None, at=at(9)).then_nothing()
    after.when(t.hear_status, Status.PAUSED, reason="LOW", at=at(11)).then_nothing()
    after.when(t.hear_status, Status.APPROVED, reason=None, at=at(12)).then(
        t.StatusChanged(Status.APPROVED, None, at(12))
    )


def test_category_and_quality_are_heard_too_and_of_nothing_unknown() -> None:
    given(TEMPLATE, KNOWN).when(t.hear_category, Category.MARKETING, at=at(1)).then(
        t.Recategorised(Category.MARKETING, Category.UTILITY, at(1))
    )
    given(TEMPLATE, KNOWN).when(t.hear_quality, Quality.RED, at=at(1)).then(
        t.QualityChanged(Quality.RED, at(1))
    )
    given(TEMPLATE).when(t.hear_quality, Quality.RED, at=at(1)).then_refused(t.UnknownTemplate)


# Lengths are validated when saved


@pytest.mark.parametrize(
    ("shape", "part", "limit"),
    [
        (Shape("a" * 1025), "body", 1024),
        (Shape("a", footer="a" * 61), "footer", 60),
        (Shape("a", buttons=(Button("quick_reply", "a" * 21),)), "button", 20),
    ],
)
def test_a_part_longer_than_whatsapp_shows_is_not_saved(shape: Shape, part: str, limit: int) -> None:
    given(TEMPLATE).when(t.sync, shape, **LINE, at=at(0)).then_refused(
        t.LengthExceeded, part=part, limit=limit, length=limit + 1
    )


def test_parts_of_exactly_the_limit_are_saved() -> None:
    check_lengths(Shape("a" * 1024, footer="a" * 60, buttons=(Button("quick_reply", "a" * 20),)))


# What may leave


def refusal_of(
    state: t.Template | None, components: list[dict[str, Any]]
) -> tuple[str, dict[str, Any]] | None:
    try:
        t.check_send(state, components)
    except Refused as no:
        return no.rule, dict(no.fields)
    return None


def test_an_approved_utility_filled_exactly_may_leave() -> None:
    assert refusal_of(APPROVED, body("12/03", "R$ 99,90")) is None


def test_a_template_nobody_knows_is_refused() -> None:
    assert refusal_of(None, []) == ("UnknownTemplate", {})
    assert refusal_of(TEMPLATE.initial, []) == ("UnknownTemplate", {})


@pytest.mark.parametrize("status", [Status.PENDING, Status.REJECTED, Status.DISABLED, Status.OTHER])
def test_a_template_that_is_not_approved_is_refused(status: Status) -> None:
    state = given(TEMPLATE, KNOWN, t.StatusChanged(status, None, at(1))).state
    assert refusal_of(state, body("a", "b")) == ("TemplateNotApproved", {"status": status.value})


def test_a_paused_template_is_refused_by_its_own_rule() -> None:
    state = given(TEMPLATE, KNOWN, t.StatusChanged(Status.PAUSED, None, at(1))).state
    assert refusal_of(state, body("a", "b")) == ("TemplatePaused", {})


@pytest.mark.parametrize("category", [Category.MARKETING, Category.AUTHENTICATION, Category.OTHER])
def test_only_a_utility_is_an_agents(category: Category) -> None:
    state = given(TEMPLATE, KNOWN, t.Recategorised(category, Category.UTILITY, at(1))).state
    assert refusal_of(state, body("a", "b")) == ("WrongCategory", {"category": category.value})


@pytest.mark.parametrize(
    ("components", "fields"),
    [
        ([], {"part": "body", "expected": 2, "given": 0}),
        (body("a"), {"part": "body", "expected": 2, "given": 1}),
        (body("a", "  "), {"part": "body", "expected": 2, "given": 2}),
        (body("a", "b", "c"), {"part": "body", "expected": 2, "given": 3}),
        (
            [*body("a", "b"), {"type": "header", "parameters": [{"type": "text", "text": "x"}]}],
            {"part": "header", "expected": 0, "given": 1},
        ),
    ],
)
def test_missing_or_unasked_variables_are_refused(
    components: list[dict[str, Any]], fields: dict[str, Any]
) -> None:
    assert refusal_of(APPROVED, components) == ("MissingVariables", fields)


def test_a_header_of_a_picture_and_a_button_with_a_variable_ask_for_theirs() -> None:
    shape = Shape("Oi!", header_format="image", buttons=(Button("url", "Ver", "https://isp.example/{{1}}"),))
    state = given(TEMPLATE, t.Registered(shape, **LINE, registered_at=at(0))).state
    image = {"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]}
    button = {"type": "button", "index": "0", "parameters": [{"type": "text", "text": "abc"}]}
    assert refusal_of(state, [image, button]) is None
    assert refusal_of(state, [image]) == ("MissingVariables", {"part": "button/0", "expected": 1, "given": 0})
    assert refusal_of(state, [button]) == ("MissingVariables", {"part": "header", "expected": 1, "given": 0})


def test_variables_that_make_the_body_too_long_are_refused() -> None:
    fixed = len("A sua fatura vence em : .")
    assert refusal_of(APPROVED, body("a" * (1024 - fixed - 1), "b")) is None
    assert refusal_of(APPROVED, body("a" * (1024 - fixed), "b")) == (
        "VariableTooLong",
        {"part": "body", "limit": 1024, "length": 1025},
    )


@for_all(st.text(max_size=40), st.lists(st.text(max_size=5), max_size=4))
def test_no_words_break_the_check_and_none_are_repeated_in_a_refusal(words: str, more: list[str]) -> None:
    told = refusal_of(APPROVED, body(words, *more))
    assert told is None or all(isinstance(v, int) or v == "body" for v in told[1].values())


def test_named_variables_are_found_in_order_and_once() -> None:
    assert t.variables("{{2}} {{1}} {{2}}") == ("1", "2")
    assert t.variables("Oi {{nome}}, vence {{data}}, {{nome}}") == ("nome", "data")
