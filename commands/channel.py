"""What is wanted of our numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import channel
from domain.channel import Channel, ChannelId
from domain.queue import QueueId


@dataclass(frozen=True, kw_only=True)
class ConnectChannel(Command):
    """`number_id` is the provider's id of our number; `queue_id` is where it leads by itself."""

    channel_id: ChannelId
    name: str
    provider: str
    number_id: str
    queue_id: QueueId


def connect_channel(command: ConnectChannel, state: Channel, at: datetime) -> list[channel.Event]:
    settings = channel.Connected(command.name, command.provider, command.number_id, command.queue_id)
    return channel.connect(state, settings)
