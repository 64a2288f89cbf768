"""The wall as somebody sees it."""

from __future__ import annotations

from api.masking import masked
from api.models import wallboard as views
from api.permissions import Grant, Scope
from commands.door_ports import Identity
from projections.wallboard import AgentStands, Wallboard


def shown(board: Wallboard, identity: Identity, held: Grant) -> views.Wallboard:
    """What is in reach of whoever holds the permission so."""
    mine = None if held.scope is Scope.ALL else identity.queues

    def near(agent: AgentStands) -> bool:
        return mine is None or agent.queues is None or not mine.isdisjoint(agent.queues)

    return masked(
        views.Wallboard(
            at=board.at,
            queues=[
                views.WallQueue.model_validate(one)
                for one in board.queues
                if mine is None or one.queue_id in mine
            ],
            agents=[views.WallAgent.model_validate(one) for one in board.agents if near(one)],
        ),
        held.masks,
    )
