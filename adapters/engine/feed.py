"""A feed reads the log, judges it, decodes each record once, and hands the facts to whoever follows.

Every follower has its own bookmark. Replay and live are the same thing: a follower that starts from zero is
handed everything from the first record on.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeAlias
from uuid import UUID

import structlog

from adapters.archive import Archive, Unopened
from adapters.log.chain import Halted, Head, Verdict, judge
from adapters.log.index import Mark
from adapters.log.port import Entry, Log, LogUnavailable, Reader, place
from adapters.log.record import EventDict, OutcomeDict, UnreadableBody, read_body
from domain.journal import Cause, Position, Recorded

REST: Final = 0.05  # seconds of silence after which followers may rest
IDLE: Final = 1.0  # seconds a poll waits for the bell
BREATH, DEEP_BREATH = 0.01, 0.15  # seconds of rest after a batch, at least and at most
STALL: Final = 5.0  # seconds without progress, with more to read, after which the reader is replaced
PATIENCE: Final = 4  # replacements in a row before the feed gives up

log = structlog.get_logger(__name__)

_Told: TypeAlias = tuple[EventDict, OutcomeDict, Position]


class Follower(Protocol):
    """Whoever follows the log. `wakes` are the kinds of events it looks at; others are not decoded for it."""

    @property
    def name(self) -> str: ...

    @property
    def wakes(self) -> frozenset[type]: ...

    def marks(self) -> Mapping[int, Mark]:
        """How far it has come, for every partition it has seen."""
        ...

    def follow(self, facts: Sequence[Recorded], marks: Mapping[int, Mark]) -> None:
        """Take note of facts, in order per partition; `marks` is where it stands afterwards.

        Raises LogUnavailable to be handed the same again. Any other error stops the feed.
        """
        ...

    def rest(self) -> None:
        """There is nothing more for now: write down what was put off. Said again every second or so while
        that lasts. Raises LogUnavailable."""
        ...


class Stalled(Exception):
    """There is more to read and nothing comes, even from new readers."""


class Feed:
    """`run` in a thread of its own until `stop`. `error` says why it ended, if it ended by itself."""

    def __init__(
        self,
        log: Log,
        archive: Archive,
        followers: Sequence[Follower],
        *,
        limit: int = 1000,
        ease: float = 0.0,
    ) -> None:
        """`limit`: records handed on together. `ease`: how much longer it rests after a batch than the batch
        took, while it keeps up: what comes one by one is followed in company, and others get the machine."""
        self._log, self._archive, self._followers = log, archive, followers
        self._limit, self._ease = limit, ease
        self._wanted = {archive.name(event) for follower in followers for event in follower.wakes}
        self._heads: dict[int, Mark] = {}
        self._begun: dict[str, dict[int, Mark]] = {}
        self._reader: Reader | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._guarded, name="feed", daemon=True)
        self.error: BaseException | None = None
        self.idle = threading.Event()  # set while it stands at the end of the log
        self.facts = 0  # read and wanted by somebody, since the start

    def start(self) -> None:
        """Begin to follow, each follower from its bookmark."""
        self._thread.start()

    def stop(self, timeout: float = 10) -> None:
        """Let the batch under way end, for at most so many seconds. Harmless to repeat."""
        self._stopping.set()
        if self._reader is not None:
            self._reader.wake()
        if self._thread.is_alive():
            self._thread.join(timeout)

    @property
    def alive(self) -> bool:
        """Whether it still follows; if not, and nobody stopped it, `error` says why."""
        return self._thread.is_alive()

    def lag(self, ends: Mapping[int, int] | None = None) -> int:
        """Records not read yet, over all partitions; the log is asked for its ends unless they are told."""
        ends = self._log.ends() if ends is None else ends
        return sum(max(0, end - self._heads[p].offset) for p, end in ends.items() if p in self._heads)

    def _guarded(self) -> None:
        try:
            self.run()
        except Exception as error:  # noqa: BLE001  kept for whoever watches this feed, which ends here
            where = (
                {"partition": error.partition, "after": error.after.seq} if isinstance(error, Halted) else {}
            )
            reason = error.reason if isinstance(error, Halted) else None
            reason = str(error) if isinstance(error, Unopened) else reason
            names = [f.name for f in self._followers]
            log.error("feed_stopped", followers=names, error=type(error).__name__, reason=reason, **where)
            self.error = error
        finally:
            if self._reader is not None:
                self._reader.close()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Follow until stopped. Raises Halted when the chain is broken, Stalled when nothing helps."""
        self._patiently(self._begin)
        pause, moved, replaced, rest = 0.05, time.monotonic(), 0, False
        while not self._stopping.is_set():
            try:
                assert self._reader is not None
                entries = self._reader.poll(REST if rest else IDLE, self._limit)
                if entries:
                    self.idle.clear()
                    began = time.monotonic()
                    self._hand(entries)
                    pause, moved, replaced = 0.05, time.monotonic(), 0
                    if len(entries) < self._limit:
                        rest = True
                        took = time.monotonic() - began
                        self._stopping.wait(min(max(BREATH, self._ease * took), DEEP_BREATH))
                elif rest:
                    for follower in self._followers:
                        follower.rest()
                    rest = False
                    if self.lag() == 0:
                        self.idle.set()
                elif self.lag() == 0:
                    self.idle.set()
                    moved, replaced = time.monotonic(), 0
                    for follower in self._followers:
                        follower.rest()  # what was still under way at the last rest may have come back
                elif time.monotonic() - moved > STALL:
                    if replaced == PATIENCE:
                        raise Stalled
                    log.warning("feed_stalled", followers=[f.name for f in self._followers])
                    self._open()
                    moved, replaced = time.monotonic(), replaced + 1
            except LogUnavailable as error:
                log.warning("feed_waits", reason=str(error), retry_in=pause)
                self._stopping.wait(pause * random.uniform(0.5, 1.5))  # noqa: S311  jitter, not a secret
                pause = min(pause * 2, 2.0)
                self._patiently(self._begin)

    def _begin(self) -> None:
        """Start at the bookmark of whoever has come least far, partition by partition. Raises Halted when
        somebody has read what the log does not hold: to wait for more would be to skip what comes first."""
        for follower in self._followers:
            self._begun[follower.name] = dict(follower.marks())
        ends = self._log.ends()
        for name, marks in self._begun.items():
            for p, mark in marks.items():
                if mark.offset > ends[p]:
                    raise Halted(
                        p, Head(mark.seq, mark.hash), f"the log is shorter than what {name} has read"
                    )
        for p in range(self._log.partitions):
            start = place(self._log, p).start
            zero = Mark(1, start.seq, start.hash, 0)
            self._heads[p] = min(
                (marks.get(p, zero) for marks in self._begun.values()), key=lambda m: m.seq, default=zero
            )
        self._open()

    def _open(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = self._log.reader({p: mark.offset for p, mark in self._heads.items()})

    def _hand(self, entries: Iterable[Entry]) -> None:
        told: list[_Told] = []
        heads = dict(self._heads)
        for entry in entries:
            heads[entry.partition] = self._read(heads[entry.partition], entry, told)
        self._archive.fetch(event["body"] for event, _, _ in told)
        facts = [self._recorded(*one) for one in told]
        for follower in self._followers:
            self._hand_to(follower, facts, heads)
        self.facts += len(facts)
        self._heads = heads

    def _read(self, mark: Mark, entry: Entry, told: list[_Told]) -> Mark:
        """Judge one record and add what it tells to `told`; answers where the partition then stands."""
        p, offset, record = entry
        head = Head(mark.seq, mark.hash)
        judged = judge(place(self._log, p), head, record)
        if judged.verdict is Verdict.HALT:
            raise Halted(p, head, judged.reason)
        if judged.verdict is Verdict.REJECTED:
            log.error("record_rejected", partition=p, offset=offset, reason=judged.reason)
            return mark._replace(offset=offset + 1)
        try:
            batch = read_body(record)
        except UnreadableBody as error:
            raise Halted(p, head, str(error)) from error
        events, n = batch["events"], 0
        for outcome in batch["outcomes"]:
            accepted = outcome.get("accepted", 0)
            for event in events[n : n + accepted]:
                n += 1
                if event["type"] in self._wanted:
                    told.append((event, outcome, Position(p, mark.ordinal + n)))
        return Mark(offset + 1, judged.head.seq, judged.head.hash, mark.ordinal + n)

    def _recorded(self, event: EventDict, outcome: OutcomeDict, position: Position) -> Recorded:
        stream, version = event["stream"], event["version"]
        return Recorded(
            stream,
            version,
            position,
            datetime.fromisoformat(event["at"]),
            UUID(event["cause"]) if event["cause"] else NO_COMMAND,
            Cause(outcome.get("actor", ""), outcome.get("correlation", ""), outcome.get("cause", "")),
            self._archive.read(event["type"], event["schema"], event["body"], stream, version),
        )

    def _hand_to(self, follower: Follower, facts: Sequence[Recorded], heads: Mapping[int, Mark]) -> None:
        begun = self._begun[follower.name]
        ahead = {p: mark for p, mark in begun.items() if mark.seq > self._heads[p].seq}
        if ahead:  # it had come further than others: what it knows already is not for it
            for p, mark in ahead.items():
                if heads[p].seq == mark.seq and heads[p].hash != mark.hash:
                    raise Halted(p, Head(mark.seq, mark.hash), f"not the log that {follower.name} has read")
        new = [
            fact
            for fact in facts
            if type(fact.event) in follower.wakes
            and (
                fact.position.partition not in ahead
                or fact.position.ordinal > ahead[fact.position.partition].ordinal
            )
        ]
        marks = {
            p: m for p, m in heads.items() if m != self._heads[p] and (p not in ahead or m.seq > ahead[p].seq)
        }
        if marks:
            follower.follow(new, marks)
            begun.update(marks)

    def _patiently(self, act: Callable[[], None]) -> None:
        pause = 0.05
        while not self._stopping.is_set():
            try:
                act()
            except LogUnavailable as error:
                log.warning("feed_waits", reason=str(error), retry_in=pause)
                self._stopping.wait(pause * random.uniform(0.5, 1.5))  # noqa: S311  jitter, not a secret
                pause = min(pause * 2, 2.0)
            else:
                return


NO_COMMAND: Final = UUID(int=0)  # a fact written through the library's recorder was nobody's command
