"""The chain: its bytes for ever, and what each record is to a reader who holds a head."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.log.chain import (
    HEADER,
    Head,
    Judged,
    Place,
    Verdict,
    hash_of,
    judge,
    murmur2,
    partition_of,
)
from adapters.log.record import UnreadableBody, UnwritableText, body_of, event_json, read_body

GOLDEN = json.loads((Path(__file__).parent / "golden" / "chain.json").read_text())
PLACE = Place(UUID(GOLDEN["log"]), GOLDEN["partition"], GOLDEN["partitions"])
HERE = Place(UUID(int=7), 2, 12)


def chain_of(bodies: list[bytes], place: Place = HERE) -> list[bytes]:
    head, records = place.genesis, []
    for body in bodies:
        records.append(place.link(head, body))
        head = hash_of(head.seq + 1, records[-1])
    return records


def read(records: list[bytes], place: Place = HERE) -> tuple[list[Verdict], Head]:
    """Every verdict until the first halt, and the head then."""
    head, verdicts = place.genesis, []
    for record in records:
        judged = judge(place, head, record)
        verdicts.append(judged.verdict)
        head = judged.head
        if judged.verdict is Verdict.HALT:
            break
    return verdicts, head


# Bytes that never change


def test_a_header_is_these_69_bytes() -> None:
    assert HEADER.size == 69
    assert PLACE.header(258, bytes(range(32))).hex() == GOLDEN["header"]


def test_the_genesis_is_the_hash_of_a_header_that_follows_nothing() -> None:
    assert PLACE.genesis == Head(0, bytes.fromhex(GOLDEN["genesis"]))
    assert sha256(PLACE.header(0, bytes(32))).digest() == PLACE.genesis.hash


def test_the_golden_chain_is_still_written_byte_for_byte_and_accepted() -> None:
    head = PLACE.genesis
    for golden, body in zip(GOLDEN["chain"], GOLDEN["bodies"], strict=True):
        record = bytes.fromhex(golden["record"])
        assert PLACE.link(head, body.encode()) == record
        judged = judge(PLACE, head, record)
        assert judged.verdict is Verdict.ACCEPTED
        head = judged.head
        assert head == Head(golden["seq"], bytes.fromhex(golden["hash"]))


def test_a_golden_body_still_says_what_it_said() -> None:
    first, second = (read_body(bytes.fromhex(golden["record"])) for golden in GOLDEN["chain"])
    assert first["events"][0]["body"] == {"channel": "loja"}
    assert (first["commands"], second["commands"]) == (None, ["inbox", 7])
    assert second["outcomes"][0]["refused"] == "NotOpen"


@pytest.mark.parametrize(("text", "expected"), GOLDEN["murmur2"].items())
def test_murmur2_is_the_one_of_kafkas_clients(text: str, expected: int) -> None:
    assert murmur2(text.encode()) == expected & 0xFFFFFFFF


@pytest.mark.parametrize(("root", "expected"), GOLDEN["partitions_of"].items())
def test_a_root_keeps_its_partition(root: str, expected: int) -> None:
    assert partition_of(root, 12) == expected


# The verdict, case by case

FIRST, SECOND, THIRD = chain_of([b"one", b"two", b"three"])
AFTER_FIRST, AFTER_SECOND = hash_of(1, FIRST), hash_of(2, SECOND)


def says(record: bytes, verdict: Verdict, reason: str, head: Head = AFTER_FIRST) -> None:
    judged = judge(HERE, head, record)
    assert judged.verdict is verdict
    assert reason in judged.reason
    if verdict is not Verdict.ACCEPTED:
        assert judged.head == head


def test_what_follows_is_accepted_and_becomes_the_head() -> None:
    assert judge(HERE, AFTER_FIRST, SECOND) == Judged(Verdict.ACCEPTED, AFTER_SECOND, "follows")


@pytest.mark.parametrize("length", [0, 1, 68])
def test_what_is_too_short_for_a_header_is_noise(length: int) -> None:
    says(SECOND[:length], Verdict.REJECTED, "too short")


def test_a_header_alone_is_long_enough() -> None:
    says(SECOND[:69], Verdict.ACCEPTED, "follows")


def test_another_magic_is_noise() -> None:
    says(b"ATNX" + SECOND[4:], Verdict.REJECTED, "magic")


@pytest.mark.parametrize("other", [Place(UUID(int=8), 2, 12), Place(UUID(int=7), 3, 12)])
def test_a_record_of_another_log_or_partition_is_noise_though_it_would_follow(other: Place) -> None:
    says(other.link(AFTER_FIRST, b"two"), Verdict.REJECTED, "another log or partition")


def test_a_record_of_the_same_log_with_another_partition_count_halts() -> None:
    says(Place(UUID(int=7), 2, 13).link(AFTER_FIRST, b"two"), Verdict.HALT, "13 partitions")


def test_the_next_record_in_a_newer_format_halts() -> None:
    says(HERE.header(2, AFTER_FIRST.hash, fmt=2) + b"two", Verdict.HALT, "format 2")


@pytest.mark.parametrize("late", [FIRST, HERE.header(1, AFTER_SECOND.hash), HERE.header(0, bytes(32))])
def test_a_number_that_is_taken_is_rejected_whatever_it_follows(late: bytes) -> None:
    says(late, Verdict.REJECTED, "already taken", AFTER_SECOND)


def test_a_late_record_in_a_newer_format_is_only_late() -> None:
    says(HERE.header(1, HERE.genesis.hash, fmt=9), Verdict.REJECTED, "already taken")


def test_a_gap_halts() -> None:
    says(THIRD, Verdict.HALT, "missing")


def test_the_next_number_on_another_record_halts() -> None:
    says(HERE.link(Head(1, bytes(32)), b"two"), Verdict.HALT, "does not follow")


# The verdict as laws

bodies = st.lists(st.binary(max_size=40), min_size=1, max_size=8, unique=True)
heads = st.builds(Head, st.integers(0, 2**64 - 1), st.binary(min_size=32, max_size=32))


@given(st.binary(max_size=200), heads)
def test_anything_at_all_gets_a_verdict_and_only_acceptance_moves_the_head(noise: bytes, head: Head) -> None:
    judged = judge(HERE, head, noise)
    assert judged.head == (hash_of(head.seq + 1, noise) if judged.verdict is Verdict.ACCEPTED else head)


@given(heads, heads, st.binary(max_size=20), st.integers(0, 255), st.integers(0, 20))
def test_only_the_next_number_on_the_same_hash_is_accepted(
    head: Head, claimed: Head, body: bytes, fmt: int, partitions: int
) -> None:
    record = Place(HERE.log_id, HERE.partition, partitions).header(claimed.seq, claimed.hash, fmt) + body
    follows = (claimed.seq, claimed.hash, fmt, partitions) == (head.seq + 1, head.hash, 1, 12)
    assert (judge(HERE, head, record).verdict is Verdict.ACCEPTED) == follows


@given(bodies)
def test_a_whole_chain_is_accepted_record_by_record(bodies: list[bytes]) -> None:
    records = chain_of(bodies)
    assert read(records) == ([Verdict.ACCEPTED] * len(records), hash_of(len(records), records[-1]))


@given(bodies, st.data())
def test_late_copies_and_zombies_change_nothing(bodies: list[bytes], data: st.DataObject) -> None:
    records = chain_of(bodies)
    noisy, head = [], HERE.genesis
    for i, record in enumerate(records):
        noisy.append(record)
        for _ in range(data.draw(st.integers(0, 2))):
            past = data.draw(st.integers(0, i))
            before = HERE.genesis if past == 0 else hash_of(past, records[past - 1])
            noisy.append(data.draw(st.sampled_from([records[past], HERE.link(before, b"a zombie's")])))
        head = hash_of(i + 1, record)
    verdicts, reached = read(noisy)
    assert reached == head
    assert verdicts.count(Verdict.ACCEPTED) == len(records)
    assert Verdict.HALT not in verdicts


@given(bodies, st.data())
def test_a_flipped_bit_is_never_passed_over(bodies: list[bytes], data: st.DataObject) -> None:
    records = [*chain_of(bodies)]
    last = records[-1]
    at = data.draw(st.integers(0, len(records) - 1))
    byte = data.draw(st.integers(0, len(records[at]) - 1))
    changed = bytearray(records[at])
    changed[byte] ^= 1 << data.draw(st.integers(0, 7))
    records[at] = bytes(changed)
    verdicts, head = read(records)
    assert head != hash_of(len(records), last)
    if at < len(records) - 1:  # somebody comes after it
        assert verdicts[-1] is Verdict.HALT
        assert len(verdicts) in (at + 1, at + 2)


@given(bodies, st.data())
def test_a_truncated_record_is_never_passed_over(bodies: list[bytes], data: st.DataObject) -> None:
    records = chain_of([*bodies, b"what comes after"])
    at = data.draw(st.integers(0, len(records) - 2))
    records[at] = records[at][: data.draw(st.integers(0, len(records[at]) - 1))]
    assert read(records)[0][-1] is Verdict.HALT


@given(bodies.filter(lambda b: len(b) > 1), st.data())
def test_a_missing_record_halts_where_it_is_missing(bodies: list[bytes], data: st.DataObject) -> None:
    records = chain_of(bodies)
    gone = data.draw(st.integers(0, len(records) - 2))
    del records[gone]
    verdicts, head = read(records)
    assert verdicts == [Verdict.ACCEPTED] * gone + [Verdict.HALT]
    assert head.seq == gone


@given(bodies.filter(lambda b: len(b) > 1), st.data())
def test_two_neighbours_in_the_wrong_order_halt_at_the_first(
    bodies: list[bytes], data: st.DataObject
) -> None:
    records = chain_of(bodies)
    at = data.draw(st.integers(0, len(records) - 2))
    records[at], records[at + 1] = records[at + 1], records[at]
    verdicts, head = read(records)
    assert verdicts[-1] is Verdict.HALT
    assert head.seq == at


# Bodies

EVENT = event_json("kind-root", 1, "kind.Event", 1, "2026-01-02T03:04:05+00:00", None, b'{"a":1}')
ACCEPTED_ONE = {"command": "Do", "accepted": 1}


def test_what_is_written_is_read() -> None:
    body = body_of([{"command": "Do", "accepted": 1}, {"command": "Dare", "refused": "No"}], [EVENT])
    batch = read_body(HERE.link(HERE.genesis, body))
    assert [outcome["command"] for outcome in batch["outcomes"]] == ["Do", "Dare"]
    assert batch["events"] == [json.loads(EVENT)]


@given(st.binary(max_size=100))
def test_any_body_is_a_batch_or_unreadable(noise: bytes) -> None:
    try:
        read_body(HERE.link(HERE.genesis, noise))
    except UnreadableBody:
        return
    assert json.loads(noise).keys() >= {"commands", "outcomes", "events"}


@pytest.mark.parametrize(
    "batch",
    [
        [],
        {"commands": None, "outcomes": []},
        {"commands": None, "outcomes": {}, "events": []},
        {"commands": None, "outcomes": [ACCEPTED_ONE], "events": []},
        {"commands": None, "outcomes": [], "events": [json.loads(EVENT)]},
        {"commands": None, "outcomes": [ACCEPTED_ONE], "events": ["not an event"]},
        {"commands": None, "outcomes": [ACCEPTED_ONE], "events": [{**json.loads(EVENT), "version": "1"}]},
        {"commands": None, "outcomes": [{**ACCEPTED_ONE, "accepted": True}], "events": [json.loads(EVENT)]},
        {"commands": None, "outcomes": [{**ACCEPTED_ONE, "refused": "No"}], "events": [json.loads(EVENT)]},
        {"commands": None, "outcomes": [{"command": "Do"}], "events": []},
        {"commands": None, "outcomes": [{"command": "Do", "accepted": -1}, ACCEPTED_ONE], "events": []},
    ],
)
def test_what_only_resembles_a_batch_is_unreadable(batch: object) -> None:
    with pytest.raises(UnreadableBody):
        read_body(HERE.link(HERE.genesis, json.dumps(batch).encode()))


def test_being_unreadable_repeats_nothing_of_what_was_written() -> None:
    with pytest.raises(UnreadableBody) as unreadable:
        read_body(HERE.link(HERE.genesis, b'{"commands": "a private word", "outcomes": [], "events": []}'))
    assert "private" not in str(unreadable.value)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\\\x00"])
def test_a_nul_character_is_not_written(text: str) -> None:
    with pytest.raises(UnwritableText):
        event_json("kind-root", 1, "kind.Event", 1, "", None, json.dumps({"text": text}).encode())


def test_words_that_only_look_like_an_escaped_nul_are_written() -> None:
    body = json.dumps({"text": "\\u0000"}).encode()
    assert json.loads(event_json("k-r", 1, "k.E", 1, "", None, body))["body"] == {"text": "\\u0000"}
