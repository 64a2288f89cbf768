"""The body of a record: one commit batch, as UTF-8 JSON.

    {"commands": [inbox id, next offset] | null,
     "outcomes": [{id, command, stream, actor, cause, correlation, at, accepted | refused + fields | broken}],
     "events":   [{stream, version, type, schema, at, cause, body}]}

Each outcome has exactly one of `accepted` (how many events), `refused` (rule) or `broken` (exception type).
The events of an outcome are the next `accepted` ones of `events`. `cause` of an event is its command's id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final, Required

from annotated_types import Ge
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic_core import to_json
from typing_extensions import TypedDict

from adapters.log.chain import HEADER

_EXACT: Final = ConfigDict(strict=True, extra="allow")


@with_config(_EXACT)
class OutcomeDict(TypedDict, total=False):
    """What became of one command. Fields of a newer program are kept and passed over."""

    id: str
    command: Required[str]
    stream: str
    actor: str
    cause: str
    correlation: str
    at: str
    accepted: Annotated[int, Ge(0)]
    refused: str
    fields: dict[str, Any]
    broken: str
    tracking: list[Any]  # of the recorder: another application's name, and its notification processed here


@with_config(_EXACT)
class EventDict(TypedDict):
    """One event. `at` is ISO 8601 with its zone; `cause` is the id of the command it came of."""

    stream: str
    version: Annotated[int, Ge(0)]
    type: str
    schema: int
    at: str
    cause: str | None
    body: Any


@with_config(_EXACT)
class BatchDict(TypedDict):
    """A whole body, as the module says."""

    commands: list[Any] | None
    outcomes: list[OutcomeDict]
    events: list[EventDict]


_NUL: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")  # an escaped one, not an escaped backslash
_BATCH: Final = TypeAdapter(BatchDict)


class UnwritableText(ValueError):
    """A NUL character in an event: PostgreSQL cannot hold it as text, and no one ever meant to say it."""


class UnreadableBody(ValueError):
    """An accepted record whose body is not a commit batch: its writer was broken."""


def body_of(
    outcomes: Sequence[OutcomeDict], events: Sequence[bytes], commands: Sequence[Any] | None = None
) -> bytes:
    """Assemble a body; the events are encoded already, one JSON object each.

    A refusal may repeat whatever bytes somebody typed: PostgreSQL cannot hold a NUL character as text, so
    one in an outcome is written as U+FFFD.
    """
    said = to_json(outcomes)
    if b"u0000" in said:
        said = _NUL.sub(rb"\1\\ufffd", said)
    return b'{"commands":%b,"outcomes":%b,"events":[%b]}' % (
        to_json(commands),
        said,
        b",".join(events),
    )


def event_json(
    stream: str, version: int, type_: str, schema: int, at: str, cause: str | None, body: bytes
) -> bytes:
    """One event as it stands in a body; `body` is JSON already. Raises UnwritableText."""
    event = b'{"stream":%b,"version":%d,"type":%b,"schema":%d,"at":"%b","cause":%b,"body":%b}' % (
        to_json(stream),
        version,
        to_json(type_),
        schema,
        at.encode(),
        to_json(cause),
        body,
    )
    refuse_nul(event, type_)
    return event


def refuse_nul(json: bytes, type_: str) -> None:
    """Raises UnwritableText when a text in it holds a NUL character."""
    if b"u0000" in json and _NUL.search(json):
        raise UnwritableText(type_)


def read_body(record: bytes) -> BatchDict:
    """Read the body of an accepted record. Raises UnreadableBody, never anything else."""
    try:
        batch = _BATCH.validate_json(memoryview(record)[HEADER.size :].tobytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UnreadableBody(f"not a commit batch: {first['type']} at {where or 'the start'}") from None
    for outcome in batch["outcomes"]:
        if sum(kind in outcome for kind in ("accepted", "refused", "broken")) != 1:
            raise UnreadableBody("an outcome is not exactly one of accepted, refused, broken")
    accepted = sum(outcome.get("accepted", 0) for outcome in batch["outcomes"])
    if accepted != len(batch["events"]):
        raise UnreadableBody(f"outcomes speak of {accepted} events, there are {len(batch['events'])}")
    return batch
