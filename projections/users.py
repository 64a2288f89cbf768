"""Who signs in here, and what may they do?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from domain import user
from domain.agent import AgentId
from domain.journal import Recorded
from domain.privacy import Identity
from domain.queue import QueueId
from domain.user import Role, Stage, UserId
from projections.answer import Projection, by_root, replace


@dataclass(frozen=True, slots=True)
class Row:
    """Whoever was let go stays listed: history names them."""

    KEY: ClassVar[tuple[str, ...]] = ("user_id",)

    user_id: UserId
    name: Identity
    login: Identity
    role: Role
    stage: Stage
    agent_id: AgentId | None
    queues: tuple[QueueId, ...] | None
    invited_at: datetime
    activated: bool = False
    totp: bool = False
    locked: bool = False
    link_until: datetime | None = None
    signed_in_at: datetime | None = None


def evolve(row: Row | None, recorded: Recorded) -> Row | None:
    event = recorded.event
    if isinstance(event, user.Invited):
        return Row(
            UserId(recorded.root),
            event.name,
            event.login,
            event.role,
            Stage.INVITED,
            event.agent_id,
            event.queues,
            recorded.at,
        )
    return None if row is None else _changed(row, event, recorded.at)


def _changed(row: Row, event: user.Event, at: datetime) -> Row:
    match event:
        case user.Activated():
            return replace(row, stage=Stage.ACTIVE, activated=True, link_until=None)
        case user.RoleChanged(role=role, agent_id=agent_id, queues=queues):
            return replace(row, role=role, agent_id=agent_id, queues=queues)
        case user.Deactivated():
            return replace(row, stage=Stage.DEACTIVATED)
        case user.Reactivated():
            return replace(row, stage=Stage.ACTIVE if row.activated else Stage.INVITED)
        case user.TotpEnrolled():
            return replace(row, totp=True)
        case user.TotpReset():
            return replace(row, totp=False)
        case user.Locked():
            return replace(row, locked=True)
        case user.Unlocked():
            return replace(row, locked=False)
        case user.LinkMade(expires_at=until):
            return replace(row, link_until=until)
        case user.PasswordChanged(by_link=by_link):
            return replace(row, link_until=None) if by_link else row
        case user.SignedIn():
            return replace(row, signed_in_at=at)
        case _:
            return row


USERS = Projection(
    "users",
    1,
    Row,
    by_root,
    evolve,
    (
        user.Invited,
        user.LinkMade,
        user.Activated,
        user.RoleChanged,
        user.Deactivated,
        user.Reactivated,
        user.PasswordChanged,
        user.TotpEnrolled,
        user.TotpReset,
        user.Locked,
        user.Unlocked,
        user.SignedIn,
    ),
)
