"""The body of a record: one commit batch, as UTF-8 JSON.

    {"commands": [inbox id, next offset] | null,
     "outcomes": [{id, command, stream, actor, cause, correlation, at, accepted | refused + fields | broken}],
     "events":   [{stream, version, type, schema, at, cause, body}]}

Each outcome has exactly one of `accepted` (how many events), `refused` (rule) or `broken` (exception type).
The events of an outcome are the next `accepted` ones of `events`. `cause` of an event is its command's id.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from pydantic_core import from_json, to_json

from adapters.log.chain import HEADER


class OutcomeDict(TypedDict, total=False):
    id: str
    command: str
    stream: str
    actor: str
    cause: str
    correlation: str
    at: str
    accepted: int
    refused: str
    fields: dict[str, Any]
    broken: str


class EventDict(TypedDict):
    stream: str
    version: int
    type: str
    schema: int
    at: str
    cause: str | None
    body: Any


class BatchDict(TypedDict):
    commands: list[Any] | None
    outcomes: list[OutcomeDict]
    events: list[EventDict]


class UnreadableBody(ValueError):
    """An accepted record whose body is not a commit batch: its writer was broken."""


def body_of(
    outcomes: Sequence[OutcomeDict], events: Sequence[bytes], commands: Sequence[Any] | None = None
) -> bytes:
    """Assemble a body; the events are encoded already, one JSON object each."""
    return b'{"commands":%b,"outcomes":%b,"events":[%b]}' % (
        to_json(commands),
        to_json(outcomes),
        b",".join(events),
    )


def event_json(
    stream: str, version: int, type_: str, schema: int, at: str, cause: str | None, body: bytes
) -> bytes:
    """One event as it stands in a body; `body` is JSON already."""
    return b'{"stream":%b,"version":%d,"type":%b,"schema":%d,"at":"%b","cause":%b,"body":%b}' % (
        to_json(stream),
        version,
        to_json(type_),
        schema,
        at.encode(),
        to_json(cause),
        body,
    )


def read_body(record: bytes) -> BatchDict:
    """Read the body of an accepted record. Raises UnreadableBody, never anything else."""
    try:
        batch = from_json(memoryview(record)[HEADER.size :].tobytes())
        accepted = 0
        for outcome in batch["outcomes"]:
            if sum(kind in outcome for kind in ("accepted", "refused", "broken")) != 1:
                raise UnreadableBody("an outcome is not exactly one of accepted, refused, broken")
            accepted += outcome.get("accepted", 0)
        if accepted != len(batch["events"]):
            raise UnreadableBody(f"outcomes speak of {accepted} events, there are {len(batch['events'])}")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, UnreadableBody):
            raise
        raise UnreadableBody("not a commit batch") from error
    return batch  # type: ignore[no-any-return]  # its shape was just checked
