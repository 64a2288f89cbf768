"""A day as a scenario: what happened, told with the times of a wall clock in São Paulo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from api.wiring.scenarios import play_scenario

DAY = "2026-03-12"  # a Thursday
Json = dict[str, Any]
OFFICE = {day: ["08:00-12:00", "13:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
PEOPLE = {"supervisor": ["sofia"], "manager": ["marta"], "director": ["davi"]}


def when(clock: str) -> str:
    """`10:00`, `10:00:30`, `13 08:00` (another day of the month) or `2026-04-03 08:00`."""
    day, _, time = clock.rpartition(" ")
    day = day if len(day) == 10 else f"{DAY[:8]}{day}" if day else DAY
    return f"{day}T{time if time.count(':') == 2 else time + ':00'}-03:00"


def wall(instant: str | None) -> str | None:
    """An instant of the answer as `when` takes it."""
    if instant is None:
        return None
    at = datetime.fromisoformat(instant).astimezone(datetime.fromisoformat(when("00:00")).tzinfo)
    assert datetime.fromisoformat(instant).tzinfo == UTC, "answers are in UTC"
    time = at.strftime("%H:%M:%S" if at.second else "%H:%M")
    return time if at.strftime("%Y-%m-%d") == DAY else f"{at:%d} {time}"


def on(at: str, event: str, conversation: str | None = "c", **fields: Any) -> Json:
    told = {"at": when(at), "event": event, **fields}
    if conversation is not None:
        told["conversation"] = conversation
    return told


def house(at: str, event: str, **fields: Any) -> Json:
    return on(at, event, None, **fields)


class Day:
    """What came of it."""

    def __init__(self, *events: Json, until: str | None = None, **rules: Any) -> None:
        scenario: Json = {"events": list(events), **rules}
        if until is not None:
            scenario["until"] = when(until)
        self.told = play_scenario(json.dumps(scenario).encode())

    def clock(self, kind: str, nth: int = 0, conversation: str = "c") -> Json:
        found = [
            clock
            for clock in self.told["clocks"]
            if clock["kind"] == kind and clock["conversation"] == conversation
        ]
        one: Json = sorted(found, key=lambda clock: int(clock["id"].rpartition("#")[2]))[nth]
        return one

    def kinds(self, conversation: str = "c") -> list[str]:
        return [clock["kind"] for clock in self.told["clocks"] if clock["conversation"] == conversation]

    def life(self, kind: str, nth: int = 0) -> tuple[Any, ...]:
        """Start, due, state and verdict of a clock."""
        clock = self.clock(kind, nth)
        return wall(clock["started_at"]), wall(clock["due_at"]), clock["state"], clock["verdict"]

    def breaches(self, *kinds: str) -> list[tuple[Any, ...]]:
        """When, of which clock, due when, and why then."""
        return [
            (wall(b["at"]), b["kind"], wall(b["due_at"]), b["cause"])
            for b in self.told["breaches"]
            if not kinds or b["kind"] in kinds
        ]

    def warnings(self, kind: str) -> list[tuple[Any, int]]:
        return [(wall(w["at"]), w["percent"]) for w in self.told["warnings"] if w["kind"] == kind]

    def steps(self) -> list[tuple[Any, ...]]:
        """When, whose step, who was reached."""
        return [(wall(e["at"]), e["level"], e["reached"]) for e in self.told["escalations"]]

    def order(self) -> list[str]:
        return [row["conversation"] for row in self.told["order"]]

    def tiers(self) -> Mapping[str, str]:
        return {row["conversation"]: row["tier"] for row in self.told["order"]}

    @property
    def conversation(self) -> Json:
        one: Json = self.told["conversations"][0]
        return one

    def refused(self) -> list[str]:
        return [refusal["event"] for refusal in self.told["refused"]]
