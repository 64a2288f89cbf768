"""What is wanted of the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import policy
from domain.agent import AgentId
from domain.policy import Policy


@dataclass(frozen=True, kw_only=True)
class EditPolicy(Command):
    """Other rules, as `domain.sla.written` writes them."""

    by: AgentId
    rules: str


def edit_policy(command: EditPolicy, state: Policy, at: datetime) -> list[policy.Event]:
    return policy.edit(state, command.rules, by=command.by, at=at)
