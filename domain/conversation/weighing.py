"""How facts weigh: which receipt stands, since when a message waits, and how much is remembered of what."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Final

from domain.conversation.events import MessageId, Receipt
from domain.conversation.state import HEARD, INSISTING, LATE, LATELY, SENDS, Awaiting, Send, Wrote

RECEIPT_RANK: Final[dict[Receipt, int]] = {
    Receipt.QUEUED: 0,
    Receipt.SENT: 1,
    Receipt.FAILED: 2,  # over queued and sent only; whatever proves arrival replaces it
    Receipt.DELIVERED: 3,
    Receipt.READ: 4,
    Receipt.PLAYED: 5,
}


def awaiting_again(answered: bool, wake_at: datetime | None) -> Awaiting:
    """Whose turn it is again, after something was taken back."""
    if wake_at is not None:
        return Awaiting.THIRD_PARTY
    return Awaiting.CUSTOMER if answered else Awaiting.AGENT


def highest(one: Receipt | None, other: Receipt) -> Receipt:
    """The receipt that stands when both were heard, in whatever order."""
    return other if one is None or RECEIPT_RANK[other] > RECEIPT_RANK[one] else one


def waits_since(sent_at: datetime, received_at: datetime, *, late: bool) -> datetime:
    """When a customer's message starts to wait: provider time, never in the future, never long past."""
    return received_at if late else max(min(sent_at, received_at), received_at - LATE)


def with_heard(heard: dict[MessageId, int], message_id: MessageId, version: int) -> dict[MessageId, int]:
    """One more id; beyond the last 500 the oldest is forgotten."""
    heard = heard.copy()
    heard[message_id] = version
    if len(heard) > HEARD:
        del heard[next(iter(heard))]
    return heard


def with_send(sends: dict[MessageId, Send], send: Send) -> dict[MessageId, Send]:
    """One send more, or the same one further on; beyond the last 200 the oldest finished one is forgotten."""
    sends = sends.copy()
    sends[send.message_id] = send
    if len(sends) > SENDS:
        over = len(sends) - SENDS
        for message_id in list(islice((m for m, s in sends.items() if s.done), over)):
            del sends[message_id]
    return sends


def wrote(
    lately: tuple[Wrote, ...], before: int, version: int, at: datetime
) -> tuple[tuple[Wrote, ...], int]:
    """The messages so near to the newest that insisting after one is insisting after all; and where the last
    of the others stands."""
    kept = (*lately[-LATELY + 1 :], Wrote(version, at))
    if len(kept) <= len(lately):
        before = lately[0].version
    while kept[0].at < at - INSISTING:
        before, kept = kept[0].version, kept[1:]
    return kept, before


def call_key(call_id: MessageId, call_event: str) -> MessageId:
    """What is heard once of a call: each of its turns."""
    return MessageId(f"{call_id}/{call_event}")


def is_inbound(direction: str) -> bool:
    """Whether the customer called, as far as the provider says anything."""
    return "business" not in direction.lower() and direction.lower() != "outbound"


def later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or other > one else one
