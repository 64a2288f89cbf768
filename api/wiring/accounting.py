"""The ledger of a simulation against the log: is everything there that was acknowledged, and once?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.log.chain import Halted, Head, Verdict, judge
from adapters.log.port import Log, place
from adapters.log.record import BatchDict, read_body
from adapters.whatsapp.addresses import message_ref
from api.settings import Settings
from api.wiring.local import CHANNEL, Local
from api.wiring.storage import open_log


@dataclass(frozen=True)
class Heard:
    """Message ids that were acknowledged and are not in the log; those that are there more than once."""

    lost: list[str]
    twice: list[str]


def heard(local: Local) -> Heard:
    """Compare the ledger, of this and of all earlier runs, with the log as it lies there, chain and all."""
    messages, _ = told(local.settings)
    key = local.secrets["index_key"].encode()
    lines = local.ledger.read_text().splitlines()
    acknowledged = [message_ref(key, CHANNEL, json.loads(line)["message_id"]) for line in lines]
    return Heard(
        [ref for ref in acknowledged if not messages[ref]], [ref for ref in acknowledged if messages[ref] > 1]
    )


def told(settings: Settings) -> tuple[Counter[str], dict[str, tuple[int, int]]]:
    """How often each provider message is known to the log, by its keyed ref, and where it was first heard.

    Known is what a conversation recorded as a message, or what a settled delivery says became of its item
    (a reaction, an edit, a receipt); heard twice is only what was recorded as a message twice.
    Raises Halted where the chain is broken.
    """
    log = open_log(settings)
    messages: Counter[str] = Counter()
    places: dict[str, tuple[int, int]] = {}
    deliveries: dict[str, list[str]] = {}
    settled: set[str] = set()
    try:
        for p in range(log.partitions):
            ordinal = 0
            for batch in batches(log, p):
                for event in batch["events"]:
                    ordinal += 1
                    kind, body = event["type"], event["body"]
                    if kind == "conversation.MessageReceived":
                        messages[body["message_id"]] += 1
                        places.setdefault(body["message_id"], (p, ordinal))
                    elif kind == "delivery.Received":
                        items = body.get("listed") or body["items"]
                        deliveries[event["stream"]] = [item.get("ref") or "" for item in items]
                    elif kind == "delivery.Settled":
                        refs = deliveries.get(event["stream"], [])
                        for one in body["outcomes"]:
                            if one["outcome"] != "broken" and one["item"] < len(refs):
                                settled.add(refs[one["item"]])
    finally:
        log.close()
    for ref in settled:
        messages[ref] = max(1, messages[ref])
    return messages, places


def batches(log: Log, p: int) -> Iterator[BatchDict]:
    """The accepted batches of a partition, up to where it ended at first."""
    head: Head = place(log, p).genesis
    end, reader = log.ends()[p], log.reader({p: 1})
    try:
        while head.seq + 1 < end:
            for entry in reader.poll(5.0):
                judged = judge(place(log, p), head, entry.record)
                if judged.verdict is Verdict.HALT:
                    raise Halted(p, head, judged.reason)
                head = judged.head
                if judged.verdict is Verdict.ACCEPTED:
                    yield read_body(entry.record)
    finally:
        reader.close()
