"""Somebody who signs in: invited, given a role, let go. What they prove themselves with is no fact of
history: passwords, seeds and codes lie in tables of their own, and are never in an event.

`rights` counts the changes of what somebody may do: whoever was let in under an older number is asked again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType, TypeAlias, assert_never

from domain.agent import AgentId
from domain.grammar import Refused, Stream
from domain.privacy import Identity, Open
from domain.queue import QueueId

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)

MOST_FAILURES: Final = 100
"""Wrong passwords in a row after which nobody signs in any more until a new link is made (NIST 800-63B)."""


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    DIRECTOR = "director"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMIN = "admin"
    DPO = "dpo"
    SERVICE = "service"  # another program of the house; no person


class Stage(StrEnum):
    UNKNOWN = "unknown"
    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class Factor(StrEnum):
    """What was shown beside the password."""

    NONE = "none"
    TOTP = "totp"
    RECOVERY = "recovery"


class Ending(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    REVOKED = "revoked"
    REUSED = "reused"  # its refresh token was shown twice: somebody else has it
    PASSWORD = "password"  # noqa: S105  the password was changed, or a link used
    DEACTIVATED = "deactivated"
    REPLACED = "replaced"  # the same browser signed in anew


# Events


@dataclass(frozen=True, slots=True)
class Invited:
    name: Identity
    login: Identity
    role: Role
    agent_id: AgentId | None = None
    queues: tuple[QueueId, ...] | None = None  # whose conversations are theirs; null: every queue's


@dataclass(frozen=True, slots=True)
class LinkMade:
    """Another one-time link: for whoever lost the first one, or their password."""

    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Activated:
    """They chose their first password."""


@dataclass(frozen=True, slots=True)
class RoleChanged:
    role: Role
    agent_id: AgentId | None = None
    queues: tuple[QueueId, ...] | None = None


@dataclass(frozen=True, slots=True)
class Deactivated:
    """Users are deactivated, never deleted."""


@dataclass(frozen=True, slots=True)
class Reactivated:
    pass


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class TotpEnrolled:
    pass


@dataclass(frozen=True, slots=True)
class TotpReset:
    """The second factor was taken away, so that another can be enrolled."""


@dataclass(frozen=True, slots=True)
class Locked:
    failures: int


@dataclass(frozen=True, slots=True)
class Unlocked:
    pass


@dataclass(frozen=True, slots=True)
class SignedIn:
    session_id: Open
    factor: Factor


@dataclass(frozen=True, slots=True)
class SessionEnded:
    session_id: Open
    ending: Ending


Event: TypeAlias = (
    Invited
    | LinkMade
    | Activated
    | RoleChanged
    | Deactivated
    | Reactivated
    | PasswordChanged
    | TotpEnrolled
    | TotpReset
    | Locked
    | Unlocked
    | SignedIn
    | SessionEnded
)

# State


@dataclass(frozen=True, slots=True)
class User:
    stage: Stage = Stage.UNKNOWN
    role: Role | None = None
    agent_id: AgentId | None = None
    queues: tuple[QueueId, ...] | None = None
    activated: bool = False
    totp: bool = False
    locked: bool = False
    rights: int = 0

    @property
    def known(self) -> bool:
        return self.stage is not Stage.UNKNOWN

    @property
    def admissible(self) -> bool:
        return self.stage is Stage.ACTIVE and not self.locked


# Refusals


class UnknownUser(Refused):
    """There is no such user."""


class AlreadyInvited(Refused):
    """Whoever signs in like that is here already."""


class UserDeactivated(Refused):
    """Whoever was let go is taken back first."""


class NotYourself(Refused):
    """Nobody changes what they themselves may do."""


class NotAdmitted(Refused):
    """Whoever is not active, or is locked out, does not sign in."""


class NoPrograms(Refused):
    """A program does not sign in: it has a token."""


# Decisions


def invite(
    state: User,
    *,
    name: str,
    login: str,
    role: Role,
    agent_id: AgentId | None = None,
    queues: tuple[QueueId, ...] | None = None,
) -> list[Event]:
    if role is Role.SERVICE:
        raise NoPrograms
    if state.known:
        raise AlreadyInvited
    return [Invited(name, login, role, agent_id, queues)]


def make_link(state: User, *, expires_at: datetime) -> list[Event]:
    _require_here(state)
    return [LinkMade(expires_at)]


def choose_password(state: User, *, by_link: bool) -> list[Event]:
    """The first one activates; one chosen by a link also ends a lock."""
    _require_here(state)
    if not state.activated:
        return [Activated()]
    unlocked: list[Event] = [Unlocked()] if by_link and state.locked else []
    return [PasswordChanged(by_link), *unlocked]


def change_role(
    state: User,
    *,
    role: Role,
    agent_id: AgentId | None,
    queues: tuple[QueueId, ...] | None,
    oneself: bool,
) -> list[Event]:
    _require_here(state)
    if oneself:
        raise NotYourself
    if role is Role.SERVICE:
        raise NoPrograms
    if (role, agent_id, queues) == (state.role, state.agent_id, state.queues):
        return []
    return [RoleChanged(role, agent_id, queues)]


def deactivate(state: User, *, oneself: bool) -> list[Event]:
    if not state.known:
        raise UnknownUser
    if oneself:
        raise NotYourself
    return [] if state.stage is Stage.DEACTIVATED else [Deactivated()]


def reactivate(state: User) -> list[Event]:
    if not state.known:
        raise UnknownUser
    return [Reactivated()] if state.stage is Stage.DEACTIVATED else []


def enrol_totp(state: User) -> list[Event]:
    _require_here(state)
    return [] if state.totp else [TotpEnrolled()]


def reset_totp(state: User) -> list[Event]:
    if not state.known:
        raise UnknownUser
    return [TotpReset()] if state.totp else []


def lock(state: User, failures: int) -> list[Event]:
    """Nothing for whoever is not there, so that nobody learns who is."""
    return [Locked(failures)] if state.admissible else []


def sign_in(state: User, session_id: SessionId, factor: Factor) -> list[Event]:
    if not state.admissible:
        raise NotAdmitted
    return [SignedIn(session_id, factor)]


def end_session(state: User, session_id: SessionId, ending: Ending) -> list[Event]:
    if not state.known:
        raise UnknownUser
    return [SessionEnded(session_id, ending)]


def _require_here(state: User) -> None:
    if not state.known:
        raise UnknownUser
    if state.stage is Stage.DEACTIVATED:
        raise UserDeactivated


# Memory


def evolve(state: User, event: Event) -> User:
    match event:
        case Invited(role=role, agent_id=agent_id, queues=queues):
            return replace(
                state,
                stage=Stage.INVITED,
                role=role,
                agent_id=agent_id,
                queues=queues,
                rights=state.rights + 1,
            )
        case Activated():
            return replace(state, stage=Stage.ACTIVE, activated=True)
        case RoleChanged(role=role, agent_id=agent_id, queues=queues):
            return replace(state, role=role, agent_id=agent_id, queues=queues, rights=state.rights + 1)
        case Deactivated():
            return replace(state, stage=Stage.DEACTIVATED, rights=state.rights + 1)
        case Reactivated():
            stage = Stage.ACTIVE if state.activated else Stage.INVITED
            return replace(state, stage=stage, rights=state.rights + 1)
        case TotpEnrolled():
            return replace(state, totp=True)
        case TotpReset():
            return replace(state, totp=False)
        case Locked():
            return replace(state, locked=True, rights=state.rights + 1)
        case Unlocked():
            return replace(state, locked=False)
        case LinkMade() | PasswordChanged() | SignedIn() | SessionEnded():
            return state
    assert_never(event)


USER: Stream[User, Event] = Stream(
    "user",
    (
        Invited,
        LinkMade,
        Activated,
        RoleChanged,
        Deactivated,
        Reactivated,
        PasswordChanged,
        TotpEnrolled,
        TotpReset,
        Locked,
        Unlocked,
        SignedIn,
        SessionEnded,
    ),
    User(),
    evolve,
)
