"""A topic that can be asked questions: where its partitions begin and end, and what lies in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from adapters.log.kafka.settings import ITS_OWN, KafkaSettings, made, unavailable
from adapters.log.kafka.topics import WrongTopic
from adapters.log.port import MAX_RECORD, LogUnavailable

FETCH: Final = 16 * 1024 * 1024  # bytes a broker answers at most, unless one record is larger
AT_ONCE: Final = 5000  # records taken from the client together
BRIEF: Final = 10  # milliseconds a broker may wait for records where it is known that there are some


def consumer_of(settings: KafkaSettings, **more: Any) -> Any:
    """A consumer without a group, told where to read, that never jumps."""
    return made(
        KafkaConsumer,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        retry_backoff_ms=10,
        request_timeout_ms=max(1000, int(settings.patience * 1000)),
        max_poll_records=AT_ONCE,
        max_partition_fetch_bytes=MAX_RECORD,
        fetch_max_bytes=FETCH,
        metrics_enabled=False,
        **settings.client,
        **more,
    )


class Topic:
    """Offsets are Kafka's own, from 0. Threads take turns; every method raises LogUnavailable in time."""

    def __init__(self, settings: KafkaSettings, name: str) -> None:
        self.name = name
        self._settings = settings
        self._turn = threading.Lock()
        self._consumer: Any = None

    def must_have(self, partitions: int) -> None:
        """Raises WrongTopic when there are not that many. For a moment each broker says that there are none
        in a topic that another one has told us of already."""
        until = time.monotonic() + self._settings.patience
        while (found := self._partitions()) == 0 and partitions and time.monotonic() < until:
            time.sleep(0.1)
        if found != partitions:
            raise WrongTopic(f"{self.name} has {found} partitions, and the log has {partitions}")

    def _partitions(self) -> int:
        with self._asking() as consumer:
            return len(consumer.partitions_for_topic(self.name) or ())

    def id(self) -> str:
        """The brokers' own id of it: another one for a topic that was made anew under the same name."""
        with unavailable():
            admin = made(KafkaAdminClient, request_timeout_ms=self._milliseconds, **self._settings.client)
            try:
                (found,) = admin.describe_topics([self.name])
            finally:
                admin.close()
        return str(found["topic_id"])

    def begins(self, partitions: Iterable[int]) -> dict[int, int]:
        """The offset of the first record that is still there."""
        with self._asking() as consumer:
            return self._by_number(consumer.beginning_offsets(self._named(partitions), self._milliseconds))

    def ends(self, partitions: Iterable[int]) -> dict[int, int]:
        """The offset after the last record."""
        with self._asking() as consumer:
            return self._by_number(consumer.end_offsets(self._named(partitions), self._milliseconds))

    def records(self, partition: int, start: int, end: int) -> Generator[tuple[int, bytes], None, None]:
        """Everything from `start` up to `end`, which is known to be there, with its offsets. Others
        wait until it is exhausted or closed."""
        if start >= end:
            return
        named = TopicPartition(self.name, partition)
        with self._asking() as consumer:
            consumer.assign([named])
            consumer.seek(named, start)
            until = time.monotonic() + self._settings.patience
            while consumer.position(named) < end:
                found = consumer.poll(self._milliseconds / 10).get(named, ())
                for record in found:
                    if record.offset >= end:
                        return
                    yield record.offset, record.value or b""
                if found:
                    until = time.monotonic() + self._settings.patience
                elif time.monotonic() > until:
                    raise LogUnavailable("the log does not show what it holds")

    def close(self) -> None:
        with self._turn:
            self._drop()

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        """The consumer, for one thread at a time; a new one after any error."""
        if not self._turn.acquire(timeout=self._settings.patience):
            raise LogUnavailable("others wait for an answer already")
        try:
            with unavailable():
                if self._consumer is None:
                    self._consumer = consumer_of(self._settings, fetch_max_wait_ms=BRIEF)
                yield self._consumer
        except LogUnavailable:
            self._drop()
            raise
        finally:
            self._turn.release()

    def _drop(self) -> None:
        if self._consumer is not None:
            with suppress(*ITS_OWN):
                self._consumer.close(autocommit=False, timeout_ms=0)
            self._consumer = None

    @property
    def _milliseconds(self) -> int:
        return int(self._settings.patience * 1000)

    def _named(self, partitions: Iterable[int]) -> list[TopicPartition]:
        return [TopicPartition(self.name, partition) for partition in partitions]

    @staticmethod
    def _by_number(offsets: dict[TopicPartition, int]) -> dict[int, int]:
        return {named.partition: offset for named, offset in offsets.items()}
