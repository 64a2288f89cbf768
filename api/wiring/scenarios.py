"""Scenarios with the holidays of the library at hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from adapters.holidays import brazil
from api.scenarios.playing import play
from api.scenarios.reading import read
from api.scenarios.telling import told


def free_days(years: Iterable[int], state: str | None) -> list[date]:
    """National holidays, and those of a state. ValueError for a state that is none."""
    return [holiday.day for holiday in brazil(years, state)]


def play_scenario(body: bytes) -> dict[str, Any]:
    """What became of a scenario. Raises `api.scenarios.reading.Invalid` for what is none."""
    return told(play(read(body, free_days), free_days))
