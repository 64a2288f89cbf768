"""What the desk writes down of whoever writes: its name for them, how else to reach them, their contracts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from domain.agent import AgentId
from domain.conversation.contact_events import DETAILS, ContactEdited, ContractLinked, ContractUnlinked
from domain.conversation.events import Event
from domain.conversation.refusals import (
    AlreadyLinked,
    BadContract,
    BadDocument,
    TooManyContracts,
    UnknownEpisode,
)
from domain.conversation.state import Conversation
from domain.document import document_number

MOST_CONTRACTS: Final = 20
CONTRACT: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z./-]{0,28}[0-9A-Za-z])?", re.ASCII)


def edit_contact(state: Conversation, edited: ContactEdited) -> list[Event]:
    """Of the details it is about, those that are new. Whoever may read the conversation may."""
    if state.episode == 0:
        raise UnknownEpisode
    if edited.document is not None and document_number(edited.document) != edited.document:
        raise BadDocument
    news = {detail: d for detail, d in edited.digests.items() if state.card.get(detail, "") != d}
    if not news:
        return []
    as_known: dict[str, Any] = dict.fromkeys(detail for detail in DETAILS if detail not in news)
    return [replace(edited, digests=news, **as_known)]


def link_contract(state: Conversation, linked: ContractLinked) -> list[Event]:
    """A contract is theirs, says an agent; each once."""
    if state.episode == 0:
        raise UnknownEpisode
    if CONTRACT.fullmatch(linked.number) is None:
        raise BadContract
    if linked.contract_id in state.contracts:
        raise AlreadyLinked
    if len(state.contracts) >= MOST_CONTRACTS:
        raise TooManyContracts(most=MOST_CONTRACTS)
    return [linked]


def unlink_contract(
    state: Conversation, contract_id: str, *, number: str | None, by: AgentId, at: datetime
) -> list[Event]:
    """It is not theirs, or no more; `number` is told again for whoever reads the history."""
    if contract_id not in state.contracts:
        return []
    return [ContractUnlinked(contract_id, number, by, at)]
