"""Why what is told may be late, and since when everybody has been told so."""

from __future__ import annotations

import structlog

from api.live import events
from api.live.switchboard import Switchboard
from api.models import live

log = structlog.get_logger(__name__)


class Troubles:
    """What is away now, of `redis`, `database` and `views`."""

    def __init__(self, streams: Switchboard, *, at_first: tuple[str, ...] = ()) -> None:
        self._streams = streams
        self._names = set(at_first)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def note(self, name: str, *, away: bool) -> None:
        """Tell everybody when what is told begins to be late, or is in time again."""
        if (name in self._names) is away:
            return
        self._names ^= {name}
        log.warning("live_degraded" if away else "live_recovered", trouble=name)
        told = self.told() or events.event(live.Recovered())
        for stream in self._streams:
            stream.push(told)

    def told(self) -> bytes | None:
        """For somebody who comes now; None when all is well."""
        return events.degraded(sorted(self._names)) if self._names else None
