"""A person who attends. The simplest form: known, renamed, deactivated; capacity and presence come later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NewType, TypeAlias, assert_never

from domain.grammar import Refused, Stream
from domain.privacy import Identity

AgentId = NewType("AgentId", str)

# Events


@dataclass(frozen=True, slots=True)
class Welcomed:
    name: Identity


@dataclass(frozen=True, slots=True)
class Renamed:
    name: Identity


@dataclass(frozen=True, slots=True)
class Deactivated:
    """Agents are deactivated, never deleted."""


@dataclass(frozen=True, slots=True)
class Reactivated:
    pass


Event: TypeAlias = Welcomed | Renamed | Deactivated | Reactivated

# State


@dataclass(frozen=True, slots=True)
class Agent:
    known: bool = False
    active: bool = False


# Refusals


class UnknownAgent(Refused):
    """There is no such agent."""


# Decisions


def welcome(state: Agent, name: str) -> list[Event]:
    """Let an agent in, or say their new name."""
    return [Renamed(name)] if state.known else [Welcomed(name)]


def deactivate(state: Agent) -> list[Event]:
    if not state.known:
        raise UnknownAgent
    return [Deactivated()] if state.active else []


def reactivate(state: Agent) -> list[Event]:
    if not state.known:
        raise UnknownAgent
    return [] if state.active else [Reactivated()]


# Memory


def evolve(state: Agent, event: Event) -> Agent:
    match event:
        case Welcomed():
            return replace(state, known=True, active=True)
        case Renamed():
            return state
        case Deactivated():
            return replace(state, active=False)
        case Reactivated():
            return replace(state, active=True)
    assert_never(event)


AGENT: Stream[Agent, Event] = Stream("agent", (Welcomed, Renamed, Deactivated, Reactivated), Agent(), evolve)
