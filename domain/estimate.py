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


def forecast(waiting: int, handled: Sequence[float], available: int) -> float | None:
    """Seconds until all that waits has been taken up, by so many who are there and take one at a time as long
    as others took lately (their median). None out of too few, or with nobody there."""
    if waiting == 0:
        return 0.0
    latest = sorted(handled[:LAST])
    if len(latest) < FEWEST or available < 1:
        return None
    return waiting * latest[ceil(0.5 * len(latest)) - 1] / available
