"""Whoever was turned away, written down: once per person, rule, route and minute."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final
from uuid import UUID

import structlog
from starlette.requests import Request

from api.desk import Desk
from commands.access import RecordDenial, denial_id
from commands.door_ports import Identity
from commands.ports import Busy, Unavailable
from domain.journal import Cause

RULES: Final = frozenset(
    {
        "Forbidden",
        "NotAnAgent",
        "OutOfReach",
        "QueueOutOfReach",
        "RoomOutOfReach",
        "UrgentNotAllowed",
        "MayNotChoose",
        "SecondFactorOwed",
    }
)
"""What doors say to somebody they know. What the domain refuses is in the log by itself."""
PATIENCE: Final = 2.0  # seconds
MOST: Final = 10_000  # that are remembered, so that whoever insists troubles nobody

log = structlog.get_logger("atende.door")


class Denials:
    """What this process has written down already."""

    def __init__(self) -> None:
        self._told: OrderedDict[UUID, None] = OrderedDict()

    async def record(self, request: Request, rule: str) -> None:
        """Write it down, unless it was. Never raises: the door stays shut whether it can be told or not."""
        identity, desk = request.scope.get("identity"), request.app.state.desk
        if rule not in RULES or not isinstance(identity, Identity) or not isinstance(desk, Desk):
            return
        route = f"{request.method} {getattr(request.scope.get('route'), 'path', 'unmatched')}"
        permission = request.scope.get("permission")
        id_ = denial_id(identity.actor, rule, route, desk.clock.now())
        if id_ in self._told:
            return
        command = RecordDenial(
            id=id_,
            cause=Cause(identity.actor, str(request.scope.get("request_id", "")), f"door:{route}"),
            actor=identity.actor,
            rule=rule,
            route=route,
            permission=None if permission is None else str(permission.value),
        )
        try:
            async with asyncio.timeout(PATIENCE):
                await desk.inbox.accept(command)
        except (Busy, Unavailable, TimeoutError) as error:
            log.error("denial_not_recorded", rule=rule, route=route, error=type(error).__name__)
            return
        self._told[id_] = None
        if len(self._told) > MOST:
            self._told.popitem(last=False)
