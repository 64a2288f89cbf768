"""Which days the state declares free, as data."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.holidays import brazil, states


def days(year: int, state: str | None = None) -> set[date]:
    return {holiday.day for holiday in brazil([year], state)}


def test_the_national_holidays_of_a_year_are_these() -> None:
    assert [(h.day.strftime("%d/%m"), h.name) for h in brazil([2026])] == [
        ("01/01", "Confraternização Universal"),
        ("03/04", "Sexta-feira Santa"),
        ("21/04", "Tiradentes"),
        ("01/05", "Dia do Trabalhador"),
        ("07/09", "Independência do Brasil"),
        ("12/10", "Nossa Senhora Aparecida"),
        ("02/11", "Finados"),
        ("15/11", "Proclamação da República"),
        ("20/11", "Dia Nacional de Zumbi e da Consciência Negra"),
        ("25/12", "Natal"),
    ]


def test_carnaval_and_corpus_christi_close_nothing_by_themselves() -> None:
    assert not {date(2026, 2, 16), date(2026, 2, 17), date(2026, 2, 18), date(2026, 6, 4)} & days(2026)


def test_a_state_adds_its_own_and_takes_none_away() -> None:
    assert days(2026, "SP") - days(2026) == {date(2026, 7, 9)}
    assert all(days(2026) <= days(2026, state) for state in states())


def test_several_years_are_those_of_each() -> None:
    assert {holiday.day for holiday in brazil([2026, 2027])} == days(2026) | days(2027)


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="state"):
        brazil([2026], "XX")
