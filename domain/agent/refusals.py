"""When an agent's stream says no."""

from __future__ import annotations

from domain.grammar import Refused


class UnknownAgent(Refused):
    """There is no such agent."""


class AgentDeactivated(Refused):
    """Who was deactivated attends nobody."""


class BadCapacity(Refused):
    """A capacity is no less than nothing, and a ceiling no less than the capacity."""


class NotAvailable(Refused):
    """In pause, offline, or lost for too long: nothing is given automatically."""


class AtCapacity(Refused):
    """As many active and offered conversations as the capacity. `capacity` is how many."""


class AtCeiling(Refused):
    """As many conversations, silent ones too, as the ceiling. `ceiling` is how many."""


class NeedsChoice(Refused):
    """Logging out says of each open conversation what becomes of it. `conversation` is one without."""
