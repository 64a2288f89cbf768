"""What is wanted of the record of who was turned away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from commands.intention import COMMANDS, Command
from domain import access
from domain.access import Access


@dataclass(frozen=True, kw_only=True)
class RecordDenial(Command):
    actor: str
    rule: str
    route: str
    permission: str | None

    @property
    def person(self) -> str:
        """The root of their history."""
        return str(uuid5(COMMANDS, f"access/{self.actor}"))


def denial_id(actor: str, rule: str, route: str, at: datetime) -> UUID:
    """The same for one person, rule and route within a minute: repeats are not recorded."""
    return uuid5(COMMANDS, f"denied/{actor}/{rule}/{route}/{at:%Y-%m-%dT%H:%M}")


def record_denial(command: RecordDenial, state: Access, at: datetime) -> list[access.Event]:
    denied = access.Denied(command.actor, command.rule, command.route, command.permission, at)
    return access.deny(state, denied)
