"""Which queues are there?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain import queue
from domain.journal import Recorded
from domain.privacy import Open
from domain.queue import QueueId
from projections.answer import Projection, by_root, replace


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("queue_id",)

    queue_id: QueueId
    name: Open
    active: bool


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case queue.Created(name=name, active=active):
            return Row(QueueId(recorded.root), name, active)
        case queue.Renamed(name=name) if row is not None:
            return replace(row, name=name)
        case queue.Retired() if row is not None:
            return replace(row, active=False)
        case _:
            return row


QUEUES = Projection("queues", 1, Row, by_root, evolve, (queue.Created, queue.Renamed, queue.Retired))
