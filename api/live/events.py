"""Events as they go out: encoded once, whoever reads them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel

from api.live.sight import Sight
from api.models import live, views
from domain.copy.live import ENDED, LATE
from domain.journal import Position
from projections import inbox

HEARTBEAT: Final = 15  # seconds
BEAT: Final = b": \n\n"
AGAIN: Final = 1_000  # milliseconds until a browser comes back, and up to twice as many

_NAMES: Final = {model: name for name, model in live.EVENTS.items()}


def event(told: BaseModel) -> bytes:
    """One event, without an id: only a `mark` has one."""
    return b"event: %b\ndata: %b\n\n" % (_NAMES[type(told)].encode(), told.model_dump_json().encode())


def hello(stream_id: str, topics: Iterable[str]) -> bytes:
    again = AGAIN + random.randrange(AGAIN)  # noqa: S311  so that not all come back at once
    told = live.Hello(stream_id=stream_id, topics=list(topics), heartbeat=HEARTBEAT)
    return b"retry: %d\n" % again + event(told)


def mark(head: str) -> bytes:
    """The first part of a mark; the stream's own `tail` and two line ends are missing."""
    return b"event: mark\ndata: {}\nid: " + head.encode()


def row(of: inbox.Row, position: Position, lists: Sequence[str], sight: Sight) -> bytes:
    shown = sight.shown(views.conversation(of))
    return event(live.Row(position=_word(position), lists=list(lists), conversation=shown))


def gone(conversation_id: str, position: Position) -> bytes:
    return event(live.Gone(position=_word(position), conversation_id=conversation_id))


def line(conversation_id: str, told: views.TranscriptLine, position: Position, sight: Sight) -> bytes:
    return event(live.Line(position=_word(position), conversation_id=conversation_id, line=sight.shown(told)))


def degraded(troubles: Sequence[str]) -> bytes:
    worst = next(name for name in ("database", "views", "redis") if name in troubles)
    return event(live.Degraded.model_validate({"troubles": sorted(troubles), "detail": LATE[worst]}))


def bye(reason: live.Reason) -> bytes:
    again = reason not in ("forbidden", "too_many")
    return event(live.Bye(reason=reason, detail=ENDED[reason], again=again))


def _word(position: Position) -> str:
    return f"{position.partition}:{position.ordinal}"
