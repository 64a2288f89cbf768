"""What is wanted of users: whoever signs in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commands.intention import Command
from domain import user
from domain.agent import AgentId
from domain.queue import QueueId
from domain.user import Ending, Factor, Role, SessionId, User, UserId


@dataclass(frozen=True, kw_only=True)
class _OfUser:
    user_id: UserId
    by: UserId | None = None
    """Who wants it, when that is a user: some things nobody does to themselves."""

    @property
    def oneself(self) -> bool:
        return self.by == self.user_id


@dataclass(frozen=True, kw_only=True)
class InviteUser(Command, _OfUser):
    name: str
    login: str
    role: Role
    agent_id: AgentId | None = None
    queues: tuple[QueueId, ...] | None = None


def invite_user(command: InviteUser, state: User, at: datetime) -> list[user.Event]:
    return user.invite(
        state,
        name=command.name,
        login=command.login,
        role=command.role,
        agent_id=command.agent_id,
        queues=command.queues,
    )


@dataclass(frozen=True, kw_only=True)
class MakeLink(Command, _OfUser):
    expires_at: datetime


def make_link(command: MakeLink, state: User, at: datetime) -> list[user.Event]:
    return user.make_link(state, expires_at=command.expires_at)


@dataclass(frozen=True, kw_only=True)
class ChoosePassword(Command, _OfUser):
    """That one was chosen; which, only its own table knows."""

    by_link: bool


def choose_password(command: ChoosePassword, state: User, at: datetime) -> list[user.Event]:
    return user.choose_password(state, by_link=command.by_link)


@dataclass(frozen=True, kw_only=True)
class ChangeRole(Command, _OfUser):
    role: Role
    agent_id: AgentId | None = None
    queues: tuple[QueueId, ...] | None = None


def change_role(command: ChangeRole, state: User, at: datetime) -> list[user.Event]:
    return user.change_role(
        state,
        role=command.role,
        agent_id=command.agent_id,
        queues=command.queues,
        oneself=command.oneself,
    )


@dataclass(frozen=True, kw_only=True)
class DeactivateUser(Command, _OfUser):
    pass


def deactivate_user(command: DeactivateUser, state: User, at: datetime) -> list[user.Event]:
    return user.deactivate(state, oneself=command.oneself)


@dataclass(frozen=True, kw_only=True)
class ReactivateUser(Command, _OfUser):
    pass


def reactivate_user(command: ReactivateUser, state: User, at: datetime) -> list[user.Event]:
    return user.reactivate(state)


@dataclass(frozen=True, kw_only=True)
class EnrolTotp(Command, _OfUser):
    pass


def enrol_totp(command: EnrolTotp, state: User, at: datetime) -> list[user.Event]:
    return user.enrol_totp(state)


@dataclass(frozen=True, kw_only=True)
class ResetTotp(Command, _OfUser):
    pass


def reset_totp(command: ResetTotp, state: User, at: datetime) -> list[user.Event]:
    return user.reset_totp(state)


@dataclass(frozen=True, kw_only=True)
class LockUser(Command, _OfUser):
    failures: int


def lock_user(command: LockUser, state: User, at: datetime) -> list[user.Event]:
    return user.lock(state, command.failures)


@dataclass(frozen=True, kw_only=True)
class SignIn(Command, _OfUser):
    session_id: SessionId
    factor: Factor


def sign_in(command: SignIn, state: User, at: datetime) -> list[user.Event]:
    return user.sign_in(state, command.session_id, command.factor)


@dataclass(frozen=True, kw_only=True)
class EndSession(Command, _OfUser):
    session_id: SessionId
    ending: Ending


def end_session(command: EndSession, state: User, at: datetime) -> list[user.Event]:
    return user.end_session(state, command.session_id, command.ending)
