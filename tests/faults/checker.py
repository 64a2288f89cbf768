"""A second opinion on a log: its raw records read with code of its own, the standard library's alone.

It knows the format from the paper that describes it and shares not a line with the program that wrote it.
Every function raises `Unsound` at the first thing that cannot be.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

HEADER = struct.Struct(">4sB16sIIQ32s")


class Unsound(AssertionError):
    """What must hold does not."""


@dataclass
class History:
    """What a log says, partition by partition, in order."""

    commands: dict[str, dict[str, Any]] = field(default_factory=dict)  # by id; each decided once
    events: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))  # by stream
    records: int = 0

    def of_type(self, name: str) -> Iterable[tuple[str, dict[str, Any]]]:
        """Stream and body of every event of a type."""
        for stream, events in self.events.items():
            for event in events:
                if event["type"] == name:
                    yield stream, event["body"]


def read(rows: Iterable[tuple[int, int, bytes]]) -> History:
    """`(partition, seq, record)`, in the order of partition and seq: the whole log, judged."""
    history = History()
    heads: dict[int, tuple[int, bytes]] = {}
    identity: tuple[bytes, int] | None = None
    for partition, offset, record in rows:
        magic, fmt, log_id, where, partitions, seq, prev = HEADER.unpack_from(record)
        identity = identity or (log_id, partitions)
        if (magic, fmt, where) != (b"ATND", 1, partition) or (log_id, partitions) != identity:
            raise Unsound(f"partition {partition}, row {offset}: not a record of this log")
        genesis = HEADER.pack(b"ATND", 1, log_id, partition, partitions, 0, bytes(32))
        last, hash_ = heads.get(partition, (0, hashlib.sha256(genesis).digest()))
        if seq != last + 1 or offset != seq or prev != hash_:
            raise Unsound(f"partition {partition}: record {offset} does not follow record {last}")
        heads[partition] = seq, hashlib.sha256(record).digest()
        history.records += 1
        try:
            _take(history, partition, seq, json.loads(record[HEADER.size :]))
        except (LookupError, TypeError, ValueError) as error:
            raise Unsound(f"partition {partition}, record {seq}: cannot be read ({error!r})") from None
    return history


def _take(history: History, partition: int, seq: int, batch: Mapping[str, Any]) -> None:
    events = iter(batch["events"])
    for outcome in batch["outcomes"]:
        said = [name for name in ("accepted", "refused", "broken") if name in outcome]
        if len(said) != 1:
            raise Unsound(f"partition {partition}, record {seq}: an outcome is {said}")
        if outcome["id"] in history.commands:
            raise Unsound(f"command {outcome['id']} ({outcome['command']}) was decided twice")
        history.commands[outcome["id"]] = {**outcome, "partition": partition, "seq": seq}
        for _ in range(outcome.get("accepted", 0)):
            event = next(events)
            known = history.events[event["stream"]]
            if event["stream"] != outcome["stream"] or event["cause"] != outcome["id"]:
                raise Unsound(f"a command on {outcome['stream']} wrote on {event['stream']}")
            if event["version"] != len(known) + 1:
                raise Unsound(f"{event['stream']}: version {event['version']} after {len(known)}")
            known.append(event)
    if next(events, None) is not None:
        raise Unsound(f"partition {partition}, record {seq}: events that nobody wanted")


def effective(records: Iterable[tuple[int, int, bytes]]) -> Iterator[tuple[int, int, bytes]]:
    """`(partition, offset, record)` of a topic as it lies there, in order, to what `read` wants: without the
    late copies and the records of overtaken owners, whose number was taken. Everything else is left in."""
    last: dict[int, int] = defaultdict(int)
    for partition, offset, record in records:
        if len(record) < HEADER.size:
            raise Unsound(f"partition {partition}, offset {offset}: not a record of this log")
        seq = HEADER.unpack_from(record)[5]
        if seq > last[partition]:
            last[partition] = seq
            yield partition, seq, record


def heard_once(history: History, acknowledged: Iterable[str]) -> None:
    """Every acknowledged message (by our name of it) is in its conversation once; no other is there twice."""
    heard = Counter(body["message_id"] for _, body in history.of_type("conversation.MessageReceived"))
    if lost := [ref for ref in acknowledged if not heard[ref]]:
        raise Unsound(f"{len(lost)} acknowledged messages were lost, such as {lost[0]}")
    if twice := [ref for ref, n in heard.items() if n > 1]:
        raise Unsound(f"{len(twice)} messages were heard twice, such as {twice[0]}")


def delivered_once(history: History, deliveries: Iterable[str]) -> None:
    """Every acknowledged webhook was decided, and taken once."""
    for delivery in deliveries:
        received = [e for e in history.events[f"delivery-{delivery}"] if e["type"] == "delivery.Received"]
        if len(received) != 1:
            raise Unsound(f"webhook {delivery} was acknowledged, and taken {len(received)} times")


def requested_once(history: History, lines: Iterable[str]) -> None:
    """Every acknowledged line of an agent was requested once."""
    wanted = Counter(body["message_id"] for _, body in history.of_type("conversation.SendRequested"))
    for line in lines:
        if wanted[line] != 1:
            raise Unsound(f"line {line} was requested {wanted[line]} times")


def left_as_meant(history: History, ledger: Sequence[Mapping[str, Any]]) -> None:
    """What the provider took, against what the log says of it. `ledger`: `{opaque, address}` in order.

    Nothing left unstarted; no attempt left twice; what left more than once carries its mark from the second
    attempt on; and the messages of one customer left in the order in which they were wanted.
    """
    started = {
        f"{body['message_id']}.{body['attempt']}": (stream, body)
        for stream, body in history.of_type("conversation.SendStarted")
    }
    tokens = Counter(
        (body["message_id"], body["attempt"]) for _, body in history.of_type("conversation.SendStarted")
    )
    if again := [key for key, n in tokens.items() if n > 1]:
        raise Unsound(f"attempt {again[0]} was started twice")
    order: dict[str, list[str]] = defaultdict(list)
    attempts: dict[str, list[str]] = defaultdict(list)
    for taken in ledger:
        opaque = taken["opaque"]
        if opaque not in started:
            raise Unsound(f"{opaque} left, and nobody had written down that it would")
        stream, body = started[opaque]
        message = body["message_id"]
        if opaque in attempts[message]:
            raise Unsound(f"{opaque} left twice")
        if attempts[message] and not body.get("possibly_twice"):
            raise Unsound(f"{opaque} left after {attempts[message]}, without its mark")
        if not attempts[message]:
            order[stream].append(message)
        attempts[message].append(opaque)
    for stream, left in order.items():
        wanted = [
            event["body"]["message_id"]
            for event in history.events[stream]
            if event["type"] == "conversation.SendRequested" and event["body"]["message_id"] in left
        ]
        if left != wanted:
            raise Unsound(f"{stream}: the messages left in another order than they were wanted")


@dataclass
class Account:
    """A log in figures, for a table: counted to the end whatever is found, and by nothing of the above."""

    logged: int = 0
    lost: int = 0
    twice: int = 0  # commands decided, messages heard, lines requested, attempts left more than once
    disorder: int = 0  # records that do not follow, versions that are not the next, messages that overtook


def account(
    records: Iterable[tuple[int, int, bytes]],
    messages: Sequence[str],
    lines: Sequence[str],
    ledger: Sequence[Mapping[str, Any]],
) -> Account:
    """`messages` and `lines` were acknowledged, `ledger` is what the provider took, `records` the topic."""
    told = Account()
    heads: dict[int, tuple[int, bytes]] = {}
    versions: dict[str, int] = defaultdict(int)
    commands: Counter[str] = Counter()
    heard: Counter[str] = Counter()
    wanted: dict[str, list[str]] = defaultdict(list)  # by stream
    for partition, _, record in records:
        magic, fmt, log_id, where, partitions, seq, prev = HEADER.unpack_from(record)
        genesis = HEADER.pack(magic, fmt, log_id, where, partitions, 0, bytes(32))
        last, hash_ = heads.get(partition, (0, hashlib.sha256(genesis).digest()))
        if seq <= last:
            continue
        if seq != last + 1 or prev != hash_ or where != partition:
            told.disorder += 1
        heads[partition] = seq, hashlib.sha256(record).digest()
        batch = json.loads(record[HEADER.size :])
        commands.update(outcome["id"] for outcome in batch["outcomes"])
        for event in batch["events"]:
            stream, body = event["stream"], event["body"]
            told.disorder += event["version"] != versions[stream] + 1
            versions[stream] = event["version"]
            if event["type"] == "conversation.MessageReceived":
                heard[body["message_id"]] += 1
            elif event["type"] == "conversation.SendRequested":
                wanted[stream].append(body["message_id"])
    requested = Counter(line for sent in wanted.values() for line in sent)
    told.logged = sum(bool(heard[ref]) for ref in messages) + sum(bool(requested[line]) for line in lines)
    told.lost = len(messages) + len(lines) - told.logged
    left = Counter(sent["opaque"] for sent in ledger)
    told.twice = sum(n - 1 for many in (commands, heard, requested, left) for n in many.values() if n > 1)
    first = {str(sent["opaque"]).partition(".")[0]: n for n, sent in reversed(list(enumerate(ledger)))}
    for sent in wanted.values():
        order = [first[line] for line in sent if line in first]
        told.disorder += sum(after < before for before, after in pairwise(order))
    return told
