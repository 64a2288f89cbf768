"""Workers that are not as they should be. Nothing of the product can be told to be so: they are started as
programs of their own, by tests alone.

    odd.py lawless              owns every partition, whoever holds the locks
    odd.py astray SECONDS       with a clock that is so far ahead
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from adapters.clock import SystemClock
from adapters.engine.leases import Leases
from api.settings import Settings
from api.wiring.running import work


def lawless() -> None:
    Leases.start = lambda _self: None  # type: ignore[method-assign]
    Leases.wanted = property(lambda self: frozenset(range(self._partitions)))  # type: ignore[assignment]


def astray(seconds: float) -> None:
    SystemClock.now = lambda _self: datetime.now(UTC) + timedelta(seconds=seconds)  # type: ignore[method-assign]


def main(how: str, rest: Sequence[str]) -> int:
    if how == "lawless":
        lawless()
    else:
        astray(float(*rest))
    return work(Settings())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
