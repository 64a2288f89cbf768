"""Sends records and waits for each: what came of it is an offset, or unknown."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from kafka import KafkaProducer

from adapters.log.kafka.settings import ITS_OWN, KafkaSettings, made
from adapters.log.port import MAX_RECORD

LARGEST: Final = MAX_RECORD + 64 * 1024  # bytes; the records of several partitions share requests up to this
UNSAID: Final = -1  # the brokers have the record and do not say where


class Producing:
    """One plain idempotent producer, replaced after any error.

    Once a batch that was sent has expired, kafka-python's producer takes everything and answers nothing, for
    ever. So its own deadline is long, ours is short, and a producer that missed it is given up.
    """

    def __init__(self, settings: KafkaSettings, topic: str) -> None:
        self._settings, self._topic = settings, topic
        self._producer: Any = None

    def send(self, records: Mapping[int, bytes]) -> tuple[dict[int, int], str | None]:
        """Send one record to each of these partitions. Answers the offsets of those that are acknowledged,
        and why the others are not: whether they were written is unknown, and they may be later."""
        until = time.monotonic() + self._settings.deadline
        offsets: dict[int, int] = {}
        failed: str | None = None
        futures: dict[int, Any] = {}
        try:
            if self._producer is None:
                self._producer = producer_of(self._settings)
            for p, record in records.items():
                futures[p] = self._producer.send(self._topic, record, partition=p)
        except ITS_OWN as error:
            failed = type(error).__name__
        for p, future in futures.items():
            try:
                offsets[p] = int(future.get(max(0.0, until - time.monotonic())).offset)
            except ITS_OWN as error:
                failed = type(error).__name__
        if failed is not None:
            self._give_up()
        return offsets, failed

    def close(self) -> None:
        """Nothing is under way: whoever sends waits."""
        producer = self._give_up()
        if producer is not None:
            producer._sender.join(self._settings.patience)

    def _give_up(self) -> Any:
        producer, self._producer = self._producer, None
        if producer is not None:
            give_up(producer)
        return producer


def producer_of(settings: KafkaSettings, **more: Any) -> Any:
    """A plain idempotent producer: acknowledged by all, and ready to wait long for that."""
    return made(
        KafkaProducer,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        retry_backoff_ms=5,
        max_request_size=LARGEST,
        request_timeout_ms=3000,
        delivery_timeout_ms=120_000,
        max_block_ms=min(5000, int(settings.deadline * 1000)),
        allow_auto_create_topics=False,
        metrics_enabled=False,
        **settings.client,
        **more,
    )


def give_up(producer: Any) -> None:
    """End a producer without another word of it. Its own way to close waits for what never comes."""
    producer._sender.force_close()
    producer._closed = True
    with suppress(*ITS_OWN):
        producer.close()  # forgets to close it at the end of the program
