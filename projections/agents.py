"""Who attends here?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain import agent
from domain.agent import AgentId
from domain.journal import Recorded
from domain.privacy import Identity
from projections.answer import Projection, by_root, replace


@dataclass(frozen=True, slots=True)
class Row:
    """Whoever left stays listed, inactive: history names them."""

    KEY: ClassVar[tuple[str, ...]] = ("agent_id",)

    agent_id: AgentId
    name: Identity
    active: bool


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case agent.Welcomed(name=name):
            return Row(AgentId(recorded.root), name, active=True)
        case agent.Renamed(name=name) if row is not None:
            return replace(row, name=name)
        case agent.Deactivated() if row is not None:
            return replace(row, active=False)
        case agent.Reactivated() if row is not None:
            return replace(row, active=True)
        case _:
            return row


AGENTS = Projection(
    "agents",
    1,
    Row,
    by_root,
    evolve,
    (agent.Welcomed, agent.Renamed, agent.Deactivated, agent.Reactivated),
)
