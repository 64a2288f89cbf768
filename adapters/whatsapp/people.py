"""Who a payload speaks of: the addresses of one person, put together from everywhere the payload has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from adapters.whatsapp.addresses import canonical_phone
from adapters.whatsapp.items import Item, Json, business_scoped, is_parent, item, named, obj, objects, phone


@dataclass(frozen=True, slots=True)
class Person:
    """One person's addresses, as the payload spells them."""

    phone: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    name: str | None = None

    @property
    def is_known(self) -> bool:
        return any(self.addresses())

    def addresses(self) -> Iterator[str]:
        """What makes two mentions one person: a Brazilian mobile counts with and without its ninth digit."""
        if self.phone:
            yield canonical_phone(self.phone)
        if self.user_id:
            yield self.user_id
        if self.parent_user_id:
            yield self.parent_user_id

    def is_someone_else_than(self, other: Person) -> bool:
        """Both give the same kind of address, and the two differ."""
        if self.phone and other.phone and canonical_phone(self.phone) != canonical_phone(other.phone):
            return True
        return bool(self.user_id and other.user_id and self.user_id != other.user_id)

    def completed_by(self, other: Person) -> Person:
        return Person(
            self.phone or other.phone,
            self.user_id or other.user_id,
            self.parent_user_id or other.parent_user_id,
            self.name or other.name,
        )


NOBODY = Person()


def person(address: object, user_id: object = None, parent: object = None, name: object = None) -> Person:
    """A person from an address that may be a phone number or a business-scoped id, and from ids beside it."""
    scoped = business_scoped(address)
    own = scoped if scoped and not is_parent(scoped) else None
    parents = scoped if scoped and is_parent(scoped) else None
    return Person(
        phone(address), business_scoped(user_id) or own, business_scoped(parent) or parents, named(name)
    )


@dataclass(frozen=True, slots=True)
class Contacts:
    """The contacts beside the messages and statuses of one payload."""

    everyone: tuple[Person, ...] = ()
    by_address: dict[str, Person] = field(default_factory=dict)
    stray: Person = NOBODY  # the single contact that nobody in the payload is, when only one person speaks

    @property
    def single(self) -> Person:
        return self.everyone[0] if len(self.everyone) == 1 else NOBODY

    def complete(self, someone: Person) -> Person:
        """All we are told about someone: their own contact, or the single one when they say nothing.

        Where there are several contacts, none of another person's addresses or names is borrowed.
        """
        if not someone.is_known:
            return self.single
        for address in someone.addresses():
            if address in self.by_address:
                return someone.completed_by(self.by_address[address])
        if someone.is_someone_else_than(self.stray):
            return someone.completed_by(Person(name=self.stray.name))
        return someone.completed_by(self.stray)


def contacts_of(contacts: object, speakers: Iterable[Person]) -> Contacts:
    """`speakers` are all the people the payload's messages and statuses name, to tell whose a contact is."""
    everyone = tuple(dict.fromkeys(_contact(contact) for contact in objects(contacts)))
    by_address = {address: someone for someone in reversed(everyone) for address in someone.addresses()}
    spoken = {next(someone.addresses()) for someone in speakers if someone.is_known}
    is_stray = len(everyone) == 1 and len(spoken) == 1 and not spoken & by_address.keys()
    return Contacts(everyone, by_address, everyone[0] if is_stray else NOBODY)


def _contact(contact: Json) -> Person:
    name = obj(contact.get("profile")).get("name")
    return person(contact.get("wa_id"), contact.get("user_id"), contact.get("parent_user_id"), name)


@dataclass(frozen=True, slots=True)
class Links:
    """Phone and business-scoped id of one person, said once per payload."""

    said: set[tuple[str, str]] = field(default_factory=set)

    def of(self, someone: Person) -> Iterator[Item]:
        scoped = someone.user_id or someone.parent_user_id
        if not someone.phone or not scoped or (someone.phone, scoped) in self.said:
            return
        self.said.add((someone.phone, scoped))
        yield item(
            "identity_link",
            {
                "phone": someone.phone,
                "user_id": someone.user_id,
                "parent_user_id": someone.parent_user_id,
            },
        )
