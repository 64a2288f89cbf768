"""The librarian: a customer's file is fetched into our own store at once, before the provider forgets it."""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from commands.conversation import KeepMedia, LoseMedia
from commands.intention import Command, caused_by, process_id
from commands.ports import Correspondence, Unavailable
from commands.processes.waiting import until_known
from commands.roles import Courier
from commands.whatsapp_port import MediaUnavailable, WhatsApp
from domain.conversation import ConversationId, MessageId, MessageReceived
from domain.journal import Recorded

NAME: Final = "librarian"
AGAIN: Final = (2.0, 10.0, 60.0)  # seconds before the provider is asked once more


class Library(Protocol):
    @property
    def correspondence(self) -> Correspondence: ...

    @property
    def whatsapp(self) -> WhatsApp: ...


async def carry(recorded: Recorded, ports: Library) -> list[Command]:
    """What has a media id is fetched; what the provider will not give is reported lost, and the message
    stays."""
    received = recorded.event
    assert isinstance(received, MessageReceived)
    media_id = received.content.get("media_id")
    if not isinstance(media_id, str) or not media_id:
        return []
    conversation_id = ConversationId(recorded.root)
    channel = await until_known(lambda: ports.correspondence.channel_of(conversation_id))
    if channel is None:
        raise Unavailable
    sha256 = received.content.get("sha256")
    for pause in (*AGAIN, None):
        try:
            found = await ports.whatsapp.fetch_media(
                channel, media_id, sha256=sha256 if isinstance(sha256, str) else None
            )
        except MediaUnavailable as unavailable:
            if pause is None or not unavailable.again:
                return [_lost(recorded, received.message_id, unavailable.reason)]
            await asyncio.sleep(pause)
        else:
            return [
                KeepMedia(
                    id=process_id(recorded, NAME, KeepMedia.__name__),
                    cause=caused_by(recorded, NAME),
                    conversation_id=conversation_id,
                    message_id=received.message_id,
                    key=found.stored.key,
                    size=found.stored.size,
                    sha256=found.stored.sha256,
                    mime=found.mime,
                )
            ]
    raise AssertionError("the last try returns")


def _lost(recorded: Recorded, message_id: MessageId, reason: str) -> LoseMedia:
    return LoseMedia(
        id=process_id(recorded, NAME, LoseMedia.__name__),
        cause=caused_by(recorded, NAME),
        conversation_id=ConversationId(recorded.root),
        message_id=message_id,
        reason=reason,
    )


def librarian() -> Courier:
    return Courier(NAME, (MessageReceived,), carry)
