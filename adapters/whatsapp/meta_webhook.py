"""Meta's webhook bodies, read whole: every entry, change, message, status and error, in the body's order.

What belongs to the conversation with customers is read here, the other fields in `meta_fields`. Something of
the wrong shape becomes one `malformed` item where it stands, and what is around it is read all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from adapters.whatsapp import meta_fields
from adapters.whatsapp.bodies import NotReadable, json_value
from adapters.whatsapp.content import said, said_around
from adapters.whatsapp.items import (
    NO_RECIPIENT,
    NO_SENDER,
    STATUSES,
    Item,
    Json,
    codes,
    each,
    flag,
    ignored,
    instant,
    item,
    malformed,
    named,
    obj,
    objects,
    quarantine,
    words,
)
from adapters.whatsapp.people import Contacts, Links, Person, contacts_of, person

OBJECT = "whatsapp_business_account"

_ECHO_FIELDS = frozenset({"smb_message_echoes", "message_echoes"})
_UNSPOKEN = {
    "request_welcome": "The customer opened the chat and has said nothing yet.",
    "ephemeral": "A disappearing message: the provider does not give its content.",
}


def read(body: bytes) -> list[Item]:
    """The items of a body. Raises NotReadable where the body is not a webhook of Meta's."""
    return read_json(json_value(body))


def read_json(body: Any) -> list[Item]:
    if not isinstance(body, dict):
        raise NotReadable("The body is not an object.")
    if isinstance(body.get("object"), str) and body["object"] != OBJECT:
        raise NotReadable("The body is not about a WhatsApp business account.")
    if not isinstance(body.get("entry"), list):
        raise NotReadable("The body has no list of entries.")
    return list(each(body, "entry", _entry))


def _entry(entry: Json) -> Iterator[Item]:
    if entry.get("changes") is None:
        yield malformed("An entry has no list of changes.")
    yield from each(entry, "changes", partial(_change, entry))


def _change(entry: Json, change: Json) -> Iterator[Item]:
    value = change.get("value")
    if isinstance(value, dict):
        yield from read_value(value, named(change.get("field")), entry)
    else:
        yield malformed("The value of a change is not an object.")


def read_value(value: Json, field: str | None, entry: Json) -> Iterator[Item]:
    """The items of what one change says, in the order it says them."""
    if meta_fields.is_about_groups(field):
        yield from meta_fields.group_events(value, field)
    elif meta_fields.is_about_the_account(value, field):
        yield meta_fields.account_event(value, field, entry)
    elif not value.keys() & meta_fields.CONTENT:
        if field is None:
            yield malformed("A change names no field and holds nothing that can be read.")
        else:
            yield ignored("The change holds nothing that is read here.")
    else:
        contacts = contacts_of(value.get("contacts"), _speakers(value))
        links = Links()
        for name in value:
            yield from _part(name, value, field, contacts, links)


def _part(name: str, value: Json, field: str | None, contacts: Contacts, links: Links) -> Iterator[Item]:
    match name:
        case "contacts":
            for someone in contacts.everyone:
                yield from links.of(someone)
        case "messages" if field == "history":
            yield from each(value, name, partial(meta_fields.history_media, value))
        case "messages" if field not in _ECHO_FIELDS:
            yield from each(value, name, partial(_message, contacts, links))
        case "messages" | "message_echoes":
            yield from each(value, name, partial(_echo, contacts, links))
        case "statuses":
            yield from each(value, name, partial(_status, contacts, links, field == "calls"))
        case "calls":
            yield from each(value, name, partial(meta_fields.call, contacts))
        case "history":
            yield from each(value, name, partial(meta_fields.history, value))
        case "user_preferences":
            yield from each(value, name, partial(meta_fields.marketing_preference, contacts))
        case "state_sync":
            yield from each(value, name, meta_fields.contact_sync)
        case "groups":
            yield from meta_fields.group_events(value, field)
        case "errors":
            yield from meta_fields.channel_errors(value, field)
        case _:
            pass  # what is said about the payload itself, such as metadata


def _speakers(value: Json) -> Iterator[Person]:
    yield from map(_sender, objects(value.get("messages")))
    yield from map(_recipient, objects(value.get("message_echoes")))
    yield from map(_receiver, objects(value.get("statuses")))


# Messages and echoes


def _message(contacts: Contacts, links: Links, message: Json) -> Iterator[Item]:
    content = said(message)
    if unheard := _not_for_us(message, content):
        yield unheard
        return
    sender = contacts.complete(_sender(message))
    yield from links.of(sender)
    yield from links.of(_renamed(message))
    if not sender.is_known:
        yield quarantine(NO_SENDER, id=named(message.get("id")))
        return
    who = {
        "from_phone": sender.phone,
        "from_user_id": sender.user_id,
        "from_parent_user_id": sender.parent_user_id,
        "sender_name": sender.name,
    }
    yield item("message", _stamp(message) | who | said_around(message) | content)


def _echo(contacts: Contacts, links: Links, echo: Json) -> Iterator[Item]:
    """What somebody sent on our number from the phone or from another console."""
    content = said(echo)
    if unheard := _not_for_us(echo, content):
        yield unheard
        return
    recipient = contacts.complete(_recipient(echo))
    if not recipient.is_known or set(recipient.addresses()) & set(person(echo.get("from")).addresses()):
        yield quarantine(NO_RECIPIENT, id=named(echo.get("id")))
        return
    yield from links.of(recipient)
    whom = {
        "to_phone": recipient.phone,
        "to_user_id": recipient.user_id,
        "to_parent_user_id": recipient.parent_user_id,
    }
    yield item("echo", _stamp(echo) | whom | said_around(echo) | content)


def _not_for_us(message: Json, content: Item) -> Item | None:
    """Why a message is left where it is, if it is."""
    id = named(message.get("id"))
    if group := named(message.get("group_id")):
        return ignored("A message in a group.", id=id, group_id=group)
    if reason := _UNSPOKEN.get(str(message.get("type"))):
        return ignored(reason, id=id)
    if content["kind"] == "reaction" and content["target"] is None:
        return ignored("A reaction that does not say to which message.", id=id)
    return None


def _stamp(message: Json) -> Item:
    return {"id": named(message.get("id")), "at": instant(message.get("timestamp"))}


def _sender(message: Json) -> Person:
    own = person(message.get("from"), message.get("from_user_id"), message.get("from_parent_user_id"))
    if own.is_known or message.get("type") != "system":
        return own
    system = obj(message.get("system"))  # which may say alone whose number or id it was that changed
    if system.get("type") == "user_changed_user_id":
        return person(system.get("wa_id"), system.get("previous_user_id") or system.get("user_id"))
    return person(system.get("customer"), system.get("previous_user_id"))


def _renamed(message: Json) -> Person:
    """The new number and the new business-scoped id a system message gives together."""
    system = obj(message.get("system")) if message.get("type") == "system" else {}
    new = named(system.get("new_wa_id")) or system.get("wa_id")
    return person(new, system.get("user_id"), system.get("parent_user_id"))


def _recipient(echo: Json) -> Person:
    return person(echo.get("to"), echo.get("to_user_id"), echo.get("to_parent_user_id"))


# Statuses


def _status(contacts: Contacts, links: Links, is_call: bool, status: Json) -> Iterator[Item]:
    id, name = named(status.get("id")), named(status.get("status"))
    correlation = words(status.get("biz_opaque_callback_data"))
    receiver = _receiver(status)
    yield from links.of(contacts.complete(receiver) if receiver.is_known else receiver)
    address = receiver.phone or receiver.user_id or receiver.parent_user_id
    told = {
        "id": id,
        "recipient": address if _is_direct(status) and address else named(_addressed(status)),
        "at": instant(status.get("timestamp")),
        "correlation": correlation,
    }
    if is_call or status.get("type") == "call":
        yield item("call_status", told | {"status": name, "errors": codes(status.get("errors"))})
    elif name is None or name.lower() not in STATUSES:
        yield ignored("A status that is not followed here.", id=id, status=name)
    elif id is None and correlation is None:
        yield quarantine("A status that does not say of which message.", status=name)
    else:
        more = {
            "status": name.lower(),
            "recipient_type": named(status.get("recipient_type")),
            "pricing": _pricing(obj(status.get("pricing"))),
            "errors": codes(status.get("errors")),
        }
        yield item("status", told | more)


def _receiver(status: Json) -> Person:
    """The person a status is about: in a group, the participant."""
    prefix = "recipient" if _is_direct(status) else "recipient_participant"
    address = _addressed(status) if _is_direct(status) else status.get("recipient_participant_id")
    return person(address, status.get(f"{prefix}_user_id"), status.get(f"{prefix}_parent_user_id"))


def _addressed(status: Json) -> object:
    """Where the message went; older bodies say it inside the message."""
    return named(status.get("recipient_id")) or obj(status.get("message")).get("recipient_id")


def _is_direct(status: Json) -> bool:
    return status.get("recipient_type") != "group"


def _pricing(pricing: Json) -> Item:
    found = {name: named(pricing.get(name)) for name in ("pricing_model", "type", "category")}
    return {
        name: value
        for name, value in (found | {"billable": flag(pricing.get("billable"))}).items()
        if value is not None
    }
