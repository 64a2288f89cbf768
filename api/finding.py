"""What somebody means who types into the search."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from commands.door_ports import Addresses
from domain.channel import ChannelId
from domain.conversation import ConversationId

_BETWEEN: Final = re.compile(r"[\s().+/-]+")
BRAZIL: Final = "55"


@dataclass(frozen=True, slots=True)
class Protocol:
    number: str


@dataclass(frozen=True, slots=True)
class Phone:
    """`forms`: the numbers it may stand for, with country code."""

    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Name:
    words: str


Meant: TypeAlias = Protocol | Phone | Name


def meant(query: str) -> Meant:
    """Fourteen digits are a protocol number, ten to thirteen a phone, all else is a name."""
    digits = _BETWEEN.sub("", query)
    if not (digits.isascii() and digits.isdecimal()):
        return Name(query)
    if len(digits) == 14:
        return Protocol(digits)
    if len(digits) in (10, 11):  # area and number, or a short one from elsewhere
        return Phone((BRAZIL + digits, digits))
    if len(digits) in (12, 13):
        return Phone((digits,))
    return Name(query)


def conversations_of(
    addresses: Addresses, channels: Iterable[ChannelId], phones: Iterable[str]
) -> list[ConversationId]:
    """The conversations with these phones on these channels. Computed, not looked up: they need not be."""
    ids: list[ConversationId] = []
    for channel in channels:
        for phone in phones:
            try:
                ids.append(addresses.conversation_of(channel, phone)[0])
            except KeyError:
                continue  # a channel that this process has no secrets of
    return ids
