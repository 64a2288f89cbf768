"""What becomes of an append to Kafka: two owners, lost answers, late copies and noise, against a plain fold.

The topic is a list in memory here, so that thousands of histories can be tried; the rest is the adapter as it
is. Whatever it told must be so for ever, and whoever reads must never have to halt.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from unittest import mock
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from adapters.log.chain import Head, Place, Verdict, hash_of, judge
from adapters.log.kafka import KafkaLog, KafkaSettings
from adapters.log.kafka import log as module
from adapters.log.port import Draft, Fate, LogUnavailable, draft
from tests.luck import examples

LOG = UUID(int=5)
WHERE = Place(LOG, 0, 1)


class Answer(Enum):
    """What happens to a record that is sent."""

    ACKNOWLEDGED = "it is written, and we are told where"
    UNSAID = "it is written, and we are told that it is, not where"
    UNHEARD = "it is written, and nobody tells us"
    HELD_BACK = "it is written some day, and nobody tells us"
    GONE = "it is never written, and nobody tells us"


@dataclass
class Topic:
    """One partition, in memory."""

    records_: list[bytes] = field(default_factory=list)
    under_way: list[bytes] = field(default_factory=list)
    first: list[bytes] = field(default_factory=list)  # what gets in before the next record that is sent
    answer: Answer = Answer.ACKNOWLEDGED

    def must_have(self, partitions: int) -> None:
        """It has them."""

    def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        return dict.fromkeys(partitions, len(self.records_))

    def records(self, partition: int, start: int, end: int) -> Generator[tuple[int, bytes], None, None]:
        yield from list(enumerate(self.records_))[start:end]

    def close(self) -> None: ...


@dataclass
class Producing:
    """Sends to it, with whatever luck the topic has."""

    topic: Topic

    def send(self, records: Mapping[int, bytes]) -> tuple[dict[int, int], str | None]:
        (record,) = records.values()
        answer, self.topic.answer = self.topic.answer, Answer.ACKNOWLEDGED
        self.topic.records_ += self.topic.first
        self.topic.first = []
        if answer is Answer.HELD_BACK:
            self.topic.under_way.append(record)
        elif answer is not Answer.GONE:
            self.topic.records_.append(record)
        match answer:
            case Answer.ACKNOWLEDGED:
                return {0: len(self.topic.records_) - 1}, None
            case Answer.UNSAID:
                return {0: -1}, None
            case _:
                return {}, "KafkaTimeoutError"

    def close(self) -> None: ...


def log_over(topic: Topic) -> KafkaLog:
    with (
        mock.patch.object(module, "Topic", return_value=topic),
        mock.patch.object(module, "Producing", return_value=Producing(topic)),
    ):
        return KafkaLog(KafkaSettings(bootstrap="nowhere"), LOG, 1)


def reference(records: list[bytes]) -> list[bytes]:
    """The accepted records: each names its number and its forerunner."""
    accepted: list[bytes] = []
    last = WHERE.genesis.hash
    for record in records:
        seq, follows = int.from_bytes(record[29:37], "big"), record[37:69]
        if record.startswith(b"ATND") and seq == len(accepted) + 1 and follows == last:
            accepted.append(record)
            last = hash_of(seq, record).hash
    return accepted


@dataclass
class Owner:
    """Appends what follows from all it has read; asks with the same bytes until it knows."""

    log: KafkaLog
    head: Head = WHERE.genesis
    offset: int = 0
    unknown: Draft | None = None


owners = st.integers(0, 1)


class Verdicts(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.topic = Topic()
        self.owners = [Owner(log_over(self.topic)) for _ in range(2)]
        self.sent: list[Draft] = []
        self.told: list[tuple[Draft, Fate]] = []
        self.nonce = 0

    @rule(who=owners, most=st.integers(1, 5))
    def read(self, who: int, most: int) -> None:
        owner = self.owners[who]
        for record in self.topic.records_[owner.offset : owner.offset + most]:
            owner.head = judge(WHERE, owner.head, record).head
            owner.offset += 1

    @rule(who=owners)
    def decide(self, who: int) -> None:
        """On whatever it has read so far, be it old."""
        owner = self.owners[who]
        if owner.unknown is None:
            self.nonce += 1
            record = WHERE.link(owner.head, b"%d" % self.nonce)
            self._append(owner, draft(WHERE, owner.head, record))

    @rule(who=owners)
    def ask_again_with_the_same_bytes(self, who: int) -> None:
        owner = self.owners[who]
        if owner.unknown is not None:
            there, before = owner.unknown.record in self.topic.records_, len(self.topic.records_)
            self._append(owner, owner.unknown)
            assert not there or len(self.topic.records_) == before  # it looked before it sent

    def _append(self, owner: Owner, wanted: Draft) -> None:
        self.sent.append(wanted)
        try:
            (fate,) = owner.log.append([wanted])
        except LogUnavailable:
            owner.unknown = wanted
            return
        owner.unknown = None
        self.told.append((wanted, fate))
        if fate is Fate.WON and owner.head == Head(wanted.seq - 1, wanted.prev):
            owner.head = Head(wanted.seq, wanted.hash)  # as an owner does, without having read it

    @rule(who=owners)
    def crash(self, who: int) -> None:
        """It forgets everything, and what it had sent may still arrive."""
        self.owners[who] = Owner(log_over(self.topic))

    @rule(answer=st.sampled_from(Answer))
    def have_such_luck_with_the_next(self, answer: Answer) -> None:
        self.topic.answer = answer

    @precondition(lambda self: self.topic.under_way)
    @rule(data=st.data())
    def what_was_held_back_arrives(self, data: st.DataObject) -> None:
        late = data.draw(st.sampled_from(self.topic.under_way))
        self.topic.under_way.remove(late)
        self._soon_or_now(late, data.draw(st.booleans()))

    @rule(data=st.data(), soon=st.booleans())
    def noise_arrives(self, data: st.DataObject, soon: bool) -> None:
        other = Place(UUID(int=6), 0, 1)
        copies = reference(self.topic.records_)
        noise = [b"", b"noise", other.link(other.genesis, b"of another log"), *copies]
        self._soon_or_now(data.draw(st.sampled_from(noise)), soon)

    def _soon_or_now(self, record: bytes, soon: bool) -> None:
        """Now, or just before the next record that is sent, when the sender has already looked."""
        (self.topic.first if soon else self.topic.records_).append(record)

    @precondition(lambda self: self.sent)
    @rule(who=owners, data=st.data())
    def somebody_asks_for_an_old_draft(self, who: int, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.sent))
        try:
            (fate,) = self.owners[who].log.append([old])
        except LogUnavailable:
            return
        self.told.append((old, fate))

    @precondition(lambda self: any(fate is Fate.LOST for _, fate in self.told))
    @rule(who=owners, data=st.data())
    def somebody_follows_what_lost(self, who: int, data: st.DataObject) -> None:
        """As nobody should: no reader would know what to make of it."""
        lost = data.draw(st.sampled_from([wanted for wanted, fate in self.told if fate is Fate.LOST]))
        head = Head(lost.seq, lost.hash)
        before = list(self.topic.records_)
        assert self.owners[who].log.append([draft(WHERE, head, WHERE.link(head, b"upon it"))]) == [Fate.LOST]
        assert self.topic.records_ == before

    @invariant()
    def nobody_has_to_halt(self) -> None:
        head = WHERE.genesis
        for record in self.topic.records_:
            judged = judge(WHERE, head, record)
            assert judged.verdict is not Verdict.HALT, judged.reason
            head = judged.head

    @invariant()
    def what_was_told_is_so_for_ever(self) -> None:
        accepted = reference(self.topic.records_)
        for wanted, fate in self.told:
            assert (wanted.record in accepted) is (fate is Fate.WON)

    @invariant()
    def a_lost_number_is_somebody_elses(self) -> None:
        accepted = reference(self.topic.records_)
        for wanted, fate in self.told:
            if fate is Fate.LOST:
                assert len(accepted) >= wanted.seq


TestVerdicts = Verdicts.TestCase
TestVerdicts.settings = examples(300, stateful_step_count=40, deadline=None)
