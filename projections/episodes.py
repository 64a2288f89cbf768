"""What became of each demand? One row per episode, by its protocol number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain import conversation
from domain.agent import AgentId
from domain.channel import ChannelId
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.privacy import Content, Open
from projections.answer import Key, Projection, replace


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("conversation_id", "episode")

    conversation_id: ConversationId
    episode: int
    channel_id: ChannelId
    opened_by: conversation.Opener
    opened_at: datetime
    agent_id: AgentId | None = None  # who opened or reopened it, when an agent did
    protocol: Open | None = None
    protocol_at: datetime | None = None
    periods: int = 1
    reopened_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: Open | None = None
    reason: Open | None = None
    outcome: Content | None = None
    silenced: bool = False  # a human wrote from the phone: automation keeps still


def key(recorded: Recorded) -> Key | None:
    return recorded.root, recorded.event.episode


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    if isinstance(event, conversation.Opened):
        return Row(
            ConversationId(recorded.root),
            event.episode,
            event.channel_id,
            event.opened_by,
            event.opened_at,
            event.agent_id,
        )
    if row is None:
        return None
    match event:
        case conversation.ProtocolGiven(number=number, given_at=given_at):
            return replace(row, protocol=number, protocol_at=given_at)
        case conversation.Closed(reason=reason, outcome=outcome, closed_by=closed_by, closed_at=closed_at):
            return replace(row, reason=reason, outcome=outcome, closed_by=closed_by, closed_at=closed_at)
        case conversation.Reopened(period=period, reopened_at=reopened_at, agent_id=agent_id):
            return replace(
                row,
                periods=period,
                reopened_at=reopened_at,
                agent_id=agent_id,
                reason=None,
                outcome=None,
                closed_by=None,
                closed_at=None,
            )
        case conversation.Undone():
            return replace(row, reason=None, outcome=None, closed_by=None, closed_at=None)
        case conversation.AutomationSilenced():
            return replace(row, silenced=True)
        case _:
            return row


EPISODES = Projection(
    "episodes",
    1,
    Row,
    key,
    evolve,
    (
        conversation.Opened,
        conversation.ProtocolGiven,
        conversation.Closed,
        conversation.Reopened,
        conversation.Undone,
        conversation.AutomationSilenced,
    ),
)
