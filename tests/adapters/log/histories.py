"""Logs with something in them, and what an index of them should hold, told in twenty lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from adapters.log.chain import HEADER, Bookmark, Verdict, hash_of, judge
from adapters.log.index import Commit, Index, Mark
from adapters.log.port import Fate, Log, draft, place
from adapters.log.record import OutcomeDict, body_of, event_json, read_body

NAMES = UUID(int=99)
DAWN = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def outcome(n: int, stream: str, **what: Any) -> OutcomeDict:
    """The n-th command; say `accepted`, `refused` (with fields) or `broken`."""
    made: OutcomeDict = {
        "id": str(uuid5(NAMES, str(n))),
        "command": "DoSomething",
        "stream": stream,
        "actor": "agent:bia",
        "cause": f"request:{n}",
        "correlation": f"c{n}",
        "at": (DAWN + timedelta(seconds=n)).isoformat(),
    }
    made.update(what)  # type: ignore[typeddict-item]
    return made


def event(n: int, stream: str, version: int, body: bytes = b'{"a":[1,2.5,"\xc3\xa7"]}') -> bytes:
    """An event of the n-th command."""
    at = (DAWN + timedelta(seconds=n)).isoformat()
    return event_json(stream, version, f"thing.Done{version}", 1, at, str(uuid5(NAMES, str(n))), body)


def batch(first: int, *steps: tuple[str, int, int]) -> bytes:
    """A body of commands (stream, first version, how many events); the n-th is called first + n."""
    return body_of(
        [outcome(first + i, stream, accepted=n) for i, (stream, _, n) in enumerate(steps)],
        [event(first + i, s, v + k) for i, (s, v, n) in enumerate(steps) for k in range(n)],
    )


def append(log: Log, partition: int, bodies: Sequence[bytes]) -> None:
    """Append after whatever is there."""
    where, head = place(log, partition), bookmark(log, partition).head
    for body in bodies:
        one = draft(where, head, where.link(head, body))
        assert log.append([one]) == [Fate.WON]
        head = hash_of(one.seq, one.record)


def accepted(log: Log, partition: int) -> list[Commit]:
    """The reference: every accepted record of a partition, with where its events stand."""
    reader, where = log.reader({partition: 0}), place(log, partition)
    head, ordinal, found = where.genesis, 0, []
    while entries := reader.poll(0):
        for entry in entries:
            judged = judge(where, head, entry.record)
            assert judged.verdict is not Verdict.HALT
            if judged.verdict is Verdict.ACCEPTED:
                head, n = judged.head, len(read_body(entry.record)["events"])
                found.append(
                    Commit(partition, entry.offset, head.seq, head.hash, ordinal + 1, n, entry.record)
                )
                ordinal += n
    reader.close()
    return found


def bookmark(log: Log, partition: int) -> Bookmark:
    commits = accepted(log, partition)
    if not commits:
        return place(log, partition).start
    last = commits[-1]
    return Bookmark(last.seq, last.hash, last.first_ordinal + last.events - 1)


def index_all(log: Log, index: Index, until: int | None = None, together: int = 3) -> dict[int, Mark]:
    """Write the log into the index, up to a seq, a few records at a time."""
    marks = index.marks(log.id, log.partitions)
    for p in range(log.partitions):
        commits = [c for c in accepted(log, p) if marks[p].seq < c.seq <= (until or c.seq)]
        for i in range(0, len(commits), together):
            marks |= index.write(commits[i : i + together], marks)
    return marks


def body(record: bytes) -> bytes:
    return record[HEADER.size :]
