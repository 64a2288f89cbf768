"""Events: what a supervisor did in a conversation that is not theirs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.agent.events import AgentId


@dataclass(frozen=True, slots=True)
class ListenedTo:
    """They opened it to read along; the customer is told nothing, no tick turns blue."""

    by: AgentId
    owner: AgentId | None  # who attended then
    listened_at: datetime
