"""What the queue of a conversation promises, as the rules say that came with a command."""

from __future__ import annotations

from datetime import timedelta

from commands.intention import Command
from domain.conversation import Conversation
from domain.sla.written import read_book


def reopening(command: Command, state: Conversation) -> timedelta:
    """For how long what was closed is taken up again."""
    return timedelta(hours=read_book(command.book).service(state.queue_id).reopening)


def reasons(command: Command, state: Conversation) -> tuple[str, ...]:
    """The codes it may be closed with; none: any."""
    return read_book(command.book).service(state.queue_id).reasons
