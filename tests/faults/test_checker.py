"""The checker finds what it is there to find: a second opinion that always agrees is none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.checker import (
    HEADER,
    Account,
    Unsound,
    account,
    delivered_once,
    effective,
    heard_once,
    left_as_meant,
    read,
    requested_once,
)

LOG = bytes(16)


def outcome(id_: str, stream: str = "conversation-1", accepted: int = 1) -> dict[str, Any]:
    return {"id": id_, "command": "Say", "stream": stream, "accepted": accepted}


def event(version: int, cause: str, type_: str = "x.Y", stream: str = "conversation-1", **body: Any) -> Any:
    return {"stream": stream, "version": version, "type": type_, "cause": cause, "body": body}


def chain(*batches: tuple[list[Any], list[Any]]) -> list[tuple[int, int, bytes]]:
    prev = hashlib.sha256(HEADER.pack(b"ATND", 1, LOG, 3, 12, 0, bytes(32))).digest()
    rows = []
    for seq, (outcomes, events) in enumerate(batches, 1):
        body = json.dumps({"commands": None, "outcomes": outcomes, "events": events}).encode()
        record = HEADER.pack(b"ATND", 1, LOG, 3, 12, seq, prev) + body
        prev = hashlib.sha256(record).digest()
        rows.append((3, seq, record))
    return rows


def good() -> list[tuple[list[Any], list[Any]]]:
    sent = {"message_id": "m", "attempt": 1}
    return [
        ([outcome("a")], [event(1, "a", "conversation.MessageReceived", message_id="h")]),
        ([outcome("b")], [event(2, "b", "conversation.SendRequested", message_id="m")]),
        ([outcome("c")], [event(3, "c", "conversation.SendStarted", **sent)]),
    ]


def test_a_sound_log_is_read_whole() -> None:
    history = read(chain(*good()))
    assert history.records == 3
    assert set(history.commands) == {"a", "b", "c"}
    heard_once(history, ["h"])
    requested_once(history, ["m"])
    left_as_meant(history, [{"opaque": "m.1", "address": "1"}])


def test_one_changed_byte_is_found() -> None:
    rows = chain(*good())
    partition, seq, record = rows[1]
    rows[1] = partition, seq, record.replace(b"conversation-1", b"conversation-2", 1)
    with pytest.raises(Unsound):
        read(rows)


def test_a_missing_record_is_found() -> None:
    with pytest.raises(Unsound, match="does not follow"):
        read(chain(*good())[1:])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda b: b.append(([outcome("a")], [event(4, "a")])),
        lambda b: b.append(([outcome("d")], [event(5, "d")])),
        lambda b: b.append(([outcome("d", "conversation-2")], [event(4, "d")])),
        lambda b: b.append(([outcome("d", accepted=0)], [event(4, "d")])),
        lambda b: b.append(([{"id": "d", "command": "Say", "stream": "s"}], [])),
        lambda b: b.append(([{**outcome("d", accepted=0), "refused": "NotOpen"}], [])),
    ],
    ids=["decided twice", "a gap", "another's stream", "unwanted", "no outcome", "two outcomes"],
)
def test_what_cannot_be_is_found(spoil: Callable[[list[Any]], None]) -> None:
    batches = good()
    spoil(batches)
    with pytest.raises(Unsound):
        read(chain(*batches))


def test_what_was_lost_or_heard_twice_is_found() -> None:
    batches = good()
    with pytest.raises(Unsound, match="lost"):
        heard_once(read(chain(*batches)), ["h", "i"])
    batches.append(([outcome("d")], [event(4, "d", "conversation.MessageReceived", message_id="h")]))
    with pytest.raises(Unsound, match="twice"):
        heard_once(read(chain(*batches)), ["h"])


@pytest.mark.parametrize(
    "ledger", [["m.1", "m.1"], ["m.2"], ["x.1"]], ids=["left twice", "never started", "unknown"]
)
def test_what_left_otherwise_than_meant_is_found(ledger: list[str]) -> None:
    with pytest.raises(Unsound):
        left_as_meant(read(chain(*good())), [{"opaque": o, "address": "1"} for o in ledger])


@pytest.mark.parametrize("mark", [False, True])
def test_a_second_attempt_that_left_needs_its_mark(mark: bool) -> None:
    batches = good()
    second = event(
        4,
        "d",
        "conversation.SendStarted",
        message_id="m",
        attempt=2,
        **({"possibly_twice": True} if mark else {}),
    )
    history = read(chain(*batches, ([outcome("d")], [second])))
    ledger = [{"opaque": "m.1", "address": "1"}, {"opaque": "m.2", "address": "1"}]
    if mark:
        left_as_meant(history, ledger)
    else:
        with pytest.raises(Unsound, match="mark"):
            left_as_meant(history, ledger)


def test_another_order_than_wanted_is_found() -> None:
    batches = good()
    batches.append(([outcome("d")], [event(4, "d", "conversation.SendRequested", message_id="n")]))
    batches.append(([outcome("e")], [event(5, "e", "conversation.SendStarted", message_id="n", attempt=1)]))
    history = read(chain(*batches))
    with pytest.raises(Unsound, match="order"):
        left_as_meant(history, [{"opaque": o, "address": "1"} for o in ("n.1", "m.1")])


def topic(*numbers: int) -> list[tuple[int, int, bytes]]:
    """A topic in which the records of a sound log lie so: an offset for each."""
    rows = chain(*good())
    return [(3, offset, rows[n - 1][2]) for offset, n in enumerate(numbers)]


def test_late_copies_have_no_effect_and_a_missing_record_has() -> None:
    assert read(effective(topic(1, 2, 1, 2, 3, 1))).records == 3
    with pytest.raises(Unsound, match="does not follow"):
        read(effective(topic(1, 3)))


def test_a_rival_that_came_later_has_no_effect_and_one_that_came_first_is_history() -> None:
    batches = good()
    rival = chain(*batches[:2], ([outcome("r")], [event(3, "r")]))[2]
    ours = chain(*batches)
    assert "c" in read(effective([*ours, rival])).commands
    assert "r" in read(effective([*ours[:2], rival, ours[2]])).commands


def test_a_webhook_that_was_acknowledged_and_not_taken_is_found() -> None:
    batches = good()
    stream = "delivery-w"
    batches.append(([outcome("w", stream)], [event(1, "w", "delivery.Received", stream)]))
    history = read(chain(*batches))
    delivered_once(history, ["w"])
    with pytest.raises(Unsound, match="taken 0 times"):
        delivered_once(history, ["v"])


def test_the_account_counts_what_was_lost_decided_twice_and_out_of_order() -> None:
    sound = topic(1, 2, 1, 3)
    assert account(sound, ["h"], ["m"], [{"opaque": "m.1"}]) == Account(logged=2)
    assert account(sound, ["h", "i"], ["m", "n"], []) == Account(logged=2, lost=2)
    assert account(topic(1, 3), ["h"], [], []).disorder == 2  # the record, and the version in it
    again = event(4, "d", "conversation.SendRequested", message_id="n")
    batches = [*good(), ([outcome("a", accepted=0), outcome("d")], [again])]
    assert account(chain(*batches), [], [], []).twice == 1
    overtaken = [{"opaque": "n.1"}, {"opaque": "m.1"}, {"opaque": "n.2"}]
    assert account(chain(*batches), [], ["m", "n"], overtaken) == Account(logged=2, twice=1, disorder=1)
