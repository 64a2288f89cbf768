"""The steward: what becomes of what agents have when they pause, leave, or are gone as a customer writes."""

from __future__ import annotations

from typing import Any, Final, Protocol

from commands.conversation import ReleaseConversation, WithdrawOffer
from commands.floor_ports import Floor, Held
from commands.intention import Command, caused_by, process_id
from commands.roles import Courier
from domain import agent, conversation
from domain.agent import AgentId
from domain.conversation import ConversationId
from domain.journal import Recorded
from domain.queueing import OfflinePolicy

NAME: Final = "steward"

WAKES: Final = (
    agent.Deactivated,
    agent.Left,
    agent.Paused,
    agent.WentOffline,
    conversation.MessageReceived,
)


class House(Protocol):
    @property
    def floor(self) -> Floor: ...


async def carry(recorded: Recorded, ports: House) -> list[Command]:
    match recorded.event:
        case conversation.MessageReceived(due_at=None):
            return []  # it started no clock in service
        case conversation.MessageReceived():
            held = await ports.floor.holding(ConversationId(recorded.root))
            if held is None or not held.agent_gone or held.kept or held.policy is OfflinePolicy.KEEP:
                return []
            return [_released(recorded, held, "wrote_while_agent_gone")]
        case agent.Left(cause=cause, keeps=keeps):
            found = await ports.floor.held_by(AgentId(recorded.root), recorded.position)
            return [
                _released(recorded, held, "offline_policy")
                for held in found
                if not held.offered and held.conversation_id not in keeps and _goes_back(held, cause)
            ]
        case _:
            found = await ports.floor.held_by(AgentId(recorded.root), recorded.position)
            return [_withdrawn(recorded, held) for held in found if held.offered]


def _goes_back(held: Held, cause: str) -> bool:
    """By its queue's policy; what somebody who was deactivated had goes back whatever that says."""
    if cause == "deactivated" or held.policy is OfflinePolicy.RETURN_ALL:
        return True
    return held.policy is OfflinePolicy.RETURN_WAITING and held.waits


def _released(recorded: Recorded, held: Held, reason: str) -> Command:
    """With the clock it has."""
    assert held.agent_id is not None
    return ReleaseConversation(
        **_named(recorded, held, ReleaseConversation), by=held.agent_id, reason=reason, for_another=True
    )


def _withdrawn(recorded: Recorded, held: Held) -> Command:
    return WithdrawOffer(
        **_named(recorded, held, WithdrawOffer), agent_id=AgentId(recorded.root), reason="agent_away"
    )


def _named(recorded: Recorded, held: Held, command: type[Command]) -> dict[str, Any]:
    return {
        "id": process_id(recorded, NAME, command.__name__, held.conversation_id),
        "cause": caused_by(recorded, NAME),
        "conversation_id": held.conversation_id,
    }


def steward() -> Courier:
    return Courier(NAME, WAKES, carry)
