"""The envelope around a fact: where it stands, when it was decided, and what caused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from domain.grammar import kind_of, root_of


class Position(NamedTuple):
    """How far: the n-th event accepted in a partition. Positions of two partitions do not compare."""

    partition: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Who wanted it and why.

    `actor` is `agent:<id>`, `customer`, `channel:<id>`, `process:<name>`, `token:<id>`,
    `user:<id>` or `system`;
    `correlation` threads everything that followed from one knock at the door;
    `source` names what woke it: an event `stream@version`, or `request:<digest of the body>`.
    """

    actor: str
    correlation: str
    source: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact as the log holds it."""

    stream: str
    version: int
    position: Position
    at: datetime  # when it was decided, UTC
    command_id: UUID
    cause: Cause
    event: Any  # one of the events of the stream's kind

    @property
    def kind(self) -> str:
        return kind_of(self.stream)

    @property
    def root(self) -> str:
        return root_of(self.stream)
