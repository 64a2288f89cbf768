"""Events: what the desk wrote down of whoever writes, beside what the provider tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from domain.privacy import Clear, Content, Identity, Open

DETAILS: Final = ("name", "email", "phone", "document", "remark")
"""What can be written down of a contact, each a field of `ContactEdited`."""


@dataclass(frozen=True, slots=True)
class ContactEdited:
    """`digests`: a keyed hash of the words of each detail that this edit is about, empty where they were
    taken out, so that our memory can tell new from known without holding anybody's words."""

    digests: Annotated[dict[str, str], Clear()]
    by: Open
    edited_at: datetime
    name: Identity | None = None  # what the desk calls them
    email: Identity | None = None
    phone: Identity | None = None  # another one: digits, with country code
    document: Identity | None = None  # CPF or CNPJ, without its marks
    remark: Content | None = None


@dataclass(frozen=True, slots=True)
class ContractLinked:
    """By hand. `contract_id`: a keyed hash of the number, of this conversation alone."""

    contract_id: Open
    number: Identity
    label: Identity | None  # what tells it from others of theirs: an address, a plan
    by: Open
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class ContractUnlinked:
    contract_id: Open
    number: Identity | None
    by: Open
    unlinked_at: datetime
