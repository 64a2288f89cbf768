"""What the postman wants written down: that a call begins, and how it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid5

from commands.conversation import (
    ReportAccepted,
    ReportFailed,
    ReportPostponed,
    ReportUnknown,
    StartSend,
)
from commands.intention import COMMANDS, Command
from commands.ports import Ready
from commands.processes.postman.letters import Delivered, Later, Refused, Uncertain, Verdict
from domain.conversation import MessageId
from domain.journal import Cause

NAME: Final = "postman"


def start(head: Ready, attempt: int, token: str) -> StartSend:
    return StartSend(**_about(head, attempt, token, "start"), token=token)


def report(
    head: Ready, attempt: int, token: str, verdict: Verdict, provider_ref: MessageId | None, at: datetime
) -> Command:
    match verdict:
        case Delivered(sent=sent):
            return ReportAccepted(
                **_about(head, attempt, token, "accepted"),
                provider_ref=provider_ref,
                provider_id=sent.provider_id,
                wa_id=sent.wa_id,
            )
        case Later(seconds=seconds, code=code):
            return ReportPostponed(
                **_about(head, attempt, token, "postponed"),
                retry_at=at + timedelta(seconds=seconds),
                code=code,
            )
        case Refused(code=code):
            return ReportFailed(**_about(head, attempt, token, "failed"), code=code)
        case Uncertain():
            return unknown(head, attempt, token)


def unknown(head: Ready, attempt: int, token: str) -> ReportUnknown:
    return ReportUnknown(**_about(head, attempt, token, "unknown"))


def _about(head: Ready, attempt: int, token: str, what: str) -> dict[str, Any]:
    """The same wish about the same attempt under the same token has the same id."""
    return {
        "id": uuid5(COMMANDS, f"{NAME}/{head.message_id}/{attempt}/{token}/{what}"),
        "cause": Cause(
            f"process:{NAME}", head.correlation or head.message_id, f"send:{head.message_id}.{attempt}"
        ),
        "conversation_id": head.conversation_id,
        "message_id": head.message_id,
        "attempt": attempt,
    }
