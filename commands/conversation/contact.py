"""What is known of a contact by hand, and which contracts are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import conversation
from domain.agent import AgentId
from domain.conversation import ContactEdited, ContractLinked, Conversation, ConversationId, Event


@dataclass(frozen=True, kw_only=True)
class EditContact(Command):
    """`digests` names the details it is about, each with a keyed hash of its words; empty: they are taken
    out."""

    conversation_id: ConversationId
    by: AgentId
    digests: Mapping[str, str]
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    document: str | None = None
    remark: str | None = None


def edit_contact(command: EditContact, state: Conversation, at: datetime) -> list[Event]:
    edited = ContactEdited(
        dict(command.digests),
        command.by,
        at,
        name=command.name,
        email=command.email,
        phone=command.phone,
        document=command.document,
        remark=command.remark,
    )
    return conversation.edit_contact(state, edited)


@dataclass(frozen=True, kw_only=True)
class LinkContract(Command):
    """`contract_id`: a keyed hash of the number, of this conversation alone."""

    conversation_id: ConversationId
    by: AgentId
    contract_id: str
    number: str
    label: str | None = None


def link_contract(command: LinkContract, state: Conversation, at: datetime) -> list[Event]:
    linked = ContractLinked(command.contract_id, command.number, command.label, command.by, at)
    return conversation.link_contract(state, linked)


@dataclass(frozen=True, kw_only=True)
class UnlinkContract(Command):
    """`number`: as it was linked, for the history; None when nobody could say."""

    conversation_id: ConversationId
    by: AgentId
    contract_id: str
    number: str | None = None


def unlink_contract(command: UnlinkContract, state: Conversation, at: datetime) -> list[Event]:
    return conversation.unlink_contract(
        state, command.contract_id, number=command.number, by=command.by, at=at
    )
