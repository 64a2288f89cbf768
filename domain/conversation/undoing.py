"""Undoing: a closing or a transfer is taken back by whoever did it, as long as nobody built on it."""

from __future__ import annotations

from datetime import datetime

from domain.agent import AgentId
from domain.conversation.events import Event
from domain.conversation.offering import withdrawn
from domain.conversation.refusals import Changed, NothingToUndo, UndoTooLate, WrittenSince
from domain.conversation.state import TRANSFERRED, Awaiting, Conversation
from domain.conversation.undoing_events import Undone
from domain.queueing import UNDO


def undo(state: Conversation, by: AgentId, *, at: datetime) -> list[Event]:
    """What closing sends and the matching a transfer starts have waited so long."""
    was = state.undo
    if was is None or was.by != by or state.blocked:
        raise NothingToUndo
    if at > was.at + UNDO:
        raise UndoTooLate
    own = was.version + (was.what == TRANSFERRED)  # who got it is told in the same breath
    if state.moved_version > own:
        raise Changed(by=state.moved_by)
    if state.wrote_since(was.version):
        raise WrittenSince
    if any(send.human and send.version > was.version for send in state.sends.values()):
        raise Changed(by=state.agent_id)
    undone = Undone(
        was.what,
        by,
        state.episode,
        was.agent_id,
        state.agent_id,
        was.queue_id,
        was.awaiting is Awaiting.CUSTOMER,
        was.wake_at,
        was.entered_at,
        was.waiting_since,
        was.due_at,
        was.first,
        at,
    )
    return [*withdrawn(state, "undone", at), undone]
