"""Two owners of one partition, late copies, zombies and lost acknowledgements, against a reference fold.

Each owner works as one does: it folds what it has read, decides, seals, appends, and asks with the same bytes
until it knows. The reference knows nothing of chains: it takes a record when it is the next one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from adapters.log.chain import HEADER, Bookmark, Place, Verdict, judge
from adapters.log.memory import MemoryLog
from adapters.log.port import Draft, Fate, LogUnavailable, draft
from adapters.log.record import body_of, event_json, read_body
from tests.luck import examples

LOG = UUID(int=5)
STREAMS = ("thing-a", "thing-b", "thing-c")
owners = st.integers(0, 1)
commands = st.lists(
    st.tuples(st.uuids(version=4) | st.integers(0, 5).map(lambda n: UUID(int=n)), st.sampled_from(STREAMS)),
    min_size=1,
    max_size=4,
    unique_by=lambda wanted: wanted[0],
)


def reference(records: list[bytes]) -> tuple[list[tuple[str, int]], list[str]]:
    """Events and command ids of a log: a record counts when it names its number and its forerunner."""
    count, last, events, decided = 0, None, [], []
    for record in records:
        if len(record) < 69 or not record.startswith(b"ATND\x01" + LOG.bytes):
            continue
        seq, follows = int.from_bytes(record[29:37], "big"), record[37:69]
        if seq != count + 1 or follows != (last or Place(LOG, 0, 1).genesis.hash):
            continue
        count, last = seq, sha256(record).digest()
        body = json.loads(record[69:])
        decided += [outcome["id"] for outcome in body["outcomes"]]
        events += [(event["stream"], event["version"]) for event in body["events"]]
    return events, decided


@dataclass
class Owner:
    """Decides on what it has read; `unknown` is what it appended without hearing what became of it."""

    log: MemoryLog
    at: Bookmark = field(default_factory=lambda: Place(LOG, 0, 1).start)
    offset: int = 1
    versions: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)  # command id: the ordinal answered
    seen: list[int] = field(default_factory=list)  # every ordinal observed, in the order observed
    unknown: Draft | None = None

    def read(self, limit: int = 1000) -> None:
        reader = self.log.reader({0: self.offset})
        for entry in reader.poll(0, limit):
            judged = judge(Place(LOG, 0, 1), self.at.head, entry.record)
            assert judged.verdict is not Verdict.HALT
            self.offset = entry.offset + 1
            if judged.verdict is not Verdict.ACCEPTED:
                continue
            batch, ordinal = read_body(entry.record), self.at.ordinal
            for event in batch["events"]:
                ordinal += 1
                self.seen.append(ordinal)
                self.versions[event["stream"]] = event["version"]
            passed = self.at.ordinal
            for outcome in batch["outcomes"]:
                passed += outcome.get("accepted", 0)
                self.answers.setdefault(outcome["id"], passed)
            self.at = Bookmark(*judged.head, ordinal)
        reader.close()

    def decide(self, wanted: list[tuple[UUID, str]], nonce: int) -> Draft | None:
        """One record for the commands that were not decided before; every third is refused."""
        versions, outcomes, events = dict(self.versions), [], []
        for id_, stream in wanted:
            if str(id_) in self.answers:
                continue
            outcome = {"id": str(id_), "command": "Do", "stream": stream}
            if id_.int % 3 == 2:
                outcomes.append({**outcome, "refused": "NotNow"})
                continue
            versions[stream] = versions.get(stream, 0) + 1
            sealed = b'{"nonce":%d}' % nonce
            events.append(event_json(stream, versions[stream], "thing.Done", 1, "", str(id_), sealed))
            outcomes.append({**outcome, "accepted": 1})
        if not outcomes:
            return None
        where = Place(LOG, 0, 1)
        record = where.link(self.at.head, body_of(outcomes, events))  # type: ignore[arg-type]
        return draft(where, self.at.head, record)


class OverlappingOwners(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.log = MemoryLog(LOG, 1)
        self.owners = [Owner(self.log), Owner(self.log)]
        self.sent: list[Draft] = []
        self.nonce = 0
        self.told: dict[str, int] = {}  # what somebody was answered

    def _append(self, owner: Owner, wanted: Draft) -> Fate | None:
        self.sent.append(wanted)
        try:
            return self.log.append([wanted])[0]
        except LogUnavailable:
            owner.unknown = wanted
            return None
        finally:
            self.log.before = self.log.after = lambda: None

    def _settle(self, owner: Owner, fate: Fate | None, wanted: Draft) -> None:
        """Ours won if the log says so; then everybody may be told what was read back."""
        if fate is None:
            return
        owner.unknown = None
        owner.read()
        if fate is Fate.WON:
            assert owner.at.seq >= wanted.seq
            for outcome in read_body(wanted.record)["outcomes"]:
                self.told[outcome["id"]] = owner.answers[outcome["id"]]

    @rule(who=owners, wanted=commands)
    def decide(self, who: int, wanted: list[tuple[UUID, str]]) -> None:
        """On whatever it has read so far, be it old."""
        owner = self.owners[who]
        if owner.unknown is not None:
            return
        self.nonce += 1
        made = owner.decide(wanted, self.nonce)
        if made is not None:
            self._settle(owner, self._append(owner, made), made)

    @rule(who=owners)
    def ask_again_with_the_same_bytes(self, who: int) -> None:
        owner = self.owners[who]
        if owner.unknown is not None:
            again = owner.unknown
            self._settle(owner, self._append(owner, again), again)

    @rule(who=owners, limit=st.integers(1, 3))
    def read(self, who: int, limit: int) -> None:
        self.owners[who].read(limit)

    @rule(who=owners)
    def crash(self, who: int) -> None:
        """It forgets everything, also what it was waiting for, and reads from the start."""
        self.owners[who] = Owner(self.log)

    @rule(written=st.booleans())
    def lose_the_next_answer(self, written: bool) -> None:
        def lose() -> None:
            raise LogUnavailable

        if written:
            self.log.after = lose
        else:
            self.log.before = lose

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def an_old_draft_arrives_late(self, data: st.DataObject) -> None:
        self.log.before = self.log.after = lambda: None
        late = data.draw(st.sampled_from(self.sent))
        self.log.append([late])

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def a_copy_lands_behind_the_logs_back(self, data: st.DataObject) -> None:
        """As on Kafka, where nobody compares: readers must reject it by themselves."""
        copies = [d.record for d in self.sent if d.seq <= len(self._accepted())]
        if copies:
            noise = data.draw(st.sampled_from([*copies, b"noise", Place(uuid4(), 0, 1).header(1, bytes(32))]))
            self.noise.append((len(self.log.records[0]), noise))

    def __init__(self) -> None:
        super().__init__()
        self.noise: list[tuple[int, bytes]] = []  # after how many records, what

    def _accepted(self) -> list[bytes]:
        return self.log.records[0]

    def _with_noise(self) -> list[bytes]:
        woven: list[bytes] = []
        for n in range(len(self._accepted()) + 1):
            woven += self._accepted()[n - 1 : n] if n else []
            woven += [record for after, record in self.noise if after == n]
        return woven

    @invariant()
    def versions_of_a_stream_are_consecutive_in_log_order(self) -> None:
        events, _ = reference(self._with_noise())
        for stream in STREAMS:
            versions = [version for name, version in events if name == stream]
            assert versions == list(range(1, len(versions) + 1))

    @invariant()
    def a_record_counts_whole_or_not_at_all_and_noise_never(self) -> None:
        place = Place(LOG, 0, 1)
        at, counted = place.genesis, []
        for record in self._with_noise():
            judged = judge(place, at, record)
            assert judged.verdict is not Verdict.HALT
            if judged.verdict is Verdict.ACCEPTED:
                counted.append(record)
            at = judged.head
        assert counted == self._accepted()
        assert reference(self._with_noise()) == reference(self._accepted())

    @invariant()
    def a_command_is_decided_once(self) -> None:
        _, decided = reference(self._accepted())
        assert len(decided) == len(set(decided))

    @invariant()
    def nobody_observes_an_ordinal_before_those_before_it(self) -> None:
        for owner in self.owners:
            assert owner.seen == list(range(1, len(owner.seen) + 1))

    @invariant()
    def whoever_was_answered_was_told_what_the_log_says(self) -> None:
        events, decided = reference(self._accepted())
        assert set(self.told) <= set(decided)
        assert all(ordinal <= len(events) for ordinal in self.told.values())
        fresh = Owner(self.log)
        fresh.read()
        assert {id_: fresh.answers[id_] for id_ in self.told} == self.told


TestOverlappingOwners = OverlappingOwners.TestCase
TestOverlappingOwners.settings = examples(100, stateful_step_count=30, deadline=None)


def test_the_reference_and_the_chain_read_the_golden_header_alike() -> None:
    place = Place(LOG, 0, 1)
    record = place.link(place.genesis, body_of([], []))
    assert HEADER.unpack_from(record)[5] == int.from_bytes(record[29:37], "big") == 1
    assert reference([record, record]) == ([], [])
