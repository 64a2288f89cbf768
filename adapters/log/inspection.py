"""The index as somebody sees it who does not trust it: read only, row by row against the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import Connection
from psycopg.rows import dict_row
from pydantic_core import from_json

from adapters.log.chain import Bookmark
from adapters.log.index import Mark
from adapters.log.port import LogUnavailable
from adapters.log.record import BatchDict

OTHER_BYTES: Final = "the index saw other bytes here"


class Inspection:
    """One connection, one thread, one moment: everything is read as it stood at the first question.

    Raises LogUnavailable when the database does not answer.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Connection[dict[str, Any]] | None = None

    def marks(self) -> dict[int, Mark]:
        rows = self._ask('SELECT partition, "offset", seq, hash, ordinal FROM mark')
        return {
            row["partition"]: Mark(row["offset"], row["seq"], row["hash"], row["ordinal"]) for row in rows
        }

    def commits(self, partition: int, first: int, last: int) -> dict[int, dict[str, Any]]:
        """The rows of these records, by seq."""
        rows = self._ask(
            "SELECT seq, hash, first_ordinal, n FROM commit WHERE partition = %s AND seq BETWEEN %s AND %s",
            partition,
            first,
            last,
        )
        return {row["seq"]: row for row in rows}

    def events(self, partition: int, first: int, last: int) -> dict[int, dict[str, Any]]:
        """The rows of the events of these records, by ordinal."""
        rows = self._ask(
            "SELECT ordinal, stream, version, type, schema, at, body::text AS body, seq, "
            "command_id::text AS command_id FROM event WHERE partition = %s AND ordinal BETWEEN %s AND %s",
            partition,
            first,
            last,
        )
        return {row["ordinal"]: row for row in rows}

    def outcomes(self, partition: int, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The rows of these commands, by id."""
        rows = self._ask(
            "SELECT command_id::text AS id, ordinal, outcome::text AS outcome FROM command "
            "WHERE partition = %s AND command_id = ANY(%s::uuid[])",
            partition,
            list(ids),
        )
        return {row["id"]: row for row in rows}

    def commit_hash(self, partition: int, seq: int) -> bytes | None:
        rows = self._ask("SELECT hash FROM commit WHERE partition = %s AND seq = %s", partition, seq)
        return rows[0]["hash"] if rows else None

    def beyond(self, partition: int, mark: Bookmark) -> str:
        """What the index holds that its mark does not cover, in words; empty when there is nothing."""
        (row,) = self._ask(
            "SELECT"
            " (SELECT count(*) FROM commit WHERE partition = %(p)s AND NOT seq BETWEEN 1 AND %(s)s) AS c,"
            " (SELECT count(*) FROM event WHERE partition = %(p)s AND NOT ordinal BETWEEN 1 AND %(o)s) AS e",
            {"p": partition, "s": mark.seq, "o": mark.ordinal},
        )
        return ", ".join(f"{n} {what}" for n, what in ((row["c"], "records"), (row["e"], "events")) if n)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        given = parameters[0] if parameters and isinstance(parameters[0], dict) else parameters
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._dsn, connect_timeout=5, row_factory=dict_row)
                self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                self._connection.read_only = True
            return self._connection.execute(query.encode(), given or None).fetchall()
        except (psycopg.OperationalError, psycopg.InternalError) as error:
            self.close()
            raise LogUnavailable(type(error).__name__) from error


def difference(
    index: Inspection, partition: int, records: Sequence[tuple[Bookmark, BatchDict]]
) -> tuple[int, str] | None:
    """The first of these consecutive records whose rows are not what it says: its seq, and what is wrong."""
    first, last = records[0][0], records[-1][0]
    commits = index.commits(partition, first.seq, last.seq)
    begin = first.ordinal - len(records[0][1]["events"]) + 1
    events = index.events(partition, begin, last.ordinal)
    ids = [outcome["id"] for _, batch in records for outcome in batch["outcomes"] if "id" in outcome]
    outcomes = index.outcomes(partition, ids)
    for after, batch in records:
        wrong = _commit_difference(after, batch, commits.get(after.seq)) or _rows_difference(
            after, batch, events, outcomes
        )
        if wrong:
            return after.seq, wrong
    return None


def _commit_difference(after: Bookmark, batch: BatchDict, row: dict[str, Any] | None) -> str:
    if row is None:
        return "its row is missing"
    if row["hash"] != after.hash:
        return OTHER_BYTES
    n = len(batch["events"])
    expected = {"first_ordinal": after.ordinal - n + 1, "n": n}
    return _unequal("its row", expected, row)


def _rows_difference(
    after: Bookmark,
    batch: BatchDict,
    events: dict[int, dict[str, Any]],
    outcomes: dict[str, dict[str, Any]],
) -> str:
    ordinal = after.ordinal - len(batch["events"])
    for n, event in enumerate(batch["events"], ordinal + 1):
        name, row = f"event {n}, {event['stream']}@{event['version']}", events.get(n)
        if row is None:
            return f"{name}: its row is missing"
        expected = {
            "stream": event["stream"],
            "version": event["version"],
            "type": event["type"],
            "schema": event["schema"],
            "at": datetime.fromisoformat(event["at"]),
            "command_id": event["cause"],
            "seq": after.seq,
        }
        wrong = _unequal(name, expected, row)
        if wrong or from_json(row["body"]) != event["body"]:
            return wrong or f"{name}: another body"
    for outcome in batch["outcomes"]:
        ordinal += outcome.get("accepted", 0)
        if "id" not in outcome:
            continue
        name, row = f"command {outcome['id']}", outcomes.get(outcome["id"])
        if row is None:
            return f"{name}: its row is missing"
        if row["ordinal"] != ordinal or from_json(row["outcome"]) != dict(outcome):
            return f"{name}: another outcome"
    return ""


def _unequal(name: str, expected: dict[str, Any], row: dict[str, Any]) -> str:
    wrong = [column for column, value in expected.items() if row[column] != value]
    return f"{name}: another {wrong[0]}" if wrong else ""
