"""The hourglass: offers that expire, rounds that begin anew, and what else in routing ends by time."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Protocol

from commands.conversation import (
    ExpireOffer,
    RelaxSkills,
    RestartRound,
    RipenConversation,
    SilenceConversation,
)
from commands.floor_ports import DueTurn, Floor, Ripe
from commands.intention import Command, watch_id
from commands.roles import Watch
from domain.conversation import CONVERSATION
from domain.journal import Cause

NAME: Final = "hourglass"
EVERY: Final = 0.5  # seconds


class Shelf(Protocol):
    @property
    def floor(self) -> Floor: ...


async def look(at: datetime, ports: Shelf) -> list[Command]:
    """One wish for each that came; armed anew it is another wish."""
    return [_wish(turn) for turn in await ports.floor.due(at)]


def _wish(turn: DueTurn) -> Command:
    named: dict[str, Any] = {
        "id": watch_id(f"{NAME}/{turn.ripe}", turn.conversation_id, turn.armed.isoformat()),
        "cause": Cause(f"process:{NAME}", str(turn.conversation_id), CONVERSATION.id(turn.conversation_id)),
        "conversation_id": turn.conversation_id,
    }
    match turn.ripe:
        case Ripe.OFFER:
            return ExpireOffer(**named, expires_at=turn.armed)
        case Ripe.ROUND:
            return RestartRound(**named, restart_at=turn.armed)
        case Ripe.SKILLS:
            return RelaxSkills(**named, entered_at=turn.armed)
        case Ripe.UNDO | Ripe.LAST_AGENT:
            return RipenConversation(**named, entered_at=turn.armed, reason=turn.ripe.value)
        case Ripe.SILENCE:
            return SilenceConversation(**named, since_version=turn.version)


def hourglass() -> Watch:
    return Watch(NAME, EVERY, look)
