"""The reader: when automation has read a burst, the customer sees it. Nothing depends on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Protocol

from commands.intention import Command
from commands.ports import Clock, Correspondence
from commands.processes.waiting import until_known
from commands.roles import Courier
from commands.whatsapp_port import WhatsApp
from domain.conversation import BurstRead, ConversationId
from domain.firstline import Subject
from domain.journal import Recorded

NAME: Final = "reader"
STALE: Final = timedelta(minutes=1)
"""Later than this automation says nothing: the conversation may wait for people who have not read it."""


class Desk(Protocol):
    @property
    def clock(self) -> Clock: ...

    @property
    def correspondence(self) -> Correspondence: ...

    @property
    def whatsapp(self) -> WhatsApp: ...


async def carry(recorded: Recorded, ports: Desk) -> list[Command]:
    """Ticks turn blue only for what automation answers: thanks get no answer, so they get no ticks."""
    read = recorded.event
    assert isinstance(read, BurstRead)
    if read.understood == Subject.THANKS or ports.clock.now() - recorded.at > STALE:
        return []
    conversation_id = ConversationId(recorded.root)
    channel = await until_known(lambda: ports.correspondence.channel_of(conversation_id))
    provider_id = await until_known(
        lambda: ports.correspondence.provider_id_of(conversation_id, read.through)
    )
    if channel is not None and provider_id is not None:
        await ports.whatsapp.mark_read(channel, provider_id)
    return []


def reader() -> Courier:
    return Courier(NAME, (BurstRead,), carry)
