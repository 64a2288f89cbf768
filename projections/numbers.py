"""How do our numbers do? Open windows, messages in and out, failures by code.

The events of a conversation do not repeat its channel, so a row counts for one conversation; what is asked
per channel is summed on read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar

from domain import conversation
from domain.channel import ChannelId
from domain.conversation import ConversationId, Receipt
from domain.conversation.weighing import is_inbound
from domain.journal import Recorded
from domain.privacy import Clear
from projections.answer import Projection, by_root, replace


@dataclass(frozen=True, slots=True)
class Row:
    """`failures` counts by the provider's code; what failed without one counts under `none`."""

    KEY: ClassVar[tuple[str, ...]] = ("conversation_id",)

    conversation_id: ConversationId
    channel_id: ChannelId | None = None
    window_until: datetime | None = None
    messages_in: int = 0
    messages_out: int = 0
    failed: int = 0
    failures: Annotated[dict[str, int] | None, Clear()] = None


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    known = Row(ConversationId(recorded.root)) if row is None else row
    match recorded.event:
        case conversation.Opened(channel_id=channel_id):
            return row if known.channel_id == channel_id else replace(known, channel_id=channel_id)
        case conversation.MessageReceived(echo=False, kind=kind, sent_at=sent_at, received_at=received_at):
            if kind in conversation.SILENT_KINDS:
                return row
            opened = _window(known, min(sent_at, received_at))
            return replace(known, window_until=opened, messages_in=known.messages_in + 1)
        case conversation.CallHeard(direction=direction, heard_at=at, sent_at=sent_at):
            if not is_inbound(direction):
                return row
            return replace(known, window_until=_window(known, min(sent_at or at, at)))
        case conversation.SendAccepted():
            return replace(known, messages_out=known.messages_out + 1)
        case conversation.SendFailed(code=code):
            return _failed(known, () if code is None else (code,))
        case conversation.ReceiptHeard(receipt=Receipt.FAILED, codes=codes):
            return _failed(known, codes)
        case _:
            return row


def _window(row: Row, from_: datetime) -> datetime:
    until = from_ + conversation.WINDOW
    return until if row.window_until is None else max(until, row.window_until)


def _failed(row: Row, codes: tuple[int, ...]) -> Row:
    failures = dict(row.failures or {})
    for code in codes or ("none",):
        failures[str(code)] = failures.get(str(code), 0) + 1
    return replace(row, failed=row.failed + 1, failures=failures)


NUMBERS = Projection(
    "numbers",
    1,
    Row,
    by_root,
    evolve,
    (
        conversation.Opened,
        conversation.MessageReceived,
        conversation.CallHeard,
        conversation.SendAccepted,
        conversation.SendFailed,
        conversation.ReceiptHeard,
    ),
)
