"""Who may do what: one table. What is not in it is forbidden."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from commands.door_ports import Identity, Role


class Permission(StrEnum):
    READ_CONVERSATIONS = "conversations.read"  # lists, transcripts, media
    ATTEND = "conversations.attend"  # claim, write, note, close and the rest, as an agent
    MOVE_FOR_ANOTHER = "conversations.move_for_another"  # transfer, release or close what others attend
    RAISE_TO_URGENT = "conversations.raise_to_urgent"
    READ_DESK = "desk.read"  # queues, agents, channels
    RUN_DESK = "desk.run"  # change them
    READ_DELIVERIES = "deliveries.read"
    READ_COMMANDS = "commands.read"


P = Permission

PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.AGENT: frozenset({P.READ_CONVERSATIONS, P.ATTEND, P.READ_DESK, P.READ_COMMANDS}),
    Role.SUPERVISOR: frozenset(
        {
            P.READ_CONVERSATIONS,
            P.ATTEND,
            P.MOVE_FOR_ANOTHER,
            P.RAISE_TO_URGENT,
            P.READ_DESK,
            P.READ_DELIVERIES,
            P.READ_COMMANDS,
        }
    ),
    # whoever runs the desk does not read what is said at it
    Role.ADMIN: frozenset({P.READ_DESK, P.RUN_DESK, P.READ_DELIVERIES, P.READ_COMMANDS}),
    Role.SERVICE: frozenset({P.READ_CONVERSATIONS, P.READ_DESK, P.READ_DELIVERIES, P.READ_COMMANDS}),
}


def may(identity: Identity, permission: Permission) -> bool:
    """Whether the table allows it; attending also takes being an agent."""
    if permission is Permission.ATTEND and identity.agent_id is None:
        return False
    return permission in PERMISSIONS.get(identity.role, frozenset())
