"""Telling Redis what views have committed, from the thread that commits. What is not heard is found anyway:
whoever listens looks at the bookmarks as well."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from adapters.live.said import FIELD, MOVES, written
from adapters.views.view import Changed
from commands.live_ports import Marks, Move
from projections import inbox

PATIENCE: Final = 0.5  # seconds Redis has to answer: the view waits so long
REST: Final = 1.0  # seconds until it is tried again when it did not
KEPT: Final = 2_000  # moves, about: a minute of a busy desk; older ones are found in the views
MOST: Final = 200  # rows said of one move; whoever hears of more looks for itself

log = structlog.get_logger(__name__)

Lists = Callable[[object], tuple[str, ...]]
NO_LISTS: Final[Lists] = lambda _row: ()  # noqa: E731


class Publisher:
    """`Told` of views: one for all views of a process, for one thread. Never raises.

    After something could not be said, the next move tells whoever hears it to look for itself.
    """

    def __init__(self, url: str, lists: Mapping[str, Lists] | None = None) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), 0),
        )
        self._lists = {"inbox": _lists_of} if lists is None else lists
        self._said: dict[str, dict[int, int]] = {}
        self._broken: set[str] = set()  # views of which something was not said
        self._rests_until = 0.0
        self._closed = threading.Event()

    def stands(self, view: str, marks: Marks) -> None:
        self._said[view] = dict(marks)
        self._broken.add(view)  # what happened before is not known here: let them compare
        self._say(view, marks, ())

    def moved(self, view: str, marks: Marks, rows: Sequence[Changed]) -> None:
        self._say(view, marks, rows)

    def close(self) -> None:
        self._closed.set()
        self._redis.close()

    def _say(self, view: str, marks: Marks, rows: Sequence[Changed]) -> None:
        if self._closed.is_set() or time.monotonic() < self._rests_until:
            self._broken.add(view)
            return
        whole = view not in self._broken and len(rows) <= MOST
        lists = self._lists.get(view, NO_LISTS)
        move = Move(
            view,
            self._said.get(view, {}),
            marks,
            tuple((row.key, lists(row.before)) for row in rows) if whole else None,
        )
        try:
            self._redis.xadd(MOVES, {FIELD: written(move)}, maxlen=KEPT, approximate=True)
        except (RedisError, OSError) as error:
            log.warning("moves_not_told", view=view, error=type(error).__name__)
            self._broken.add(view)
            self._rests_until = time.monotonic() + REST
            return
        self._broken.discard(view)
        self._said[view] = dict(marks)


def _lists_of(row: object) -> tuple[str, ...]:
    assert row is None or isinstance(row, inbox.Row)
    return inbox.lists(row)
