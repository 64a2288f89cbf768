"""The history of one stream, told to a person: what happened, when, who wanted it, and where it stands.

What is a person's own is told as «…» unless it is asked for; an archive without a keyring cannot tell it
either. An event this program has no name for keeps all
its words to itself, because nobody can say which of them are someone's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row
from pydantic_core import from_json, to_json

from adapters.archive import HIDDEN, Archive, UnknownEvent, Unopened
from adapters.log.port import LogUnavailable
from domain.journal import Position

NOBODY: Final = "unknown"  # events that came with no command, through the library's recorder
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_HISTORY: Final = """
SELECT e.partition, e.ordinal, e.stream, e.version, e.type, e.schema, e.at, e.body::text AS body, c.outcome
FROM event e LEFT JOIN command c ON c.command_id = e.command_id AND c.partition = e.partition
WHERE e.stream = %s AND e.version > %s ORDER BY e.version
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a stream, in words."""

    at: datetime
    what: str  # "message received"
    details: Mapping[str, str]  # its fields, personal ones hidden unless asked for
    who: str  # the actor: "agent:bia"
    why: str  # what woke them: an event, or a request
    command: str  # what they wanted: "ReceiveMessage"
    version: int
    position: Position

    def row(self, zone: tzinfo) -> tuple[str, str, str, str]:
        """Time, what happened, who, position: as four plain texts."""
        details = ", ".join(f"{name} {value}" for name, value in self.details.items())
        return (
            self.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
            f"{self.what}: {details}" if details else self.what,
            f"{self.who} ({self.why})" if self.why else self.who,
            f"{self.position.partition}/{self.position.ordinal} @{self.version}",
        )


def history(
    dsn: str, archive: Archive, stream: str, *, after: int = 0, personal: bool = False
) -> Iterator[Told]:
    """The events of a stream after a version, in order; nothing for a stream that does not exist.

    Streams of the library's recorder may begin at version 0: ask for them with `after=-1`.
    Raises LogUnavailable.
    """
    try:
        with psycopg.connect(dsn, connect_timeout=5, row_factory=dict_row) as connection:
            rows = connection.execute(_HISTORY, (stream, after)).fetchall()
    except (psycopg.OperationalError, psycopg.InternalError) as error:
        raise LogUnavailable(type(error).__name__) from error
    if personal:
        archive.fetch(body for row in rows if isinstance(body := from_json(row["body"]), dict))
    return (_told(row, archive, personal) for row in rows)


def in_words(type_: str) -> str:
    """`conversation.MessageReceived` is "message received"."""
    return " ".join(
        word if word.isupper() else word.lower() for word in _HUMP.split(type_.rpartition(".")[2])
    )


def _told(row: Mapping[str, Any], archive: Archive, personal: bool) -> Told:
    outcome = row["outcome"] or {}
    return Told(
        at=row["at"],
        what=in_words(row["type"]),
        details=_details(row, archive, personal),
        who=outcome.get("actor", NOBODY),
        why=outcome.get("cause", ""),
        command=outcome.get("command", ""),
        version=row["version"],
        position=Position(row["partition"], row["ordinal"]),
    )


def _details(row: Mapping[str, Any], archive: Archive, personal: bool) -> dict[str, str]:
    """Field by field; what is missing or empty is not worth a word."""
    type_, body = row["type"], from_json(row["body"])
    if not isinstance(body, dict):
        return {"body": _text(body) if personal else HIDDEN}
    try:
        event = archive.read(type_, row["schema"], body, row["stream"], row["version"])
    except Unopened as error:
        return {"body": str(error)}
    except (UnknownEvent, ValueError):
        own = set(body)
    else:
        kept = archive.kept(type_)
        body, own = kept.adapter.dump_python(event, mode="json"), set(kept.personal)
    return {
        name: HIDDEN if name in own and not personal else _text(value)
        for name, value in body.items()
        if value not in (None, "", [], {})
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else to_json(value).decode()
