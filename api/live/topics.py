"""What can be looked at, by name, and who may look at it.

`waiting`, `waiting.<queue>`, `automation`, `in_service`, `agent.<agent>` and `closed` are lists of
conversations; `conversation.<id>` is one with all that is said in it, and who else looks at it. `mine` is
short for one's own `agent.<id>`. `wallboard` is how queues and agents stand, without any conversation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from api.permissions import Permission, may
from commands.door_ports import Identity
from domain.conversation import ConversationId

MINE: Final = "mine"
WALLBOARD: Final = "wallboard"
MOST: Final = 40
"""Topics of one stream."""

_NAME: Final = r"[a-z0-9_-]{1,64}"
_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class Kind(NamedTuple):
    """One sort of topic: how its names are written, and what it takes to look at it."""

    written: re.Pattern[str]
    permission: Permission
    is_list: bool = True


KINDS: Final[dict[str, Kind]] = {
    "waiting": Kind(re.compile(rf"waiting(?:\.{_NAME})?", re.ASCII), Permission.READ_CONVERSATIONS),
    "automation": Kind(re.compile(r"automation", re.ASCII), Permission.READ_CONVERSATIONS),
    "in_service": Kind(re.compile(r"in_service", re.ASCII), Permission.READ_CONVERSATIONS),
    "agent": Kind(re.compile(rf"agent\.{_NAME}", re.ASCII), Permission.READ_CONVERSATIONS),
    "closed": Kind(re.compile(r"closed", re.ASCII), Permission.READ_CONVERSATIONS),
    "conversation": Kind(
        re.compile(rf"conversation\.{_UUID}", re.ASCII), Permission.READ_CONVERSATIONS, is_list=False
    ),
    WALLBOARD: Kind(re.compile(WALLBOARD, re.ASCII), Permission.READ_WALLBOARD, is_list=False),
}


class UnknownTopic(ValueError):
    """No topic is called that."""


class NotYours(Exception):
    """They may not look at it."""

    def __init__(self, *, no_agent: bool = False) -> None:
        super().__init__()
        self.no_agent = no_agent


def kind_of(topic: str) -> Kind | None:
    kind = KINDS.get(topic.partition(".")[0])
    return kind if kind is not None and kind.written.fullmatch(topic) else None


def is_list(topic: str) -> bool:
    kind = kind_of(topic)
    return kind is not None and kind.is_list


def of_conversation(conversation_id: str) -> str:
    return f"conversation.{conversation_id}"


def conversation_of(topic: str) -> ConversationId | None:
    first, _, rest = topic.partition(".")
    return ConversationId(rest) if first == "conversation" else None


def sees(identity: Identity, topic: str) -> bool:
    """Whether they may look at it now."""
    kind = kind_of(topic)
    return kind is not None and may(identity, kind.permission)


def resolved(words: Iterable[str], identity: Identity) -> tuple[str, ...]:
    """The topics somebody asks for, by their full names, each once. Raises UnknownTopic and NotYours."""
    topics: dict[str, None] = {}
    for word in words:
        topic = word
        if word == MINE:
            if identity.agent_id is None:
                raise NotYours(no_agent=True)
            topic = f"agent.{identity.agent_id}"
        if kind_of(topic) is None:
            raise UnknownTopic
        if not sees(identity, topic):
            raise NotYours
        topics[topic] = None
    if len(topics) > MOST:
        raise UnknownTopic
    return tuple(topics)


def usual(identity: Identity) -> tuple[str, ...]:
    """What somebody looks at who does not say."""
    return ("waiting",) if identity.agent_id is None else ("waiting", MINE)
