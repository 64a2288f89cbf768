"""The porter: keeps what agents have true to who has each conversation, and hands over what was reserved.

A place is reserved on the agent's stream first, then the conversation is offered or assigned; whatever says
no to that sets the place free again. What agents take by themselves has a place first, too: whoever let them
takes it at once, and the porter wants the very same, should that one be gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from commands.agent import HushPlace, LetGo, RousePlace, TakeUp
from commands.conversation import AssignConversation, OfferConversation
from commands.conversation.taking import claim_of
from commands.intention import Command, caused_by, process_id
from commands.ports import Accepted, Decision
from commands.roles import Policy
from domain import agent, conversation
from domain.agent import AgentId
from domain.conversation import DEVICE, ConversationId
from domain.journal import Recorded
from domain.queueing import Mode

NAME: Final = "porter"

WAKES: Final = (
    agent.Reserved,
    conversation.Assigned,
    conversation.Closed,
    conversation.FellSilent,
    conversation.OfferDeclined,
    conversation.OfferExpired,
    conversation.OfferWithdrawn,
    conversation.Opened,
    conversation.Released,
    conversation.Reopened,
    conversation.Stirred,
    conversation.Transferred,
    conversation.Undone,
)


def react(recorded: Recorded) -> list[Command]:
    match recorded.event:
        case agent.Reserved():
            return [_handed(recorded, recorded.event)]
        case conversation.Assigned(agent_id=agent_id):
            return _taken(recorded, agent_id)
        case conversation.Opened(agent_id=agent_id) | conversation.Reopened(agent_id=agent_id):
            return _taken(recorded, agent_id)
        case conversation.OfferDeclined(agent_id=agent_id):
            return _gone(recorded, agent_id, "declined")
        case conversation.OfferExpired(agent_id=agent_id):
            return _gone(recorded, agent_id, "expired")
        case conversation.OfferWithdrawn(agent_id=agent_id):
            return _gone(recorded, agent_id, "withdrawn")
        case conversation.Released(agent_id=agent_id):
            return _gone(recorded, agent_id, "released")
        case conversation.Transferred(from_agent=agent_id):
            return _gone(recorded, agent_id, "transferred")
        case conversation.Closed(agent_id=agent_id):
            return _gone(recorded, agent_id, "closed")
        case conversation.Undone(agent_id=agent_id, taken_from=other):
            return [*_gone(recorded, other, "transferred"), *_taken(recorded, agent_id)]
        case conversation.FellSilent(agent_id=agent_id):
            return [HushPlace(**_place(recorded, agent_id, HushPlace))]
        case conversation.Stirred(agent_id=agent_id):
            return [RousePlace(**_place(recorded, agent_id, RousePlace))]
        case _:
            return []


def settle(recorded: Recorded, decisions: Sequence[Decision]) -> list[Command]:
    """What could not be offered or assigned, or was theirs already, leaves its place free."""
    event = recorded.event
    if not isinstance(event, agent.Reserved) or all(_led_on(event, decision) for decision in decisions):
        return []
    return [
        LetGo(
            id=process_id(recorded, NAME, LetGo.__name__),
            cause=caused_by(recorded, NAME),
            agent_id=AgentId(recorded.root),
            conversation_id=event.conversation_id,
            reason="refused",
            as_of=None if event.seen_version is None else event.seen_version + 1,  # this place, no later one
        )
    ]


def _led_on(event: agent.Reserved, decision: Decision) -> bool:
    """Whether the place is needed. A claim of what was theirs already says nothing, and needs none; given by
    itself it is theirs by another way, which takes the place up."""
    return isinstance(decision, Accepted) and (bool(decision.events) or event.mode is not Mode.PULL)


def _handed(recorded: Recorded, event: agent.Reserved) -> Command:
    if event.mode is Mode.PULL:
        return claim_of(recorded, event)
    agent_id, conversation_id = AgentId(recorded.root), ConversationId(event.conversation_id)
    cause = caused_by(recorded, NAME)
    if event.expires_at is None:
        return AssignConversation(
            id=process_id(recorded, NAME, AssignConversation.__name__),
            cause=cause,
            conversation_id=conversation_id,
            agent_id=agent_id,
            seen_version=event.seen_version,
        )
    return OfferConversation(
        id=process_id(recorded, NAME, OfferConversation.__name__),
        cause=cause,
        conversation_id=conversation_id,
        agent_id=agent_id,
        expires_at=event.expires_at,
        why=event.why,
        seen_version=event.seen_version,
    )


def _taken(recorded: Recorded, agent_id: AgentId | None) -> list[Command]:
    """What the phone in the shop has is nobody's place."""
    if agent_id is None or agent_id == DEVICE:
        return []
    return [TakeUp(**_place(recorded, agent_id, TakeUp), as_of=recorded.version)]


def _gone(recorded: Recorded, agent_id: AgentId | None, reason: str) -> list[Command]:
    if agent_id is None or agent_id == DEVICE:
        return []
    return [LetGo(**_place(recorded, agent_id, LetGo), reason=reason, as_of=recorded.version)]


def _place(recorded: Recorded, agent_id: AgentId, command: type[Command]) -> dict[str, Any]:
    return {
        "id": process_id(recorded, NAME, command.__name__),
        "cause": caused_by(recorded, NAME),
        "agent_id": agent_id,
        "conversation_id": recorded.root,
    }


def porter() -> Policy:
    return Policy(NAME, WAKES, react, settle)
