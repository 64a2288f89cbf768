"""A topic as it lies there, every record of it: the client and nothing else of ours."""

from __future__ import annotations

import gc
import time
import warnings

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

PATIENCE = 60.0  # seconds


def raw(bootstrap: str, name: str) -> list[tuple[int, int, bytes]]:
    """`(partition, offset, record)` from the first to the last, in that order. Brokers that are only just
    back are waited for."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return _read(bootstrap, name)
        except (KafkaError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        finally:
            with warnings.catch_warnings():  # the client leaves sockets open where it was refused
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()


def _read(bootstrap: str, name: str) -> list[tuple[int, int, bytes]]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap.split(","),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        request_timeout_ms=10_000,
    )
    try:
        found = sorted(consumer.partitions_for_topic(name) or ())
        named = [TopicPartition(name, partition) for partition in found]
        ends = consumer.end_offsets(named)
        consumer.assign(named)
        consumer.seek_to_beginning(*named)
        records: list[tuple[int, int, bytes]] = []
        deadline = time.monotonic() + PATIENCE
        while any(consumer.position(one) < ends[one] for one in named):
            if time.monotonic() > deadline:
                raise KafkaError(f"{name} does not show what it holds")
            for one, some in consumer.poll(500).items():
                records += [(one.partition, each.offset, each.value) for each in some]
        return sorted(records)
    finally:
        consumer.close()
