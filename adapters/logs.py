"""Logs: one JSON object a line, threaded by the correlation id, and nobody's words in them."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

QUIET: Final = ("uvicorn.access", "httpx", "httpcore", "kafka")  # they log addresses and whole URLs


def configure(level: str = "INFO", *, stream: TextIO | None = None) -> None:
    """Everything that is logged in this process, by us or by a library, goes to one stream as JSON lines.

    Exceptions are told by type and place in the code: their messages may hold what somebody wrote.
    """
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        tell_where,
    ]
    rendered = structlog.processors.JSONRenderer(ensure_ascii=False, default=_unsaid)
    structlog.configure(
        processors=[*shared, rendered],
        logger_factory=structlog.WriteLoggerFactory(out),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = True


def tell_where(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """An exception becomes its type and the places it came through, without its message."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["error"] = info[0].__name__
        event["where"] = places(info[2])
    return event


def places(trace: TracebackType | None, most: int = 12) -> list[str]:
    """`module function:line`, the innermost last."""
    return [
        f"{frame.f_globals.get('__name__', '?')} {frame.f_code.co_qualname}:{line}"
        for frame, line in list(traceback.walk_tb(trace))[-most:]
    ]


def _unsaid(value: object) -> str:
    """Whatever JSON cannot say is told by its type: its words may be somebody's."""
    return f"<{type(value).__name__}>"
