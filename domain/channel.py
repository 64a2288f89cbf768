"""A WhatsApp number of ours, and which provider it lives with. Its secrets are settings, never events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NewType, TypeAlias, assert_never

from domain.grammar import Stream
from domain.privacy import Open
from domain.queue import QueueId

ChannelId = NewType("ChannelId", str)

# Events


@dataclass(frozen=True, slots=True)
class Connected:
    name: Open
    provider: Open  # meta, dialog360, twilio
    number_id: Open  # the provider's id of our number
    queue_id: QueueId  # where it leads when nothing else says so


Event: TypeAlias = Connected

# State


@dataclass(frozen=True, slots=True)
class Channel:
    settings: Connected | None = None


# Decisions


def connect(state: Channel, settings: Connected) -> list[Event]:
    return [] if state.settings == settings else [settings]


# Memory


def evolve(state: Channel, event: Event) -> Channel:
    match event:
        case Connected():
            return replace(state, settings=event)
    assert_never(event)


CHANNEL: Stream[Channel, Event] = Stream("channel", (Connected,), Channel(), evolve)
