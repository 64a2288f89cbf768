"""What agents take by themselves, within their capacity: a place on their own stream first, then the claim.

The porter wants the same claim because of the place: whoever asked may be gone before it is decided.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from commands.agent import LetGo, ReservePlace
from commands.conversation.serving import ClaimConversation
from domain.agent import AgentId, Reserved
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.queue import QueueId
from domain.queueing import Mode


def place_for(claim: ClaimConversation, queue_id: QueueId) -> ReservePlace:
    """The place that what an agent takes has first, on their own stream: lists may be late, that is not."""
    return ReservePlace(
        id=uuid5(claim.id, "place"),
        cause=claim.cause,
        agent_id=claim.agent_id,
        conversation_id=claim.conversation_id,
        queue_id=queue_id,
        mode=Mode.PULL,
        expires_at=None,
        seen_version=claim.seen_version,
        why={"command": str(claim.id), "how": claim.how, "passed_over": claim.passed_over},
    )


def not_taken(claim: ClaimConversation) -> LetGo:
    """The place is free again at once: the next one may need it."""
    return LetGo(
        id=uuid5(claim.id, "not taken"),
        cause=claim.cause,
        agent_id=claim.agent_id,
        conversation_id=claim.conversation_id,
        reason="refused",
        as_of=None if claim.seen_version is None else claim.seen_version + 1,
    )


def claim_of(recorded: Recorded, reserved: Reserved) -> ClaimConversation:
    """What `place_for` reserved the place for: the same command, whoever wants it."""
    why = reserved.why or {}
    return ClaimConversation(
        id=UUID(why["command"]),
        cause=recorded.cause,
        conversation_id=ConversationId(reserved.conversation_id),
        agent_id=AgentId(recorded.root),
        seen_version=reserved.seen_version,
        how=why["how"],
        passed_over=why["passed_over"],
    )
