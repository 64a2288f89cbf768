"""How was it? One row per episode whose customer was asked, with what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain import conversation
from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.privacy import Content
from domain.queue import QueueId
from projections.answer import Key, Projection, replace


@dataclass(frozen=True, slots=True)
class Row:
    KEY: ClassVar[tuple[str, ...]] = ("conversation_id", "episode")

    conversation_id: ConversationId
    episode: int
    agent_id: AgentId | None  # who owned most of the handling time
    queue_id: QueueId | None
    asked_at: datetime
    score: int | None = None
    rated_at: datetime | None = None
    comment: Content | None = None
    commented_at: datetime | None = None
    alerted_at: datetime | None = None  # the supervisors were told


def key(recorded: Recorded) -> Key | None:
    return recorded.root, recorded.event.episode


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    if isinstance(event, conversation.SatisfactionAsked):
        return Row(
            ConversationId(recorded.root), event.episode, event.agent_id, event.queue_id, event.asked_at
        )
    if row is None:
        return None
    match event:
        case conversation.Rated(score=score, rated_at=at):
            return replace(row, score=score, rated_at=at)
        case conversation.RatingCommented(comment=comment, commented_at=at):
            return replace(row, comment=comment, commented_at=at)
        case conversation.RatingAlerted(alerted_at=at):
            return replace(row, alerted_at=at)
        case _:
            return row


RATINGS = Projection(
    "ratings",
    1,
    Row,
    key,
    evolve,
    (
        conversation.SatisfactionAsked,
        conversation.Rated,
        conversation.RatingCommented,
        conversation.RatingAlerted,
    ),
)
