"""Who was turned away, and who was given a token. One history per person; it remembers nothing, because
nothing is decided from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never

from domain.agent import AgentId
from domain.grammar import Stream
from domain.privacy import Open
from domain.user import Role

# Events


@dataclass(frozen=True, slots=True)
class Denied:
    """Somebody wanted what they may not: told once per person, route and minute, however often they tried."""

    actor: Open  # as history names them: `agent:<id>`, `user:<id>`, `token:<id>`
    rule: Open
    route: Open  # its method and template, never the path that was asked for
    permission: Open | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TokenMade:
    """Somebody made a token: for what, not the token."""

    token_id: Open
    role: Role
    agent_id: AgentId | None
    scopes: tuple[Open, ...] | None  # null: all that the role may
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenRevoked:
    token_id: Open


Event: TypeAlias = Denied | TokenMade | TokenRevoked

# State


@dataclass(frozen=True, slots=True)
class Access:
    pass


# Decisions


def deny(state: Access, denied: Denied) -> list[Event]:
    return [denied]


def make_token(state: Access, made: TokenMade) -> list[Event]:
    return [made]


def revoke_token(state: Access, token_id: str) -> list[Event]:
    return [TokenRevoked(token_id)]


# Memory


def evolve(state: Access, event: Event) -> Access:
    match event:
        case Denied() | TokenMade() | TokenRevoked():
            return state
    assert_never(event)


ACCESS: Stream[Access, Event] = Stream("access", (Denied, TokenMade, TokenRevoked), Access(), evolve)
