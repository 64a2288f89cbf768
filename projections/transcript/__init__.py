"""What was said? One row per message, note and turn of a conversation, in the order in which we heard it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, TypeAlias

from domain import conversation
from domain.conversation import Author, ConversationId, MessageId, Receipt
from domain.journal import Recorded
from domain.privacy import kept, told
from projections.answer import Key, Projection, replace
from projections.transcript.row import File, Line, Row, Side, Status
from projections.transcript.turns import TURNS, turn

__all__ = ["TRANSCRIPT", "File", "Line", "Row", "Side", "Status"]

_Sending: TypeAlias = (
    conversation.SendStarted
    | conversation.SendAccepted
    | conversation.SendUnknown
    | conversation.SendPostponed
    | conversation.SendFailed
    | conversation.ReceiptHeard
)
_Change: TypeAlias = (
    conversation.MessageEdited
    | conversation.MessageDeleted
    | conversation.Reacted
    | conversation.MediaStored
    | conversation.MediaLost
)
_RANK: Final = {status: rank for rank, status in enumerate(Status)}
_OF: Final = {receipt: Status(receipt.value) for receipt in Receipt}
_UNSETTLED: Final = frozenset({Status.REQUESTED, Status.STARTED, Status.UNKNOWN})
_FILES: Final = frozenset({"image", "video", "audio", "document", "sticker"})


_LINE_OF: Final[dict[type, Callable[[Any], str]]] = {
    conversation.NoteAdded: attrgetter("note_id"),
    conversation.CallHeard: attrgetter("call_id"),
} | dict.fromkeys(
    (
        conversation.MessageReceived,
        conversation.MessageEdited,
        conversation.MessageDeleted,
        conversation.Reacted,
        conversation.MediaStored,
        conversation.MediaLost,
        conversation.SendRequested,
        conversation.SendStarted,
        conversation.SendAccepted,
        conversation.SendUnknown,
        conversation.SendPostponed,
        conversation.SendFailed,
        conversation.ReceiptHeard,
    ),
    attrgetter("message_id"),
)


def key(recorded: Recorded) -> Key | None:
    line_of = _LINE_OF.get(type(recorded.event))
    return recorded.root, f"#{recorded.version}" if line_of is None else line_of(recorded.event)


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    match event:
        case conversation.MessageReceived():
            return _heard(row, recorded, event)
        case conversation.SendRequested():
            return _requested(recorded, event)
        case (
            conversation.SendStarted()
            | conversation.SendAccepted()
            | conversation.SendUnknown()
            | conversation.SendPostponed()
            | conversation.SendFailed()
            | conversation.ReceiptHeard()
        ):
            return None if row is None else _sent(row, event)
        case conversation.NoteAdded(note_id=note_id, agent_id=agent_id, text=text, added_at=at):
            to, kind = event.whispered_to, "note" if event.whispered_to is None else "whisper"
            root, version = ConversationId(recorded.root), recorded.version
            content = None if to is None else {"to": to}
            return Row(root, note_id, version, Line.NOTE, kind, at, Side.AGENT, agent_id, text, content)
        case conversation.CallHeard(call_id=call_id, call_event=call_event, direction=direction, heard_at=at):
            call = row or _line(recorded, Line.CALL, "call", call_id, at)
            return replace(call, content={"event": call_event, "direction": direction})
        case (
            conversation.MessageEdited()
            | conversation.MessageDeleted()
            | conversation.Reacted()
            | conversation.MediaStored()
            | conversation.MediaLost()
        ):
            unheard = row or _line(recorded, Line.MESSAGE, "unheard", event.message_id, recorded.at)
            return _changed(unheard, event)
        case _:
            return turn(recorded)


def _line(recorded: Recorded, line: Line, kind: str, line_id: MessageId, at: datetime) -> Row:
    return Row(ConversationId(recorded.root), line_id, recorded.version, line, kind, at)


def _heard(row: Row | None, recorded: Recorded, event: conversation.MessageReceived) -> Row:
    """What a customer, or one of us on the phone, said; row is there if something about it came first."""
    heard = Row(
        ConversationId(recorded.root),
        event.message_id,
        recorded.version,
        Line.MESSAGE,
        event.kind,
        event.received_at,
        side=Side.DEVICE if event.echo else Side.CUSTOMER,
        text=event.words,
        content=event.content,
        sent_at=event.sent_at,
        reply_to=event.reply_to,
        provider_id=kept(event.provider_id),
        late=event.late,
        thanks=event.thanks,
        forwarded=event.forwarded,
        file=File.AWAITED if event.kind in _FILES else None,
    )
    if row is None:
        return heard
    return replace(
        heard,
        text=event.words if row.edited_at is None else row.text,
        original=None if row.edited_at is None else event.words,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        reactions=row.reactions,
        file=row.file or heard.file,
        file_key=row.file_key,
        file_size=row.file_size,
        file_sha256=row.file_sha256,
        file_mime=row.file_mime,
        file_lost=row.file_lost,
    )


def _requested(recorded: Recorded, event: conversation.SendRequested) -> Row:
    text, key = told(event.content, "text"), event.content.get("key")
    return Row(
        ConversationId(recorded.root),
        event.message_id,
        recorded.version,
        Line.REACTION if event.kind == "reaction" else Line.MESSAGE,
        event.kind,
        event.requested_at,
        side=Side.AGENT if event.author is Author.AGENT else Side.AUTOMATION,
        agent_id=event.agent_id,
        text=text if isinstance(text, str) else event.content.get("caption"),
        content=event.content,
        purpose=event.purpose,
        reply_to=event.reply_to,
        file=None if key is None else File.STORED,
        file_key=key,
        file_mime=event.content.get("mime"),
        status=Status.REQUESTED,
        status_at=event.requested_at,
    )


def _sent(row: Row, event: _Sending) -> Row:
    """What became of a message of ours."""
    match event:
        case conversation.SendStarted(attempt=attempt, possibly_twice=twice, started_at=at):
            row = replace(row, attempt=attempt, possibly_twice=row.possibly_twice or twice, retry_at=None)
            return _again(row, Status.STARTED, at)
        case conversation.SendUnknown(unknown_at=at):
            return _again(row, Status.UNKNOWN, at)
        case conversation.SendPostponed(retry_at=retry_at, code=code):
            row = replace(row, retry_at=retry_at, codes=() if code is None else (code,))
            return _again(row, Status.REQUESTED, row.status_at)
        case conversation.SendAccepted(provider_id=provider_id, accepted_at=at):
            row = replace(row, provider_id=kept(provider_id) or row.provider_id, codes=())
            if row.status is Status.FAILED:  # we had given up, too early
                return replace(row, status=Status.QUEUED, status_at=at)
            return _at_least(row, Status.QUEUED, at)
        case conversation.SendFailed(code=code, failed_at=at):
            return _at_least(row, Status.FAILED, at, () if code is None else (code,))
        case conversation.ReceiptHeard(receipt=receipt, at=at, codes=codes, category=category):
            row = row if category is None else replace(row, category=category)
            return _at_least(row, _OF[receipt], at, codes)


def _again(row: Row, status: Status, at: datetime | None) -> Row:
    """Between attempts a status may step back, but never behind the provider's word."""
    return replace(row, status=status, status_at=at) if row.status in _UNSETTLED else row


def _at_least(row: Row, status: Status, at: datetime, codes: tuple[int, ...] = ()) -> Row:
    if row.status is not None and _RANK[status] <= _RANK[row.status]:
        return row
    return replace(row, status=status, status_at=at, codes=codes, retry_at=None)


def _changed(row: Row, event: _Change) -> Row:
    """What was done to a message after it was said."""
    match event:
        case conversation.MessageEdited(text=text, edited_at=at):
            original = row.text if row.edited_at is None else row.original
            return replace(row, text=text, original=original, edited_at=at)
        case conversation.MessageDeleted(deleted_at=at):
            return replace(row, deleted_at=at)
        case conversation.Reacted(emoji=emoji, agent_id=agent_id):
            side = Side.CUSTOMER if agent_id is None else Side.AGENT
            others = {by: sign for by, sign in (row.reactions or {}).items() if by != side}
            return replace(row, reactions={**others, side.value: emoji} if emoji else others or None)
        case conversation.MediaStored(key=key, size=size, sha256=sha256, mime=mime):
            return replace(
                row,
                file=File.STORED,
                file_key=key,
                file_size=size,
                file_sha256=sha256,
                file_mime=mime,
                file_lost=None,
            )
        case conversation.MediaLost(reason=reason):
            return row if row.file is File.STORED else replace(row, file=File.LOST, file_lost=reason)


TRANSCRIPT = Projection("transcript", 4, Row, key, evolve, (*_LINE_OF, *TURNS))
