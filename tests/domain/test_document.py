"""CPF and CNPJ by their check digits, and what is shown of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.document import document_number, masked
from domain.privacy import Class, Erased


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("529.982.247-25", "52998224725"),
        ("52998224725", "52998224725"),
        (" 123 456 789 09 ", "12345678909"),
        ("11.222.333/0001-81", "11222333000181"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),  # the example of the Receita Federal
        ("12.abc.345/01de-35", "12ABC34501DE35"),
    ],
)
def test_a_document_is_read_with_or_without_its_marks(words: str, number: str) -> None:
    assert document_number(words) == number


@pytest.mark.parametrize(
    "words",
    [
        "",
        "529.982.247-24",  # the second check digit
        "529.982.247-15",  # the first
        "111.111.111-11",
        "5299822472",
        "11.222.333/0001-80",
        "12.ABC.345/01DE-34",
        "12ABC34501DEAA",
        "٥٢٩٩٨٢٢٤٧٢٥",
    ],
)
def test_what_does_not_add_up_is_no_document(words: str) -> None:
    assert document_number(words) is None


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("12345678909", "***.456.789-**"),
        ("11222333000181", "**.222.333/0001-**"),
        ("12ABC34501DE35", "**.ABC.345/01DE-**"),
    ],
)
def test_a_document_is_shown_masked(number: str, shown: str) -> None:
    assert masked(number) == shown


def test_a_document_that_is_gone_says_so() -> None:
    gone = Erased(Class.IDENTITY, datetime(2026, 3, 12, tzinfo=UTC), "LGPD, art. 18, VI", None)
    assert masked(gone) is gone
