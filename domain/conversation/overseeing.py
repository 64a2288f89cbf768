"""Overseeing: a supervisor reads along, whispers to who attends, and takes over."""

from __future__ import annotations

from datetime import datetime

from domain.agent import AgentId
from domain.conversation.events import Assigned, Event, MessageId, NoteAdded, Stage, Transferred
from domain.conversation.oversight_events import ListenedTo
from domain.conversation.refusals import Changed, NeedsReason, NotInService, NotOpen, UnknownEpisode
from domain.conversation.state import Conversation


def listen(state: Conversation, by: AgentId, *, at: datetime) -> list[Event]:
    """Each time they open it; nothing for what is their own."""
    if state.episode == 0:
        raise UnknownEpisode
    if state.agent_id == by:
        return []
    return [ListenedTo(by, state.agent_id, at)]


def whisper(state: Conversation, note_id: MessageId, by: AgentId, text: str, *, at: datetime) -> list[Event]:
    """A note to who attends; it touches no clock, and never reaches the customer."""
    if state.stage is not Stage.IN_SERVICE or not state.attended or state.agent_id == by:
        raise NotInService
    return [NoteAdded(note_id, by, text, at, whispered_to=state.agent_id)]


def take_over(
    state: Conversation, by: AgentId, *, reason: str, at: datetime, seen_version: int | None
) -> list[Event]:
    """From who attends, with a reason they are told. Clocks run on."""
    if state.is_open and state.agent_id == by:
        return []
    if state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    if not state.is_open:
        raise NotOpen
    if state.stage is not Stage.IN_SERVICE or not state.attended:
        raise NotInService
    line = " ".join(reason.split())
    if not line:
        raise NeedsReason
    return [Transferred(state.agent_id, by, None, line, at, by=by), Assigned(by, "taken", at)]
