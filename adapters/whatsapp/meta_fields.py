"""The other things Meta tells a business: history, calls, preferences, groups, the account and its errors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from adapters.whatsapp.addresses import canonical_phone
from adapters.whatsapp.content import said
from adapters.whatsapp.items import (
    Item,
    Json,
    as_it_came,
    clean,
    codes,
    each,
    ignored,
    instant,
    item,
    malformed,
    named,
    number,
    obj,
    objects,
    phone,
    quarantine,
    words,
)
from adapters.whatsapp.people import Contacts, person

# The parts of a value that say something; `contacts` and `errors` alone do not make an unknown field ours.
SPEAKING = frozenset(
    {
        "messages",
        "message_echoes",
        "statuses",
        "calls",
        "history",
        "user_preferences",
        "state_sync",
        "groups",
    }
)
CONTENT = SPEAKING | {"contacts", "errors"}

_CONVERSATION = frozenset(
    {
        "messages",
        "smb_message_echoes",
        "message_echoes",
        "history",
        "user_preferences",
        "smb_app_state_sync",
        "calls",
    }
)
_ELSEWHERE = frozenset({"standby", "messaging_handovers"})  # somebody else answers there; we must not
_HISTORY_DECLINED = 2593109


# The account


def is_about_the_account(value: Json, field: str | None) -> bool:
    """Templates, quality, limits, reviews, and whatever field Meta invents tomorrow."""
    if field is None or field in _CONVERSATION:
        return False
    return field in _ELSEWHERE or not value.keys() & SPEAKING


def account_event(value: Json, field: str | None, entry: Json) -> Item:
    details = {f"detail_{clean(name)}": as_it_came(detail) for name, detail in value.items()}
    at = instant(entry.get("time")) or instant(value.get("timestamp"))
    return item("account_event", details | {"field": field, "waba_id": named(entry.get("id")), "at": at})


def channel_errors(value: Json, field: str | None) -> Iterator[Item]:
    """What went wrong with the number itself: one item with all the codes."""
    errors = value.get("errors")
    if errors is None or errors == []:
        return
    if not isinstance(errors, list | dict):
        yield malformed("errors is not a list.")
        return
    found = codes(errors)
    declined = field == "history" and _HISTORY_DECLINED in found
    yield item("history_declined" if declined else "channel_error", {"errors": found} | _number_of(value))


def _number_of(value: Json) -> Item:
    return {"phone_number_id": named(obj(value.get("metadata")).get("phone_number_id"))}


# Groups


def is_about_groups(field: str | None) -> bool:
    return field is not None and field.startswith("group_")


def group_events(value: Json, field: str | None) -> Iterator[Item]:
    if value.get("groups") is None:
        yield from _group_event(field, value)
    yield from each(value, "groups", partial(_group_event, field))


def _group_event(field: str | None, group: Json) -> Iterator[Item]:
    id = named(group.get("group_id")) or named(group.get("id"))
    yield item("group_event", {"field": field, "type": named(group.get("type")), "group_id": id})


# History and contacts of the phone


def history(value: Json, chunk: Json) -> Iterator[Item]:
    """One chunk of what was said before the number came to us, or the refusal to share it."""
    if chunk.get("errors"):
        yield item("history_declined", {"errors": codes(chunk["errors"])} | _number_of(value))
    yield from each(chunk, "threads", partial(_thread, value))


def _thread(value: Json, thread: Json) -> Iterator[Item]:
    yield from each(
        thread, "messages", partial(_remembered, "history_message", value, named(thread.get("id")))
    )


def history_media(value: Json, message: Json) -> Iterator[Item]:
    """The media of a message that came before as a placeholder."""
    yield from _remembered("history_media", value, None, message)


def _remembered(event: str, value: Json, thread: str | None, message: Json) -> Iterator[Item]:
    id = named(message.get("id"))
    if group := named(message.get("group_id")):
        yield ignored("A message in a group.", id=id, group_id=group)
        return
    sender = person(message.get("from"), message.get("from_user_id"))
    sent_by_us = _is_ours(sender.phone, value, thread, message)
    context = obj(message.get("history_context"))
    told = {
        "id": id,
        "from_phone": sender.phone,
        "at": instant(message.get("timestamp")),
        "thread": thread or (named(message.get("to")) if sent_by_us else None),
        "direction": "outbound" if sent_by_us else "inbound",
        "history_status": named(context.get("status")),
    }
    yield item(event, told | said(message))


def _is_ours(sender: str | None, value: Json, thread: str | None, message: Json) -> bool:
    from_me = obj(message.get("history_context")).get("from_me")
    if isinstance(from_me, bool):
        return from_me
    ours = obj(value.get("metadata")).get("display_phone_number")
    digits = "".join(sign for sign in words(ours) or "" if sign in "0123456789")
    if sender is not None and canonical_phone(sender) == canonical_phone(digits):
        return True
    theirs = phone(thread)
    if sender is not None and theirs is not None:
        return canonical_phone(sender) != canonical_phone(theirs)
    return named(message.get("to")) is not None


def contact_sync(change: Json) -> Iterator[Item]:
    """A contact added to, edited in or removed from the phone's address book."""
    contact = obj(change.get("contact"))
    found = {
        "phone": phone(contact.get("phone_number")) or named(contact.get("phone_number")),
        "name": named(contact.get("full_name")) or named(contact.get("first_name")),
    }
    if any(found.values()):
        yield item("contact_sync", found | {"action": named(change.get("action"))})
    else:
        yield ignored("A change of the phone's address book that names no contact.")


# Preferences and calls


def marketing_preference(contacts: Contacts, preference: Json) -> Iterator[Item]:
    own = person(preference.get("wa_id"), preference.get("user_id"), preference.get("parent_user_id"))
    whose = contacts.complete(own)
    if not whose.is_known:
        yield quarantine("A marketing preference that does not say whose.")
        return
    yield item(
        "marketing_preference",
        {
            "wa_id": whose.phone,
            "user_id": whose.user_id if whose.phone is None else None,
            "value": named(preference.get("value")),
            "at": instant(preference.get("timestamp")),
        },
    )


def call(contacts: Contacts, call: Json) -> Iterator[Item]:
    direction = named(call.get("direction"))
    caller = person(call.get("from"), call.get("from_user_id"), call.get("from_parent_user_id"))
    if not caller.is_known and direction != "BUSINESS_INITIATED":
        caller = contacts.complete(caller)
    called = person(call.get("to"), call.get("to_user_id"), call.get("to_parent_user_id"))
    if not called.is_known and direction == "BUSINESS_INITIATED":
        called = contacts.complete(called)
    yield item(
        "call",
        {
            "id": named(call.get("id")),
            "call_event": named(call.get("event")),
            "direction": direction,
            "from": caller.phone or caller.user_id or caller.parent_user_id,
            "to": called.phone or called.user_id or called.parent_user_id,
            "at": instant(call.get("timestamp")),
            "status": named(call.get("status")),
            "duration": number(call.get("duration")),
            "correlation": words(call.get("biz_opaque_callback_data")),
            "errors": codes(objects(call.get("errors"))),
        },
    )
