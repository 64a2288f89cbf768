"""The lookout: connections whose heartbeats stopped are declared lost, and who is away too long has left."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

from commands.agent import LeaveDesk, LoseConnection
from commands.floor_ports import Floor, Presence
from commands.intention import Command, watch_id
from commands.roles import Watch
from domain.agent import AGENT, AgentId
from domain.journal import Cause
from domain.presence import HEARTBEAT, MISSED

NAME: Final = "lookout"
EVERY: Final = 2.0  # seconds


class Mast(Protocol):
    @property
    def floor(self) -> Floor: ...

    @property
    def presence(self) -> Presence: ...


async def look(at: datetime, ports: Mast) -> list[Command]:
    wishes: list[Command] = []
    for agent_id, last in await ports.presence.silent_since(at - MISSED * HEARTBEAT):
        wishes.append(
            LoseConnection(
                id=watch_id(f"{NAME}/lost", agent_id, last.isoformat()),
                cause=_cause(agent_id),
                agent_id=agent_id,
            )
        )
        await ports.presence.forget(agent_id, last)
    for agent_id, since in await ports.floor.leaving(at):
        wishes.append(
            LeaveDesk(
                id=watch_id(f"{NAME}/left", agent_id, since.isoformat()),
                cause=_cause(agent_id),
                agent_id=agent_id,
            )
        )
    return wishes


def _cause(agent_id: AgentId) -> Cause:
    return Cause(f"process:{NAME}", str(agent_id), AGENT.id(agent_id))


def lookout() -> Watch:
    return Watch(NAME, EVERY, look)
