"""All that is known, by name."""

from __future__ import annotations

from typing import Any, Final

from projections.agents import AGENTS
from projections.answer import Projection
from projections.canned import CANNED
from projections.channels import CHANNELS
from projections.chat_messages import CHAT_MESSAGES
from projections.chat_rooms import CHAT_ROOMS
from projections.contacts import CONTACTS
from projections.courtesies import COURTESIES
from projections.deadlines import DEADLINES
from projections.deliveries import DELIVERIES
from projections.episodes import EPISODES
from projections.first_line import FIRST_LINE
from projections.inbox import INBOX
from projections.numbers import NUMBERS
from projections.outgoing import OUTGOING
from projections.queues import QUEUES
from projections.ratings import RATINGS
from projections.rules import RULES
from projections.scheduled import SCHEDULED
from projections.stints import STINTS
from projections.templates import TEMPLATES
from projections.transcript import TRANSCRIPT
from projections.users import USERS

PROJECTIONS: Final[dict[str, Projection[Any]]] = {
    projection.name: projection
    for projection in (
        INBOX,
        TRANSCRIPT,
        EPISODES,
        FIRST_LINE,
        OUTGOING,
        NUMBERS,
        DELIVERIES,
        QUEUES,
        AGENTS,
        CHANNELS,
        CONTACTS,
        TEMPLATES,
        COURTESIES,
        RATINGS,
        SCHEDULED,
        USERS,
        CHAT_ROOMS,
        CHAT_MESSAGES,
        DEADLINES,
        RULES,
        CANNED,
        STINTS,
    )
}
