"""Reading one item of a delivery: a command for its conversation, or an outcome at once. Total."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from commands.conversation import (
    GiveConsent,
    HearCall,
    HearDeletion,
    HearEcho,
    HearEdit,
    HearMessage,
    HearNumberChange,
    HearReaction,
    HearReceipt,
    LearnContact,
    WithdrawConsent,
    heard_id,
)
from commands.intention import Command, caused_by
from commands.processes.sorter.account import FIELDS, read_template
from commands.whatsapp_port import attempt_of
from domain import conversation, delivery
from domain.conversation import Consent, ContactKnown, ConversationId, MessageId, Receipt
from domain.journal import Cause, Recorded
from domain.queue import QueueId

NAME: Final = "sorter"
LONGEST_REASON: Final = 200

Item: TypeAlias = Mapping[str, Any]
Verdict: TypeAlias = tuple[str, str | None]  # an outcome and its reason, without asking anybody
Read: TypeAlias = "Command | Verdict"

_ENVELOPE: Final = frozenset(
    {
        "event",
        "id",
        "kind",
        "at",
        "text",
        "reply_to",
        "forwarded",
        "from_phone",
        "from_user_id",
        "from_parent_user_id",
        "to_phone",
        "to_user_id",
        "sender_name",
        "conversation_id",
        "ref",
        "target_ref",
        "reply_ref",
        "contact_ref",
        "phone",
        "queue_id",
    }
)
"""What has a field of its own in the command; the rest of a message is its content."""

_UNFOLLOWED: Final[Mapping[str, str]] = {
    "history_message": "history is not imported",
    "history_media": "history is not imported",
    "history_declined": "history is not imported",
    "contact_sync": "contacts of the phone are not followed",
    "call_status": "calls of ours are not followed",
    "group_event": "groups are not followed",
    "account_event": "events of the account are not followed yet",
    "channel_error": "errors of the channel are not followed yet",
}


class _Shapeless(Exception):
    """An item lacks what its kind needs; the message says what, in our own words."""


class Knock:
    """One delivery while it is read."""

    def __init__(self, recorded: Recorded, thanks: frozenset[str]) -> None:
        received = recorded.event
        assert isinstance(received, delivery.Received)
        self.received = received
        self.thanks = thanks
        self.cause: Cause = caused_by(recorded, NAME)


# Reading one item


def read_item(knock: Knock, item: object) -> Read:
    if not isinstance(item, dict):
        return "malformed", "an item is not an object"
    event = item.get("event")
    if event in ("ignored", "malformed"):
        return event, _reason(item)
    if event == "quarantine":
        return "quarantined", _reason(item)
    if event == "account_event" and item.get("field") in FIELDS:
        read_of = read_template(knock.received.channel_id, item, knock.received.received_at, knock.cause)
        return ("malformed", "a template without a name") if read_of is None else read_of
    if isinstance(event, str) and event in _UNFOLLOWED:
        return "ignored", _UNFOLLOWED[event]
    read = _READERS.get(event) if isinstance(event, str) else None
    if read is None:
        return "ignored", "an item of an unknown kind"
    try:
        return read(knock, item)
    except _Shapeless as lack:
        return "malformed", str(lack)


def _message(knock: Knock, item: Item) -> Command:
    read = _KINDS.get(_text(item, "kind") or "")
    if read is not None:
        return read(knock, item)
    if item.get("kind") == "system" and _text(item, "new_wa_id"):
        return _number_change(knock, item)
    kind, text, content = _text(item, "kind") or "unsupported", _words(item, "text"), _content(item)
    return HearMessage(
        **_named(knock, item),
        channel_id=knock.received.channel_id,
        message_id=_ref(item),
        provider_id=_needed(item, "id"),
        kind=kind,
        text=text,
        content=content,
        sent_at=_time(item, knock),
        received_at=knock.received.received_at,
        reply_to=_some_ref(item, "reply_ref"),
        forwarded=item.get("forwarded") is True,
        thanks=conversation.thanks_only(kind, text, content, knock.thanks),
        contact=_contact(item, "from_phone", "from_user_id"),
        queue_id=QueueId(_text(item, "queue_id") or conversation.GENERAL),
    )


def _echo(knock: Knock, item: Item) -> Command:
    read = _KINDS.get(_text(item, "kind") or "")
    if read is not None:
        return read(knock, item)
    return HearEcho(
        **_named(knock, item),
        channel_id=knock.received.channel_id,
        message_id=_ref(item),
        provider_id=_needed(item, "id"),
        kind=_text(item, "kind") or "unsupported",
        text=_words(item, "text"),
        content=_content(item),
        sent_at=_time(item, knock),
        received_at=knock.received.received_at,
        reply_to=_some_ref(item, "reply_ref"),
        forwarded=item.get("forwarded") is True,
        contact=_contact(item, "to_phone", "to_user_id"),
    )


def _reaction(knock: Knock, item: Item) -> Command:
    taken_back = item.get("removed") is True
    return HearReaction(
        **_named(knock, item),
        heard_as=_ref(item),
        target=_target(item),
        emoji=None if taken_back else _text(item, "emoji"),
        sent_at=_time(item, knock),
        agent_id=conversation.DEVICE if item.get("event") == "echo" else None,
    )


def _edit(knock: Knock, item: Item) -> Command:
    return HearEdit(
        **_named(knock, item),
        heard_as=_ref(item),
        target=_target(item),
        kind=_text(item, "new") or "unsupported",
        text=_words(item, "text"),
        sent_at=_time(item, knock),
    )


def _deletion(knock: Knock, item: Item) -> Command:
    return HearDeletion(
        **_named(knock, item), heard_as=_ref(item), target=_target(item), sent_at=_time(item, knock)
    )


def _number_change(knock: Knock, item: Item) -> Command:
    return HearNumberChange(
        **_named(knock, item),
        heard_as=_ref(item),
        wa_id=_text(item, "new_wa_id"),
        sent_at=_time(item, knock),
    )


def _status(knock: Knock, item: Item) -> Command:
    status = item.get("status")
    if not isinstance(status, str) or status not in _RECEIPTS:
        raise _Shapeless("a status without a known status")
    sent_at, codes = _time(item, knock), _codes(item)
    pricing = item.get("pricing")
    correlation = attempt_of(_text(item, "correlation") or "")
    told = f"{status}/{sent_at.isoformat()}/{','.join(map(str, codes))}"
    return HearReceipt(
        **_named(knock, item, told),
        provider_ref=_ref(item),
        receipt=Receipt(status),
        sent_at=sent_at,
        codes=codes,
        category=_text(pricing, "category") if isinstance(pricing, dict) else None,
        correlation=None if correlation is None else (MessageId(correlation[0]), correlation[1]),
        provider_id=_text(item, "id"),
    )


def _call(knock: Knock, item: Item) -> Command:
    call_event = _needed(item, "call_event")
    return HearCall(
        **_named(knock, item, f"call/{call_event}"),
        channel_id=knock.received.channel_id,
        call_id=_ref(item),
        call_event=call_event,
        direction=_text(item, "direction") or "inbound",
        received_at=knock.received.received_at,
        sent_at=_time(item, knock),
        contact=_contact(item, "from", "from_user_id"),
        queue_id=QueueId(_text(item, "queue_id") or conversation.GENERAL),
    )


def _identity_link(knock: Knock, item: Item) -> Command:
    contact = ContactKnown(
        phone=_text(item, "phone"),
        user_id=_text(item, "user_id"),
        parent_user_id=_text(item, "parent_user_id"),
        digest=_text(item, "contact_ref"),
    )
    told = _text(item, "contact_ref") or knock.cause.source
    return LearnContact(
        id=heard_id(_conversation_id(item), told, "identity"),
        cause=knock.cause,
        conversation_id=_conversation_id(item),
        contact=contact,
    )


def _preference(knock: Knock, item: Item) -> Command:
    """The customer's own switch for offers, in WhatsApp."""
    value, told = _needed(item, "value").lower(), _time(item, knock).isoformat()
    wanted = WithdrawConsent if value == "stop" else GiveConsent
    return wanted(
        id=heard_id(_conversation_id(item), f"{value}/{told}", "preference"),
        cause=knock.cause,
        conversation_id=_conversation_id(item),
        consent=Consent.MARKETING,
        source="preference",
    )


_KINDS: Final[Mapping[str, Callable[[Knock, Item], Command]]] = {
    "reaction": _reaction,
    "edited": _edit,
    "deleted": _deletion,
}
_READERS: Final[Mapping[str, Callable[[Knock, Item], Command]]] = {
    "message": _message,
    "echo": _echo,
    "status": _status,
    "call": _call,
    "identity_link": _identity_link,
    "marketing_preference": _preference,
}
_RECEIPTS: Final = frozenset(receipt.value for receipt in Receipt)


# Reading one value


def _named(knock: Knock, item: Item, what: str = "message") -> dict[str, Any]:
    """Id, cause and conversation of the command that hears this item."""
    conversation_id = _conversation_id(item)
    return {
        "id": heard_id(conversation_id, _ref(item), what),
        "cause": knock.cause,
        "conversation_id": conversation_id,
    }


def _conversation_id(item: Item) -> ConversationId:
    return ConversationId(_needed(item, "conversation_id"))


def _ref(item: Item) -> MessageId:
    return MessageId(_needed(item, "ref"))


def _target(item: Item) -> MessageId:
    return MessageId(_needed(item, "target_ref"))


def _some_ref(item: Item, name: str) -> MessageId | None:
    found = _text(item, name)
    return None if found is None else MessageId(found)


def _needed(item: Item, name: str) -> str:
    found = _text(item, name)
    if found is None:
        raise _Shapeless(f"an item without {name}")
    return found


def _text(item: Item, name: str) -> str | None:
    """A value that is text and not empty."""
    found = item.get(name)
    return found if isinstance(found, str) and found else None


def _words(item: Item, name: str) -> str | None:
    """What somebody wrote, the empty text too."""
    found = item.get(name)
    return found if isinstance(found, str) else None


def _content(item: Item) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in _ENVELOPE and value is not None}


def _contact(item: Item, address: str, user: str) -> ContactKnown | None:
    contact = ContactKnown(
        wa_id=_text(item, address),
        phone=_text(item, "phone"),
        user_id=_text(item, user),
        parent_user_id=_text(item, "from_parent_user_id"),
        name=_text(item, "sender_name"),
        digest=_text(item, "contact_ref"),
    )
    told = (contact.wa_id, contact.phone, contact.user_id, contact.parent_user_id, contact.name)
    return contact if any(told) else None


def _time(item: Item, knock: Knock) -> datetime:
    """Provider time; what has none that can be read happened when it came."""
    try:
        found = datetime.fromisoformat(item["at"])
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return knock.received.received_at


def _codes(item: Item) -> tuple[int, ...]:
    found = item.get("errors")
    if not isinstance(found, list | tuple):
        return ()
    return tuple(code for code in found if isinstance(code, int) and not isinstance(code, bool))


def _reason(item: Item) -> str | None:
    reason = _text(item, "reason")
    return None if reason is None else reason[:LONGEST_REASON]
