"""How much an agent has, and whether there is room for one more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """`active` conversations are served, `silent` ones wait on somebody else than the agent, `reserved` ones
    are offered, or about to be theirs. `ceiling` bounds them all, `capacity` those that are not silent."""

    capacity: int
    ceiling: int
    active: int = 0
    silent: int = 0
    reserved: int = 0

    @property
    def busy(self) -> int:
        return self.active + self.reserved

    @property
    def total(self) -> int:
        return self.active + self.silent + self.reserved

    @property
    def below_capacity(self) -> bool:
        return self.busy < self.capacity

    @property
    def below_ceiling(self) -> bool:
        return self.total < self.ceiling

    @property
    def has_room(self) -> bool:
        """Whether anything may be given automatically; by hand an agent may take more, with a reason."""
        return self.below_capacity and self.below_ceiling


def ceiling_of(capacity: int, ceiling: int | None) -> int:
    """The ceiling, twice the capacity where none is set."""
    return 2 * capacity if ceiling is None else ceiling
