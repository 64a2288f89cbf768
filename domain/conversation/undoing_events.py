"""Events: what was done is taken back within seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.agent.events import AgentId
from domain.privacy import Open
from domain.queue import QueueId


@dataclass(frozen=True, slots=True)
class Undone:
    """A closing or a transfer: from here on all is as it was before, the clocks too. With an agent it is in
    service, else it waits; `answered`: the customer owes the answer."""

    what: Open  # closed, transferred
    by: AgentId
    episode: int
    agent_id: AgentId | None  # whose it is again
    taken_from: AgentId | None  # who had it meanwhile
    queue_id: QueueId | None
    answered: bool
    wake_at: datetime | None
    entered_at: datetime | None
    waiting_since: datetime | None
    due_at: datetime | None
    first: bool
    undone_at: datetime
