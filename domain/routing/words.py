"""What routing looks at, as plain data: agents and queues as they are now, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.agent import AgentId
from domain.agent.load import Load
from domain.conversation.events import ConversationId
from domain.presence import Availability
from domain.queue import Priority, QueueId
from domain.queueing import Mode, Rules


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent now. `weight` is the live weighted load over all queues (active and offered); `idle_since` the
    last assignment or release; `turn` tells apart offers made at one instant. None: never."""

    agent_id: AgentId
    load: Load
    queues: frozenset[QueueId]
    skills: Mapping[str, int] = field(default_factory=dict)
    availability: Availability = Availability.AVAILABLE
    lost_at: datetime | None = None  # the connection was declared lost
    weight: float = 0
    last_offered_at: datetime | None = None
    turn: int = 0
    idle_since: datetime | None = None

    @property
    def present(self) -> bool:
        """There, as far as anybody knows: available and connected."""
        return self.availability is Availability.AVAILABLE and self.lost_at is None


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue now: its settings, and what its calendar says."""

    rules: Rules = field(default_factory=Rules)
    is_open: bool = True
    opens_at: datetime | None = None  # when it is closed

    @property
    def hands_out(self) -> bool:
        """Whether anything that waits in it may be given automatically now."""
        return self.is_open and self.rules.mode is not Mode.PULL


@dataclass(frozen=True, slots=True)
class Waiting:
    """A conversation that waits. `tried`: who declined it or let it expire in this round; `restart_at`: the
    round is over, the next begins then; `gave_back`: who had it last and returned it or handed it on."""

    conversation_id: ConversationId
    queue_id: QueueId
    priority: Priority
    entered_at: datetime
    weight: float = 1
    returning_to: AgentId | None = None  # the last agent of a customer who came back
    gave_back: AgentId | None = None
    not_before: datetime | None = None
    offered_to: AgentId | None = None
    tried: frozenset[AgentId] = frozenset()
    restart_at: datetime | None = None
    relaxed: bool = False
    reopened: bool = False  # by its customer: what the last agent closed
    version: int | None = None  # of the conversation, as it is looked at


class Barrier(StrEnum):
    """Why an agent cannot be given a conversation now."""

    NOT_IN_QUEUE = "not_in_queue"
    OFFLINE = "offline"
    PAUSED = "paused"
    LOST = "lost"
    LACKS_SKILL = "lacks_skill"
    AT_CAPACITY = "at_capacity"
    AT_CEILING = "at_ceiling"
    ASKED = "asked"  # in this round, and did not accept


class Chosen(StrEnum):
    """What spoke for the agent."""

    LAST_AGENT = "last_agent"
    ONLY_ONE = "only_one"
    SKILLS = "skills"
    LOWEST_LOAD = "lowest_load"
    LONGEST_IDLE = "longest_idle"
    LEAST_RECENTLY_OFFERED = "least_recently_offered"
    GAVE_BACK_LAST = "gave_back_last"  # everybody else had given it back before
    NAME = "name"  # nothing else told them apart


@dataclass(frozen=True, slots=True)
class Weighed:
    """One who could have been given it, with everything the choice looked at."""

    agent_id: AgentId
    weight: float
    load: Load
    skills_met: int
    levels: int
    last_offered_at: datetime | None
    idle_since: datetime | None


@dataclass(frozen=True, slots=True)
class Why:
    """The inputs of a decision: who could take it, best first, and what barred everybody else."""

    chosen_by: Chosen | None
    strategy: str
    relaxed: bool
    candidates: tuple[Weighed, ...]
    barred: Mapping[AgentId, Barrier]


@dataclass(frozen=True, slots=True)
class Give:
    """A conversation is for this agent: offered until `expires_at`, or assigned (None)."""

    conversation_id: ConversationId
    queue_id: QueueId
    agent_id: AgentId
    how: Mode
    expires_at: datetime | None
    why: Why


@dataclass(frozen=True, slots=True)
class RoundOver:
    """Everybody who could take it now was asked: the supervisor is told, and they are asked again then."""

    conversation_id: ConversationId
    queue_id: QueueId
    asked: frozenset[AgentId]
    restart_at: datetime
    why: Why


Outcome = Give | RoundOver
