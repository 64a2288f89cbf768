"""Nothing but a thank you."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation.thanks import THANKS, thanks_only


@pytest.mark.parametrize(
    "text",
    [
        "obrigado",
        "Obrigada!",
        "muito obrigado",
        "MUITO OBRIGADAAAA!!!",
        "obrigado 🙏",
        "🙏🏽🙏🏽",
        "❤",
        "valeu, muito obrigado pela atenção 😊",
        "Obrigada por tudo, Deus abençoe",
        "vlw",
        "agradeco",
    ],
)
def test_thanks_in_many_forms_is_thanks(text: str) -> None:
    assert thanks_only("text", text, {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "!!!",
        "obrigado?",
        "obrigado？",
        "obrigado 2",
        "obrigado, mas continua sem internet",
        "não, obrigado",
        "ok",
        "👍",
        "🤔",
        "obrigadissimo_x",
        "obrigado " * 40,
    ],
)
def test_anything_else_in_it_makes_it_a_message(text: str) -> None:
    assert not thanks_only("text", text, {})


def test_a_sticker_counts_by_the_hash_of_its_file() -> None:
    assert thanks_only("sticker", None, {"sha256": "abc"}, THANKS | {"abc"})
    assert not thanks_only("sticker", None, {"sha256": "abc"}, THANKS)
    assert not thanks_only("sticker", None, {}, THANKS)


def test_other_kinds_are_never_thanks() -> None:
    assert not thanks_only("image", "obrigado", {})


def test_a_deployment_says_what_counts() -> None:
    assert thanks_only("text", "Tamo junto!", {}, frozenset({"tamo junto"}))
    assert not thanks_only("text", "obrigado", {}, frozenset({"tamo junto"}))
    assert not thanks_only("text", "obrigado", {}, frozenset())


@given(st.lists(st.sampled_from(sorted(THANKS)), min_size=1, max_size=4))
def test_several_entries_in_a_row_are_thanks(entries: list[str]) -> None:
    assert thanks_only("text", " ".join(entries), {})


@given(st.text(max_size=30), st.sampled_from(["?", "7", "quando"]))
def test_a_question_mark_a_digit_or_another_word_disqualifies_any_text(text: str, other: str) -> None:
    assert not thanks_only("text", f"obrigado {text} {other} ", {})
