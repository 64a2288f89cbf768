"""Reads a scenario file. What is wrong with it is told by the name of the field."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from api.scenarios.events import Scenario
from api.scenarios.rules import Holidays, Strict

_TAGS = frozenset({"function-after", "function-before", "function-wrap", "[key]"})


class Invalid(Exception):
    """It is no scenario. `problems`: the fields, and what is wrong with each."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(f"{problems[0][0]}: {problems[0][1]}")
        self.problems = problems


S = TypeVar("S", bound=Strict)


def checked(kind: type[S], body: bytes) -> S:
    """What JSON says, read as one of these. Raises Invalid."""
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise Invalid([_problem(each["type"], each["loc"], each["msg"]) for each in error.errors()]) from None


def read(body: bytes, holidays: Holidays) -> Scenario:
    """The scenario. Raises Invalid."""
    scenario = checked(Scenario, body)
    problems = scenario.problems()
    for where, rules in [
        *((f"calendars.{name}", rules) for name, rules in scenario.calendars.items()),
        *(
            (f"events[{n}].calendar", event.calendar)
            for n, event in enumerate(scenario.events)
            if event.event == "calendar"
        ),
    ]:
        try:
            rules.calendar((2026,), holidays)
        except ValueError as why:
            problems.append((f"{where}.holidays", str(why)))
    if problems:
        raise Invalid(problems)
    return scenario


def _problem(kind: str, loc: tuple[int | str, ...], message: str) -> tuple[str, str]:
    path = ""
    if kind.startswith("union_tag"):  # not one of the things that happen
        loc = (*loc, "", "event")
    for n, part in enumerate(loc):
        if isinstance(part, int):
            path += f"[{part}]"
        elif n == 2 and loc[0] == "events":
            continue  # which kind of event it was read as
        elif part not in _TAGS and not part.startswith("function-"):
            path += f".{part}" if path else part
    return path or "the file", message.removeprefix("Value error, ")
