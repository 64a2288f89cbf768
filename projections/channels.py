"""Which WhatsApp numbers are ours?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain import channel
from domain.channel import ChannelId
from domain.journal import Recorded
from domain.privacy import Open
from domain.queue import QueueId
from projections.answer import Projection, by_root


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("channel_id",)

    channel_id: ChannelId
    name: Open
    provider: Open
    number_id: Open
    queue_id: QueueId


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    match recorded.event:
        case channel.Connected(name=name, provider=provider, number_id=number_id, queue_id=queue_id):
            return Row(ChannelId(recorded.root), name, provider, number_id, queue_id)
        case _:
            return row


CHANNELS = Projection("channels", 1, Row, by_root, evolve, (channel.Connected,))
