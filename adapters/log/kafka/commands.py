"""The topic of commands: durable before it is decided, and decided in its order."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import structlog

from adapters.engine.parcels import OVERHEAD, SEPARATOR, Parcels
from adapters.log.kafka.producing import give_up, producer_of
from adapters.log.kafka.reader import KafkaReader
from adapters.log.kafka.settings import ITS_OWN, KafkaSettings, need_quick_checksums
from adapters.log.kafka.topic import Topic
from adapters.log.kafka.topics import commands_topic
from adapters.log.port import MAX_RECORD, Entry, LogUnavailable, RecordTooLarge
from commands.ports import Busy

MOST_WAITING: Final = 64 * 1024 * 1024  # bytes on their way; what comes then is told to come back later
BATCH: Final = 256 * 1024  # bytes the client sends together at most, to one partition
PARCEL: Final = 128 * 1024  # bytes of letters in one value at most, unless one alone is larger
LOOK: Final = 0.5  # seconds between two looks for what is overdue

log = structlog.get_logger(__name__)


class Letter(NamedTuple):
    """A command, and who wants to know whether it is durable."""

    partition: int
    value: bytes
    told: Callable[[bool], None]


class Parcel(NamedTuple):
    """What becomes one value in the topic."""

    partition: int
    letters: list[Letter]


class KafkaCommands:
    """Every thread may `put`: a thread of our own talks to the client, which may block for seconds.

    What is not acknowledged `settings.deadline` seconds after it was given to the client is unknown, and so
    is all that went with it; the client is replaced (see `Producing`).
    """

    def __init__(self, settings: KafkaSettings, partitions: int, parcels: Parcels) -> None:
        need_quick_checksums()
        self.partitions = partitions
        self._settings, self._parcels = settings, parcels
        self._topic = Topic(settings, commands_topic(settings, partitions).name)
        self._letters: deque[Letter] = deque()
        self._bytes = 0
        self._open: dict[int, tuple[float, Parcel]] = {}  # given to the client, in that order
        self._given = 0
        self._some = threading.Condition()
        self._stopping = False
        self._producer: Any = None
        try:
            self._topic.must_have(partitions)
            self.id = self._topic.id()
        except BaseException:
            self._topic.close()
            raise
        self._thread = threading.Thread(target=self._post, name="commands", daemon=True)
        self._thread.start()

    def put(self, partition: int, value: bytes, told: Callable[[bool], None]) -> None:
        if len(value) + OVERHEAD > MAX_RECORD:
            raise RecordTooLarge(f"a command of {len(value)} bytes; the topic takes {MAX_RECORD}")
        with self._some:
            if self._stopping or self._bytes > MOST_WAITING:
                raise Busy
            self._letters.append(Letter(partition, value, told))
            self._bytes += len(value)
            self._some.notify()

    def reader(self, start: Mapping[int, int]) -> FromZero:
        first = {p: offset + 1 for p, offset in start.items()}
        return FromZero(KafkaReader(self._settings, self._topic, first))

    def starts(self) -> dict[int, int]:
        return self._topic.begins(range(self.partitions))

    def ends(self) -> dict[int, int]:
        return self._topic.ends(range(self.partitions))

    def close(self) -> None:
        with self._some:
            self._some.wait_for(lambda: not self._letters and not self._open, LOOK)
            self._stopping = True
            self._some.notify_all()
        self._thread.join(self._settings.patience)
        self._fail()
        self._topic.close()

    # ── the thread that posts ────────────────────────────────────────────────────────────────────

    def _post(self) -> None:
        while True:
            with self._some:
                self._some.wait_for(lambda: self._letters or self._stopping, LOOK)
                if self._stopping:
                    return
                letters = list(self._letters)
                self._letters.clear()
                overdue = next((since for since, _ in self._open.values()), None)
            if overdue is not None and time.monotonic() - overdue > self._settings.deadline:
                log.warning("commands_overdue", count=len(self._open))
                self._fail()
            for parcel in gathered(letters):
                self._give(parcel)

    def _give(self, parcel: Parcel) -> None:
        self._given += 1
        number = self._given
        with self._some:
            self._open[number] = time.monotonic(), parcel
        try:
            if self._producer is None:
                self._producer = producer_of(self._settings, batch_size=BATCH)
            value = self._parcels.pack([letter.value for letter in parcel.letters], parcel.partition)
            future = self._producer.send(self._topic.name, value, partition=parcel.partition)
        except (*ITS_OWN, LogUnavailable) as error:
            log.warning("command_not_sent", error=type(error).__name__)
            self._tell(number, False)
            return
        future.add_callback(partial(self._arrived, number))
        future.add_errback(partial(self._lost, number))

    def _arrived(self, number: int, _metadata: object) -> None:
        self._tell(number, True)

    def _lost(self, number: int, error: BaseException) -> None:
        log.warning("command_lost", error=type(error).__name__)
        self._tell(number, False)

    def _tell(self, number: int, durable: bool) -> None:
        with self._some:
            found = self._open.pop(number, None)
            if found is not None:
                self._bytes -= sum(len(letter.value) for letter in found[1].letters)
                self._some.notify_all()
        if found is not None:
            for letter in found[1].letters:
                letter.told(durable)

    def _fail(self) -> None:
        """Nothing more is expected of this client; what it was given is unknown."""
        producer, self._producer = self._producer, None
        if producer is not None:
            give_up(producer)
        with self._some:
            numbers = list(self._open)
        for number in numbers:
            self._tell(number, False)


def gathered(letters: Iterable[Letter]) -> Iterator[Parcel]:
    """Letters in as few parcels as hold them, each partition's in their order: what the client does for a
    value costs more than what we do for a letter."""
    filling: dict[int, Parcel] = {}
    sizes: Counter[int] = Counter()
    for letter in letters:
        p, size = letter.partition, len(letter.value) + len(SEPARATOR)
        if p in filling and sizes[p] + size > PARCEL:
            yield filling.pop(p)
            del sizes[p]
        filling.setdefault(p, Parcel(p, [])).letters.append(letter)
        sizes[p] += size
    yield from filling.values()


class FromZero:
    """A reader whose offsets are Kafka's own."""

    def __init__(self, reader: KafkaReader) -> None:
        self._reader = reader

    def poll(self, timeout: float, limit: int = 1000) -> list[Entry]:
        return [Entry(p, offset - 1, value) for p, offset, value in self._reader.poll(timeout, limit)]

    def wake(self) -> None:
        self._reader.wake()

    def close(self) -> None:
        self._reader.close()
