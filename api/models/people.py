"""People who sign in, as the doors hear of them and tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr, StringConstraints

from api.models.asks import Ask, Id, Name
from api.models.views import Held, View
from api.permissions import Mask, Permission
from commands.door_ports import Role
from domain.user import Stage

LONGEST = 1_024  # signs of whatever is a secret


def _bounded(secret: SecretStr) -> SecretStr:
    if not 0 < len(secret.get_secret_value()) <= LONGEST:
        raise ValueError("not so long")
    return secret


Secret: TypeAlias = Annotated[SecretStr, AfterValidator(_bounded)]
Login: TypeAlias = Annotated[str, StringConstraints(max_length=254, pattern=r"^\s*[^@\s]+@[^@\s]+\s*$")]
Assigned: TypeAlias = Annotated[
    list[Id] | None, Field(max_length=200, description="Whose conversations are theirs; null: every queue's")
]


class SignIn(Ask):
    login: Annotated[str, StringConstraints(max_length=254)]
    password: Secret
    code: Secret | None = Field(None, description="Of the authenticator app, once one is enrolled")
    recovery_code: Secret | None = Field(None, description="Instead of `code`; each works once")


class Activate(Ask):
    word: Secret = Field(description="What stands behind the `#` of the link")
    password: Secret


class ChangePassword(Ask):
    current: Secret
    new: Secret


class Prove(Ask):
    password: Secret


class Confirm(Ask):
    code: Secret


class Invite(Ask):
    login: Login
    name: Name
    role: Role
    agent_id: Id | None = None
    queues: Assigned = None


class ChangeRole(Ask):
    role: Role
    agent_id: Id | None = None
    queues: Assigned = None


class MakeToken(Ask):
    name: Name
    role: Role
    agent_id: Id | None = None
    queues: Assigned = None
    scopes: list[Permission] | None = Field(
        None, min_length=1, max_length=len(Permission), description="Null: all that the role may"
    )
    expires_at: AwareDatetime


class SignedIn(View):
    """The refresh token comes as a cookie that no script can read."""

    access_token: str = Field(description="For `Authorization: Bearer`, in memory alone")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_at: datetime
    session_id: str
    role: Role
    owes_second_factor: bool = Field(description="Nothing else is let through before one is enrolled")


class Session(View):
    session_id: str
    started_at: datetime
    used_at: datetime
    ends_at: datetime
    label: str
    current: bool


class Sessions(View):
    items: list[Session]


class SecondFactor(View):
    """To be confirmed with its first code."""

    uri: str
    secret: str
    svg: str = Field(description="The address as a QR code")


class RecoveryCodes(View):
    """Told now and never again. Each works once; the former ones do not any more."""

    codes: list[str]


class User(View):
    user_id: str
    name: Annotated[str, Mask.NAME]
    login: Annotated[str, Mask.LOGIN]
    role: Role
    stage: Stage
    agent_id: str | None
    queues: list[str] | None
    second_factor: bool
    locked: bool
    invited_at: datetime
    link_until: datetime | None
    signed_in_at: datetime | None


class Users(View):
    items: list[User]


class Invitation(View):
    """The word opens the door once: give it to its bearer alone."""

    user_id: str
    position: str
    word: str
    expires_at: datetime


class Token(View):
    token_id: str
    name: str
    role: Role
    agent_id: str | None
    queues: list[str] | None
    scopes: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class Tokens(View):
    items: list[Token]


class NewToken(View):
    token_id: UUID
    token: str = Field(description="Told now and never again")


class Permissions(View):
    roles: dict[Role, dict[Permission, Held]]
    doors: dict[str, str] = Field(description="Which permission each door takes; `anybody`, `somebody`")
