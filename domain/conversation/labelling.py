"""Tags on a demand, and who is not attended any more."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from domain.agent import AgentId
from domain.conversation.events import Closed, Event
from domain.conversation.labels import ContactBlocked, ContactUnblocked, Tagged, Untagged
from domain.conversation.refusals import (
    BadTag,
    Changed,
    NeedsReason,
    NotOwner,
    TooManyTags,
    UnknownEpisode,
)
from domain.conversation.state import Conversation

MOST_TAGS: Final = 20
SPAM: Final = "other/spam"
BLOCKED: Final = "other/blocked"
_TAG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


def tag(
    state: Conversation, *, add: Collection[str], remove: Collection[str], by: AgentId, at: datetime
) -> list[Event]:
    """Put tags on the episode and take others off, also after it was closed. Whoever may read it may."""
    if state.episode == 0:
        raise UnknownEpisode
    if not all(_TAG.fullmatch(one) for one in (*add, *remove)):
        raise BadTag
    off = [one for one in dict.fromkeys(remove) if one in state.tags and one not in add]
    on = [one for one in dict.fromkeys(add) if one not in state.tags]
    if on and len(state.tags) - len(off) + len(on) > MOST_TAGS:
        raise TooManyTags(most=MOST_TAGS)
    return [*(Untagged(one, by, at) for one in off), *(Tagged(one, by, at) for one in on)]


def block(
    state: Conversation,
    by: AgentId,
    *,
    reason: str,
    spam: bool,
    at: datetime,
    seen_version: int | None,
    for_another: bool = False,
) -> list[Event]:
    """Whoever writes here is not attended any more; what is open is closed with it."""
    if state.blocked:
        return []
    if state.episode == 0:
        raise UnknownEpisode
    if state.moved_since(seen_version):
        raise Changed(by=state.moved_by)
    if state.attended and state.agent_id != by and not for_another:
        raise NotOwner(owner=state.agent_id)
    line = " ".join(reason.split())
    if not line:
        raise NeedsReason
    blocked = ContactBlocked(line, spam, by, at)
    if not state.is_open:
        return [blocked]
    return [blocked, Closed(state.episode, SPAM if spam else BLOCKED, line, by, at)]


def unblock(state: Conversation, by: AgentId, *, at: datetime) -> list[Event]:
    """They are attended again, from their next message on."""
    return [ContactUnblocked(by, at)] if state.blocked else []
