"""Forgetting whoever spoke: what is told of it here. That nobody can read the words is the keys' matter."""

from __future__ import annotations

from datetime import datetime

from domain.conversation.events import Event, SubjectForgotten
from domain.conversation.state import Conversation
from domain.privacy import SubjectId


def forget(
    state: Conversation, subject_id: SubjectId, *, article: str, protocol: str | None, at: datetime
) -> list[Event]:
    """The conversation goes on, with nobody known in it; of one that never was there is nobody to forget."""
    return [SubjectForgotten(subject_id, article, protocol, at)] if state.version else []
