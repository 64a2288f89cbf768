"""A scenario played from its JSON, and what is asked about it afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from api.rehearsal.scenario import read, run
from api.rehearsal.telling import told

GERAL: dict[str, Any] = {"id": "geral"}


def queue(name: str = "geral", **settings: Any) -> dict[str, Any]:
    return {"id": name, **settings}


def agent(name: str, capacity: int = 1, *queues: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "capacity": capacity, "queues": list(queues or ("geral",)), **more}


def on(at: float, event: str, conversation: str | None = None, **more: Any) -> dict[str, Any]:
    """An event; arrivals go to `geral` unless they say otherwise."""
    named = {} if conversation is None else {"conversation": conversation}
    place = {"queue": "geral"} if event in ("arrives", "opens") else {}
    return {"at": at, "event": event, **named, **place, **more}


def by(at: float, who: str, event: str, conversation: str | None = None, **more: Any) -> dict[str, Any]:
    return on(at, event, conversation, agent=who, **more)


@dataclass(frozen=True)
class Played:
    result: dict[str, Any]

    def facts(self, kind: str, **where: Any) -> list[dict[str, Any]]:
        return [
            fact
            for fact in self.result["facts"]
            if fact["kind"] == kind and all(fact.get(name) == value for name, value in where.items())
        ]

    def only(self, kind: str, **where: Any) -> dict[str, Any]:
        (fact,) = self.facts(kind, **where)
        return fact

    def offers(self, **where: Any) -> list[tuple[float, str, str]]:
        return [(f["at"], f["conversation"], f["agent"]) for f in self.facts("offered", **where)]

    def taken(self, **where: Any) -> list[tuple[float, str, str]]:
        return [(f["at"], f["conversation"], f["agent"]) for f in self.facts("assigned", **where)]

    def conversation(self, name: str) -> dict[str, Any]:
        (found,) = (c for c in self.result["conversations"] if c["conversation"] == name)
        return found  # type: ignore[no-any-return]

    def agent(self, name: str) -> dict[str, Any]:
        (found,) = (a for a in self.result["agents"] if a["agent"] == name)
        return found  # type: ignore[no-any-return]


def played(
    *events: dict[str, Any],
    agents: list[dict[str, Any]],
    queues: list[dict[str, Any]] | None = None,
    until: float | None = None,
) -> Played:
    scenario = {"queues": queues or [GERAL], "agents": agents, "events": list(events)}
    if until is not None:
        scenario["until"] = until
    return Played(told(run(read(json.dumps(scenario).encode()))))
