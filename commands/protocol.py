"""What is wanted of protocol numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import protocol
from domain.conversation import ConversationId
from domain.protocol import Protocol


@dataclass(frozen=True, kw_only=True)
class AllocateProtocol(Command):
    """The next number of the year, for one episode. That an episode asks once is the command id's matter."""

    year: int
    conversation_id: ConversationId
    episode: int


def allocate_protocol(command: AllocateProtocol, state: Protocol, at: datetime) -> list[protocol.Event]:
    return protocol.allocate(state, command.year, command.conversation_id, command.episode)
