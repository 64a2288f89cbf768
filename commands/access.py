"""What is wanted of the record of who was turned away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from commands.intention import COMMANDS, Command
from domain import access
from domain.access import Access


@dataclass(frozen=True, kw_only=True)
class _OfPerson:
    actor: str

    @property
    def person(self) -> str:
        """The root of their history."""
        return str(uuid5(COMMANDS, f"access/{self.actor}"))


@dataclass(frozen=True, kw_only=True)
class RecordDenial(Command, _OfPerson):
    rule: str
    route: str
    permission: str | None


def denial_id(actor: str, rule: str, route: str, at: datetime) -> UUID:
    """The same for one person, rule and route within a minute: repeats are not recorded."""
    return uuid5(COMMANDS, f"denied/{actor}/{rule}/{route}/{at:%Y-%m-%dT%H:%M}")


def record_denial(command: RecordDenial, state: Access, at: datetime) -> list[access.Event]:
    denied = access.Denied(command.actor, command.rule, command.route, command.permission, at)
    return access.deny(state, denied)


@dataclass(frozen=True, kw_only=True)
class RecordToken(Command, _OfPerson):
    """That one was made; the token itself is nowhere but with its bearer."""

    made: access.TokenMade


def record_token(command: RecordToken, state: Access, at: datetime) -> list[access.Event]:
    return access.make_token(state, command.made)


@dataclass(frozen=True, kw_only=True)
class RecordRevocation(Command, _OfPerson):
    token_id: str


def record_revocation(command: RecordRevocation, state: Access, at: datetime) -> list[access.Event]:
    return access.revoke_token(state, command.token_id)
