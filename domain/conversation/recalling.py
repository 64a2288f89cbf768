"""Whoever asked to be called when we are back is written to as the queue opens, before anybody is offered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.conversation.courtesy import OPENING
from domain.conversation.events import Author, Event, MessageId, SendRequested, Stage
from domain.conversation.state import Conversation
from domain.template import Template, check_send


def call_back(
    state: Conversation,
    template: Template | None,
    content: dict[str, Any],
    *,
    opening: datetime,
    message_id: MessageId,
    at: datetime,
) -> list[Event]:
    """With the template of their queue, once. Nothing for whoever waits no longer, or did not ask it of this
    opening; a template that may not leave is refused by its own rule."""
    if state.stage is not Stage.WAITING or state.courtesy.opening != opening or not state.courtesy.call_me:
        return []
    check_send(template, [])
    return [SendRequested(message_id, Author.AUTOMATION, None, "template", content, OPENING, None, at)]
