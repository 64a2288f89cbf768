"""Reads the topic on, partition by partition, and can be woken."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

from kafka import TopicPartition
from kafka.errors import OffsetOutOfRangeError

from adapters.log.kafka.settings import ITS_OWN, KafkaSettings, unavailable
from adapters.log.kafka.topic import AT_ONCE, Topic, consumer_of
from adapters.log.port import Entry, LogUnavailable

SLICE: Final = 0.2  # seconds: the client cannot be woken, so it waits in slices


class KafkaReader:
    """`topic` is asked where the log ends before anybody is told that there is nothing more: the client by
    itself says so for ever while the brokers are away.

    Belongs to one thread, except for `wake`. Offsets are Kafka's plus one, so that both 0 and 1 are the
    beginning. What Kafka no longer holds at the beginning is passed over, for the chain to miss; a partition
    that ends before it was read to is LogUnavailable, and `ends` says why.
    """

    def __init__(self, settings: KafkaSettings, topic: Topic, start: Mapping[int, int]) -> None:
        self._settings, self._topic = settings, topic
        self._next = {p: max(0, offset - 1) for p, offset in start.items()}  # to fetch, as Kafka counts
        self._waiting: dict[int, deque[Entry]] = {p: deque() for p in start}
        self._first = 0  # whose turn it is when not every partition gets one
        self._woken = threading.Event()
        self._consumer: Any = None

    def poll(self, timeout: float, limit: int = 1000) -> list[Entry]:
        deadline = time.monotonic() + timeout
        self._fetch(0)
        while not self._woken.is_set() and not self._any():
            left = deadline - time.monotonic()
            if left > 0:
                self._fetch(min(left, SLICE))
            elif self._is_at_the_end():
                break
            else:
                self._fetch_what_is_there()
        self._woken.clear()
        return self._take(limit)

    def wake(self) -> None:
        self._woken.set()

    def close(self) -> None:
        self._drop()

    def _any(self) -> bool:
        return any(self._waiting.values())

    def _fetch(self, timeout: float) -> None:
        """Take over what the client has, waiting so long for anything; not while there is plenty already."""
        if sum(map(len, self._waiting.values())) >= AT_ONCE:
            return
        with self._reading() as consumer:
            for named, records in consumer.poll(int(timeout * 1000)).items():
                p = named.partition
                self._waiting[p].extend(Entry(p, each.offset + 1, each.value or b"") for each in records)
                self._next[p] = records[-1].offset + 1

    def _fetch_what_is_there(self) -> None:
        until = time.monotonic() + self._settings.patience
        while not self._any() and not self._woken.is_set() and not self._is_at_the_end():
            if time.monotonic() > until:
                self._drop()
                raise LogUnavailable("the log does not show what it holds")
            self._fetch(SLICE)

    def _is_at_the_end(self) -> bool:
        """Whether every partition is read to its end. Raises LogUnavailable where one ends before."""
        ends = self._topic.ends(self._next)
        with self._reading() as consumer:
            reached = {p: consumer.position(TopicPartition(self._topic.name, p)) for p in self._next}
        for p, offset in reached.items():
            if offset > ends[p]:
                self._drop()
                raise LogUnavailable(f"partition {p} ends before what was read of it")
        return all(offset == ends[p] for p, offset in reached.items())

    @contextmanager
    def _reading(self) -> Iterator[Any]:
        """The consumer, at its place; a new one after any error."""
        try:
            with unavailable():
                if self._consumer is None:
                    consumer = self._consumer = consumer_of(self._settings)
                    consumer.assign([TopicPartition(self._topic.name, p) for p in self._next])
                    for p, offset in self._next.items():
                        consumer.seek(TopicPartition(self._topic.name, p), offset)
                try:
                    yield self._consumer
                except OffsetOutOfRangeError:
                    self._pass_over_what_is_gone()
        except LogUnavailable:
            self._drop()
            raise

    def _pass_over_what_is_gone(self) -> None:
        begins = self._topic.begins(self._next)
        gone = {p: begins[p] for p, offset in self._next.items() if offset < begins[p]}
        self._next |= gone
        self._drop()
        if not gone:
            raise LogUnavailable("the log ends before what was read of it")

    def _take(self, limit: int) -> list[Entry]:
        """The nearest records of every partition first, so that a long tail holds up nobody."""
        waiting = {p: entries for p, entries in self._waiting.items() if entries}
        if sum(map(len, waiting.values())) <= limit:
            shares = {p: len(entries) for p, entries in waiting.items()}
        else:
            shares = self._share(waiting, limit)
        return [entries.popleft() for p, entries in waiting.items() for _ in range(shares[p])]

    def _share(self, waiting: Mapping[int, deque[Entry]], limit: int) -> dict[int, int]:
        order = sorted(waiting, key=lambda p: (p < self._first, p))
        shares = dict.fromkeys(order, 0)
        while True:
            for p in order:
                if shares[p] < len(waiting[p]):
                    shares[p] += 1
                    limit -= 1
                if limit == 0:
                    self._first = p + 1
                    return shares

    def _drop(self) -> None:
        if self._consumer is not None:
            with suppress(*ITS_OWN):
                self._consumer.close(autocommit=False, timeout_ms=0)
            self._consumer = None
