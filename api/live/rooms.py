"""That something was said or read in a room of colleagues: to whoever may enter it, and never what it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.live import events
from api.live.stream import Stream
from api.models.live import RoomMoved
from api.permissions import About, Permission, may
from commands.door_ports import Identity
from commands.live_ports import Whisper
from domain.queue import QueueId
from projections import chat_rooms

KIND: Final = "room"


def whispered(row: chat_rooms.Row, position: str) -> Whisper:
    told = {"room": row.room_id, "members": list(row.members), "queue": row.queue_id, "position": position}
    return Whisper(KIND, told)


def tell(told: Mapping[str, Any], streams: Iterable[Stream]) -> None:
    """All streams of whoever may enter the room, whatever they look at."""
    chunk = events.event(RoomMoved(room_id=told["room"], position=told["position"]))
    for stream in streams:
        if _enters(stream.identity, told):
            stream.push(chunk)


def _enters(identity: Identity, told: Mapping[str, Any]) -> bool:
    if told["queue"] is None:
        return identity.agent_id in told["members"] and may(identity, Permission.CHAT)
    return may(identity, Permission.CHAT, About(None, QueueId(told["queue"])))
