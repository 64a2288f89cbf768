"""Who attends here, are they there, and how much do they have?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, get_args

from domain import agent
from domain.agent import CAPACITY, AgentId, Load, ceiling_of
from domain.agent.events import Levels
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.presence import Availability, policy_at
from domain.privacy import Clear, Identity, Open
from domain.queue import QueueId
from domain.queueing import Mode
from projections.answer import Projection, by_root, replace

RESERVED: Final = "reserved"
ACTIVE: Final = "active"
SILENT: Final = "silent"


@dataclass(frozen=True, slots=True)
class Row:
    """Whoever left stays listed, inactive: history names them. `places`: [state, weight] by conversation."""

    KEY: ClassVar[tuple[str, ...]] = ("agent_id",)

    agent_id: AgentId
    name: Identity
    active: bool
    equipped: bool = False  # somebody said what they can do, and how much
    every_queue: bool = True
    queues: tuple[QueueId, ...] = ()
    skills: Levels = field(default_factory=dict)
    capacity: int = CAPACITY
    ceiling: int = ceiling_of(CAPACITY, None)
    availability: Availability = Availability.OFFLINE
    pause_reason: Open | None = None
    paused_at: datetime | None = None
    lost_at: datetime | None = None
    leaves_at: datetime | None = None  # the offline policies hold then, if nothing changes
    gone: bool = False
    keeps: Annotated[tuple[str, ...], Clear()] = ()  # conversations, until the next shift
    last_offered_at: datetime | None = None
    idle_since: datetime | None = None
    places: Annotated[dict[str, Any], Clear()] = field(default_factory=dict)
    shifts: Annotated[tuple[list[int], ...], Clear()] = ()  # day of the week, minutes from and to
    since: datetime | None = None  # they are what they declare; None: since ever

    @property
    def load(self) -> Load:
        states = [state for state, _ in self.places.values()]
        return Load(
            self.capacity,
            self.ceiling,
            states.count(ACTIVE),
            states.count(SILENT),
            states.count(RESERVED),
        )

    @property
    def reserved(self) -> frozenset[ConversationId]:
        """Conversations that are about to be handed over, or offered."""
        return frozenset(ConversationId(one) for one, (state, _) in self.places.items() if state == RESERVED)

    @property
    def weight(self) -> float:
        """The live weighted load: active and offered, whatever their queue."""
        return float(sum(weight for state, weight in self.places.values() if state != SILENT))


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    if row is None:
        known = isinstance(event, agent.Welcomed)
        return Row(AgentId(recorded.root), event.name, active=True) if known else None
    changed = _evolve(row, event)
    if changed is row:
        return row
    leaves_at = None
    if not changed.gone:
        leaves_at = policy_at(
            changed.availability,
            pause_reason=changed.pause_reason,
            paused_at=changed.paused_at,
            lost_at=changed.lost_at,
        )
    return replace(changed, leaves_at=leaves_at)


def _evolve(row: Row, event: object) -> Row:
    match event:
        case agent.Welcomed(name=name):
            return Row(row.agent_id, name, active=True)
        case agent.Renamed(name=name):
            return replace(row, name=name)
        case agent.Deactivated():
            return replace(row, active=False, availability=Availability.OFFLINE)
        case agent.Reactivated():
            return replace(row, active=True)
        case agent.Equipped(queues=queues):
            return replace(
                row,
                equipped=True,
                every_queue=queues is None,
                queues=queues or (),
                skills=event.skills,
                capacity=event.capacity,
                ceiling=ceiling_of(event.capacity, event.ceiling),
                shifts=tuple([shift.weekday, shift.starts, shift.ends] for shift in event.shifts),
            )
        case agent.BecameAvailable(available_at=at):
            return replace(
                row,
                availability=Availability.AVAILABLE,
                since=at,
                pause_reason=None,
                paused_at=None,
                keeps=(),
                gone=row.gone and row.lost_at is not None,
            )
        case agent.Paused(reason=reason, since=since):
            return replace(
                row, availability=Availability.PAUSED, pause_reason=reason, paused_at=since, since=since
            )
        case agent.WentOffline(offline_at=at):
            return replace(
                row, availability=Availability.OFFLINE, pause_reason=None, paused_at=None, since=at
            )
        case agent.ConnectionLost(lost_at=at):
            return replace(row, lost_at=at)
        case agent.Connected():
            away = row.availability is not Availability.AVAILABLE
            return replace(row, lost_at=None, gone=row.gone and away)
        case agent.Left(keeps=keeps):
            return replace(row, gone=True, keeps=keeps)
        case _:
            return _placed(row, event)


def _placed(row: Row, event: object) -> Row:
    match event:
        case agent.Reserved(conversation_id=one, reserved_at=at, weight=weight, mode=mode):
            offered = row.last_offered_at if mode is Mode.PULL else at
            return replace(row, places={**row.places, one: [RESERVED, weight]}, last_offered_at=offered)
        case agent.TookUp(conversation_id=one, taken_at=at):
            weight = row.places.get(one, [ACTIVE, 1.0])[1]
            return replace(row, places={**row.places, one: [ACTIVE, weight]}, idle_since=at)
        case agent.LetGo(conversation_id=one, reason=reason, let_go_at=at) if one in row.places:
            theirs = row.places[one][0] != RESERVED
            if not theirs and reason not in agent.OF_OFFERS:
                return row  # what they had is over, and a place for the next time is reserved already
            places = {each: place for each, place in row.places.items() if each != one}
            return replace(row, places=places, idle_since=at if theirs else row.idle_since)
        case agent.Hushed(conversation_id=one) | agent.Roused(conversation_id=one) if one in row.places:
            state = SILENT if isinstance(event, agent.Hushed) else ACTIVE
            return replace(row, places={**row.places, one: [state, row.places[one][1]]})
        case _:
            return row


AGENTS = Projection("agents", 3, Row, by_root, evolve, get_args(agent.Event))
