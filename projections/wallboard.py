"""How does the desk stand now? Rows of other answers, put together for a wall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.agent import AgentId
from domain.conversation import Stage
from domain.estimate import forecast
from domain.presence import Availability, counted
from domain.queue import QueueId
from projections import agents, queues


@dataclass(frozen=True, slots=True)
class Tally:
    """Open conversations of a stage, of a queue, of an agent. `breached`: past their due time."""

    stage: Stage
    queue_id: QueueId | None
    agent_id: AgentId | None
    count: int
    breached: int
    oldest_at: datetime | None  # of those that wait: when the first of them entered


@dataclass(frozen=True, slots=True)
class QueueStands:
    """`available`: agents who are there for it; `forecast`: seconds until all that waits has been taken up,
    None when nobody can say."""

    queue_id: QueueId
    name: str
    waiting: int
    oldest_at: datetime | None
    in_service: int
    breached: int
    available: int
    forecast: float | None


@dataclass(frozen=True, slots=True)
class AgentStands:
    """`since` they are what they declare. A pause that does not count is told without its reason and its
    beginning. `queues` None: every queue's."""

    agent_id: AgentId
    name: str
    availability: Availability
    pause_reason: str | None
    connected: bool
    since: datetime | None
    in_service: int
    breached: int
    active: int
    silent: int
    offered: int
    capacity: int
    queues: tuple[QueueId, ...] | None


@dataclass(frozen=True, slots=True)
class Wallboard:
    at: datetime
    queues: tuple[QueueStands, ...]
    agents: tuple[AgentStands, ...]


def wallboard(
    known: Iterable[queues.Row],
    people: Iterable[agents.Row],
    tallies: Sequence[Tally],
    handled: Mapping[QueueId, Sequence[float]],
    at: datetime,
) -> Wallboard:
    """`handled`: how long the last ones of a queue took in service, in seconds, the newest first."""
    of_queue: defaultdict[QueueId | None, list[Tally]] = defaultdict(list)
    of_agent: defaultdict[AgentId | None, list[Tally]] = defaultdict(list)
    for tally in tallies:
        of_queue[tally.queue_id].append(tally)
        if tally.stage is Stage.IN_SERVICE:
            of_agent[tally.agent_id].append(tally)
    there = [row for row in people if row.active]
    free = [row for row in there if row.availability is Availability.AVAILABLE and row.lost_at is None]
    return Wallboard(
        at,
        tuple(
            _queue(row, of_queue[row.queue_id], free, handled.get(row.queue_id, ()))
            for row in known
            if row.active or of_queue[row.queue_id]
        ),
        tuple(_agent(row, of_agent[row.agent_id]) for row in there),
    )


def _queue(
    row: queues.Row, own: Sequence[Tally], free: Sequence[agents.Row], handled: Sequence[float]
) -> QueueStands:
    waits = [tally for tally in own if tally.stage is Stage.WAITING]
    waiting = sum(tally.count for tally in waits)
    available = sum(one.every_queue or row.queue_id in one.queues for one in free)
    return QueueStands(
        row.queue_id,
        row.name,
        waiting,
        min((tally.oldest_at for tally in waits if tally.oldest_at is not None), default=None),
        sum(tally.count for tally in own if tally.stage is Stage.IN_SERVICE),
        sum(tally.breached for tally in own),
        available,
        forecast(waiting, handled, available),
    )


def _agent(row: agents.Row, own: Sequence[Tally]) -> AgentStands:
    load, told = row.load, row.pause_reason is None or counted(row.pause_reason)
    return AgentStands(
        row.agent_id,
        row.name,
        row.availability,
        row.pause_reason if told else None,
        row.availability is not Availability.OFFLINE and row.lost_at is None,
        row.since if told else None,
        sum(tally.count for tally in own),
        sum(tally.breached for tally in own),
        load.active,
        load.silent,
        load.reserved,
        load.capacity,
        None if row.every_queue else row.queues,
    )
