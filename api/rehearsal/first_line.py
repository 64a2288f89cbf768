"""`atende route --text`: what the first line does with a message, by the very decision the desk takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from domain.channel import ChannelId
from domain.conversation import (
    CONVERSATION,
    EnteredWaiting,
    MessageId,
    MessageReceived,
    Opened,
    Opener,
    SendRequested,
    Stage,
)
from domain.conversation.automation import Look, answer, meant
from domain.conversation.speech import base
from domain.firstline import Due, FirstLineSettings, Heard, Subject, Understanding, understand

_AT: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
_MESSAGE: Final = MessageId("said")


def first_line(text: str, settings: FirstLineSettings) -> dict[str, Any]:
    """What becomes of a customer's first words. `action`: `queue` (handed over now), `asks` (`says` names the
    text that is sent first) or `nothing`; queue, priority and subject are where it leads."""
    understanding = understand([Heard("text", text)], [keyword.words for keyword in settings.keywords])
    state = CONVERSATION.fold(
        [
            Opened(1, ChannelId("principal"), Opener.CUSTOMER, _AT, Stage.AUTOMATION),
            MessageReceived(_MESSAGE, "", "text", text, {}, _AT, _AT),
        ]
    )
    look = Look(Due.BURST, 1, _MESSAGE, understanding, settings, MessageId("reply"))
    events = answer(state, look, _AT)
    entered = next((event for event in events if isinstance(event, EnteredWaiting)), None)
    said = next((base(event.purpose) for event in events if isinstance(event, SendRequested)), None)
    route = _leads_to(understanding, settings) if entered is None else entered
    action = "queue" if entered is not None else "nothing" if said is None else "asks"
    return {
        "action": action,
        "queue": route.queue_id,
        "priority": route.priority.value,
        "subject": route.subject,
        "understood": understanding.subject.value,
        "detail": understanding.detail or None,
        "asked_for_person": understanding.person,
        "reason": None if entered is None else entered.reason,
        "says": said,
    }


def _leads_to(understanding: Understanding, settings: FirstLineSettings) -> Any:
    subject = meant(understanding, None, offered=False)
    return settings.route("cancel") if subject is Subject.CANCEL else settings.general
