"""Which answers are kept ready? One row per word behind the slash, as long as it is not withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, get_args

from domain import canned
from domain.canned import CannedId
from domain.journal import Recorded
from domain.privacy import Open
from domain.queue import QueueId
from projections.answer import Projection, by_root


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("canned_id",)

    canned_id: CannedId
    version: int
    title: Open
    text: Open
    queues: tuple[QueueId, ...]
    written_at: datetime


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case canned.Written(version=version, title=title, text=text, queues=queues, written_at=at):
            return Row(CannedId(recorded.root), version, title, text, queues, at)
        case canned.Withdrawn():
            return None
        case _:
            return row


CANNED = Projection("canned", 1, Row, by_root, evolve, get_args(canned.Event))
