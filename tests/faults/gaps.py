"""Standing still between two steps: locks that hold a process exactly where it is to be killed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psycopg
from psycopg import sql

from tests.walks.house import until


@contextmanager
def held(dsn: str, table: str) -> Iterator[None]:
    """Nobody writes to the table while the block lasts; everybody may read it."""
    with psycopg.connect(dsn) as connection:
        connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(sql.Identifier(table)))
        yield
        connection.rollback()


def stopped_at(dsn: str, table: str) -> list[int]:
    """The server's processes that wait to write to the table, once there are any."""

    def waiting() -> list[int]:
        with psycopg.connect(dsn) as connection:
            rows = connection.execute(
                "SELECT pid FROM pg_locks WHERE relation = %s::regclass AND NOT granted", (table,)
            ).fetchall()
        return [pid for (pid,) in rows]

    return until(waiting, f"somebody writing to {table}")


def end(dsn: str, pids: list[int]) -> None:
    """End these processes of the server, before they get what they wait for."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for pid in pids:
            connection.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,))


class Asked:
    """A question under way in a thread; `answer` is None when nobody answered."""

    def __init__(self, ask: Callable[[], httpx.Response]) -> None:
        self.answer: httpx.Response | None = None
        self._ask = ask
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._ask()
        except httpx.TransportError:
            return

    def ended(self, patience: float = 60.0) -> httpx.Response | None:
        self._thread.join(patience)
        assert not self._thread.is_alive(), "still waiting for an answer"
        return self.answer


def events_of(dsn: str, stream: str, type_: str) -> list[dict[str, Any]]:
    """The indexed events of a type on a stream."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            "SELECT body FROM event WHERE stream = %s AND type = %s ORDER BY version", (stream, type_)
        ).fetchall()
    return [body for (body,) in rows]
