"""The log on Kafka: appends that know what became of them, though Kafka compares nothing.

A record is sent only when its `prev` is known to be an accepted head, and the newest one as far as we know:
then it is accepted, or its number is taken and no reader minds it. One whose `prev` is nowhere is never sent:
readers would have to halt. What became of a record is not what Kafka acknowledged, but what the chain says:

- acknowledged right behind what we have judged: nothing came between, it is accepted;
- anywhere else, or who knows where: what lies between is read and judged, be it noise, a rival's record or an
  earlier copy of ours. Our hash accepted anywhere has won; another hash under our number has lost it;
- not acknowledged: unknown. The next append reads to the end before it sends the same bytes again. A copy
  that arrives even later finds its number taken, by itself or by a rival, and has no effect.

That holds for two owners as well, and for one that was frozen: the first in the order of the log wins.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from adapters.log.chain import HEADER, Head, Place, Verdict, judge
from adapters.log.kafka.producing import UNSAID, Producing
from adapters.log.kafka.reader import KafkaReader
from adapters.log.kafka.settings import KafkaSettings, need_quick_checksums
from adapters.log.kafka.topic import Topic
from adapters.log.kafka.topics import log_topic
from adapters.log.port import Draft, Fate, LogUnavailable, place, refuse_unwritable

FIRST: Final = 1  # how the port counts: Kafka's offset 0 is 1, and 0 is the beginning, too


@dataclass(frozen=True, slots=True)
class Judged:
    """All before `offset` (as Kafka counts) is judged and gives `head`. `newest`: as far as we know nothing
    lies behind it; nothing of ours is under way."""

    head: Head
    offset: int
    newest: bool


class KafkaLog:
    """Every thread may append, one at a time; each reader belongs to one thread.

    `log_id` and `partitions` are the log's identity, kept by whoever made it; third parties find both in the
    header of any record. The topic must be there (`ensure`). Making one raises WrongTopic when it is not, or
    has another number of partitions, LogUnavailable when the brokers do not answer, and RuntimeError without
    the package crc32c.
    """

    def __init__(self, settings: KafkaSettings, log_id: UUID, partitions: int) -> None:
        need_quick_checksums()
        self.id, self.partitions = log_id, partitions
        name = log_topic(settings, partitions).name
        self._settings, self._topic = settings, Topic(settings, name)
        self._producing = Producing(settings, name)
        self._judged: dict[int, Judged] = {}
        self._turn = threading.Lock()
        try:
            self._topic.must_have(partitions)
        except BaseException:
            self._topic.close()
            raise

    def append(self, drafts: Sequence[Draft]) -> list[Fate]:
        refuse_unwritable(self, drafts)
        with self._turn:
            fates = self._weigh(drafts)
            wanted = {d.partition: d for d in drafts if d.partition not in fates}
            if wanted:
                offsets, failed = self._send(wanted)
                for p, offset in offsets.items():
                    fates[p] = self._settle(wanted[p], offset)
                if failed is not None:
                    raise LogUnavailable(failed)
        return [fates[d.partition] for d in drafts]

    def reader(self, start: Mapping[int, int]) -> KafkaReader:
        return KafkaReader(self._settings, self._topic, start)

    def ends(self) -> dict[int, int]:
        return {p: end + FIRST for p, end in self._topic.ends(range(self.partitions)).items()}

    def offset_after(self, partition: int, seq: int) -> int:
        """Right where there is no noise, and too early otherwise: a reader meets what it has read already."""
        return seq + FIRST

    def close(self) -> None:
        with self._turn:
            self._producing.close()
            self._topic.close()

    # ── before ───────────────────────────────────────────────────────────────────────────────────

    def _weigh(self, drafts: Sequence[Draft]) -> dict[int, Fate]:
        """The fate of every draft that has one already; the others may be sent."""
        fates: dict[int, Fate] = {}
        open_ = []
        for d in drafts:
            judged = self._judged.get(d.partition)
            if judged is not None and judged.head == Head(d.seq, d.hash):
                fates[d.partition] = Fate.WON  # said again
            elif not self._says_what_it_is(d):
                fates[d.partition] = Fate.LOST
            elif judged is None or judged.head != Head(d.seq - 1, d.prev) or not judged.newest:
                open_.append(d)
        ends = self._topic.ends([d.partition for d in open_]) if open_ else {}
        for d in open_:
            fate = self._look_for(d, ends[d.partition])
            if fate is not None:
                fates[d.partition] = fate
        return fates

    def _says_what_it_is(self, d: Draft) -> bool:
        """Whether a reader who stands where the draft says would accept it."""
        verdict, head, _ = judge(place(self, d.partition), Head(d.seq - 1, d.prev), d.record)
        return verdict is Verdict.ACCEPTED and head.hash == d.hash

    def _look_for(self, d: Draft, end: int) -> Fate | None:
        """Read from the record before the draft to the end; None when that one is the newest."""
        before = Head(d.seq - 1, d.prev)
        judged = self._judged.get(d.partition)
        if judged is None or judged.head != before:
            judged = self._find(d.partition, before, end)
            if judged is None:
                return Fate.LOST
        if judged.offset > end:  # the topic was cut or made anew: nothing more is written to it
            self._judged.pop(d.partition, None)
            return Fate.LOST
        return self._judge_on(d, judged, end)

    def _find(self, p: int, head: Head, end: int) -> Judged | None:
        """Where a head lies that the caller has judged; None when it is not there, or a rival's record of the
        same number came before it. Record n cannot lie before offset n - 1: there the search begins."""
        if head.seq == 0:
            return Judged(head, 0, newest=False)
        rivals: set[bytes] = set()
        with closing(self._topic.records(p, head.seq - 1, end)) as records:
            for offset, record in records:
                prev = _prev_of(place(self, p), head.seq, record)
                if prev is None:
                    continue
                if sha256(record).digest() == head.hash:
                    return None if prev in rivals else Judged(head, offset + 1, newest=False)
                rivals.add(prev)
        return None

    # ── and after ────────────────────────────────────────────────────────────────────────────────

    def _send(self, wanted: Mapping[int, Draft]) -> tuple[dict[int, int], str | None]:
        for p in wanted:
            self._judged[p] = Judged(self._judged[p].head, self._judged[p].offset, newest=False)
        return self._producing.send({p: d.record for p, d in wanted.items()})

    def _settle(self, d: Draft, offset: int) -> Fate:
        """What became of a draft that was acknowledged at `offset`."""
        judged = self._judged[d.partition]
        if offset == judged.offset:
            self._judged[d.partition] = Judged(Head(d.seq, d.hash), offset + 1, newest=True)
            return Fate.WON
        end = self._topic.ends([d.partition])[d.partition] if offset == UNSAID else offset + 1
        if end <= judged.offset:  # what we have judged is gone: the topic was cut or made anew
            del self._judged[d.partition]
            raise LogUnavailable("the log has become shorter")
        fate = self._judge_on(d, judged, end)
        if fate is None:
            raise LogUnavailable("the log does not show what it acknowledged")
        return fate

    def _judge_on(self, d: Draft, judged: Judged, end: int) -> Fate | None:
        """Judge from the record before the draft to `end`; None when no record of its number is there."""
        p, head = d.partition, judged.head
        with closing(self._topic.records(p, judged.offset, end)) as records:
            for offset, record in records:
                verdict, head, _ = judge(place(self, p), head, record)
                if verdict is Verdict.HALT:
                    return Fate.LOST  # whoever reads on will see why
                if verdict is Verdict.ACCEPTED:
                    self._judged[p] = Judged(head, offset + 1, newest=offset + 1 == end)
                    return Fate.WON if head.hash == d.hash else Fate.LOST
        self._judged[p] = Judged(head, end, newest=True)
        return None


def _prev_of(place: Place, seq: int, record: bytes) -> bytes | None:
    """What a record of this log with this number follows; None for any other record."""
    if len(record) < HEADER.size:
        return None
    magic, fmt, log_id, partition, partitions, number, prev = HEADER.unpack_from(record)
    if HEADER.pack(magic, fmt, log_id, partition, partitions, number, prev) != place.header(seq, prev, fmt):
        return None
    found: bytes = prev
    return found
