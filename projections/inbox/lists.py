"""In which lists does a conversation stand? The words by which lists are subscribed to."""

from __future__ import annotations

from typing import assert_never

from domain.conversation import Stage
from projections.inbox.row import Row


def lists(row: Row | None) -> tuple[str, ...]:
    """The names of the lists; none while there is nothing to show."""
    if row is None or not row.episode:
        return ()
    match row.stage:
        case Stage.AUTOMATION:
            return ("automation",)
        case Stage.WAITING:
            return ("waiting",) if row.queue_id is None else ("waiting", f"waiting.{row.queue_id}")
        case Stage.IN_SERVICE:
            return ("in_service",) if row.agent_id is None else ("in_service", f"agent.{row.agent_id}")
        case Stage.CLOSED:
            return ("closed",)
    assert_never(row.stage)
