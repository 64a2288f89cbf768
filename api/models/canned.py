"""Answers kept ready, as the doors hear of them and tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from api.models.asks import Ask, Id, Name, not_blank
from api.models.views import View
from projections import canned


class PutCanned(Ask):
    title: Name
    text: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(not_blank)] = Field(
        description="`{nome}`, `{protocolo}`, `{agente}` and `{fila}` are filled when it is inserted"
    )
    queues: list[Id] = Field([], max_length=50, description="For whose agents; none: for all")


class Canned(View):
    canned_id: str = Field(description="What is typed behind the slash")
    version: int
    title: str
    text: str
    queues: list[str] = Field(description="For whose agents; none: for all")
    written_at: datetime


class CannedAnswers(View):
    items: list[Canned]


def answers(rows: list[canned.Row]) -> CannedAnswers:
    return CannedAnswers(items=[Canned.model_validate(row) for row in rows])
