"""What is wanted of agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commands.intention import Command
from domain import agent
from domain.agent import Agent, AgentId, Event, Shift
from domain.queue import QueueId
from domain.queueing import Mode


@dataclass(frozen=True, kw_only=True)
class WelcomeAgent(Command):
    """Let them in, or say their new name."""

    agent_id: AgentId
    name: str


def welcome_agent(command: WelcomeAgent, state: Agent, at: datetime) -> list[Event]:
    return agent.welcome(state, command.name)


@dataclass(frozen=True, kw_only=True)
class DeactivateAgent(Command):
    agent_id: AgentId


def deactivate_agent(command: DeactivateAgent, state: Agent, at: datetime) -> list[Event]:
    return agent.deactivate(state, at=at)


@dataclass(frozen=True, kw_only=True)
class ReactivateAgent(Command):
    agent_id: AgentId


def reactivate_agent(command: ReactivateAgent, state: Agent, at: datetime) -> list[Event]:
    return agent.reactivate(state)


@dataclass(frozen=True, kw_only=True)
class EquipAgent(Command):
    """What they can do, and how much. `queues` None: every queue; `ceiling` None: twice the capacity;
    `shifts` None: as they are."""

    agent_id: AgentId
    queues: tuple[QueueId, ...] | None
    skills: dict[str, int]
    capacity: int
    ceiling: int | None = None
    shifts: tuple[Shift, ...] | None = ()


def equip_agent(command: EquipAgent, state: Agent, at: datetime) -> list[Event]:
    return agent.equip(
        state,
        queues=command.queues,
        skills=command.skills,
        capacity=command.capacity,
        ceiling=command.ceiling,
        shifts=command.shifts,
    )


# Being there


@dataclass(frozen=True, kw_only=True)
class BecomeAvailable(Command):
    agent_id: AgentId


def become_available(command: BecomeAvailable, state: Agent, at: datetime) -> list[Event]:
    return agent.become_available(state, at=at)


@dataclass(frozen=True, kw_only=True)
class PauseAgent(Command):
    agent_id: AgentId
    reason: str


def pause_agent(command: PauseAgent, state: Agent, at: datetime) -> list[Event]:
    return agent.pause(state, command.reason, at=at)


@dataclass(frozen=True, kw_only=True)
class LogOut(Command):
    """`settled` conversations were returned or handed on, or are about to be; `keeps` stay theirs."""

    agent_id: AgentId
    settled: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()


def log_out(command: LogOut, state: Agent, at: datetime) -> list[Event]:
    return agent.log_out(state, settled=command.settled, keeps=command.keeps, at=at)


@dataclass(frozen=True, kw_only=True)
class LoseConnection(Command):
    agent_id: AgentId


def lose_connection(command: LoseConnection, state: Agent, at: datetime) -> list[Event]:
    return agent.lose_connection(state, at=at)


@dataclass(frozen=True, kw_only=True)
class ConnectAgent(Command):
    agent_id: AgentId


def connect_agent(command: ConnectAgent, state: Agent, at: datetime) -> list[Event]:
    return agent.connect(state, at=at)


@dataclass(frozen=True, kw_only=True)
class LeaveDesk(Command):
    """Away for too long, as far as was seen: the offline policies hold."""

    agent_id: AgentId


def leave_desk(command: LeaveDesk, state: Agent, at: datetime) -> list[Event]:
    return agent.leave(state, at=at)


# Places


@dataclass(frozen=True, kw_only=True)
class ReservePlace(Command):
    """A place for what is about to be offered (until `expires_at`) or assigned (None), or for what the agent
    takes (`mode` pull, `why` as in `commands.conversation.taking`)."""

    agent_id: AgentId
    conversation_id: str
    queue_id: QueueId
    mode: Mode
    expires_at: datetime | None
    weight: float = 1
    why: dict[str, Any] | None = None
    seen_version: int | None = None


def reserve_place(command: ReservePlace, state: Agent, at: datetime) -> list[Event]:
    return agent.reserve(
        state,
        command.conversation_id,
        queue_id=command.queue_id,
        mode=command.mode,
        expires_at=command.expires_at,
        weight=command.weight,
        why=command.why,
        seen_version=command.seen_version,
        at=at,
    )


@dataclass(frozen=True, kw_only=True)
class TakeUp(Command):
    """The conversation is theirs, since that version of it."""

    agent_id: AgentId
    conversation_id: str
    as_of: int | None = None


def take_up(command: TakeUp, state: Agent, at: datetime) -> list[Event]:
    return agent.take_up(state, command.conversation_id, as_of=command.as_of, at=at)


@dataclass(frozen=True, kw_only=True)
class LetGo(Command):
    agent_id: AgentId
    conversation_id: str
    reason: str
    as_of: int | None = None


def let_go(command: LetGo, state: Agent, at: datetime) -> list[Event]:
    return agent.let_go(state, command.conversation_id, reason=command.reason, as_of=command.as_of, at=at)


@dataclass(frozen=True, kw_only=True)
class HushPlace(Command):
    """The conversation fell silent."""

    agent_id: AgentId
    conversation_id: str


def hush_place(command: HushPlace, state: Agent, at: datetime) -> list[Event]:
    return agent.hush(state, command.conversation_id, at=at)


@dataclass(frozen=True, kw_only=True)
class RousePlace(Command):
    """The conversation woke."""

    agent_id: AgentId
    conversation_id: str


def rouse_place(command: RousePlace, state: Agent, at: datetime) -> list[Event]:
    return agent.rouse(state, command.conversation_id, at=at)
