"""A robot that looks after waits: says that it acts on what was escalated to it, and then takes it itself."""

from __future__ import annotations

import time
from typing import Any, Final

from adapters.simulator.robots.robot import Robot

ACTS_AFTER: Final = 12.0  # seconds after it said that it would


class Chief(Robot):
    """A supervisor. It is offered nothing and takes nothing of its own accord."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._acting: dict[str, float] = {}  # conversations it acts on, and since when

    async def _take_one(self) -> None:
        for row in await self._rows(stage="waiting", limit=50) or ():
            conversation_id = str(row["conversation_id"])
            since = self._acting.get(conversation_id)
            if since is None:
                if row["breached"] and await self._escalated(conversation_id):
                    path = f"/v1/conversations/{conversation_id}/acknowledge"
                    said = await self._door.want(path)
                    self._door.counts.acknowledged += said.ok
                    self._acting[conversation_id] = time.monotonic()
            elif time.monotonic() - since > ACTS_AFTER * self._pace:
                answer = await self._door.want(
                    f"/v1/conversations/{conversation_id}/claim", seen=row["version"]
                )
                if answer.ok:
                    self._took(conversation_id, answer)
                    return

    async def _escalated(self, conversation_id: str) -> bool:
        told = await self._door.ask(f"/v1/conversations/{conversation_id}/clocks")
        return told.ok and any(
            step["done_at"] is not None
            for clock in told.body["items"]
            if clock["state"] == "running"
            for step in clock["steps"]
        )
