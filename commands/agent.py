"""What is wanted of agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import agent
from domain.agent import Agent, AgentId


@dataclass(frozen=True, kw_only=True)
class WelcomeAgent(Command):
    """Let them in, or say their new name."""

    agent_id: AgentId
    name: str


def welcome_agent(command: WelcomeAgent, state: Agent, at: datetime) -> list[agent.Event]:
    return agent.welcome(state, command.name)


@dataclass(frozen=True, kw_only=True)
class DeactivateAgent(Command):
    agent_id: AgentId


def deactivate_agent(command: DeactivateAgent, state: Agent, at: datetime) -> list[agent.Event]:
    return agent.deactivate(state)


@dataclass(frozen=True, kw_only=True)
class ReactivateAgent(Command):
    agent_id: AgentId


def reactivate_agent(command: ReactivateAgent, state: Agent, at: datetime) -> list[agent.Event]:
    return agent.reactivate(state)
