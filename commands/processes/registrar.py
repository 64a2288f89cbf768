"""The registrar: every episode gets its protocol number, from the book of the year it was opened in."""

from __future__ import annotations

from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from commands.conversation import GiveProtocol
from commands.intention import Command, caused_by, process_id
from commands.protocol import AllocateProtocol
from commands.roles import Policy
from domain import conversation, protocol
from domain.conversation import ConversationId
from domain.journal import Recorded

NAME: Final = "registrar"
SAO_PAULO: Final = ZoneInfo("America/Sao_Paulo")


def react(recorded: Recorded, zone: ZoneInfo = SAO_PAULO) -> list[Command]:
    """`Opened` asks for a number; the number that was allocated goes back to who asked."""
    match recorded.event:
        case conversation.Opened(episode=episode, opened_at=opened_at):
            return [
                AllocateProtocol(
                    id=process_id(recorded, NAME, AllocateProtocol.__name__),
                    cause=caused_by(recorded, NAME),
                    year=opened_at.astimezone(zone).year,
                    conversation_id=ConversationId(recorded.root),
                    episode=episode,
                )
            ]
        case protocol.Allocated(conversation_id=conversation_id, episode=episode, number=number):
            return [
                GiveProtocol(
                    id=process_id(recorded, NAME, GiveProtocol.__name__),
                    cause=caused_by(recorded, NAME),
                    conversation_id=ConversationId(conversation_id),
                    episode=episode,
                    number=number,
                )
            ]
        case _:
            return []


def registrar(zone: ZoneInfo = SAO_PAULO) -> Policy:
    """The policy, with the zone whose years the numbers carry."""
    return Policy(NAME, (conversation.Opened, protocol.Allocated), partial(react, zone=zone))
