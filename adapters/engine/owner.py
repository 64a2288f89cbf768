"""The owner of partitions: takes what waits, folds, decides, appends one record per partition, answers.

One thread. A round is a batch: at most one record per partition, all appended together, so that many commands
share one commit. States live in memory; the index is written behind. When an append is lost to another owner
the states that changed are dropped and the same commands are decided again; when its outcome is unknown the
same bytes are appended again until it is known.
"""

from __future__ import annotations

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

import structlog

from adapters.archive import Archive
from adapters.engine.holdings import Heard, Holdings
from adapters.engine.indexer import Indexer
from adapters.engine.states import SNAPSHOT_EVERY, Known, States
from adapters.log.chain import Halted, Head, hash_of, partition_of
from adapters.log.index import Commit, Index, StoredOutcome
from adapters.log.port import Draft, Fate, Log, LogUnavailable, RecordTooLarge
from adapters.log.record import OutcomeDict, body_of, event_json
from commands.intention import Command, Handler
from commands.ports import Accepted, Broken, Clock, Decision, Denied
from domain.grammar import Refused, Stream, root_of
from domain.journal import Position
from domain.privacy import SubjectId

RECENT: Final = 10_000  # decisions remembered, at least; those the index lacks are never forgotten
CHECK_EVERY: Final = 1000  # rounds between two looks at the end of the log

FULL: Final = 1024 * 1024  # bytes of events after which a record takes no more commands
LARGEST: Final = 13 * 512 * 1024  # bytes of events one command may lead to; with FULL below the log's limit

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Waiting(NamedTuple):
    """A command and whoever wants to know what became of it; they are told None when nobody will say."""

    command: Command
    answer: Callable[[Decision | None], None]
    offset: int | None = None  # where it lies in the topic of commands, if it came that way


class Remembered(NamedTuple):
    """What became of a command, and the record that says so; 0 when the index was asked."""

    decision: Decision
    seq: int


Asked: TypeAlias = dict[UUID, list[Waiting]]
"""Commands by id; who asked first decides, the others hear the same answer."""


@dataclass(slots=True)
class Work:
    """One partition's share of a round, decided and not yet appended."""

    draft: Draft
    commit: Commit
    heard: Heard | None = None
    states: dict[str, Known] = field(default_factory=dict)
    decisions: list[tuple[UUID, Decision]] = field(default_factory=list)


class Owner:
    """Decides the commands of all partitions of a log. `start` before `decide`; one thread calls `decide`."""

    def __init__(
        self,
        log: Log,
        index: Index,
        write_index: Index,
        archive: Archive,
        handlers: Mapping[type[Command], Handler],
        streams: Mapping[str, Stream[Any, Any]],
        clock: Clock,
        *,
        capacity: int = 6_000,
    ) -> None:
        """`index` is asked by the owner's thread, `write_index` written by the indexer's. `capacity`: how
        many streams are remembered; more only while the index lacks them."""
        self._log, self._index, self._archive = log, index, archive
        self._handlers, self._clock = handlers, clock
        self.indexer = Indexer(write_index, {})
        self._states = States(streams, archive, capacity, lambda p: self.indexer.ordinal(p))
        self.holdings = Holdings(log, index, self.indexer, self._states.drop)
        self._recent: OrderedDict[UUID, Remembered] = OrderedDict()
        self._subjects: dict[str, SubjectId] = {}  # whose keys this round's streams are sealed under
        self._rounds = 0
        self.inbox_id: str | None = None  # of the topic that commands come from; nothing when embedded
        self.partition_of = lru_cache(65_536)(lambda stream: partition_of(root_of(stream), log.partitions))
        self.stopping = threading.Event()
        self.away: str | None = None  # why the log or the index does not answer, while one of them does not

    # ── start ────────────────────────────────────────────────────────────────────────────────────

    def start(self, partitions: Collection[int] | None = None) -> None:
        """Hold these partitions; all, when nothing is said. Raises Halted when the log is shorter than its
        index, or not the one it was, and LogUnavailable."""
        self.indexer.start()
        self.holdings.take(range(self._log.partitions) if partitions is None else partitions)

    def close(self, timeout: float = 10) -> None:
        """Bring the index to where the log is, and let go of the database."""
        self.indexer.stop(timeout)
        self._index.close()

    def give_up(self, partitions: Collection[int]) -> None:
        """Hold these no longer, and forget what was remembered of them: from now on others write there."""
        self.holdings.give_up(partitions)
        self._states.forget(lambda stream: self.partition_of(stream) in partitions)
        for id_ in [i for i, (d, _) in self._recent.items() if d.position.partition in partitions]:
            del self._recent[id_]

    def _learn_who_won(self, p: int, seq: int) -> None:
        """Accept the record that took our number. When nobody's did, the one before ours is not what it was:
        deciding again would lose again, for ever."""
        self.holdings.catch_up(p)
        held = self.holdings[p]
        if held.head.seq < seq:
            raise Halted(p, held.head, "what follows it is refused: it was changed or removed")

    # ── a round ──────────────────────────────────────────────────────────────────────────────────

    def decide(self, batch: Sequence[Waiting]) -> None:
        """Decide a batch; every waiting one is answered, in order per partition.

        Raises Halted when the chain is broken. While the log or the index is away it waits.
        """
        self._rounds += 1
        if self._rounds % CHECK_EVERY == 0:
            self._patiently(self.holdings.check_ends)
        if self.indexer.halted:
            raise self.indexer.halted
        asked: Asked = {}
        through: dict[int, Heard] = {}
        for waiting in batch:
            asked.setdefault(waiting.command.id, []).append(waiting)
            if self.inbox_id is not None and waiting.offset is not None:
                p = self.partition_of(self._stream_of(waiting.command))
                through[p] = Heard(self.inbox_id, waiting.offset + 1)
        while self._patiently(partial(self._prepare, asked)):
            works = [self._decide(p, share, through.get(p)) for p, share in self._shares(asked).items()]
            fates = self._patiently(partial(self._log.append, [work.draft for work in works]))
            self._keep([work for work, fate in zip(works, fates, strict=True) if fate is Fate.WON], asked)
            for work, fate in zip(works, fates, strict=True):
                if fate is Fate.LOST:
                    log.warning("append_lost", partition=work.commit.partition, seq=work.commit.seq)
                    self._patiently(partial(self._learn_who_won, work.commit.partition, work.commit.seq))
        self._states.shrink(self.partition_of)

    def note(self, heard: Mapping[int, Heard]) -> None:
        """Write down how far inboxes are answered where no record says so: what came last were repeats, and
        a topic does not keep them for ever. Raises Halted; while the log is away it waits."""
        works = [self._decide(p, (), far) for p, far in heard.items()]
        fates = self._patiently(partial(self._log.append, [work.draft for work in works]))
        self._keep([work for work, fate in zip(works, fates, strict=True) if fate is Fate.WON], {})
        for work, fate in zip(works, fates, strict=True):
            if fate is Fate.LOST:
                self._patiently(partial(self._learn_who_won, work.commit.partition, work.commit.seq))

    def _prepare(self, asked: Asked) -> bool:
        """Give the first answer again to whatever was decided before, warm the streams of the rest, and have
        their keys at hand; say whether there is any."""
        for id_ in [id_ for id_ in asked if id_ in self._recent]:
            for waiting in asked.pop(id_):
                waiting.answer(_again(self._recent[id_].decision))
        if not asked:
            return False
        cold = self._states.cold({self._stream_of(waitings[0].command) for waitings in asked.values()})
        found = self._index.look_up(list(asked), cold)
        self._states.warm(cold, found)
        for id_, stored in found.outcomes.items():
            p = self.partition_of(self._stream_of(asked[id_][0].command))
            decision = decision_of(stored, p)
            self._recent[id_] = Remembered(decision, 0)
            for waiting in asked.pop(id_):
                waiting.answer(decision)
        candidates: dict[str, SubjectId] = {}
        for waitings in asked.values():
            candidates.setdefault(self._stream_of(waitings[0].command), waitings[0].command.candidate)
        self._hold(candidates)
        return bool(asked)

    def _hold(self, candidates: Mapping[str, SubjectId]) -> None:
        """Know whose keys each stream's words are sealed under, and have them at hand."""
        self._subjects = {stream: self._states.subject(stream) or one for stream, one in candidates.items()}
        today = self._clock.now().date()
        if gone := self._archive.hold(self._subjects, today):  # nobody can speak for them any more
            self._subjects |= {
                stream: candidates[stream] for stream, one in self._subjects.items() if one in gone
            }
            self._archive.hold(self._subjects, today)

    def _stream_of(self, command: Command) -> str:
        return self._handlers[type(command)].stream_of(command)

    def _shares(self, asked: Asked) -> dict[int, list[Waiting]]:
        shares: dict[int, list[Waiting]] = {}
        for first, *_ in asked.values():
            shares.setdefault(self.partition_of(self._stream_of(first.command)), []).append(first)
        return shares

    def _decide(self, p: int, share: Sequence[Waiting], heard: Heard | None) -> Work:
        """Decide a partition's share, as much as one record holds, and assemble that record. `heard`: how far
        its inbox is answered when all of it is decided."""
        part = self.holdings[p]
        now = self._clock.now()
        at = now.isoformat()
        outcomes: list[OutcomeDict] = []
        events: list[bytes] = []
        states: dict[str, Known] = {}
        decisions: list[tuple[UUID, Decision]] = []
        size = 0
        for command, _, offset in share:
            if size > FULL:  # the rest has its turn in the next record
                heard = heard if heard is None or offset is None else heard._replace(offset=offset)
                break
            handler = self._handlers[type(command)]
            stream = handler.stream_of(command)
            cause = command.cause
            outcome: OutcomeDict = {
                "id": str(command.id),
                "command": type(command).__name__,
                "stream": stream,
                "actor": cause.actor,
                "cause": cause.source,
                "correlation": cause.correlation,
                "at": at,
            }
            position = Position(p, part.ordinal + len(events))
            decision: Decision
            try:
                known = states.get(stream) or self._states.get(stream)
                names, encoded, known = self._say(handler, command, stream, known, now, at)
            except Refused as no:
                outcome["refused"], outcome["fields"] = no.rule, no.fields
                decision = Denied(no.rule, no.fields, position, source=cause.source)
            except Exception as error:  # noqa: BLE001  a broken handler is an outcome; the partition goes on
                broken = type(error).__name__
                log.error("command_broken", command=outcome["command"], error=broken, id=outcome["id"])
                outcome["broken"] = broken
                decision = Broken(broken, position, source=cause.source)
            else:
                events.extend(encoded)
                size += sum(map(len, encoded))
                states[stream] = Known(known.state, known.version, part.ordinal + len(events), known.subject)
                if encoded and known.subject is None:
                    size = FULL + 1  # a fence: what follows is somebody else's, in the next record
                outcome["accepted"] = len(encoded)
                decision = Accepted(Position(p, part.ordinal + len(events)), names, source=cause.source)
            outcomes.append(outcome)
            decisions.append((command.id, decision))
        record = part.place.link(part.head, body_of(outcomes, events, heard))
        head = hash_of(part.head.seq + 1, record)
        draft = Draft(p, head.seq, part.head.hash, head.hash, record)
        commit = Commit(p, part.offset, head.seq, head.hash, part.ordinal + 1, len(events), record)
        return Work(draft, commit, heard or part.heard, states, decisions)

    def _say(
        self, handler: Handler, command: Command, stream: str, known: Known, now: datetime, at: str
    ) -> tuple[tuple[str, ...], list[bytes], Known]:
        """The events a command leads to: stored names, encoded, and what the stream is then."""
        facts = handler.decide(command, known.state, now)
        state, version, cause = known.state, known.version, str(command.id)
        subject: SubjectId | None = self._subjects[stream]
        names: list[str] = []
        encoded: list[bytes] = []
        for fact in facts:
            version += 1
            name, schema, body = self._archive.write(fact, stream, version, subject)
            if self._archive.ends(fact, subject):
                subject = None
            state = handler.stream.evolve(state, fact)
            names.append(name)
            encoded.append(event_json(stream, version, name, schema, at, cause, body))
        if sum(map(len, encoded)) > LARGEST:
            raise RecordTooLarge
        return (
            tuple(names),
            encoded,
            Known(state, version, known.ordinal, subject if facts else known.subject),
        )

    def _keep(self, won: Sequence[Work], asked: Asked) -> None:
        """It is history now: remember it, hand it to the index, and tell those who wait."""
        snapshots = []
        for work in won:
            part = self.holdings[work.commit.partition]
            part.head, part.heard = Head(work.commit.seq, work.commit.hash), work.heard
            part.offset = work.commit.offset + 1
            part.ordinal += work.commit.events
            for stream, known in work.states.items():
                before = self._states.get(stream).version
                if known.version // SNAPSHOT_EVERY != before // SNAPSHOT_EVERY:
                    snapshots.append(self._states.snapshot(stream, known))
                self._states.put(stream, known)
        self.indexer.hand([work.commit for work in won], snapshots)
        if self.indexer.halted:
            raise self.indexer.halted
        for work in won:
            for id_, decision in work.decisions:
                self._recent[id_] = Remembered(decision, work.commit.seq)
                first, *repeats = asked.pop(id_)
                first.answer(decision)
                for repeat in repeats:
                    repeat.answer(_again(decision))
        self._forget()

    def _forget(self) -> None:
        while len(self._recent) > RECENT:
            id_, (decision, seq) = next(iter(self._recent.items()))
            if seq > self.indexer.seq(decision.position.partition):
                return
            del self._recent[id_]

    # ── patience ─────────────────────────────────────────────────────────────────────────────────

    def _patiently(self, act: Callable[[], T]) -> T:
        """Do it until the database answers: what is unknown is asked again, never guessed."""
        pause = 0.02
        while True:
            try:
                done = act()
            except LogUnavailable as error:
                self.away = str(error)
                if self.stopping.is_set():
                    raise
                log.warning("log_unavailable", reason=str(error), retry_in=pause)
                time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  jitter, not a secret
                pause = min(pause * 2, 1.0)
            else:
                self.away = None
                return done


def _again(decision: Decision) -> Decision:
    match decision:
        case Accepted(position, events, _, source):
            return Accepted(position, events, True, source)
        case Denied(rule, fields, position, _, source):
            return Denied(rule, fields, position, True, source)
        case Broken(error, position, _, source):
            return Broken(error, position, True, source)


def decision_of(stored: StoredOutcome, partition: int) -> Decision:
    """The first answer again, as the index knows it."""
    outcome, position = stored.outcome, Position(partition, stored.ordinal)
    source = outcome.get("cause", "")
    if "accepted" in outcome:
        return Accepted(position, stored.types, True, source)
    if "refused" in outcome:
        return Denied(outcome["refused"], outcome.get("fields") or {}, position, True, source)
    return Broken(outcome["broken"], position, True, source)
