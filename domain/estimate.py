"""How long a wait should last, out of how long others lasted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

LAST: Final = 50
"""So many of the last accepted waits are looked at."""
FEWEST: Final = 10
"""Out of fewer nothing is told."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """In whole minutes, at least one apart: from the median up to what nine of ten did not exceed."""

    from_minutes: int
    to_minutes: int
    samples: int


def estimate(waited: Sequence[float]) -> Estimate | None:
    """Of the latest waits in seconds, the newest first."""
    latest = sorted(waited[:LAST])
    if len(latest) < FEWEST:
        return None
    half, most = _minutes(latest, 0.5), _minutes(latest, 0.9)
    return Estimate(half, max(most, half + 1), len(latest))


def _minutes(latest: Sequence[float], share: float) -> int:
    """The nearest rank, in minutes begun."""
    seconds = latest[ceil(share * len(latest)) - 1]
    return max(1, ceil(seconds / 60))
