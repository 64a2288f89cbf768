"""Who may do what: one table. What is not in it is forbidden.

A permission is a resource and a verb (`conversations.read`). A role holds it in a scope, and may see less of
what it gets: masked fields. `grant` is the one question that doors, exports and the live stream ask;
`DOORS` says which permission each door takes. `atende permissions` prints both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from commands.door_ports import Identity, Role
from domain.agent import AgentId
from domain.queue import QueueId


class Permission(StrEnum):
    READ_CONVERSATIONS = "conversations.read"  # lists, transcripts, media
    ATTEND = "conversations.attend"  # claim, write, note, close and the rest, as an agent
    OVERSEE = "conversations.oversee"  # listen, whisper and take over, as an agent
    LOOK_BACK = "conversations.look_back"  # where they and their queues stood at any moment
    SET_AVAILABILITY = "agents.set_availability"  # of a colleague
    MOVE_FOR_ANOTHER = "conversations.move_for_another"  # transfer, release or close what others attend
    RAISE_TO_URGENT = "conversations.raise_to_urgent"
    CHOOSE = "conversations.choose"  # another than the next in order, where those are pulled
    READ_DESK = "desk.read"  # queues, agents, channels
    RUN_DESK = "desk.run"  # change them
    READ_WALLBOARD = "wallboard.read"  # how queues and agents stand, and nothing of any conversation
    READ_DELIVERIES = "deliveries.read"
    READ_COMMANDS = "commands.read"
    CHAT = "chat.use"  # with colleagues, as an agent
    READ_USERS = "users.read"  # and the table of permissions
    RUN_USERS = "users.run"  # invite, change, let go, end sessions
    RUN_TOKENS = "tokens.run"  # make, list and revoke those of programs

    @property
    def resource(self) -> str:
        return self.value.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.value.partition(".")[2]


class Scope(StrEnum):
    """How far: each reaches what the one before it does."""

    OWN = "own"  # what they attend themselves
    QUEUE = "queue"  # and what stands in their queues
    ALL = "all"


class Mask(StrEnum):
    """Fields that are not told."""

    NAME = "name"
    PHONE = "phone"
    LOGIN = "login"
    CONTENT = "content"  # what was said, written and sent, and what came of it


@dataclass(frozen=True, slots=True)
class Grant:
    """How somebody holds a permission."""

    scope: Scope
    masks: frozenset[Mask] = frozenset()


@dataclass(frozen=True, slots=True)
class About:
    """Where a thing stands: whose it is, and in which queue."""

    agent_id: AgentId | None
    queue_id: QueueId | None


P = Permission

AS_AGENT: Final = frozenset({P.ATTEND, P.OVERSEE, P.CHAT})
"""What takes being an agent, too."""

_OWN, _QUEUE, _ALL = (Grant(scope) for scope in Scope)
_PSEUDONYMOUS: Final = Grant(Scope.ALL, frozenset({Mask.NAME, Mask.PHONE, Mask.CONTENT}))
"""What happened and when, and nothing of who or what."""

PERMISSIONS: Final[Mapping[Role, Mapping[Permission, Grant]]] = {
    Role.AGENT: {
        P.READ_CONVERSATIONS: _QUEUE,
        P.ATTEND: _QUEUE,
        P.READ_DESK: _ALL,
        P.READ_COMMANDS: _ALL,
        P.CHAT: _QUEUE,
    },
    Role.SUPERVISOR: {
        P.READ_CONVERSATIONS: _QUEUE,
        P.ATTEND: _QUEUE,
        P.OVERSEE: _QUEUE,
        P.LOOK_BACK: _QUEUE,
        P.SET_AVAILABILITY: _ALL,
        P.MOVE_FOR_ANOTHER: _QUEUE,
        P.RAISE_TO_URGENT: _QUEUE,
        P.CHOOSE: _QUEUE,
        P.READ_DESK: _ALL,
        P.READ_WALLBOARD: _QUEUE,
        P.READ_DELIVERIES: _ALL,
        P.READ_COMMANDS: _ALL,
        P.CHAT: _QUEUE,
    },
    Role.MANAGER: {
        P.READ_CONVERSATIONS: _QUEUE,
        P.LOOK_BACK: _QUEUE,
        P.READ_DESK: _ALL,
        P.READ_WALLBOARD: _QUEUE,
        P.READ_DELIVERIES: _ALL,
        P.READ_COMMANDS: _ALL,
        P.READ_USERS: Grant(Scope.ALL, frozenset({Mask.LOGIN})),
    },
    # numbers, not people
    Role.DIRECTOR: {P.READ_DESK: _ALL, P.READ_WALLBOARD: _ALL},
    Role.ANALYST: {
        P.READ_CONVERSATIONS: _PSEUDONYMOUS,
        P.READ_DESK: Grant(Scope.ALL, frozenset({Mask.NAME})),
        P.READ_WALLBOARD: Grant(Scope.ALL, frozenset({Mask.NAME})),
    },
    Role.AUDITOR: {
        P.READ_CONVERSATIONS: _PSEUDONYMOUS,
        P.LOOK_BACK: _PSEUDONYMOUS,
        P.READ_DESK: _ALL,
        P.READ_DELIVERIES: _ALL,
        P.READ_COMMANDS: _ALL,
        P.READ_USERS: Grant(Scope.ALL, frozenset({Mask.LOGIN})),
    },
    # whoever runs the desk does not read what is said at it
    Role.ADMIN: {
        P.READ_CONVERSATIONS: _PSEUDONYMOUS,
        P.READ_DESK: _ALL,
        P.READ_WALLBOARD: _ALL,
        P.RUN_DESK: _ALL,
        P.READ_DELIVERIES: _ALL,
        P.READ_COMMANDS: _ALL,
        P.READ_USERS: _ALL,
        P.RUN_USERS: _ALL,
        P.RUN_TOKENS: _ALL,
    },
    Role.DPO: {P.READ_CONVERSATIONS: _ALL, P.READ_DESK: _ALL, P.READ_COMMANDS: _ALL, P.READ_USERS: _ALL},
    Role.SERVICE: {
        P.READ_CONVERSATIONS: _ALL,
        P.READ_DESK: _ALL,
        P.READ_WALLBOARD: _ALL,
        P.READ_DELIVERIES: _ALL,
        P.READ_COMMANDS: _ALL,
    },
}


def grant(identity: Identity, permission: Permission, about: About | None = None) -> Grant | None:
    """How somebody holds a permission; None: they do not, or not as far as `about`. The answer's masks say
    what they are not told. Some also take being an agent."""
    held = PERMISSIONS.get(identity.role, {}).get(permission)
    if held is None or identity.owes_second_factor:
        return None
    if identity.scopes is not None and permission.value not in identity.scopes:
        return None
    if permission in AS_AGENT and identity.agent_id is None:
        return None
    return held if about is None or _within(identity, held.scope, about) else None


def may(identity: Identity, permission: Permission, about: About | None = None) -> bool:
    return grant(identity, permission, about) is not None


def everywhere(identity: Identity, permission: Permission) -> bool:
    """Whether it reaches everything there is, so that nobody needs to look where a thing stands."""
    held = grant(identity, permission)
    if held is None:
        return False
    return held.scope is Scope.ALL or (held.scope is Scope.QUEUE and identity.queues is None)


def _within(identity: Identity, scope: Scope, about: About) -> bool:
    if scope is Scope.ALL:
        return True
    if about.agent_id is not None and about.agent_id == identity.agent_id:
        return True
    if scope is Scope.OWN:
        return False
    return identity.queues is None or about.queue_id in identity.queues


class Free(StrEnum):
    """Doors that take no permission."""

    ANYBODY = "anybody"  # machines that watch, providers that sign, whoever wants to sign in
    SOMEBODY = "somebody"  # whoever signed in, or has a token: it is about themselves


_READ, _ATTEND = P.READ_CONVERSATIONS, P.ATTEND

DOORS: Final[Mapping[str, Permission | Free]] = {
    "GET /v1/conversations": _READ,
    "GET /v1/conversations/{conversation_id}": _READ,
    "GET /v1/conversations/{conversation_id}/transcript": _READ,
    "GET /v1/conversations/{conversation_id}/stints": P.LOOK_BACK,
    "GET /v1/conversations/counts": _READ,
    "POST /v1/conversations/search": _READ,
    "GET /v1/live": Free.SOMEBODY,  # each topic takes a permission
    "GET /v1/wallboard": P.READ_WALLBOARD,
    "PUT /v1/live/{stream_id}/topics": _READ,
    "GET /v1/media/{key}": _READ,
    "POST /v1/conversations": _ATTEND,
    "POST /v1/conversations/next": _ATTEND,
    "POST /v1/conversations/bulk": _ATTEND,
    "POST /v1/conversations/{conversation_id}/accept": _ATTEND,
    "POST /v1/conversations/{conversation_id}/decline": _ATTEND,
    "POST /v1/conversations/{conversation_id}/claim": _ATTEND,
    "POST /v1/conversations/{conversation_id}/messages": _ATTEND,
    "POST /v1/conversations/{conversation_id}/notes": _ATTEND,
    "POST /v1/conversations/{conversation_id}/reactions": _ATTEND,
    "PUT /v1/conversations/{conversation_id}/consents/{consent}": _ATTEND,
    "GET /v1/conversations/{conversation_id}/scheduled": _READ,
    "POST /v1/conversations/{conversation_id}/scheduled": _ATTEND,
    "DELETE /v1/conversations/{conversation_id}/scheduled/{schedule_id}": _ATTEND,
    "GET /v1/ratings": _READ,
    "POST /v1/conversations/{conversation_id}/transfer": _ATTEND,
    "POST /v1/conversations/{conversation_id}/release": _ATTEND,
    "POST /v1/conversations/{conversation_id}/undo": _ATTEND,
    "POST /v1/conversations/{conversation_id}/listen": P.OVERSEE,
    "POST /v1/conversations/{conversation_id}/whisper": P.OVERSEE,
    "POST /v1/conversations/{conversation_id}/take-over": P.OVERSEE,
    "POST /v1/conversations/{conversation_id}/close": _ATTEND,
    "POST /v1/conversations/{conversation_id}/reopen": _ATTEND,
    "POST /v1/conversations/{conversation_id}/new-demand": _ATTEND,
    "POST /v1/conversations/{conversation_id}/priority": _ATTEND,
    "POST /v1/conversations/{conversation_id}/snooze": _ATTEND,
    "POST /v1/conversations/{conversation_id}/wake": _ATTEND,
    "POST /v1/conversations/{conversation_id}/seen": _ATTEND,
    "POST /v1/conversations/{conversation_id}/presence": _ATTEND,
    "POST /v1/conversations/{conversation_id}/tags": _ATTEND,
    "POST /v1/conversations/{conversation_id}/block": _ATTEND,
    "POST /v1/conversations/{conversation_id}/unblock": _ATTEND,
    "PATCH /v1/conversations/{conversation_id}/contact": _ATTEND,
    "POST /v1/conversations/{conversation_id}/contracts": _ATTEND,
    "DELETE /v1/conversations/{conversation_id}/contracts/{contract_id}": _ATTEND,
    "POST /v1/conversations/{conversation_id}/files": _ATTEND,
    "GET /v1/conversations/{conversation_id}/draft": _ATTEND,
    "PUT /v1/conversations/{conversation_id}/draft": _ATTEND,
    "DELETE /v1/conversations/{conversation_id}/draft": _ATTEND,
    "GET /v1/conversations/{conversation_id}/clocks": _READ,
    "POST /v1/conversations/{conversation_id}/acknowledge": _ATTEND,
    "POST /v1/conversations/{conversation_id}/no-answer-needed": _ATTEND,
    "GET /v1/rules": P.READ_DESK,
    "PUT /v1/policy": P.RUN_DESK,
    "PUT /v1/calendars/{calendar_id}": P.RUN_DESK,
    "GET /v1/queues": P.READ_DESK,
    "GET /v1/queues/{queue_id}": P.READ_DESK,
    "GET /v1/queues/{queue_id}/at": P.LOOK_BACK,
    "PUT /v1/queues/{queue_id}": P.RUN_DESK,
    "DELETE /v1/queues/{queue_id}": P.RUN_DESK,
    "PUT /v1/queues/{queue_id}/routing": P.RUN_DESK,
    "PUT /v1/queues/{queue_id}/service": P.RUN_DESK,
    "PUT /v1/queues/{queue_id}/notice": P.RUN_DESK,
    "DELETE /v1/queues/{queue_id}/notice": P.RUN_DESK,
    "GET /v1/agents": P.READ_DESK,
    "GET /v1/agents/{agent_id}": P.READ_DESK,
    "PUT /v1/agents/{agent_id}": P.RUN_DESK,
    "PUT /v1/agents/{agent_id}/routing": P.RUN_DESK,
    "GET /v1/settings/queues": P.RUN_DESK,
    "POST /v1/settings/queues": P.RUN_DESK,
    "GET /v1/settings/agents": P.RUN_DESK,
    "POST /v1/settings/agents": P.RUN_DESK,
    "GET /v1/settings/history": P.RUN_DESK,
    "POST /v1/settings/restore": P.RUN_DESK,
    "GET /v1/settings/users": P.RUN_USERS,
    "POST /v1/settings/users": P.RUN_USERS,
    "PUT /v1/agents/{agent_id}/availability": P.SET_AVAILABILITY,
    "PUT /v1/me/availability": _ATTEND,
    "POST /v1/me/heartbeat": _ATTEND,
    "POST /v1/me/logout": _ATTEND,
    "GET /v1/channels": P.READ_DESK,
    "GET /v1/channels/{channel_id}": P.READ_DESK,
    "GET /v1/channels/{channel_id}/templates": P.READ_DESK,
    "PUT /v1/channels/{channel_id}": P.RUN_DESK,
    "GET /v1/canned-answers": P.READ_DESK,
    "PUT /v1/canned-answers/{canned_id}": P.RUN_DESK,
    "DELETE /v1/canned-answers/{canned_id}": P.RUN_DESK,
    "GET /v1/deliveries/{delivery_id}": P.READ_DELIVERIES,
    "GET /v1/commands/{command_id}": P.READ_COMMANDS,
    "GET /v1/chat/rooms": P.CHAT,
    "POST /v1/chat/rooms": P.CHAT,
    "GET /v1/chat/rooms/{room_id}/messages": P.CHAT,
    "POST /v1/chat/rooms/{room_id}/messages": P.CHAT,
    "POST /v1/chat/rooms/{room_id}/read": P.CHAT,
    "GET /v1/users": P.READ_USERS,
    "GET /v1/users/{user_id}": P.READ_USERS,
    "GET /v1/permissions": P.READ_USERS,
    "POST /v1/users": P.RUN_USERS,
    "PUT /v1/users/{user_id}/role": P.RUN_USERS,
    "POST /v1/users/{user_id}/link": P.RUN_USERS,
    "POST /v1/users/{user_id}/deactivate": P.RUN_USERS,
    "POST /v1/users/{user_id}/reactivate": P.RUN_USERS,
    "DELETE /v1/users/{user_id}/second-factor": P.RUN_USERS,
    "GET /v1/users/{user_id}/sessions": P.RUN_USERS,
    "DELETE /v1/users/{user_id}/sessions": P.RUN_USERS,
    "GET /v1/tokens": P.RUN_TOKENS,
    "POST /v1/tokens": P.RUN_TOKENS,
    "DELETE /v1/tokens/{token_id}": P.RUN_TOKENS,
    "GET /v1/me": Free.SOMEBODY,
    "PUT /v1/me/password": Free.SOMEBODY,
    "POST /v1/me/second-factor": Free.SOMEBODY,
    "PUT /v1/me/second-factor": Free.SOMEBODY,
    "POST /v1/me/recovery-codes": Free.SOMEBODY,
    "GET /v1/sessions": Free.SOMEBODY,
    "POST /v1/sessions/{session_id}/end": Free.SOMEBODY,
    "DELETE /v1/session": Free.SOMEBODY,
    "POST /v1/sign-in": Free.ANYBODY,
    "POST /v1/session/refresh": Free.ANYBODY,  # the cookie says who
    "POST /v1/activation": Free.ANYBODY,  # the link says who
    "GET /webhooks/meta/{channel}": Free.ANYBODY,
    "POST /webhooks/meta/{channel}": Free.ANYBODY,
    "GET /health/live": Free.ANYBODY,
    "GET /health/ready": Free.ANYBODY,
    "GET /metrics": Free.ANYBODY,
    "GET /docs": Free.ANYBODY,
}
"""By method and template. A test walks all doors there are, and fails at one that stands not here."""
