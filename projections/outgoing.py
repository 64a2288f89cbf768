"""What is on its way out? One row per conversation: where its customer is reached, and what has not left yet.

Sends of one customer keep their order, so only the first of a row may leave; whoever sends reads the heads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, ClassVar

from domain import conversation
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId, Sending
from domain.journal import Recorded
from domain.privacy import Class, Identity
from projections.answer import Projection, by_root


@dataclass(frozen=True, slots=True)
class Row:
    """`pending` holds, in order, {message_id, author, agent_id, kind, content, purpose, reply_to,
    requested_at, status, attempt, possibly_twice}: the next attempt is `attempt` + 1. The head's status and
    times stand in columns: `ready_at` is when it may be tried (None while an attempt is under way), `since`
    when its present attempt started or became unknown."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    channel_id: ChannelId | None = None
    wa_id: Identity | None = None  # what the provider calls the customer
    phone: Identity | None = None  # canonical digits
    user_id: Identity | None = None  # business-scoped
    head_id: MessageId | None = None
    status: Sending | None = None
    ready_at: datetime | None = None
    since: datetime | None = None
    pending: Annotated[tuple[dict[str, Any], ...], Class.CONTENT] = ()


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    known = Row(ConversationId(recorded.root)) if row is None else row
    match recorded.event:
        case conversation.Opened(channel_id=channel_id):
            return row if known.channel_id == channel_id else replace(known, channel_id=channel_id)
        case conversation.ContactKnown(wa_id=wa_id, phone=phone, user_id=user_id):
            return replace(
                known,
                wa_id=wa_id or known.wa_id,
                phone=phone or known.phone,
                user_id=user_id or known.user_id,
            )
        case conversation.NumberChanged(wa_id=str(wa_id)):
            return replace(known, wa_id=wa_id)
        case conversation.SendRequested():
            return _requested(known, recorded.event)
        case conversation.SendStarted(attempt=attempt, started_at=at, possibly_twice=twice) as event:
            return _changed(
                row,
                event.message_id,
                Sending.STARTED,
                {"attempt": attempt, "possibly_twice": twice},
                since=at,
                ready_at=None,
            )
        case conversation.SendPostponed(message_id=message_id, retry_at=retry_at):
            return _changed(row, message_id, Sending.POSTPONED, {}, since=None, ready_at=retry_at)
        case conversation.SendUnknown(message_id=message_id, unknown_at=at):
            return _unknown(row, message_id, at)
        case conversation.SendAccepted(message_id=message_id, wa_id=wa_id):
            reached = row if row is None or wa_id is None else replace(row, wa_id=wa_id)
            return _done(reached, message_id)
        case conversation.SendFailed(message_id=message_id):
            return _done(row, message_id)
        case _:
            return row


def _requested(row: Row, event: conversation.SendRequested) -> Row:
    pending = (
        *row.pending,
        {
            "message_id": event.message_id,
            "author": event.author.value,
            "agent_id": event.agent_id,
            "kind": event.kind,
            "content": event.content,
            "purpose": event.purpose,
            "reply_to": event.reply_to,
            "requested_at": event.requested_at.isoformat(),
            "status": Sending.REQUESTED.value,
            "attempt": 0,
            "possibly_twice": False,
        },
    )
    if row.pending:
        return replace(row, pending=pending)
    return _with_head(row, pending)


def _changed(
    row: Row | None,
    message_id: MessageId,
    status: Sending,
    changes: dict[str, Any],
    *,
    since: datetime | None,
    ready_at: datetime | None,
) -> Row | None:
    if row is None or row.head_id != message_id:
        return row  # only the head is ever tried
    head = {**row.pending[0], "status": status.value, **changes}
    return replace(row, pending=(head, *row.pending[1:]), status=status, since=since, ready_at=ready_at)


def _unknown(row: Row | None, message_id: MessageId, at: datetime) -> Row | None:
    """One more try after a pause, in case no status settles it; never two, and none for a campaign."""
    if row is None or row.head_id != message_id:
        return row
    head = row.pending[0]
    if head["possibly_twice"] or head["purpose"] == conversation.CAMPAIGN:
        return _done(row, message_id)
    return _changed(row, message_id, Sending.UNKNOWN, {}, since=at, ready_at=at + conversation.RETRY_UNKNOWN)


def _done(row: Row | None, message_id: MessageId) -> Row | None:
    if row is None:
        return None
    left = tuple(send for send in row.pending if send["message_id"] != message_id)
    if len(left) == len(row.pending):
        return row
    return _with_head(row, left) if row.head_id == message_id else replace(row, pending=left)


def _with_head(row: Row, pending: tuple[dict[str, Any], ...]) -> Row:
    if not pending:
        return replace(row, pending=(), head_id=None, status=None, ready_at=None, since=None)
    head = pending[0]
    return replace(
        row,
        pending=pending,
        head_id=head["message_id"],
        status=Sending(head["status"]),
        ready_at=datetime.fromisoformat(head["requested_at"]),
        since=None,
    )


OUTGOING = Projection(
    "outgoing",
    1,
    Row,
    by_root,
    evolve,
    (
        conversation.Opened,
        conversation.ContactKnown,
        conversation.NumberChanged,
        conversation.SendRequested,
        conversation.SendStarted,
        conversation.SendPostponed,
        conversation.SendUnknown,
        conversation.SendAccepted,
        conversation.SendFailed,
    ),
)
