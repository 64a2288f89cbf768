"""CPF and CNPJ: the numbers by which Brazil knows a person and a company.

Both end in two check digits, weighed sums modulo 11 (Receita Federal; a CNPJ may hold letters since IN RFB
2.229/2024, each worth its ASCII code less 48).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from domain.privacy import Erased

_BETWEEN: Final = re.compile(r"[\s./-]+")
_CPF: Final = re.compile(r"[0-9]{11}", re.ASCII)
_CNPJ: Final = re.compile(r"[0-9A-Z]{12}[0-9]{2}", re.ASCII)
_OF_CPF: Final = (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)
_OF_CNPJ: Final = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def document_number(words: str) -> str | None:
    """The number without its marks: eleven digits, or fourteen signs; None when it is neither a CPF nor a
    CNPJ by its check digits."""
    number = _BETWEEN.sub("", words).upper()
    if len(set(number)) < 2:  # 111.111.111-11 adds up, and is nobody's
        return None
    if _CPF.fullmatch(number):
        weights: Sequence[int] = _OF_CPF
    elif _CNPJ.fullmatch(number):
        weights = _OF_CNPJ
    else:
        return None
    ends = _check(number[:-2], weights[1:]) + _check(number[:-1], weights)
    return number if number.endswith(ends) else None


def masked(number: str) -> str:
    """What is shown of it: `***.456.789-**`, `**.345.678/0001-**`. That it is gone stays as it is."""
    if isinstance(number, Erased):
        return number
    if len(number) == 11:
        return f"***.{number[3:6]}.{number[6:9]}-**"
    return f"**.{number[2:5]}.{number[5:8]}/{number[8:12]}-**"


def _check(number: str, weights: Sequence[int]) -> str:
    rest = sum((ord(sign) - ord("0")) * weight for sign, weight in zip(number, weights, strict=True)) % 11
    return "0" if rest < 2 else str(11 - rest)
