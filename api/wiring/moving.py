"""`atende copy-log`: from PostgreSQL to Kafka or back, with closed doors and nothing left to decide."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from typing import Any, Literal, NamedTuple, TypeAlias

from adapters.clock import SystemClock
from adapters.engine.closing import Answered, Owned, begin_where_the_numbers_say, nobody_decides
from adapters.engine.envelopes import Envelopes
from adapters.engine.parcels import Parcels
from adapters.log.chain import Halted, Head
from adapters.log.index import Index
from adapters.log.inspection import Inspection
from adapters.log.kafka import WrongTopic
from adapters.log.moving import Copied, Diverging, Moving, Progress
from adapters.log.port import Log, LogUnavailable
from adapters.log.verification import Report, verify
from adapters.services import ServiceError
from api.settings import Settings
from api.wiring import storage
from api.wiring.keys import keyring
from commands.catalogue import HANDLERS

Kind: TypeAlias = Literal["postgres", "kafka"]


class Moved(NamedTuple):
    """What was copied, in how many seconds, reading and verifying not counted."""

    source: Kind
    target: Kind
    partitions: list[Copied]
    seconds: float

    @property
    def records(self) -> int:
        return sum(each.records for each in self.partitions)

    @property
    def copied(self) -> int:
        return sum(each.copied for each in self.partitions)

    def as_json(self) -> dict[str, Any]:
        return {
            "from": self.source,
            "to": self.target,
            "records": self.records,
            "copied": self.copied,
            "seconds": round(self.seconds, 3),
            "records_per_second": round(self.copied / self.seconds) if self.copied else 0,
            "partitions": [
                {
                    "partition": each.partition,
                    "records": each.records,
                    "copied": each.copied,
                    "left_behind": each.rejected,
                    "head": each.head.hash.hex(),
                }
                for each in self.partitions
            ],
        }


def move(settings: Settings, source: Kind, target: Kind, progress: Progress) -> Moved:
    """Copy the log and verify the copy. Raises ServiceError, with what is to be done, when the copy is not
    the source to the last byte, or when it must not be made."""
    if not settings.kafka:
        raise ServiceError("ATENDE_KAFKA is not set: the brokers that keep the log, or are to keep it")
    try:
        return _move(settings, source, target, progress)
    except Owned as owned:
        raise ServiceError(f"{owned}: stop serve, work and follow, and copy again") from None
    except Diverging as why:
        raise ServiceError(f"Not copied: {why}.") from None
    except Halted as halted:
        raise ServiceError(f"The log is broken: {halted}. See `atende verify`.") from None
    except WrongTopic as wrong:
        raise ServiceError(str(wrong)) from None
    except LogUnavailable as error:
        raise ServiceError(
            f"A log does not answer ({error}). What was copied stays; the same again goes on from there."
        ) from None


def _move(settings: Settings, source: Kind, target: Kind, progress: Progress) -> Moved:
    dsn = settings.dsn.get_secret_value()
    kept = {kind: settings.model_copy(update={"log": kind}) for kind in (source, target)}
    storage.migrate(kept["kafka"])
    with ExitStack() as stack:
        logs: dict[Kind, Log] = {
            kind: stack.enter_context(closing(storage.open_log(kept[kind]))) for kind in (source, target)
        }
        stack.enter_context(nobody_decides(dsn, logs[source].partitions))
        index = stack.enter_context(closing(Index(dsn)))
        marks = index.marks(logs[source].id, logs[source].partitions)
        moving = Moving(logs[source], logs[target], progress)
        seen = {p: Head(mark.seq, mark.hash) for p, mark in marks.items()}
        if source == "kafka":
            parcels = Parcels(stack.enter_context(closing(keyring(settings))), SystemClock())
            topic = stack.enter_context(
                closing(storage.open_commands(kept["kafka"], logs[source].partitions, parcels))
            )
            answered, ends = Answered(topic), topic.ends()
            moving.look(seen, answered.see)
            _refuse_what_waits(answered.undecided(parcels, Envelopes(HANDLERS), index))
            began = time.perf_counter()
            partitions = moving.copy()
            seconds = time.perf_counter() - began
            if topic.ends() != ends:
                raise ServiceError("Commands came in meanwhile: stop serve, run work, and copy again.")
        else:
            moving.look(seen)
            began = time.perf_counter()
            partitions = moving.copy()
            seconds = time.perf_counter() - began
        _refuse_another(partitions, _verified(logs[target], dsn, progress))
        begin_where_the_numbers_say(dsn)
    return Moved(source, target, partitions, seconds)


def _refuse_what_waits(undecided: dict[int, int]) -> None:
    if undecided:
        where = ", ".join(f"{n} in partition {p}" for p, n in sorted(undecided.items()))
        raise ServiceError(
            f"{sum(undecided.values())} commands are not decided yet ({where}): with serve stopped, run work "
            "and what follows until nothing is left, then copy again"
        )


def _verified(log: Log, dsn: str, progress: Progress) -> Report:
    ends = log.ends()
    before = {p: sum(ends[q] - 1 for q in range(p)) for p in ends}
    whole = sum(end - 1 for end in ends.values())

    def told(partition: int, records: int) -> None:
        progress("verifying the target", before[partition] + records, whole)

    with closing(Inspection(dsn)) as inspection:
        return verify(log, inspection, told)


def _refuse_another(partitions: list[Copied], report: Report) -> None:
    """The target, read once more by what trusts nobody, must be what the source was."""
    if (bad := report.first_bad) is not None:
        raise ServiceError(
            f"The copy does not verify: partition {bad.partition}, record {bad.seq}: {bad.reason}"
        )
    heads = {walked.partition: (walked.records, walked.hash) for walked in report.partitions}
    for each in partitions:
        if heads[each.partition] != (each.head.seq, each.head.hash.hex()):
            raise ServiceError(f"Partition {each.partition} of the copy does not end as the source does")
