"""Which partitions are ours to own, agreed on through advisory locks of one PostgreSQL session.

The locks are for efficiency: two owners at once are harmless, the first record in the log wins. A process
that is gone loses its session at once, one that is frozen after `IDLE` seconds, and the others share what it
held.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Collection
from typing import Final

import psycopg
import structlog
from psycopg import Connection

OWNERS: Final = 0x41544E44  # the class of the locks on partitions ("ATND") …
WORKERS: Final = OWNERS + 1  # … and of those that say who lives
PING: Final = 1.0  # seconds
IDLE: Final = 3.0  # seconds of silence after which the server ends the session
LIVING: Final = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

log = structlog.get_logger(__name__)


class Leases:
    """At most ceil(partitions / living workers) are ours; what is more is `surplus`, to be given up and then
    `release`d. `changed` is called in our thread whenever `wanted` may be another set."""

    def __init__(self, dsn: str, partitions: int, changed: Callable[[], None]) -> None:
        self._dsn, self._partitions, self._changed = dsn, partitions, changed
        self._connection: Connection | None = None
        self._held: frozenset[int] = frozenset()
        self._surplus: frozenset[int] = frozenset()
        self._done: set[int] = set()  # given up, to be unlocked
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._soon = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def wanted(self) -> frozenset[int]:
        """The partitions that are ours, and not somebody else's turn."""
        with self._lock:
            return self._held - self._surplus

    @property
    def surplus(self) -> frozenset[int]:
        """Somebody else's turn, and still locked by us."""
        with self._lock:
            return self._surplus - self._done

    def release(self, partitions: Collection[int]) -> None:
        """These were given up: others may have them, at once."""
        with self._lock:
            self._done |= set(partitions) & self._held
        self._soon.set()

    def stop(self) -> None:
        """Let go of everything; whoever waits for it has it at once."""
        self._stopping.set()
        self._soon.set()
        if self._thread.is_alive():
            self._thread.join(PING + IDLE)
        self._drop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            before = self.wanted
            try:
                self._look()
            except psycopg.Error as error:
                log.warning("leases_lost", error=type(error).__name__)
                self._drop()
            if self.wanted != before:
                log.info("leases", held=sorted(self.wanted))
                self._changed()
            self._soon.wait(PING)
            self._soon.clear()

    def _look(self) -> None:
        """A ping, which says at the same time how many live; then take what is free and ours by right."""
        connection = self._open()
        (living,) = connection.execute(LIVING, (WORKERS,)).fetchone() or (1,)
        share = math.ceil(self._partitions / max(1, living))
        with self._lock:
            done, self._done = self._done, set()
            held = set(self._held)
        for p in done:
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", (OWNERS, p))
        held -= done
        free = [p for p in range(self._partitions) if p not in held]
        random.shuffle(free)  # so that two who start together do not race for the same
        for p in free:
            if len(held) >= share:
                break
            if p in done:
                continue
            (got,) = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (OWNERS, p)).fetchone() or (0,)
            if got:
                held.add(p)
        with self._lock:
            self._held = frozenset(held)
            keep = sorted(held, key=lambda p: (p in self._surplus, p))[:share]
            self._surplus = frozenset(held) - frozenset(keep)

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._drop()
            self._connection = psycopg.connect(
                self._dsn,
                autocommit=True,
                connect_timeout=5,
                options=f"-c idle_session_timeout={int(IDLE * 1000)}",
                application_name="atende-leases",
            )
            while True:
                me = random.getrandbits(31)  # any number that no living worker has
                (mine,) = self._connection.execute(
                    "SELECT pg_try_advisory_lock(%s, %s)", (WORKERS, me)
                ).fetchone() or (False,)
                if mine:
                    return self._connection
        return self._connection

    def _drop(self) -> None:
        with self._lock:
            self._held, self._surplus, self._done = frozenset(), frozenset(), set()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
