"""What is on its way out? One row per conversation: where its customer is reached, and what has not left yet.

Sends of one customer keep their order, so only the first of a row may leave; whoever sends reads the heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from domain import conversation
from domain.channel import ChannelId
from domain.conversation import ConversationId, MessageId, Sending
from domain.journal import Recorded
from domain.privacy import Class, Identity, kept
from projections.answer import Projection, by_root, replace

GIVEN_UP: Final = 20
"""How many unknown ones that are not tried again are kept, in case their caller tells after all."""


@dataclass(frozen=True, slots=True)
class Row:
    """`pending` holds, in order, {message_id, author, agent_id, kind, content, purpose, reply_to,
    requested_at, status, attempt, possibly_twice, ready_at, since, correlation}: the next attempt is
    `attempt` + 1; `ready_at` is when it may be tried (None while an attempt is under way), `since` when the
    present attempt started or became unknown, both ISO 8601. The head's stand in columns of their own; an
    unknown one that is not tried again is nobody's head."""

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

    @property
    def head(self) -> dict[str, Any] | None:
        """What may leave next, if anything."""
        return next((send for send in self.pending if not given_up(send)), None)


def given_up(send: dict[str, Any]) -> bool:
    """Unknown for good: it was tried twice, or is a campaign's."""
    last_try = bool(send["possibly_twice"]) or send["purpose"] == conversation.CAMPAIGN
    return last_try and bool(send["status"] == Sending.UNKNOWN)


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    known = Row(ConversationId(recorded.root)) if row is None else row
    match recorded.event:
        case conversation.Opened(channel_id=channel_id):
            return row if known.channel_id == channel_id else replace(known, channel_id=channel_id)
        case conversation.ContactKnown(wa_id=wa_id, phone=phone, user_id=user_id):
            return replace(
                known,
                wa_id=kept(wa_id) or known.wa_id,
                phone=kept(phone) or known.phone,
                user_id=kept(user_id) or known.user_id,
            )
        case conversation.NumberChanged(wa_id=str(wa_id)):
            return replace(known, wa_id=kept(wa_id) or known.wa_id)
        case conversation.SendRequested() as event:
            return _requested(known, event, recorded.cause.correlation)
        case conversation.SendStarted(message_id=message_id, attempt=attempt, started_at=at) as event:
            started = {"attempt": attempt, "possibly_twice": event.possibly_twice}
            return _changed(row, message_id, Sending.STARTED, since=at, ready_at=None, **started)
        case conversation.SendPostponed(message_id=message_id, retry_at=retry_at):
            return _changed(row, message_id, Sending.POSTPONED, since=None, ready_at=retry_at)
        case conversation.SendUnknown(message_id=message_id, unknown_at=at):
            again_at = at + conversation.RETRY_UNKNOWN
            return _changed(row, message_id, Sending.UNKNOWN, since=at, ready_at=again_at)
        case conversation.SendAccepted(message_id=message_id, wa_id=wa_id):
            told = kept(wa_id)
            return _done(row if row is None or told is None else replace(row, wa_id=told), message_id)
        case conversation.SendFailed(message_id=message_id):
            return _done(row, message_id)
        case _:
            return row


def _requested(row: Row, event: conversation.SendRequested, correlation: str) -> Row:
    requested_at = event.requested_at.isoformat()
    send = {
        "message_id": event.message_id,
        "author": event.author.value,
        "agent_id": event.agent_id,
        "kind": event.kind,
        "content": event.content,
        "purpose": event.purpose,
        "reply_to": event.reply_to,
        "requested_at": requested_at,
        "status": Sending.REQUESTED.value,
        "attempt": 0,
        "possibly_twice": False,
        "ready_at": requested_at,
        "since": None,
        "correlation": correlation,
    }
    return _with(row, (*row.pending, send))


def _changed(
    row: Row | None,
    message_id: MessageId,
    status: Sending,
    *,
    since: datetime | None,
    ready_at: datetime | None,
    **changes: Any,
) -> Row | None:
    if row is None or all(send["message_id"] != message_id for send in row.pending):
        return row
    changes |= {
        "status": status.value,
        "since": None if since is None else since.isoformat(),
        "ready_at": None if ready_at is None else ready_at.isoformat(),
    }
    return _with(
        row,
        tuple({**send, **changes} if send["message_id"] == message_id else send for send in row.pending),
    )


def _done(row: Row | None, message_id: MessageId) -> Row | None:
    if row is None or not row.pending:
        return row
    return _with(row, tuple(send for send in row.pending if send["message_id"] != message_id))


def _with(row: Row, pending: tuple[dict[str, Any], ...]) -> Row:
    lost = [send["message_id"] for send in pending if given_up(send)][:-GIVEN_UP]
    kept = replace(row, pending=tuple(send for send in pending if send["message_id"] not in lost))
    head = kept.head
    if head is None:
        return replace(kept, head_id=None, status=None, ready_at=None, since=None)
    return replace(
        kept,
        head_id=head["message_id"],
        status=Sending(head["status"]),
        ready_at=_instant(head["ready_at"]),
        since=_instant(head["since"]),
    )


def _instant(iso: str | None) -> datetime | None:
    return None if iso is None else datetime.fromisoformat(iso)


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
