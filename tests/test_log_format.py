"""The reader of docs/log-format.md for Kafka: it judges what a topic holds as we do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from adapters.log.memory import MemoryLog
from adapters.log.verification import verify
from tests.adapters.log.histories import accepted, append, batch
from tests.test_docs import ROOT, blocks

TOPIC = "atende.log"


def program() -> str:
    """Both blocks of the page, as the page says: one file."""
    judging, reading = blocks((ROOT / "docs" / "log-format.md").read_text(), "python")
    assert len([line for line in reading.splitlines() if line.strip()]) <= 30
    return judging + reading


# A consumer without a broker


class Place(NamedTuple):
    topic: str
    partition: int


class Message(NamedTuple):
    value: bytes | None


class Consumer:
    """What kafka-python's consumer answers about one topic; two messages at a time."""

    topics: dict[str, list[list[bytes | None]]] = {}  # noqa: RUF012 - set by each test

    def __init__(self, **told: Any) -> None:
        assert told == {"bootstrap_servers": ["a:1", "b:2"], "group_id": None, "auto_offset_reset": "none"}
        self._place, self._next = Place("", 0), 0

    def partitions_for_topic(self, topic: str) -> set[int]:
        return set(range(len(self.topics.get(topic, []))))

    def assign(self, places: Sequence[Place]) -> None:
        (self._place,) = places

    def seek_to_beginning(self, place: Place) -> None:
        assert place == self._place
        self._next = 0

    def end_offsets(self, places: Sequence[Place]) -> dict[Place, int]:
        return {place: len(self._values(place)) for place in places}

    def position(self, place: Place) -> int:
        assert place == self._place
        return self._next

    def poll(self, timeout_ms: int) -> dict[Place, list[Message]]:
        found = self._values(self._place)[self._next : self._next + 2]
        self._next += len(found)
        return {self._place: [Message(value) for value in found]} if found else {}

    def close(self) -> None:
        self.topics = {}

    def _values(self, place: Place) -> list[bytes | None]:
        return self.topics[place.topic][place.partition]


Topic = list[list[bytes | None]]


@pytest.fixture
def log() -> MemoryLog:
    log = MemoryLog(UUID(int=7), 3)
    append(log, 0, [batch(1, ("thing-a", 1, 2), ("thing-b", 1, 1)), batch(3, ("thing-a", 3, 1))])
    append(log, 2, [batch(n, ("thing-c", n, 1)) for n in (1, 2, 3, 4, 5)])
    return log


def values_of(log: MemoryLog) -> Topic:
    return [[commit.record for commit in accepted(log, partition)] for partition in range(log.partitions)]


def run(monkeypatch: pytest.MonkeyPatch, topic: Topic, log_id: UUID, name: str = TOPIC) -> None:
    kafka: Any = ModuleType("kafka")
    kafka.KafkaConsumer, kafka.TopicPartition = Consumer, Place
    monkeypatch.setitem(sys.modules, "kafka", kafka)
    monkeypatch.setattr(Consumer, "topics", {TOPIC: topic})
    monkeypatch.setattr(sys, "argv", ["judge.py", "a:1,b:2", name, str(log_id)])
    exec(program(), {"__name__": "__main__"})


def test_a_whole_topic_is_judged_as_we_judge_it(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, values_of(log), log.id)
    ours = {walked.partition: (walked.records, walked.events) for walked in verify(log).partitions}
    assert capsys.readouterr().out == f"{ours}\n"
    assert ours == {0: (2, 4), 1: (0, 0), 2: (5, 5)}


def test_late_copies_and_noise_change_nothing(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    topic = values_of(log)
    topic[2][3:3] = [topic[2][1], None, b"", b"noise", b"ATND" * 30, topic[0][0]]
    run(monkeypatch, topic, log.id)
    assert capsys.readouterr().out == "{0: (2, 4), 1: (0, 0), 2: (5, 5)}\n"


def deleted_beginning(topic: Topic) -> Topic:
    return [*topic[:2], topic[2][2:]]


def left_out(topic: Topic) -> Topic:
    return [*topic[:2], topic[2][:2] + topic[2][3:]]


def edited(topic: Topic) -> Topic:
    third = topic[2][2]
    assert third is not None
    return [*topic[:2], [*topic[2][:2], third.replace(b"agent:bia", b"agent:ana"), *topic[2][3:]]]


def more_partitions(topic: Topic) -> Topic:
    return [*topic, []]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (deleted_beginning, "record 1 of partition 2: missing or changed"),
        (left_out, "record 3 of partition 2: missing or changed"),
        (edited, "record 4 of partition 2: missing or changed"),
        (more_partitions, "record 1 of partition 0: missing or changed"),
    ],
)
def test_the_first_bad_position_is_named(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch, change: Any, where: str
) -> None:
    with pytest.raises(SystemExit, match=f"^first bad position: {where}$"):
        run(monkeypatch, change(values_of(log)), log.id)


def test_a_topic_that_is_not_there_is_not_called_whole(
    log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match=r"there is no topic other\.log"):
        run(monkeypatch, values_of(log), log.id, "other.log")
