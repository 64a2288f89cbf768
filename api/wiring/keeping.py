"""Roles that are started again when they end by themselves, as Kubernetes or systemd would."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, TypeAlias

import structlog

LOOK: Final = 0.2  # seconds between two looks
REST: Final = 0.5  # seconds until the first new start; twice as long after each that did not last …
MOST_REST: Final = 30.0  # … but no longer
LASTS: Final = 60.0  # seconds after which a start has lasted
TRIES: Final = 6  # starts in a row that did not last, after which we give up

Process: TypeAlias = "subprocess.Popen[bytes]"

log = structlog.get_logger(__name__)


class Kept:
    """A role that `start` starts; `end` ends a process however it takes.

    Its first start is the caller's to watch: looking after it begins with `look_after`. One whose starts do
    not last is given up, and `gone` says so.
    """

    def __init__(self, name: str, start: Callable[[], Process], end: Callable[[Process], None]) -> None:
        self._name, self._start, self._end = name, start, end
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"keeping {name}", daemon=True)
        self.process = start()
        self.gone = False

    def look_after(self) -> None:
        self._thread.start()

    def __enter__(self) -> Kept:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        self._end(self.process)

    def _watch(self) -> None:
        rest, tries, since = REST, 0, time.monotonic()
        while not self._closing.wait(LOOK):
            code = self.process.poll()
            if code is None:
                continue
            if time.monotonic() - since > LASTS:
                rest, tries = REST, 0
            tries += 1
            if tries >= TRIES:
                log.error("role_given_up", role=self._name, code=code, starts=tries)
                self.gone = True
                return
            log.warning("role_ended", role=self._name, code=code, again_in=rest)
            if self._closing.wait(rest):
                return
            self._end(self.process)
            self.process, since = self._start(), time.monotonic()
            rest = min(MOST_REST, 2 * rest)
