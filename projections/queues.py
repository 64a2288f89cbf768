"""Which queues are there, and how do they hand out what waits?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar, get_args

from domain import queue
from domain.journal import Recorded
from domain.privacy import Clear, Open
from domain.queue import Priority, QueueId
from domain.queueing import Mode, OfflinePolicy, Rules, Strategy
from domain.sla.policy import QueueService
from projections.answer import Projection, by_root, replace

_NONE = Rules()


@dataclass(frozen=True, slots=True)
class Row:
    """Times in seconds, as they were set."""

    KEY: ClassVar[tuple[str, ...]] = ("queue_id",)

    queue_id: QueueId
    name: Open
    active: bool
    mode: Mode = _NONE.mode
    strategy: Strategy = _NONE.strategy
    required: queue.Levels = field(default_factory=dict)
    preferred: queue.Levels = field(default_factory=dict)
    relax_after: float | None = None
    prefer_last: float = 0
    offer_for: float = _NONE.offer_for.total_seconds()
    offline: OfflinePolicy = _NONE.offline
    weights: Annotated[dict[str, Any], Clear()] = field(default_factory=dict)
    calendar_id: Open | None = None
    reopening: int = 24
    reasons: Annotated[tuple[str, ...], Clear()] = ()
    opening_template: Open | None = None
    opening_language: Open = queue.LANGUAGE
    notice: Open | None = None
    notice_until: datetime | None = None

    @property
    def rules(self) -> Rules:
        return queue.rules_of(
            queue.RoutingSet(
                1,
                self.mode,
                self.strategy,
                self.required,
                self.preferred,
                self.relax_after,
                self.prefer_last,
                self.offer_for,
                self.offline,
                {},
            )
        )

    @property
    def service(self) -> QueueService:
        return QueueService(self.calendar_id, self.reopening, self.reasons)

    def weight(self, priority: Priority) -> float:
        return float(self.weights.get(priority.value, 1))


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    if isinstance(event, queue.Created):
        return Row(QueueId(recorded.root), event.name, event.active)
    return None if row is None else _evolve(row, event)


def _evolve(row: Row, event: object) -> Row:
    match event:
        case queue.Renamed(name=name):
            return replace(row, name=name)
        case queue.Retired():
            return replace(row, active=False)
        case queue.RoutingSet():
            return replace(
                row,
                mode=event.mode,
                strategy=event.strategy,
                required=event.required,
                preferred=event.preferred,
                relax_after=event.relax_after,
                prefer_last=event.prefer_last,
                offer_for=event.offer_for,
                offline=event.offline,
                weights={priority.value: weight for priority, weight in event.weights.items()},
            )
        case queue.ServiceSet():
            return replace(
                row,
                calendar_id=event.calendar_id,
                reopening=event.reopening,
                reasons=event.reasons,
                opening_template=event.opening_template,
                opening_language=event.opening_language,
            )
        case queue.NoticePosted(text=text, until=until):
            return replace(row, notice=text, notice_until=until)
        case queue.NoticeTakenDown():
            return replace(row, notice=None, notice_until=None)
        case _:
            return row


QUEUES = Projection("queues", 3, Row, by_root, evolve, get_args(queue.Event))
