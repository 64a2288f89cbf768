"""How far somebody sees conversations, and what of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from api.permissions import Permission, may
from commands.door_ports import Identity
from projections import inbox

V = TypeVar("V", bound=BaseModel)


class Sight(Protocol):
    """Whoever has an equal one is told the same, encoded once: it is compared and hashed by what it says."""

    @property
    def whole(self) -> bool:
        """Whether it reaches every conversation, so that nobody needs to look where one stands."""
        ...

    def reaches(self, row: inbox.Row) -> bool:
        """Whether it reaches a conversation as it stands now."""
        ...

    def shown(self, view: V) -> V:
        """What is told, without what is not for these eyes."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class WholeSight:
    """Everything of every conversation."""

    @property
    def whole(self) -> bool:
        return True

    def reaches(self, row: inbox.Row) -> bool:
        return True

    def shown(self, view: V) -> V:
        return view


def sight_of(identity: Identity) -> Sight | None:
    """None: they see none."""
    return WholeSight() if may(identity, Permission.READ_CONVERSATIONS) else None
