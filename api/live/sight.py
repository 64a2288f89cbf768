"""How far somebody sees conversations, and what of them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from api.access import about
from api.masking import masked
from api.permissions import Mask, Permission, everywhere, grant, may
from commands.door_ports import Identity
from projections import inbox

V = TypeVar("V", bound=BaseModel)


class Sight(Protocol):
    """Compared and hashed by what it says: whoever has an equal one begins with the same snapshot."""

    @property
    def whole(self) -> bool:
        """Whether it reaches every conversation, so that nobody needs to look where one stands."""
        ...

    @property
    def shows(self) -> Hashable:
        """Equal for whoever is shown the same of what they reach: it is encoded once for all of them."""
        ...

    def reaches(self, row: inbox.Row) -> bool:
        """Whether it reaches a conversation as it stands now."""
        ...

    def shown(self, view: V) -> V:
        """What is told, without what is not for these eyes."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class HeldSight:
    """As the table of permissions says. `who` is None for whoever sees all there is."""

    shows: frozenset[Mask]
    who: Identity | None = None

    @property
    def whole(self) -> bool:
        return self.who is None

    def reaches(self, row: inbox.Row) -> bool:
        return self.who is None or may(self.who, Permission.READ_CONVERSATIONS, about(row))

    def shown(self, view: V) -> V:
        return masked(view, self.shows)


@dataclass(frozen=True, slots=True)
class NoSight:
    """Of whoever sees no conversation, and looks at something else."""

    shows: None = None

    @property
    def whole(self) -> bool:
        return False

    def reaches(self, row: inbox.Row) -> bool:
        return False

    def shown(self, view: V) -> V:
        raise AssertionError("nothing is in reach")


def sight_of(identity: Identity) -> Sight | None:
    """None: they see none."""
    held = grant(identity, Permission.READ_CONVERSATIONS)
    if held is None:
        return None
    whole = everywhere(identity, Permission.READ_CONVERSATIONS)
    return HeldSight(held.masks, None if whole else identity)
